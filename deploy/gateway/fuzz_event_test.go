package gateway_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzEvent: whatever a request holds, the function's event is JSON that says it: single values are the last of the
// multiple ones, the query is decoded once, and a body of text arrives as it was sent.
func FuzzEvent(f *testing.F) {
	f.Add("a=1&a=2&b=x+y%2B", "X-Two", "1", "2", []byte(`{"name":"ä"}`))
	f.Add("a=%zz&;b&=&a", "x-\"quote", "\\", "\x01", []byte("\xff\x00"))
	f.Add("", "Host", "other", "", []byte{})
	f.Add("a[]=1&a%00=2", "Cookie", "a=b; c", "d", []byte("null"))
	s := &stage{token: &function{}, things: &function{code: func([]byte) (string, error) { return `{}`, nil }}}
	g, err := s.config(f, modeText+"binaryMediaTypes: [application/octet-stream]\n", nil).serve()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, query, name, first, second string, body []byte) {
		request := httptest.NewRequest("PUT", "/test/things", bytes.NewReader(body))
		request.URL.RawQuery = query
		request.Header["Authorization"] = []string{"Bearer all"}
		request.Header[http.CanonicalHeaderKey(name)] = []string{first, second}
		request.Header["Content-Type"] = []string{"text/plain"}
		binary := len(body)%2 == 1
		if binary {
			request.Header["Content-Type"] = []string{"application/octet-stream"}
		}
		s.token.code = func([]byte) (string, error) { return authorizerAnswer("all", "") }
		s.things.events = nil
		g.ServeHTTP(httptest.NewRecorder(), request)
		if len(s.things.events) == 0 {
			return // refused
		}
		var e struct {
			Headers, QueryStringParameters                     map[string]string
			MultiValueHeaders, MultiValueQueryStringParameters map[string][]string
			Body                                               *string
			IsBase64Encoded                                    bool
		}
		if err := json.Unmarshal([]byte(s.things.events[0]), &e); err != nil {
			t.Fatalf("%v in %s", err, s.things.events[0])
		}
		for _, pair := range []struct {
			single map[string]string
			multi  map[string][]string
		}{{e.Headers, e.MultiValueHeaders}, {e.QueryStringParameters, e.MultiValueQueryStringParameters}} {
			if len(pair.single) != len(pair.multi) {
				t.Errorf("%v beside %v", pair.single, pair.multi)
			}
			for key, values := range pair.multi {
				if len(values) == 0 || pair.single[key] != values[len(values)-1] {
					t.Errorf("%q: %q beside %q", key, pair.single[key], values)
				}
			}
		}
		want, err := url.ParseQuery(query)
		for key, values := range want {
			if err != nil {
				break // it leaves out what it cannot read
			}
			if utf8.ValidString(key+strings.Join(values, "")) && !slices.Equal(e.MultiValueQueryStringParameters[key], values) {
				t.Errorf("query %q: %q is %q, want %q", query, key, e.MultiValueQueryStringParameters[key], values)
			}
		}
		checkBody(t, body, e.Body, e.IsBase64Encoded, binary)
	})
}

func checkBody(t *testing.T, sent []byte, got *string, isBase64, binary bool) {
	t.Helper()
	switch {
	case len(sent) == 0 && got != nil, len(sent) > 0 && got == nil:
		t.Errorf("body %q became %v", sent, got)
	case got == nil:
	case isBase64 != binary:
		t.Errorf("isBase64Encoded is %v", isBase64)
	case binary:
		if decoded, err := base64.StdEncoding.DecodeString(*got); err != nil || !bytes.Equal(decoded, sent) {
			t.Errorf("body %q became %q", sent, *got)
		}
	case utf8.Valid(sent) && *got != string(sent):
		t.Errorf("body %q became %q", sent, *got)
	}
}
