package gateway_test

import (
	"errors"
	"strings"
	"testing"
)

// answerTest is what a function's output makes of a request.
type answerTest struct {
	output string
	status int
	body   string
	header string // "Name: a, b" that must be there
}

func (test answerTest) run(t *testing.T, s *stage) {
	t.Helper()
	s.things.code = func([]byte) (string, error) { return test.output, nil }
	got := s.send(t, "GET /test/open")
	name, values, _ := strings.Cut(test.header, ": ")
	if got.status != test.status || got.body != test.body || strings.Join(got.header.Values(name), ", ") != values {
		t.Errorf("%s\n got %d %q %v\nwant %d %q %s", test.output, got.status, got.body, got.header, test.status, test.body, test.header)
	}
}

func TestHTTPAnswers(t *testing.T) {
	const inferred, plain = "Content-Type: application/json", "Content-Type: text/plain; charset=utf-8"
	s := newHTTPStage(t, httpModeText, nil)
	for _, test := range []answerTest{
		// inferred
		{`"hello"`, 200, "hello", inferred},
		{` "a\"b" `, 200, `a"b`, inferred},
		{`""`, 200, "", inferred},
		{`{}`, 200, "{}", inferred},
		{`{"message": "Hello", "z": [1, 2], "a": {}}`, 200, `{"message":"Hello","z":[1,2],"a":{}}`, inferred},
		{`{"StatusCode": 201, "body": "x"}`, 200, `{"StatusCode":201,"body":"x"}`, inferred},
		{`{"body": "x", "headers": {"X-A": "b"}}`, 200, `{"body":"x","headers":{"X-A":"b"}}`, inferred},
		{`[ "a", 1.50 ]`, 200, `["a",1.50]`, inferred},
		{`7`, 200, "7", inferred},
		{` null `, 200, "null", inferred},
		{`true`, 200, "true", inferred},
		// with a statusCode
		{`{"statusCode":201,"body":"made","headers":{"Location":"/x"}}`, 201, "made", "Location: /x"},
		{`{"statusCode":200}`, 200, "", plain},
		{`{"statusCode":200,"headers":null,"body":null,"cookies":null,"isBase64Encoded":null}`, 200, "", "Content-Length: 0"},
		{`{"statusCode":"202","body":"{}"}`, 202, "{}", plain},
		{`{"statusCode":204}`, 204, "", ""},
		{`{"statusCode":200,"headers":{"content-type":"text/html"},"body":"x"}`, 200, "x", "Content-Type: text/html"},
		{`{"statusCode":200,"headers":{"x-flag":true,"x-number":1.50}}`, 200, "", "X-Number: 1.50"},
		{`{"statusCode":200,"headers":{"x-flag":true}}`, 200, "", "X-Flag: true"},
		{`{"statusCode":200,"cookies":["a=b; Secure","c=d"]}`, 200, "", "Set-Cookie: a=b; Secure, c=d"},
		{`{"statusCode":200,"cookies":["a=b"],"headers":{"Set-Cookie":"c=d"}}`, 200, "", "Set-Cookie: c=d, a=b"},
		{`{"statusCode":200,"body":"aGVsbG8=","isBase64Encoded":true}`, 200, "hello", ""},
		{`{"statusCode":200,"body":"aGVsbG8=","isBase64Encoded":false}`, 200, "aGVsbG8=", ""},
		{`{"statusCode":200,"multiValueHeaders":{"X-A":["b"]},"more":1,"Body":"y"}`, 200, "", "X-A: "},
		{`{"statusCode":200,"headers":{"Content-Length":"99","Connection":"close"},"body":"x"}`, 200, "x", "X-Amzn-Remapped-Content-Length: 99"},
		{`{"statusCode":200,"headers":{"Access-Control-Allow-Origin":"*"}}`, 200, "", "Access-Control-Allow-Origin: *"}, // CORS is not configured
		// malformed
		{``, 500, serverError, "Content-Type: application/json"},
		{`hello`, 500, serverError, ""},
		{`{"a":1} {}`, 500, serverError, ""},
		{`{"statusCode":200} trailing`, 500, serverError, ""},
		{`{"statusCode":null}`, 500, serverError, ""},
		{`{"statusCode":"ok"}`, 500, serverError, ""},
		{`{"statusCode":99}`, 500, serverError, ""},
		{`{"statusCode":101}`, 500, serverError, ""},
		{`{"statusCode":600}`, 500, serverError, ""},
		{`{"statusCode":200.5}`, 500, serverError, ""},
		{`{"statusCode":{}}`, 500, serverError, ""},
		{`{"statusCode":200,"body":{"a":1}}`, 500, serverError, ""},
		{`{"statusCode":200,"body":1}`, 500, serverError, ""},
		{`{"statusCode":200,"headers":{"a":["b"]}}`, 500, serverError, ""},
		{`{"statusCode":200,"headers":["a"]}`, 500, serverError, ""},
		{`{"statusCode":200,"headers":{"a b":"c"}}`, 500, serverError, ""},
		{`{"statusCode":200,"headers":{"a":"b\r\nc: d"}}`, 500, serverError, ""},
		{`{"statusCode":200,"cookies":"a=b"}`, 500, serverError, ""},
		{`{"statusCode":200,"cookies":["a=b\r\nc: d"]}`, 500, serverError, "Set-Cookie: "},
		{`{"statusCode":200,"isBase64Encoded":"yes"}`, 500, serverError, ""},
		{`{"statusCode":200,"body":"no base64","isBase64Encoded":true}`, 500, serverError, ""},
	} {
		test.run(t, s)
	}
	s.things.code = func([]byte) (string, error) { return "", errors.New("broken") }
	if got := s.send(t, "GET /test/open"); got.status != 500 || got.body != serverError {
		t.Errorf("a function that fails: %+v", got)
	}
}

