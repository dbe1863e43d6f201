// Package attribute has DynamoDB's attribute values and items: their JSON form, their limits, their order and their
// sizes. It knows no table and no expression.
//
// Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html and
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html.
package attribute

import (
	"maps"
	"slices"
	"strings"
)

// Type is a data type, as the JSON form names it.
// See https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html.
type Type string

// The ten data types.
const (
	String    Type = "S"
	Number    Type = "N"
	Binary    Type = "B"
	Bool      Type = "BOOL"
	Null      Type = "NULL"
	List      Type = "L"
	Map       Type = "M"
	StringSet Type = "SS"
	NumberSet Type = "NS"
	BinarySet Type = "BS"
)

// Types are all data types.
var types = []Type{String, Number, Binary, Bool, Null, List, Map, StringSet, NumberSet, BinarySet}

// Valid tells whether t is one of the ten.
func (t Type) Valid() bool { return slices.Contains(types, t) }

// ElementType is the type of a set's elements, and "" for what is no set.
func (t Type) ElementType() Type {
	switch t {
	case StringSet:
		return String
	case NumberSet:
		return Number
	case BinarySet:
		return Binary
	}
	return ""
}

// Value is one attribute value. Values share what they hold, so nobody may change a Value's list, map or set. The zero
// Value stands for an attribute that is not there.
type Value struct {
	Type Type
	Text string           // of String; of Number, as Decimal prints it; of Binary, the bytes
	Bool bool             // of Bool
	List []Value          // of List
	Map  map[string]Value // of Map
	Set  []string         // of the sets: texts as in Text, in order, each once
}

// Exists tells whether the attribute is there.
func (v Value) Exists() bool { return v.Type != "" }

// Equal tells whether two values are the same: of one type, numbers by what they are worth, sets and maps without order.
// What is not there equals nothing.
func (v Value) Equal(other Value) bool {
	return v.Exists() && v.Type == other.Type && v.Text == other.Text && v.Bool == other.Bool &&
		slices.EqualFunc(v.List, other.List, Value.Equal) &&
		maps.EqualFunc(v.Map, other.Map, Value.Equal) &&
		slices.Equal(v.Set, other.Set)
}

// Compare orders two strings or two binaries by their bytes, and two numbers by what they are worth. Other values, and
// values of different types, have no order.
func (v Value) Compare(other Value) (order int, ordered bool) {
	if v.Type != other.Type || !v.Type.Ordered() {
		return 0, false
	}
	return compareTexts(v.Type, v.Text, other.Text), true
}

// Ordered tells whether values of this type can be compared: strings, numbers and binaries.
func (t Type) Ordered() bool { return t == String || t == Number || t == Binary }

func compareTexts(t Type, a, b string) int {
	if t == Number {
		return Decimal(a).Compare(Decimal(b))
	}
	return strings.Compare(a, b)
}

// NewSet makes a set of texts, each as in Value.Text of the set's element type; it sorts them and drops the second of
// two that are equal. Without texts it is the zero Value, since no set is empty.
func NewSet(t Type, texts []string) Value {
	if len(texts) == 0 {
		return Value{}
	}
	sorted := slices.SortedFunc(slices.Values(texts), func(a, b string) int { return compareTexts(t.ElementType(), a, b) })
	return Value{Type: t, Set: slices.Compact(sorted)}
}

// NewNumber is the value of a decimal.
func NewNumber(d Decimal) Value { return Value{Type: Number, Text: string(d)} }
