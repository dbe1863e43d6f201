package gateway_test

import (
	"strings"
	"testing"
)

const responsesText = `gatewayResponses:
  ACCESS_DENIED: {statusCode: 404, headers: {X-Reason: denied, x-request: $context.requestId}, body: '{"error":$context.error.messageString,"type":"$context.error.responseType","path":"$context.path"}'}
  DEFAULT_4XX: {headers: {X-Class: client}}
  DEFAULT_5XX: {statusCode: 503}
  INTEGRATION_FAILURE: {body: '{"status":$context.status}'}
`

func TestGatewayResponses(t *testing.T) {
	s := startStage(t, modeText+responsesText, nil)
	s.things.code = func([]byte) (string, error) { return "nonsense", nil }
	tests := []struct {
		request string
		status  int
		body    string
		header  string
	}{
		{"GET /test/things\nAuthorization: Bearer deny", 404, `{"error":"User is not authorized to access this resource with an explicit deny","type":"ACCESS_DENIED","path":"/test/things"}`, "X-Reason: denied"},
		{"GET /test/files/a\"b\nAuthorization: Bearer things", 404, `{"error":"User is not authorized to access this resource","type":"ACCESS_DENIED","path":"/test/files/a\"b"}`, "X-Reason: denied"},
		{"GET /test/things", 401, `{"message":"Unauthorized"}`, "X-Class: client"},
		{"GET /test/nowhere", 403, `{"message":"Missing Authentication Token"}`, "X-Class: client"},
		{"GET /other/things", 403, `{"message":"Forbidden"}`, "X-Class: "}, // no API is there that could set it
		{"GET /test/things\nAuthorization: Bearer broken", 503, `{"message":null}`, "X-Class: "},
		{"GET /test/open", 502, `{"status":502}`, "X-Class: "}, // a type's own wins over its class's
	}
	for _, test := range tests {
		got := s.send(t, test.request)
		name, value, _ := strings.Cut(test.header, ": ")
		body := strings.ReplaceAll(test.body, `a"b`, `a\"b`)
		if got.status != test.status || got.body != body || got.header.Get(name) != value {
			t.Errorf("%s\n got %d %s %v\nwant %d %s %s", test.request, got.status, got.body, got.header, test.status, body, test.header)
		}
		if strings.HasPrefix(test.body, `{"error"`) && got.header.Get("X-Request") != got.header.Get("x-amzn-RequestId") {
			t.Errorf("%s: %v", test.request, got.header)
		}
	}
}

// TestBinaryMediaTypes: what is binary travels in base64, in both directions.
func TestBinaryMediaTypes(t *testing.T) {
	for _, test := range []struct {
		types, contentType, accept string
		in, out                    bool // in base64 to the function, and decoded from it
	}{
		{"[]", "image/png", "image/png", false, false},
		{"[image/png]", "image/png", "image/png", true, true},
		{"[image/png]", "IMAGE/PNG; q=1", "image/png;q=0.5", true, true},
		{"[image/*]", "image/gif", "image/webp, text/html", true, true},
		{"['*/*']", "text/plain", "text/plain", true, true},
		{"['*/*']", "", "", true, true},
		{"[image/png]", "text/plain", "text/html, image/png", false, false}, // only the first of Accept counts
		{"[image/png]", "image/pngx", "*/*", false, false},
	} {
		s := startStage(t, modeText+"binaryMediaTypes: "+test.types+"\n", nil)
		s.things.code = func([]byte) (string, error) {
			return `{"body":"aGVsbG8=","isBase64Encoded":true,"headers":{"Content-Type":"image/png"}}`, nil
		}
		headers := "\nAuthorization: Bearer all"
		if test.contentType != "" {
			headers += "\nContent-Type: " + test.contentType
		}
		if test.accept != "" {
			headers += "\nAccept: " + test.accept
		}
		got := s.send(t, "PUT /test/things"+headers+"\n\n{\"a\":1}")
		event := s.things.last(t)
		in, out := `{"a":1}`, "aGVsbG8="
		if test.in {
			in = "eyJhIjoxfQ=="
		}
		if test.out {
			out = "hello"
		}
		if event["isBase64Encoded"] != test.in || event["body"] != in || got.body != out {
			t.Errorf("%+v: the function got %v (%v), the client %q (%d)", test, event["body"], event["isBase64Encoded"], got.body, got.status)
		}
	}
}

func TestLimits(t *testing.T) {
	s := newStage(t, nil)
	long := strings.Repeat("x", 10_000)
	if got := s.send(t, "GET /test/open\nX-Long: "+long+long[:200]); got.status != 431 {
		t.Errorf("a head over 10,240 bytes: %d %s", got.status, got.body)
	}
	if got := s.send(t, "GET /test/open\nX-Long: "+long); got.status != 200 {
		t.Errorf("a head below: %d %s", got.status, got.body)
	}
	// 7 MB of body are within the gateway's limit, and beyond that of a function's event.
	if got := s.send(t, "PUT /test/things\nAuthorization: Bearer all\nContent-Type: text/plain\n\n"+strings.Repeat("x", 7<<20)); got.status != 413 || s.things.calls() != 1 {
		t.Errorf("an event over 6 MB: %d %s", got.status, got.body)
	}
	s.things.code = func([]byte) (string, error) { return `{"body":"` + strings.Repeat("x", 6<<20) + `"}`, nil }
	if got := s.send(t, "GET /test/open"); got.status != 502 {
		t.Errorf("an answer over 6 MB: %d", got.status)
	}
}