// TestHTTPAnswersV1: nothing is inferred, not even a status, and base64 is decoded whatever the client accepts.
func TestHTTPAnswersV1(t *testing.T) {
	s := newHTTPStage(t, with(httpModeText, `payloadFormatVersion: "2.0"`, `payloadFormatVersion: "1.0"`), nil)
	for _, test := range []answerTest{
		{`{"statusCode":201,"body":"made","headers":{"Location":"/x"}}`, 201, "made", "Location: /x"},
		{`{"statusCode":"200"}`, 200, "", "Content-Type: text/plain; charset=utf-8"},
		{`{"statusCode":200,"headers":{"x-one":"c"},"multiValueHeaders":{"X-One":["a","b"]}}`, 200, "", "X-One: a, b, c"},
		{`{"statusCode":200,"multiValueHeaders":{"Set-Cookie":["a=b","c=d"]}}`, 200, "", "Set-Cookie: a=b, c=d"},
		{`{"statusCode":200,"body":"aGVsbG8=","isBase64Encoded":true}`, 200, "hello", ""},
		{`{"statusCode":200,"cookies":["a=b"],"more":{},"StatusCode":201,"BODY":"x"}`, 200, "", "Set-Cookie: "}, // others' members are passed over
		{`{"statusCode":200,"headers":null,"multiValueHeaders":null,"body":null,"isBase64Encoded":null}`, 200, "", "Content-Length: 0"},
		// malformed
		{`{}`, 500, serverError, ""},
		{`{"body":"x"}`, 500, serverError, ""},
		{`{"StatusCode":200}`, 500, serverError, ""},
		{`{"statusCode":null}`, 500, serverError, ""},
		{`{"statusCode":"ok"}`, 500, serverError, ""},
		{`{"statusCode":200,"body":"no base64","isBase64Encoded":true}`, 500, serverError, ""},
		{`"hello"`, 500, serverError, ""},
		{`null`, 500, serverError, ""},
		{`[]`, 500, serverError, ""},
		{``, 500, serverError, ""},
		{`{"statusCode":200} trailing`, 500, serverError, ""},
		{`{"statusCode":200,"body":{}}`, 500, serverError, ""},
		{`{"statusCode":200,"multiValueHeaders":{"a":"b"}}`, 500, serverError, ""},
	} {
		test.run(t, s)
	}
}
