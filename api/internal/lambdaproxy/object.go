package lambdaproxy

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
)

// Object is a JSON object of a request's body. Its zero value has no members.
type Object struct {
	place   string // its member's name in the body; "": it is the body
	members map[string]json.RawMessage
}

// readObject reads an object out of valid JSON. Each member must be among the known ones, unless known is nil, and there
// once: encoding/json would take "NAME" for "name", and the last of two.
func readObject(place string, text []byte, known []string) (Object, error) {
	o := Object{place, map[string]json.RawMessage{}}
	decoder := json.NewDecoder(bytes.NewReader(text))
	if opening, err := decoder.Token(); err != nil || opening != json.Delim('{') {
		return Object{}, &InputError{o.name(), "must be a JSON object"}
	}
	for decoder.More() {
		if err := o.readMember(decoder, known); err != nil {
			return Object{}, err
		}
	}
	return o, nil
}

func (o Object) readMember(decoder *json.Decoder, known []string) error {
	token, err := decoder.Token()
	name, isName := token.(string)
	if err != nil || !isName {
		return &InputError{o.name(), "is not valid JSON"}
	}
	if known != nil && !slices.Contains(known, name) {
		return &InputError{o.name(), fmt.Sprintf("has an unknown member %.64q", name)}
	}
	if _, repeated := o.members[name]; repeated {
		return &InputError{o.name(), fmt.Sprintf("has the member %.64q twice", name)}
	}
	var value json.RawMessage
	if err := decoder.Decode(&value); err != nil {
		return &InputError{o.name(), "is not valid JSON"}
	}
	o.members[name] = value
	return nil
}

func (o Object) name() string { return cmp.Or(o.place, "body") }

// Field is the name of a member as errors have it, such as "answer.code".
func (o Object) Field(name string) string {
	if o.place == "" {
		return name
	}
	return o.place + "." + name
}

// Has tells whether there is a member of the name.
func (o Object) Has(name string) bool {
	_, given := o.members[name]
	return given
}

// Text returns a member that is a string, and whether it is there. Another value is an [*InputError].
func (o Object) Text(name string) (text string, given bool, err error) {
	value, given := o.members[name]
	if !given {
		return "", false, nil
	}
	if value[0] != '"' || json.Unmarshal(value, &text) != nil {
		return "", true, &InputError{o.Field(name), "must be a string, not " + describe(value)}
	}
	return text, true, nil
}

// Texts returns all members, which must be strings. Another value is an [*InputError].
func (o Object) Texts() (map[string]string, error) {
	texts := map[string]string{}
	for name := range o.members {
		text, _, err := o.Text(name)
		if err != nil {
			return nil, err
		}
		texts[name] = text
	}
	return texts, nil
}

// Object returns a member that is an object whose members are all among the known ones; nil known ones stand for any.
// A member that is missing is an object without members. Another value is an [*InputError].
func (o Object) Object(name string, known []string) (Object, error) {
	value, given := o.members[name]
	if !given {
		return Object{place: o.Field(name)}, nil
	}
	return readObject(o.Field(name), value, known)
}

// JSON returns a member that is an object as its JSON, without looking into it; "" where it is missing. Another value is an [*InputError].
func (o Object) JSON(name string) (string, error) {
	value, given := o.members[name]
	if !given {
		return "", nil
	}
	if value[0] != '{' {
		return "", &InputError{o.Field(name), "must be a JSON object"}
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, value); err != nil {
		return "", &InputError{o.Field(name), "is not valid JSON"}
	}
	return compact.String(), nil
}

// describe names the type of a JSON value.
func describe(value json.RawMessage) string {
	switch value[0] {
	case 'n':
		return "null"
	case '{':
		return "an object"
	case '[':
		return "an array"
	case 't', 'f':
		return "a boolean"
	}
	return "a number"
}
