package schema_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"portcullis/api/internal/schema"
)

// TestCheck: what passes and what does not, by each word of a schema.
func TestCheck(t *testing.T) {
	tests := []struct{ schema, good, bad string }{
		{`{}`, `null 1 "a" [] {}`, ``},
		{`{"type":"object"}`, `{} {"a":1}`, `null [] "a" 1 true`},
		{`{"type":"array"}`, `[] [1]`, `null {} "a"`},
		{`{"type":"string"}`, `"" "a"`, `null 1 ["a"]`},
		{`{"type":"number"}`, `1 1.5 -2e3`, `"1" null true`},
		{`{"type":"integer"}`, `1 1.0 -2e3`, `1.5 "1" true`},
		{`{"type":"boolean"}`, `true false`, `0 "true" null`},
		{`{"type":"null"}`, `null`, `0 "" false`},
		{`{"type":["string","null"]}`, `"a" null`, `1 {}`},
		{`{"enum":["a",1,null,[1],{"b":2}]}`, `"a" 1 1.0 null [1] {"b":2}`, `"b" 2 true [2] {"b":3} {}`},
		{`{"const":"ping"}`, `"ping"`, `"pong" null`},
		{`{"const":null}`, `null`, `"null" 0`},
		{`{"minLength":2,"maxLength":3}`, `"éé" "abc" 1 [] {}`, `"é" "" "abcd"`},
		{`{"minimum":2,"maximum":3}`, `2 3 2.5 "a"`, `1.9 3.1 -2`},
		{`{"minItems":1,"maxItems":2}`, `[1] [1,2] "a"`, `[] [1,2,3]`},
		{`{"items":{"type":"string"}}`, `[] ["a"] "a"`, `[1] ["a",null]`},
		{`{"required":["a","b"]}`, `{"a":1,"b":null} [] "a"`, `{} {"a":1} {"b":1,"A":2}`},
		{`{"properties":{"a":{"type":"string"},"b":{"properties":{"c":{"const":1}}}}}`, `{} {"a":"x"} {"x":1} {"b":{"c":1,"d":2}}`, `{"a":1} {"A":"x"} {"b":{"c":2}} {"b":{"C":1}}`},
		{`{"properties":{"sk":{}}}`, `{"sk":1}`, `{"\u017fk":1} {"s\u212a":1}`},
		{`{"properties":{"a":{}},"additionalProperties":false}`, `{} {"a":1}`, `{"b":1} {"a":1,"b":1} {"":1}`},
		{`{"properties":{"a":{}},"additionalProperties":true}`, `{"b":1}`, `{"A":1}`},
		{`{"additionalProperties":{"type":"string"}}`, `{} {"a":"x"}`, `{"a":1}`},
		{`{"title":"a","description":"b","default":1,"examples":[1]}`, `null 1`, ``},
	}
	for _, test := range tests {
		read, err := schema.Parse([]byte(test.schema))
		if err != nil {
			t.Errorf("%s: %v", test.schema, err)
			continue
		}
		again, err := schema.Parse([]byte(read.String()))
		if err != nil || !reflect.DeepEqual(read, again) {
			t.Errorf("%s is written as %s: %v", test.schema, read, err)
		}
		for text := range strings.FieldsSeq(test.good) {
			if value, err := schema.Decode([]byte(text)); err != nil || read.Check(value) != nil {
				t.Errorf("%s: %s is refused: %v, %v", test.schema, text, err, read.Check(value))
			}
		}
		for text := range strings.FieldsSeq(test.bad) {
			value, err := schema.Decode([]byte(text))
			if wrong := read.Check(value); err != nil || !errors.As(wrong, new(*schema.MismatchError)) {
				t.Errorf("%s: %s is taken: %v, %v", test.schema, text, err, wrong)
			}
		}
	}
}

