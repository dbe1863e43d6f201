package attribute

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
)

// Item is an item, a part of one, or a key: attributes by their names. Nobody may change an Item that others have.
type Item map[string]Value

// MaxItemSize is how large an item may be, in the bytes that Item.Size counts. Source: "Service, account, and table
// quotas in Amazon DynamoDB", Item size.
const MaxItemSize = 400 << 10

// maxNameLength is how long an attribute's name may be, in bytes.
const maxNameLength = 64<<10 - 1

// ParseItem reads an item's JSON form, such as {"id":{"S":"7"}}. Its errors are *Error and *FormError.
func ParseItem(data []byte) (Item, error) { return parseAttributes(data, 1) }

// checkName holds names to 1 to 65535 bytes. Source: as Value's, "Naming rules".
func checkName(name string) error {
	switch {
	case name == "":
		return &Error{"One or more parameter values were invalid: An attribute name may not be empty"}
	case len(name) > maxNameLength:
		return &Error{"One or more parameter values were invalid: Attribute name is too large, must be less than 65536 bytes"}
	}
	return nil
}

// Size is how many bytes of the 400 KB an item takes. Source: "DynamoDB item sizes and formats" in
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html; for numbers, which it
// describes roughly, an upper bound.
func (i Item) Size() int {
	size := 0
	for name, value := range i {
		size += len(name) + value.size()
	}
	return size
}

func (v Value) size() int {
	switch v.Type {
	case String, Binary:
		return len(v.Text)
	case Number:
		return numberSize(v.Text)
	case List:
		size := 3
		for _, element := range v.List {
			size += 1 + element.size()
		}
		return size
	case Map:
		return 3 + len(v.Map) + Item(v.Map).Size()
	case StringSet, NumberSet, BinarySet:
		size := 0
		for _, text := range v.Set {
			size += Value{Type: v.Type.ElementType(), Text: text}.size()
		}
		return size
	}
	return 1
}

// numberSize is a byte, and one for each two digits of at most 38.
func numberSize(text string) int { return 1 + (min(len(text), maxDigits)+1)/2 }

// Check holds an item that was computed to the limits that Parse holds a request to: *Error where lists and maps lie too
// deep in each other.
func (i Item) Check() error {
	for _, value := range i {
		if value.depth() > maxDepth {
			return errDepth
		}
	}
	return nil
}

// depth is how many values lie in each other, this one included.
func (v Value) depth() int {
	deepest := 0
	for _, element := range v.List {
		deepest = max(deepest, element.depth())
	}
	for _, element := range v.Map {
		deepest = max(deepest, element.depth())
	}
	return 1 + deepest
}

// MarshalJSON writes the JSON form, such as {"S":"text"}. It fails for the zero Value.
func (v Value) MarshalJSON() ([]byte, error) {
	var content any
	switch v.Type {
	case String, Number:
		content = v.Text
	case Binary:
		content = []byte(v.Text)
	case Bool:
		content = v.Bool
	case Null:
		content = true
	case List:
		content = append([]Value{}, v.List...)
	case Map:
		content = v.Map
	case StringSet, NumberSet:
		content = v.Set
	case BinarySet:
		content = encodeAll(v.Set)
	default:
		return nil, fmt.Errorf("attribute: a value of type %q has no JSON form", v.Type)
	}
	return json.Marshal(map[Type]any{v.Type: content})
}

func encodeAll(texts []string) []string {
	encoded := make([]string, len(texts))
	for i, text := range texts {
		encoded[i] = base64.StdEncoding.EncodeToString([]byte(text))
	}
	return encoded
}
