package users

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"unicode/utf8"
)

// maxBody bounds a request's body in bytes.
const maxBody = 64 << 10

// body returns the request's body, decoded from base64 where the event says that it is.
func (e *event) body() ([]byte, error) {
	encoded := len(e.Body)
	if e.IsBase64Encoded {
		encoded = base64.StdEncoding.DecodedLen(encoded) - 2 // padding stands for up to two bytes
	}
	if encoded > maxBody {
		return nil, &InputError{"body", fmt.Sprintf("must have at most %d bytes", maxBody)}
	}
	if !e.IsBase64Encoded {
		return []byte(e.Body), nil
	}
	decoded, err := base64.StdEncoding.DecodeString(e.Body)
	if err != nil {
		return nil, &InputError{"body", "is not valid base64"}
	}
	return decoded, nil
}

// parseMembers reads a JSON object whose members are strings. Each member must be among the known ones, and there
// once: encoding/json would take "NAME" for "name", and the last of two.
func parseMembers(body []byte, known ...string) (map[string]string, error) {
	if err := checkJSON(body); err != nil {
		return nil, err
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	if opening, err := decoder.Token(); err != nil || opening != json.Delim('{') {
		return nil, &InputError{"body", "must be a JSON object"}
	}
	members := map[string]string{}
	for decoder.More() {
		if err := parseMember(decoder, members, known); err != nil {
			return nil, err
		}
	}
	return members, nil
}

// checkJSON returns nil for exactly one JSON value in UTF-8.
func checkJSON(body []byte) error {
	if len(body) == 0 {
		return &InputError{"body", "is missing: a JSON object is expected"}
	}
	if !utf8.Valid(body) {
		return &InputError{"body", "is not valid UTF-8"}
	}
	var value json.RawMessage
	if err := json.Unmarshal(body, &value); err != nil {
		return &InputError{"body", "is not valid JSON: " + err.Error()}
	}
	return nil
}

func parseMember(decoder *json.Decoder, members map[string]string, known []string) error {
	token, err := decoder.Token()
	name, isName := token.(string)
	if err != nil || !isName {
		return &InputError{"body", "is not valid JSON"}
	}
	if !slices.Contains(known, name) {
		return &InputError{"body", fmt.Sprintf("has an unknown member %.64q", name)}
	}
	if _, repeated := members[name]; repeated {
		return &InputError{"body", fmt.Sprintf("has the member %q twice", name)}
	}
	value, err := decoder.Token()
	text, isText := value.(string)
	if err != nil || !isText {
		return &InputError{name, "must be a string, not " + describe(value)}
	}
	members[name] = text
	return nil
}

// describe names the JSON type of a token that begins a value.
func describe(token json.Token) string {
	switch token {
	case nil:
		return "null"
	case json.Delim('{'):
		return "an object"
	case json.Delim('['):
		return "an array"
	}
	if _, ok := token.(bool); ok {
		return "a boolean"
	}
	return "a number"
}
