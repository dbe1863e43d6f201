package lambda

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// DecodeObject decodes a JSON object that has nothing behind it and no members but the known ones: the decoder
// alone would take names in any case for its own. The error is in the words of [Misfit].
func DecodeObject(text []byte, into any, known ...string) error {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(text, &members); err != nil {
		return Misfit("", text, err)
	}
	if members == nil {
		return errors.New("want an object, got null")
	}
	for name := range members {
		if !slices.Contains(known, name) {
			return fmt.Errorf("%.60q is no member of it", name)
		}
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(into); err != nil {
		return Misfit("", text, err)
	}
	return nil
}

// Misfit says in words of JSON what encoding/json has against the text of a value, which has a name or is a whole answer (""): its own words
// are types of Go. It quotes nothing of the text.
func Misfit(name string, text []byte, err error) error {
	wrong, is := errors.AsType[*json.UnmarshalTypeError](err)
	_, none := errors.AsType[*json.SyntaxError](err)
	switch {
	case none && len(bytes.TrimSpace(text)) == 0:
		return errors.New("it is empty: want JSON")
	case none:
		return fmt.Errorf("it is no JSON: %w", err)
	case !is && name == "":
		return err
	case !is:
		return fmt.Errorf("%s: %w", name, err)
	}
	got, _, _ := strings.Cut(wrong.Value, " ") // behind it is a number
	got, want := kinds[got], wanted(wrong.Type)
	if name = cmp.Or(wrong.Field, name); name == "" {
		return fmt.Errorf("want %s, got %s", want, got)
	}
	if wrong.Field == "" && text[0] == '[' && wrong.Value != "array" {
		name = "an item of " + name
	}
	if name == "body" && (got == kinds["object"] || got == kinds["array"]) {
		want += " (JSON.stringify it)"
	}
	return fmt.Errorf("%s is %s: want %s", name, got, want)
}

// kinds are what people call the kinds of JSON values, by encoding/json's words.
var kinds = map[string]string{
	"object": "an object", "array": "a list", "string": "a text", "number": "a number", "bool": "true or false", "null": "null",
}

// wanted is what JSON has for a type that is decoded.
func wanted(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "text"
	case reflect.Bool:
		return "true or false"
	case reflect.Slice, reflect.Array:
		return "a list"
	case reflect.Map, reflect.Struct:
		return "an object"
	}
	return "a number"
}

// mostShown is how many characters a value has at most that a reason quotes. What is shorter is no secret.
const mostShown = 7

// Shown is a JSON value where it is short, and else its kind, for reasons.
func Shown(value any) string {
	kind := "object"
	switch value := value.(type) {
	case nil:
		return "null"
	case bool:
		return strconv.FormatBool(value)
	case json.Number:
		if len(value) <= mostShown {
			return value.String()
		}
		kind = "number"
	case string:
		if len(value) <= mostShown {
			return strconv.Quote(value)
		}
		kind = "string"
	case []any:
		kind = "array"
	}
	return kinds[kind]
}

// ScalarText is the text of a JSON text, number or boolean.
func ScalarText(value any) (string, bool) {
	switch value := value.(type) {
	case string:
		return value, true
	case json.Number:
		return value.String(), true
	case bool:
		return strconv.FormatBool(value), true
	}
	return "", false
}
