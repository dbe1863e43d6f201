package gateway_test

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestProxyAnswers(t *testing.T) {
	const failed = `{"message": "Internal server error"}`
	tests := []struct {
		output string
		status int
		body   string
		header string // "Name: a, b" that must be there
	}{
		{`{"statusCode":201,"body":"made","headers":{"Location":"/x"}}`, 201, "made", "Location: /x"},
		{`{}`, 200, "", "Content-Type: application/json"},
		{`{"headers":{"Content-Type":"text/plain"}}`, 200, "", "Content-Type: text/plain"},
		{`{"headers":{"content-type":"text/html"},"body":"{}"}`, 200, "{}", "Content-Type: text/html"},
		{`{"headers":null,"body":null}`, 200, "", "Content-Length: 0"},
		{`{"statusCode":"201"}`, 201, "", ""},
		{`{"headers":{"X-Flag":true,"x-number":1.50}}`, 200, "", "X-Flag: true"},
		{`{"headers":{"x-one":"c"},"multiValueHeaders":{"X-One":["a","b"]}}`, 200, "", "X-One: a, b, c"},
		{`{"headers":{"x-one":"a"},"multiValueHeaders":{"X-One":["a","b"]}}`, 200, "", "X-One: a, b"},
		{`{"body":"aGVsbG8=","isBase64Encoded":true}`, 200, "aGVsbG8=", ""},
		{`{"headers":{"Content-Length":"99","Connection":"close"},"body":"x"}`, 200, "x", "X-Amzn-Remapped-Content-Length: 99"},
		{`{"statusCode":200,"bodi":"x"}`, 502, failed, ""},
		{`{"statusCode":200} trailing`, 502, failed, ""},
		{`{"StatusCode":201,"BODY":"x"}`, 502, failed, ""},
		{`"hello"`, 502, failed, ""},
		{`[1]`, 502, failed, ""},
		{`null`, 502, failed, ""},
		{``, 502, failed, ""},
		{`{"statusCode":"ok"}`, 502, failed, ""},
		{`{"statusCode":99}`, 502, failed, ""},
		{`{"statusCode":200.5}`, 502, failed, ""},
		{`{"multiValueHeaders":{"a":"b"}}`, 502, failed, ""},
		{`{"headers":{"a":["b"]}}`, 502, failed, ""},
		{`{"body":{"a":1}}`, 502, failed, ""},
	}
	s := newStage(t, nil)
	for _, test := range tests {
		s.things.code = func([]byte) (string, error) { return test.output, nil }
		got := s.send(t, "GET /test/open")
		name, values, _ := strings.Cut(test.header, ": ")
		if got.status != test.status || got.body != test.body || strings.Join(got.header.Values(name), ", ") != values {
			t.Errorf("%s\n got %d %q %v\nwant %d %q %s", test.output, got.status, got.body, got.header, test.status, test.body, test.header)
		}
	}
	s.things.code = func([]byte) (string, error) { return "", errors.New("broken") }
	if got := s.send(t, "GET /test/open"); got.status != 502 || got.body != failed {
		t.Errorf("a function that fails: %+v", got)
	}
}

func TestIntegrationTimeout(t *testing.T) {
	s := newStage(t, func(c *setting) {
		c.Timeout = time.Millisecond
		c.Functions["things"] = stuck{}
	})
	got := s.send(t, "GET /test/open")
	if got.status != 504 || got.body != `{"message": "Endpoint request timed out"}` {
		t.Errorf("%+v", got)
	}
}
