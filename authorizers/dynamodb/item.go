package dynamodb

import (
	"strconv"
	"time"
)

// Value is an attribute's value in DynamoDB's JSON. One of the members is set, or none in a value of another type.
// See https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html.
type Value struct {
	S    *string  `json:",omitempty"`
	N    *string  `json:",omitempty"`
	B    *[]byte  `json:",omitempty"`
	BOOL *bool    `json:",omitempty"`
	L    *[]Value `json:",omitempty"`
}

// Item is an item in DynamoDB's JSON: values by their attributes.
type Item map[string]Value

// Text is a value of the type S.
func Text(text string) Value { return Value{S: &text} }

// Bytes is a value of the type B.
func Bytes(bytes []byte) Value { return Value{B: &bytes} }

// Flag is a value of the type BOOL.
func Flag(flag bool) Value { return Value{BOOL: &flag} }

// Seconds is a time as a value of the type N: whole seconds since 1970, as TTL wants them.
func Seconds(t time.Time) Value {
	n := strconv.FormatInt(t.Unix(), 10)
	return Value{N: &n}
}

// Texts is a value of the type L with elements of the type S. It is there when it is empty.
func Texts(texts []string) Value {
	values := make([]Value, len(texts))
	for i, text := range texts {
		values[i] = Text(text)
	}
	return List(values)
}

// List is a value of the type L. It is there when it is empty.
func List(values []Value) Value { return Value{L: &values} }

// only gives the member of a value if it is there, and no other.
func only[T any](v Value, member *T) (value T, ok bool) {
	if member == nil {
		return value, false
	}
	set := 0
	for _, there := range []bool{v.S != nil, v.N != nil, v.B != nil, v.BOOL != nil, v.L != nil} {
		if there {
			set++
		}
	}
	return *member, set == 1
}

// Reader reads an item's attributes, and keeps the name of the first that is missing or of another type or form: what it gives
// for that one means nothing.
type Reader struct {
	Item Item
	Bad  string // "": none
}

// Refuse says that an attribute is bad.
func (r *Reader) Refuse(name string) {
	if r.Bad == "" {
		r.Bad = name
	}
}

// Has tells whether an attribute is there, of whatever type.
func (r *Reader) Has(name string) bool {
	_, there := r.Item[name]
	return there
}

func read[T any](r *Reader, name string, member func(Value) *T) T {
	v := r.Item[name]
	value, ok := only(v, member(v))
	if !ok {
		r.Refuse(name)
		return *new(T)
	}
	return value
}

// Text reads what [Text] writes.
func (r *Reader) Text(name string) string {
	return read(r, name, func(v Value) *string { return v.S })
}

// Bytes reads what [Bytes] writes.
func (r *Reader) Bytes(name string) []byte {
	return read(r, name, func(v Value) *[]byte { return v.B })
}

// Flag reads what [Flag] writes.
func (r *Reader) Flag(name string) bool {
	return read(r, name, func(v Value) *bool { return v.BOOL })
}

// Time reads what [Seconds] writes of a time from 1970 on, in UTC. Far below that is the zero time, which would mean none.
func (r *Reader) Time(name string) time.Time {
	n, err := strconv.ParseInt(read(r, name, func(v Value) *string { return v.N }), 10, 64)
	if err != nil || n < 0 {
		r.Refuse(name)
		return time.Time{}
	}
	return time.Unix(n, 0).UTC()
}

// Texts reads what [Texts] writes.
func (r *Reader) Texts(name string) []string {
	var texts []string
	for _, element := range r.List(name) {
		text, ok := only(element, element.S)
		if !ok {
			r.Refuse(name)
			return nil
		}
		texts = append(texts, text)
	}
	return texts
}

// List reads what [List] writes.
func (r *Reader) List(name string) []Value {
	return read(r, name, func(v Value) *[]Value { return v.L })
}
