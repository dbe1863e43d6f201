package attribute

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// maxDepth is how deep lists and maps may lie in each other. Source: "Service, account, and table quotas in Amazon
// DynamoDB", Nested attribute depth.
const maxDepth = 32

var errDepth = &Error{"Nesting Levels have exceeded supported limits: Attributes have nested objects more than 32 levels deep"}

// Parse reads a value's JSON form, such as {"S":"text"}. Its errors are *Error and *FormError.
func Parse(data []byte) (Value, error) { return parse(data, 1) }

func parse(data []byte, depth int) (Value, error) {
	if depth > maxDepth {
		return Value{}, errDepth
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(data, &members); err != nil {
		return Value{}, &FormError{"An AttributeValue is an object such as {\"S\":\"text\"}."}
	}
	var found []Type
	for name, raw := range members {
		if string(raw) == "null" {
			continue
		}
		if !Type(name).Valid() {
			return Value{}, &Error{fmt.Sprintf("Supplied AttributeValue has the datatype %q, must contain exactly one of the supported datatypes", name)}
		}
		found = append(found, Type(name))
	}
	switch len(found) {
	case 0:
		return Value{}, &Error{"Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"}
	case 1:
		return parseAs(found[0], members[string(found[0])], depth)
	}
	return Value{}, &Error{"Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes"}
}

func parseAs(t Type, raw json.RawMessage, depth int) (Value, error) {
	switch t {
	case Bool, Null:
		return parseFlag(t, raw)
	case List:
		return parseList(raw, depth)
	case Map:
		return parseMap(raw, depth)
	case StringSet, NumberSet, BinarySet:
		return parseSet(t, raw)
	}
	var text string
	if err := json.Unmarshal(raw, &text); err != nil {
		return Value{}, &FormError{fmt.Sprintf("The value of %s is not a string.", t)}
	}
	text, err := parseText(t, text)
	return Value{Type: t, Text: text}, err
}

// parseText reads the text of a string, a number or a binary.
func parseText(t Type, text string) (string, error) {
	switch t {
	case Number:
		d, err := ParseDecimal(text)
		return string(d), err
	case Binary:
		data, err := base64.StdEncoding.Strict().DecodeString(text)
		if err != nil || strings.ContainsAny(text, "\r\n") {
			return "", &FormError{"The value of B is not base64."}
		}
		return string(data), nil
	}
	return text, nil
}

func parseFlag(t Type, raw json.RawMessage) (Value, error) {
	var flag bool
	if err := json.Unmarshal(raw, &flag); err != nil {
		return Value{}, &FormError{fmt.Sprintf("The value of %s is not true or false.", t)}
	}
	if t == Bool {
		return Value{Type: Bool, Bool: flag}, nil
	}
	if !flag {
		return Value{}, &Error{"One or more parameter values were invalid: Null attribute value types must have the value of true"}
	}
	return Value{Type: Null}, nil
}

func parseList(raw json.RawMessage, depth int) (Value, error) {
	var elements []json.RawMessage
	if err := json.Unmarshal(raw, &elements); err != nil {
		return Value{}, &FormError{"The value of L is not a list."}
	}
	list := make([]Value, len(elements))
	for i, element := range elements {
		var err error
		if list[i], err = parse(element, depth+1); err != nil {
			return Value{}, err
		}
	}
	return Value{Type: List, List: list}, nil
}

func parseMap(raw json.RawMessage, depth int) (Value, error) {
	attributes, err := parseAttributes(raw, depth+1)
	return Value{Type: Map, Map: attributes}, err
}

func parseAttributes(raw []byte, depth int) (map[string]Value, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(raw, &members); err != nil || bytes.Equal(raw, []byte("null")) {
		return nil, &FormError{"Attributes are an object from names to AttributeValues."}
	}
	attributes := make(map[string]Value, len(members))
	for name, member := range members {
		if err := checkName(name); err != nil {
			return nil, err
		}
		value, err := parse(member, depth)
		if err != nil {
			return nil, err
		}
		attributes[name] = value
	}
	return attributes, nil
}

func parseSet(t Type, raw json.RawMessage) (Value, error) {
	var elements []*string
	if err := json.Unmarshal(raw, &elements); err != nil || slices.Contains(elements, nil) {
		return Value{}, &FormError{fmt.Sprintf("The value of %s is not a list of strings.", t)}
	}
	if len(elements) == 0 {
		return Value{}, emptySet(t)
	}
	given, texts := make([]string, len(elements)), make([]string, len(elements))
	for i, element := range elements {
		var err error
		given[i] = *element
		if texts[i], err = parseText(t.ElementType(), *element); err != nil {
			return Value{}, err
		}
	}
	set := NewSet(t, texts)
	if len(set.Set) < len(texts) {
		return Value{}, duplicates(t, given)
	}
	return set, nil
}

func emptySet(t Type) error {
	const invalid = "One or more parameter values were invalid: "
	switch t {
	case StringSet:
		return &Error{invalid + "An string set  may not be empty"}
	case NumberSet:
		return &Error{invalid + "An number set  may not be empty"}
	}
	return &Error{invalid + "Binary sets should not be empty"}
}

func duplicates(t Type, given []string) error {
	const invalid = "One or more parameter values were invalid: Input collection "
	list := "[" + strings.Join(given, ", ") + "]"
	switch t {
	case StringSet:
		return &Error{invalid + list + " contains duplicates."}
	case BinarySet:
		return &Error{invalid + list + "of type BS contains duplicates."}
	}
	return &Error{"Input collection contains duplicates"}
}
