// Package schema reads JSON Schemas of messages, and checks messages by them. It knows the part of JSON Schema that says the same in
// draft 4, by which API Gateway validates, and in 2020-12, by which OpenAPI 3.1 is written: type, enum, const, properties,
// required, additionalProperties, items, and the bounds of lengths, lists and numbers. What else stands in a schema is refused,
// but for title, description, default and examples, which say nothing of a message. So a schema never lets something through
// because a word of it was not understood. It needs no regular expressions and no other package.
package schema

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Schema is a JSON Schema. The zero Schema takes everything. Its JSON is compact, and without what says nothing.
type Schema struct {
	Types      Types              `json:"type,omitempty"`       // any one of them; none: all
	Enum       []any              `json:"enum,omitempty"`       // as Decode gives values; none: all
	Properties map[string]*Schema `json:"properties,omitempty"` // by their names
	Required   []string           `json:"required,omitempty"`
	Items      *Schema            `json:"items,omitempty"`

	// AdditionalProperties is false where an object may have no other members than Properties, or a *Schema of theirs; nil: any.
	AdditionalProperties any `json:"additionalProperties,omitempty"`

	Minimum   *float64 `json:"minimum,omitempty"`
	Maximum   *float64 `json:"maximum,omitempty"`
	MinLength *int     `json:"minLength,omitempty"` // in characters
	MaxLength *int     `json:"maxLength,omitempty"`
	MinItems  *int     `json:"minItems,omitempty"`
	MaxItems  *int     `json:"maxItems,omitempty"`
}

// Types are names of JSON's types, and integer.
type Types []string

// MarshalJSON writes one by itself, and several as a list.
func (t Types) MarshalJSON() ([]byte, error) {
	if len(t) == 1 {
		return json.Marshal(t[0])
	}
	return json.Marshal([]string(t))
}

// Error says what is wrong with a schema.
type Error struct {
	Place  []string // the names and indexes that lead there from the schema's root
	Reason string   // what is wrong, and what would be right
}

// Error is the reason, behind the last name of the place.
func (e *Error) Error() string {
	if len(e.Place) == 0 {
		return e.Reason
	}
	return e.Place[len(e.Place)-1] + ": " + e.Reason
}

// Parse reads a schema. The error is an [*Error].
func Parse(text []byte) (*Schema, error) {
	value, err := Decode(text)
	if err != nil {
		return nil, &Error{Reason: err.Error()}
	}
	return read(value, nil)
}

// words are those that a schema may have and that say something.
var words = []string{"type", "enum", "const", "properties", "required", "additionalProperties", "items", "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems"}

// read reads the schema at a place.
func read(value any, place []string) (*Schema, error) {
	members, is := value.(map[string]any)
	if !is {
		return nil, &Error{place, "want a schema, a mapping"}
	}
	if _, both := members["const"]; both && members["enum"] != nil {
		return nil, &Error{place, "want const or enum, and not both"}
	}
	s := &Schema{}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if err := s.readWord(name, members[name], append(slices.Clone(place), name)); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (s *Schema) readWord(name string, value any, place []string) (err error) {
	switch name {
	case "type":
		err = s.readType(value, place)
	case "enum":
		err = s.readEnum(value, place)
	case "const":
		s.Enum = []any{value}
	case "properties":
		err = s.readProperties(value, place)
	case "required":
		err = s.readRequired(value, place)
	case "additionalProperties":
		err = s.readAdditional(value, place)
	case "items":
		s.Items, err = read(value, place)
	case "minimum":
		s.Minimum, err = readNumber(value, place)
	case "maximum":
		s.Maximum, err = readNumber(value, place)
	case "minLength":
		s.MinLength, err = readCount(value, place)
	case "maxLength":
		s.MaxLength, err = readCount(value, place)
	case "minItems":
		s.MinItems, err = readCount(value, place)
	case "maxItems":
		s.MaxItems, err = readCount(value, place)
	case "title", "description", "default", "examples":
	default:
		err = &Error{place, "is no word that a message's schema may have; want some of " + strings.Join(words, ", ")}
	}
	return err
}

func (s *Schema) readType(value any, place []string) error {
	list, is := value.([]any)
	if !is {
		list = []any{value}
	}
	for _, item := range list {
		name, _ := item.(string)
		if !slices.Contains([]string{"object", "array", "string", "number", "integer", "boolean", "null"}, name) || slices.Contains(s.Types, name) {
			return &Error{place, "want object, array, string, number, integer, boolean or null, or a list of some of them"}
		}
		s.Types = append(s.Types, name)
	}
	if len(list) == 0 {
		return &Error{place, "is empty, and nothing could be sent"}
	}
	return nil
}

func (s *Schema) readEnum(value any, place []string) error {
	list, is := value.([]any)
	if !is || len(list) == 0 {
		return &Error{place, "want a list of values"}
	}
	s.Enum = list
	return nil
}

func (s *Schema) readProperties(value any, place []string) (err error) {
	members, is := value.(map[string]any)
	if !is {
		return &Error{place, "want a mapping of names to schemas"}
	}
	s.Properties = map[string]*Schema{}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if s.Properties[name], err = read(members[name], append(slices.Clone(place), name)); err != nil {
			return err
		}
	}
	return nil
}

func (s *Schema) readRequired(value any, place []string) error {
	list, is := value.([]any)
	for _, item := range list {
		name, isText := item.(string)
		is = is && isText && !slices.Contains(s.Required, name)
		s.Required = append(s.Required, name)
	}
	if !is || len(list) == 0 {
		return &Error{place, "want a list of names, each once"}
	}
	return nil
}

func (s *Schema) readAdditional(value any, place []string) (err error) {
	switch value := value.(type) {
	case bool:
		if !value {
			s.AdditionalProperties = false
		}
	default:
		s.AdditionalProperties, err = read(value, place)
	}
	return err
}

func readNumber(value any, place []string) (*float64, error) {
	number, is := value.(float64)
	if !is {
		return nil, &Error{place, "want a number"}
	}
	return &number, nil
}

// maxCount bounds what a schema may say of lengths; a message has 128 KB at most.
const maxCount = 1 << 20

func readCount(value any, place []string) (*int, error) {
	number, is := value.(float64)
	if !is || number != math.Trunc(number) || number < 0 || number > maxCount {
		return nil, &Error{place, "want a whole number from 0 to " + strconv.Itoa(maxCount)}
	}
	count := int(number)
	return &count, nil
}

// String is the schema's JSON.
func (s *Schema) String() string {
	text, err := json.Marshal(s)
	if err != nil {
		return fmt.Sprintf("%q", err) // what was read from JSON has a JSON form
	}
	return string(text)
}
