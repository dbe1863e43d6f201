package gateway_test

import (
	"fmt"
	"testing"
)

// TestRowsBase64: by what a function says that its body is in base64. "aGVsbG8=" stays as it is where it is not taken for that.
func TestRowsBase64(t *testing.T) {
	rest := startStage(t, modeText+"binaryMediaTypes: [image/png]\n", nil)
	v1, v2 := newHTTPStage(t, with(httpModeText, `payloadFormatVersion: "2.0"`, `payloadFormatVersion: "1.0"`), nil), newHTTPStage(t, httpModeText, nil)
	const decoded, plain = "200 hello", "200 aGVsbG8="
	const failed, failedHTTP = `502 {"message": "Internal server error"}`, "500 " + serverError
	for _, test := range []struct{ members, rest, http string }{
		{``, plain, plain},
		{`,"isBase64Encoded":true`, decoded, decoded},
		{`,"isBase64Encoded":false`, plain, plain},
		{`,"isBase64Encoded":null`, plain, plain},
		{`,"isBase64Encoded":"true"`, decoded, decoded},
		{`,"isBase64Encoded":"True"`, decoded, decoded},
		{`,"isBase64Encoded":"false"`, plain, plain},
		{`,"isBase64Encoded":"False"`, plain, plain},
		{`,"isBase64Encoded":"TRUE"`, failed, failedHTTP},
		{`,"isBase64Encoded":""`, failed, failedHTTP},
		{`,"isBase64Encoded":1`, failed, failedHTTP},
		{`,"isBase64Encoded":{}`, failed, failedHTTP},
		{`,"isBase64Encoded":[true]`, failed, failedHTTP},
		{`,"base64Encoded":true`, decoded, plain},
		{`,"base64Encoded":"True"`, decoded, plain},
		{`,"base64Encoded":false`, plain, plain},
		{`,"base64Encoded":"x"`, failed, plain},
		{`,"base64Encoded":true,"isBase64Encoded":false`, decoded, plain},
		{`,"base64Encoded":false,"isBase64Encoded":true`, plain, decoded},
		{`,"base64Encoded":null,"isBase64Encoded":true`, decoded, decoded},
		{`,"Base64Encoded":true`, failed, plain},
	} {
		for s, want := range map[*stage]string{rest: test.rest, v1: test.http, v2: test.http} {
			s.things.code = func([]byte) (string, error) { return `{"statusCode":200,"body":"aGVsbG8="` + test.members + `}`, nil }
			got := s.send(t, "GET /test/open\nAccept: image/png")
			if text := fmt.Sprint(got.status, " ", got.body); text != want {
				t.Errorf("%s: %s, want %s", test.members, text, want)
			}
		}
	}
}

// TestRowsNoBase64: what is no base64 is the API's failure where it would be decoded, and nobody's where it is not.
func TestRowsNoBase64(t *testing.T) {
	const answer = `{"statusCode":200,"headers":{"X-Own":"a"},"body":"no base64","isBase64Encoded":true}`
	s := startStage(t, modeText+"binaryMediaTypes: [image/png]\n", func(c *setting) { c.ShowTrace = true })
	s.things.code = func([]byte) (string, error) { return answer, nil }
	got, trace := s.traced(t, "GET /test/open\nAccept: image/png")
	if got.status != 500 || got.body != `{"message": "Internal server error"}` || got.header.Get("Content-Length") != "36" || got.header.Get("x-amzn-ErrorType") != "InternalServerErrorException" {
		t.Errorf("%+v", got)
	}
	if got.header.Get("X-Own") != "" || got.header.Get("X-Amzn-Trace-Id") != "" || trace.ResponseType != "API_CONFIGURATION_ERROR" || trace.Integration.Error == "" {
		t.Errorf("headers %v, trace %+v", got.header, trace.Integration)
	}
	if got := s.send(t, "GET /test/open\nAccept: text/html"); got.status != 200 || got.body != "no base64" {
		t.Errorf("not decoded: %+v", got)
	}
}

// TestRowsMediaTypes: which media types are binary ones, of what a client accepts and of what it sends.
func TestRowsMediaTypes(t *testing.T) {
	for _, test := range []struct {
		types, mediaType string
		binary           bool
	}{
		{"['*/*']", "application", false},
		{"['*/*']", "*", false},
		{"['*/*']", "application/json", true},
		{"['*/*']", "*/*", true},
		{"['*/*']", "image/*", true},
		{"['*/png']", "image/png", false},
		{"['*/png']", "*/png", false},
		{"['*/png', image/png]", "image/png", true},
		{"[image/png]", "*/png", false},
		{"[image/png]", "*/*", false},
		{"[image/png]", "image/*", false},
		{"[image/*]", "image/*", true},
		{"[image/*]", "image", false},
		{"[image/*]", "imagex/png", false},
		{"['application/*']", "APPLICATION/octet-stream", true},
	} {
		s := startStage(t, modeText+"binaryMediaTypes: "+test.types+"\n", nil)
		s.things.code = func([]byte) (string, error) { return `{"body":"aGVsbG8=","isBase64Encoded":true}`, nil }
		got := s.send(t, "PUT /test/things\nAuthorization: Bearer all\nAccept: "+test.mediaType+"\nContent-Type: "+test.mediaType+"\n\n{}")
		if out, in := got.body == "hello", s.things.last(t)["isBase64Encoded"]; out != test.binary || in != test.binary {
			t.Errorf("%s among %s: decoded %v, in base64 %v, want %v", test.mediaType, test.types, out, in, test.binary)
		}
	}
}

// TestRowsSpaces: what failed behind a REST API is said with a space, and else there is none.
func TestRowsSpaces(t *testing.T) {
	s := newStage(t, nil)
	s.things.code = func([]byte) (string, error) { return "broken", nil }
	for request, want := range map[string]string{
		"GET /test/open": "36", "GET /test/nowhere": "42", "GET /other": "23", "GET /test/things": "26", "GET /test/things\nAuthorization: Bearer broken": "16",
		"GET /test/things\nAuthorization: Bearer things": "60",
	} {
		if got := s.send(t, request); got.header.Get("Content-Length") != want {
			t.Errorf("%s: %s bytes of %s, want %s", request, got.header.Get("Content-Length"), got.body, want)
		}
	}
}