// TestMismatchSaysWhere, and nothing of what was sent.
func TestMismatchSaysWhere(t *testing.T) {
	read, err := schema.Parse([]byte(`{"properties":{"to":{"items":{"properties":{"id":{"type":"string"}},"additionalProperties":false}}},"required":["to"]}`))
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		`{"to":[{"id":"a"},{"id":7}]}`:  "/to/1/id is no string",
		`{"to":[{"secret":"a"}]}`:       "/to/0 has a member that it may not have",
		`{}`:                            `the message lacks "to"`,
		`{"to":[{"ID":"secret"}]}`:      `/to/0 has "id" in another case`,
		`{"to":[{"id":["secret"]}, 1]}`: "/to/0/id is no string",
	} {
		value, err := schema.Decode([]byte(text))
		if wrong := read.Check(value); err != nil || wrong == nil || wrong.Error() != want {
			t.Errorf("%s: %v, %v; want %s", text, err, wrong, want)
		}
	}
}

// TestParseRefuses what is no schema of a message, and says where.
func TestParseRefuses(t *testing.T) {
	for text, want := range map[string]string{
		`[]`:                                ": want a schema, a mapping",
		`true`:                              ": want a schema, a mapping",
		`{`:                                 ": want one JSON value in UTF-8, with each member once",
		`{"type":"string","type":"object"}`: ": want one JSON value in UTF-8, with each member once",
		`{"typ":"string"}`:                  "typ: typ: is no word that a message's schema may have; want some of type",
		`{"pattern":"a"}`:                   "pattern: pattern: is no word",
		`{"$ref":"#/a"}`:                    "$ref: $ref: is no word",
		`{"type":"text"}`:                   "type: type: want object, array",
		`{"type":[]}`:                       "type: type: is empty",
		`{"type":["null",1]}`:               "type: type: want object, array",
		`{"type":["null","null"]}`:          "type: type: want object, array",
		`{"enum":[]}`:                       "enum: enum: want a list of values",
		`{"enum":"a"}`:                      "enum: enum: want a list of values",
		`{"enum":["a"],"const":"a"}`:        ": want const or enum, and not both",
		`{"properties":[]}`:                 "properties: properties: want a mapping of names",
		`{"properties":{"a":{"typ":1}}}`:    "properties/a/typ: typ: is no word",
		`{"properties":{"a":true}}`:         "properties/a: a: want a schema",
		`{"required":[]}`:                   "required: required: want a list of names, each once",
		`{"required":["a","a"]}`:            "required: required: want a list of names, each once",
		`{"required":"a"}`:                  "required: required: want a list of names, each once",
		`{"required":[1]}`:                  "required: required: want a list of names, each once",
		`{"additionalProperties":"no"}`:     "additionalProperties: additionalProperties: want a schema",
		`{"items":[{}]}`:                    "items: items: want a schema",
		`{"minLength":-1}`:                  "minLength: minLength: want a whole number",
		`{"maxItems":1.5}`:                  "maxItems: maxItems: want a whole number",
		`{"maxLength":"5"}`:                 "maxLength: maxLength: want a whole number",
		`{"minimum":"5"}`:                   "minimum: minimum: want a number",
	} {
		_, err := schema.Parse([]byte(text))
		wrong := (*schema.Error)(nil)
		if !errors.As(err, &wrong) || !strings.HasPrefix(strings.Join(wrong.Place, "/")+": "+err.Error(), want) {
			t.Errorf("%s: error %v; want %s", text, err, want)
		}
	}
}

// TestDecodeRefuses what two readers may take for different values.
func TestDecodeRefuses(t *testing.T) {
	for _, text := range []string{
		"", " ", "{", "[1", "{}{}", "1 2", `{"a":1,"a":2}`, `{"a":{"b":1,"b":1}}`, `[{"a":1,"\u0061":2}]`, `{"a":1,}`, "\"\xff\"", "{\"a\xff\":1}", "nul", "1e999",
		strings.Repeat("[", 70) + strings.Repeat("]", 70), strings.Repeat("[", 100_000),
	} {
		if value, err := schema.Decode([]byte(text)); !errors.Is(err, schema.ErrJSON) {
			t.Errorf("%.40q is taken for %v, %v", text, value, err)
		}
	}
	if value, err := schema.Decode([]byte(` {"a":[1,{"b":null}],"c":"é"} `)); err != nil || !reflect.DeepEqual(value, map[string]any{"a": []any{1.0, map[string]any{"b": nil}}, "c": "é"}) {
		t.Errorf("%v, %v", value, err)
	}
}
