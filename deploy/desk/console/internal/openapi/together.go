package openapi

import (
	"encoding/json"
	"slices"
	"strings"
)

// together is what schemas ask for that all count for one value: one, what it refers to, those of its allOf, and one of its alternatives.
type together struct {
	places     []string // of all of them
	impossible bool     // one is false

	types  []string // that the value may be of; nil: any
	given  []any    // const, or enum: it is one of these
	told   []any    // examples, and default
	format string

	properties    map[string][]string // the places of what counts for a member
	order         []string            // the names of properties
	required      []string
	hints         map[string]string // members by which alternatives are told from each other (OpenAPI: discriminator)
	additional    []string          // the places of what counts for members of other names
	minProperties int
	readOnly      bool
	deprecated    bool

	items              []string
	prefix             [][]string
	minItems, maxItems int // maxItems is -1 where there is none

	patterns             []string
	minLength, maxLength int // maxLength is -1 where there is none

	bounds bounds
}

// together collects what the schemas at places ask for.
func (m maker) together(places []string) together {
	s := together{properties: map[string][]string{}, hints: map[string]string{}, maxItems: -1, maxLength: -1}
	for _, place := range places {
		m.collect(&s, place)
	}
	return s
}

// collect adds a schema, and what counts beside it.
func (m maker) collect(s *together, place string) {
	if len(s.places) > mostReferences || slices.Contains(s.places, place) {
		return
	}
	s.places = append(s.places, place)
	value := m.document.written(place)
	if allowed, is := value.(bool); is && !allowed {
		s.impossible = true
	}
	object, is := value.(map[string]any)
	if !is {
		return
	}
	if to, refers := object["$ref"].(string); refers && strings.HasPrefix(to, "#") {
		m.collect(s, to)
	}
	s.add(object, place)
	if all, is := object["allOf"].([]any); is {
		for i := range all {
			m.collect(s, below(place, "allOf", itoa(i)))
		}
	}
	for _, keyword := range []string{"oneOf", "anyOf"} {
		if all, is := object[keyword].([]any); is && len(all) > 0 {
			chosen := m.variant % len(all)
			s.hint(object, all[chosen])
			m.collect(s, below(place, keyword, itoa(chosen)))
		}
	}
}

// hint notes the name by which a discriminator tells an alternative (OpenAPI: Discriminator Object).
func (s *together) hint(object map[string]any, chosen any) {
	property, is := member[string](object["discriminator"], "propertyName")
	to, refers := member[string](chosen, "$ref")
	if !is || !refers {
		return
	}
	s.hints[property] = nameOf(to)
	mapping := child(object["discriminator"], "mapping")
	for _, name := range names(mapping) {
		if target := child(mapping, name); target == to || target == nameOf(to) {
			s.hints[property] = name
		}
	}
}

// add adds what one schema itself says.
func (s *together) add(object map[string]any, place string) {
	s.addTypes(object)
	s.addValues(object)
	s.addMembers(object, place)
	s.addItems(object, place)
	if text, is := object["pattern"].(string); is {
		s.patterns = append(s.patterns, text)
	}
	if text, is := object["format"].(string); is {
		s.format = text
	}
	s.minLength = max(s.minLength, count(object, "minLength", 0))
	s.maxLength = least(s.maxLength, count(object, "maxLength", -1))
	s.readOnly = s.readOnly || object["readOnly"] == true
	s.deprecated = s.deprecated || object["deprecated"] == true
	s.bounds.add(object)
}

func (s *together) addTypes(object map[string]any) {
	types := texts(object["type"])
	if text, is := object["type"].(string); is {
		types = []string{text}
	}
	switch {
	case len(types) == 0:
	case s.types == nil:
		s.types = types
	default:
		s.types = slices.DeleteFunc(slices.Clone(s.types), func(t string) bool { return !slices.Contains(types, t) })
	}
}

func (s *together) addValues(object map[string]any) {
	if value, there := object["const"]; there {
		s.given = []any{value}
	}
	if list, is := object["enum"].([]any); is && len(list) > 0 && s.given == nil {
		s.given = list
	}
	if value, there := object["example"]; there {
		s.told = append(s.told, value)
	}
	if list, is := object["examples"].([]any); is {
		s.told = append(s.told, list...)
	}
	if value, there := object["default"]; there {
		s.told = append(s.told, value)
	}
}

func (s *together) addMembers(object map[string]any, place string) {
	for _, name := range names(object["properties"]) {
		if s.properties[name] == nil {
			s.order = append(s.order, name)
		}
		s.properties[name] = append(s.properties[name], below(place, "properties", name))
	}
	for _, name := range texts(object["required"]) {
		if !slices.Contains(s.required, name) {
			s.required = append(s.required, name)
		}
	}
	if _, there := object["additionalProperties"]; there {
		s.additional = append(s.additional, below(place, "additionalProperties"))
	}
	s.minProperties = max(s.minProperties, count(object, "minProperties", 0))
}

func (s *together) addItems(object map[string]any, place string) {
	prefix := "prefixItems"
	if _, is := object["items"].([]any); is {
		prefix = "items" // as before draft 2020-12
	} else if object["items"] != nil {
		s.items = append(s.items, below(place, "items"))
	}
	if list, is := object[prefix].([]any); is && s.prefix == nil {
		for i := range list {
			s.prefix = append(s.prefix, []string{below(place, prefix, itoa(i))})
		}
	}
	s.minItems = max(s.minItems, count(object, "minItems", 0))
	s.maxItems = least(s.maxItems, count(object, "maxItems", -1))
}

// pick is a value that a schema names itself.
func (s together) pick(told bool, seed int) (any, bool) {
	switch {
	case len(s.given) > 0:
		return s.given[seed%len(s.given)], true
	case told && seed < len(s.told):
		return s.told[seed], true
	}
	return nil, false
}

// kind is the type of the value to make: the first that it may be of, but for null, or what the keywords are about.
func (s together) kind() string {
	for _, t := range s.types {
		if t != "null" || len(s.types) == 1 {
			return t
		}
	}
	switch {
	case len(s.order) > 0 || len(s.required) > 0 || s.minProperties > 0 || len(s.additional) > 0:
		return "object"
	case len(s.items) > 0 || len(s.prefix) > 0 || s.minItems > 0:
		return "array"
	case s.bounds.there():
		return "number"
	}
	return "string"
}

// count reads a number of things, which is otherwise where there is none.
func count(object map[string]any, name string, otherwise int) int {
	number, is := object[name].(json.Number)
	if !is {
		return otherwise
	}
	n, err := number.Float64() // 3.0 is a number of things too
	if err != nil || n < 0 || n > 1<<30 {
		return otherwise
	}
	return int(n)
}

// least is the smaller one of two limits, of which -1 is none.
func least(a, b int) int {
	switch {
	case a < 0:
		return b
	case b < 0:
		return a
	}
	return min(a, b)
}
