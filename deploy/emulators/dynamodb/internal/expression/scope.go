package expression

import (
	"maps"
	"slices"
	"strings"

	"portcullis/deploy/emulators/dynamodb/internal/attribute"
)

// Scope is what expressions refer to: the ExpressionAttributeNames and ExpressionAttributeValues of one request. It notes
// what was used. The zero Scope is empty.
type Scope struct {
	names      map[string]string
	values     map[string]attribute.Value
	usedNames  map[string]bool
	usedValues map[string]bool
}

// isPlaceholder tells whether a text is a sign and a name of letters, digits and _.
func isPlaceholder(text string, sign byte) bool {
	return len(text) > 1 && text[0] == sign && !strings.ContainsFunc(text[1:], func(c rune) bool { return !isLetter(c) && !isDigit(c) && c != '_' })
}

// NewScope checks the form of placeholders, as #name and :value. Its errors are *Error.
func NewScope(names map[string]string, values map[string]attribute.Value) (*Scope, error) {
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if !isPlaceholder(name, '#') {
			return nil, failure("ExpressionAttributeNames contains invalid key: Syntax error; key: %q", name)
		}
		if names[name] == "" {
			return nil, failure("ExpressionAttributeNames contains invalid value: The expression attribute name must not be empty for key %s", name)
		}
	}
	for _, value := range slices.Sorted(maps.Keys(values)) {
		if !isPlaceholder(value, ':') {
			return nil, failure("ExpressionAttributeValues contains invalid key: Syntax error; key: %q", value)
		}
	}
	return &Scope{names: names, values: values, usedNames: map[string]bool{}, usedValues: map[string]bool{}}, nil
}

// Unused is an *Error about the names and values that no expression has used, nil where there are none.
func (s *Scope) Unused() error {
	if unused := missing(s.names, s.usedNames); unused != "" {
		return failure("Value provided in ExpressionAttributeNames unused in expressions: keys: {%s}", unused)
	}
	if unused := missing(s.values, s.usedValues); unused != "" {
		return failure("Value provided in ExpressionAttributeValues unused in expressions: keys: {%s}", unused)
	}
	return nil
}

func missing[V any](given map[string]V, used map[string]bool) string {
	var unused []string
	for key := range given {
		if !used[key] {
			unused = append(unused, key)
		}
	}
	slices.Sort(unused)
	return strings.Join(unused, ", ")
}

func (s *Scope) name(placeholder string) (string, error) {
	name, ok := s.names[placeholder]
	if !ok {
		return "", failure("An expression attribute name used in the document path is not defined; attribute name: %s", placeholder)
	}
	s.usedNames[placeholder] = true
	return name, nil
}

func (s *Scope) value(placeholder string) (attribute.Value, error) {
	value, ok := s.values[placeholder]
	if !ok {
		return value, failure("An expression attribute value used in expression is not defined; attribute value: %s", placeholder)
	}
	s.usedValues[placeholder] = true
	return value, nil
}
