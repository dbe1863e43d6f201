package schema

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"
)

// ErrJSON is the error for a text that is no JSON, or that two readers may take for different values: with a member twice
// (RFC 8259, section 4), not in UTF-8, or with more behind it.
var ErrJSON = errors.New("want one JSON value in UTF-8, with each member once")

// maxDepth bounds how deep lists and objects may stand in each other.
const maxDepth = 64

// Decode reads a JSON value, as map[string]any, []any, string, float64, bool or nil. The error is [ErrJSON].
func Decode(text []byte) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	if !utf8.Valid(text) {
		return nil, ErrJSON
	}
	value, err := decode(decoder, 0)
	if err != nil {
		return nil, ErrJSON
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, ErrJSON
	}
	return value, nil
}

func decode(d *json.Decoder, depth int) (any, error) {
	token, err := d.Token()
	if err != nil || depth > maxDepth {
		return nil, ErrJSON
	}
	switch token {
	case json.Delim('{'):
		return decodeObject(d, depth)
	case json.Delim('['):
		list := []any{}
		for d.More() {
			item, err := decode(d, depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, item)
		}
		_, err := d.Token()
		return list, err
	}
	return token, nil
}

func decodeObject(d *json.Decoder, depth int) (any, error) {
	members := map[string]any{}
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return nil, err
		}
		name, isName := token.(string)
		if _, twice := members[name]; twice || !isName {
			return nil, ErrJSON
		}
		if members[name], err = decode(d, depth+1); err != nil {
			return nil, err
		}
	}
	_, err := d.Token()
	return members, err
}

// MismatchError says where a value is not as its schema says. It holds nothing of the value but names that the schema has.
type MismatchError struct {
	Place  string // names and indexes with slashes before them, as a JSON pointer (RFC 6901); "" for the whole
	Reason string
}

// Error is the place and the reason.
func (e *MismatchError) Error() string {
	if e.Place == "" {
		return "the message " + e.Reason
	}
	return e.Place + " " + e.Reason
}

// Check tells whether a value that [Decode] gave is as the schema says. The error is a [*MismatchError], of the first of all
// that is wrong.
func (s *Schema) Check(value any) error {
	if err := s.check(value, ""); err != nil {
		return err
	}
	return nil
}

func (s *Schema) check(value any, place string) *MismatchError {
	if len(s.Types) > 0 && !slices.ContainsFunc(s.Types, func(name string) bool { return isOf(name, value) }) {
		return &MismatchError{place, "is no " + strings.Join(s.Types, " or ")}
	}
	if len(s.Enum) > 0 && !slices.ContainsFunc(s.Enum, func(one any) bool { return reflect.DeepEqual(one, value) }) {
		return &MismatchError{place, "is none of the values that it may have"}
	}
	switch value := value.(type) {
	case string:
		return between(float64(utf8.RuneCountInString(value)), number(s.MinLength), number(s.MaxLength), place, "characters")
	case float64:
		return between(value, s.Minimum, s.Maximum, place, "as a number")
	case []any:
		return s.checkList(value, place)
	case map[string]any:
		return s.checkObject(value, place)
	}
	return nil
}

// isOf tells whether a value is of a type. A number without a fraction is an integer, however it is written (JSON Schema
// 2020-12, section 4.2.3).
func isOf(name string, value any) bool {
	switch value := value.(type) {
	case nil:
		return name == "null"
	case bool:
		return name == "boolean"
	case string:
		return name == "string"
	case float64:
		return name == "number" || name == "integer" && value == math.Trunc(value)
	case []any:
		return name == "array"
	}
	return name == "object"
}

func number(count *int) *float64 {
	if count == nil {
		return nil
	}
	n := float64(*count)
	return &n
}

// between wants a number within bounds, of which nil is none.
func between(n float64, least, most *float64, place, of string) *MismatchError {
	switch {
	case least != nil && n < *least:
		return &MismatchError{place, fmt.Sprintf("has less than %v %s", *least, of)}
	case most != nil && n > *most:
		return &MismatchError{place, fmt.Sprintf("has more than %v %s", *most, of)}
	}
	return nil
}

func (s *Schema) checkList(list []any, place string) *MismatchError {
	if wrong := between(float64(len(list)), number(s.MinItems), number(s.MaxItems), place, "items"); wrong != nil || s.Items == nil {
		return wrong
	}
	for i, item := range list {
		if wrong := s.Items.check(item, fmt.Sprintf("%s/%d", place, i)); wrong != nil {
			return wrong
		}
	}
	return nil
}

func (s *Schema) checkObject(members map[string]any, place string) *MismatchError {
	for _, name := range s.Required {
		if _, there := members[name]; !there {
			return &MismatchError{place, fmt.Sprintf("lacks %q", name)}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if wrong := s.checkMember(name, members[name], place); wrong != nil {
			return wrong
		}
	}
	return nil
}

// checkMember refuses a member whose name is that of another one in another case: readers that fold cases, as encoding/json
// does, would take it for that one, which the schema was not asked about.
func (s *Schema) checkMember(name string, value any, place string) *MismatchError {
	if property, known := s.Properties[name]; known {
		return property.check(value, place+"/"+name)
	}
	for known := range s.Properties {
		if strings.EqualFold(known, name) {
			return &MismatchError{place, fmt.Sprintf("has %q in another case", known)}
		}
	}
	switch additional := s.AdditionalProperties.(type) {
	case bool:
		return &MismatchError{place, "has a member that it may not have"}
	case *Schema:
		return additional.check(value, place+"/*")
	}
	return nil
}
