package lambdaproxy

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"mime"
	"strings"
	"unicode/utf8"
)

// maxBody bounds a request's body in bytes.
const maxBody = 64 << 10

// ReadBody reads the request's body, which is decoded from base64 where the event says that it is, as one JSON object in
// UTF-8 of at most 64 KiB, whose members are all among the known ones. Anything else is an [*InputError].
func (e *Event) ReadBody(known ...string) (Object, error) {
	text, err := e.content()
	if err != nil {
		return Object{}, err
	}
	if err := checkJSON(text); err != nil {
		return Object{}, err
	}
	return readObject("", text, known)
}

// RequireJSON makes sure that the request says that its body is JSON: application/json, or a type with the suffix +json (RFC 6839, section
// 3.1). A page of another origin can send any other type, and none, without having been asked whether it may (Fetch, "CORS-safelisted
// request-header"). The error is a [*MediaTypeError].
func (e *Event) RequireJSON() error {
	lines := e.Header("Content-Type")
	sent := strings.Join(lines, ", ")
	name, _, err := mime.ParseMediaType(sent)
	if err != nil || len(lines) != 1 || name != "application/json" && !strings.HasSuffix(name, "+json") {
		return &MediaTypeError{sent}
	}
	return nil
}

// content returns the request's body as bytes.
func (e *Event) content() ([]byte, error) {
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
