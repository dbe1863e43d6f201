package gateway_test

import (
	"net/http"
	"sort"
	"strings"
	"testing"
)

// corsOf lists the headers of an answer that CORS is about, sorted, without their "Access-Control-".
func corsOf(header http.Header) string {
	var all []string
	for name, values := range header {
		if short, cut := strings.CutPrefix(name, "Access-Control-"); cut || name == "Vary" {
			all = append(all, strings.ToLower(short)+"="+strings.Join(values, "|"))
		}
	}
	sort.Strings(all)
	return strings.Join(all, " ")
}

const (
	listed   = "cors: {allowOrigins: [https://a.example, https://b.example], allowMethods: [GET, POST], allowHeaders: [authorization, x-a], exposeHeaders: [etag, location], maxAge: 300, allowCredentials: true}\n"
	anyone   = "cors: {allowOrigins: ['*'], allowMethods: ['*'], allowHeaders: ['*']}\n"
	byScheme = "cors: {allowOrigins: [https://*], maxAge: -1}\n"
	stacks   = "cors: {allowMethods: [GET]}\n"
)

func TestHTTPCORS(t *testing.T) {
	const preflight = "OPTIONS /test/things\nAccess-Control-Request-Method: GET\nOrigin: "
	const listedPreflight = "allow-credentials=true allow-headers=authorization,x-a allow-methods=GET,POST allow-origin=https://b.example expose-headers=etag,location max-age=300 vary=Origin"
	for _, test := range []struct {
		cors    string
		request string
		status  int
		headers string
	}{
		// preflights
		{listed, preflight + "https://b.example", 204, listedPreflight},
		{listed, strings.Replace(preflight, "/things", "/nowhere", 1) + "https://b.example", 204, listedPreflight},
		{listed, preflight + "https://c.example", 204, "vary=Origin"},
		{listed, preflight + "https://b.example.evil", 204, "vary=Origin"},
		{listed, preflight + "http://b.example", 204, "vary=Origin"},
		{listed, preflight + "https://b.example:8443", 204, "vary=Origin"},
		{listed, preflight + "HTTPS://B.EXAMPLE", 204, "vary=Origin"},
		{listed, preflight + "null", 204, "vary=Origin"},
		{anyone, preflight + "https://c.example", 204, "allow-headers=* allow-methods=* allow-origin=*"},
		{anyone, preflight + "null", 204, "allow-headers=* allow-methods=* allow-origin=*"},
		{byScheme, preflight + "https://c.example", 204, "allow-origin=https://c.example max-age=-1 vary=Origin"},
		{byScheme, preflight + "http://c.example", 204, "vary=Origin"},
		{stacks, preflight + "https://s.example", 204, "allow-methods=GET allow-origin=https://s.example vary=Origin"},
		{stacks, preflight + "https://c.example", 204, "vary=Origin"},
		{"", preflight + "https://b.example", 404, ""},
		// what is none
		{listed, "OPTIONS /test/things\nOrigin: https://b.example", 404, "allow-credentials=true allow-origin=https://b.example expose-headers=etag,location vary=Origin"},
		{listed, "OPTIONS /test/things\nAccess-Control-Request-Method: GET", 404, "vary=Origin"},
		{listed, "OPTIONS /other/things\nAccess-Control-Request-Method: GET\nOrigin: https://b.example", 404, ""},
		// a guarded route takes OPTIONS itself
		{listed, strings.Replace(preflight, "/things", "/any", 1) + "https://b.example", 401, "allow-credentials=true allow-origin=https://b.example expose-headers=etag,location vary=Origin"},
		// answers: the function's own headers are dropped
		{listed, "GET /test/open\nOrigin: https://a.example", 200, "allow-credentials=true allow-origin=https://a.example expose-headers=etag,location vary=Origin"},
		{listed, "GET /test/open\nOrigin: https://c.example", 200, "vary=Origin"},
		{listed, "GET /test/open", 200, "vary=Origin"},
		{anyone, "GET /test/open\nOrigin: https://c.example", 200, "allow-origin=*"},
		{anyone, "GET /test/open", 200, ""},
		{"", "GET /test/open\nOrigin: https://a.example", 200, "allow-methods=BREW allow-origin=https://evil.example"},
		// errors
		{listed, "GET /test/things\nOrigin: https://a.example", 401, "allow-credentials=true allow-origin=https://a.example expose-headers=etag,location vary=Origin"},
		{listed, "GET /test/nowhere\nOrigin: https://c.example", 404, "vary=Origin"},
	} {
		s := newHTTPStage(t, httpModeText+test.cors, func(c *setting) { c.AllowedOrigins = []string{"https://s.example"} })
		s.things.code = func([]byte) (string, error) {
			return `{"statusCode":200,"headers":{"access-control-allow-origin":"https://evil.example","Access-Control-Allow-Methods":"BREW"}}`, nil
		}
		got := s.send(t, test.request)
		if got.status != test.status || corsOf(got.header) != test.headers || got.header.Get("apigw-requestid") == "" {
			t.Errorf("%s%s\n got %d %s\nwant %d %s", test.cors, test.request, got.status, corsOf(got.header), test.status, test.headers)
		}
		if strings.HasPrefix(test.request, "OPTIONS") && (s.token.calls() > 0 || s.things.calls() > 0) {
			t.Errorf("%s: a function was called", test.request)
		}
	}
}

// TestHTTPCORSRoutedOptions: where a route takes OPTIONS, its authorizer is asked first, and the gateway answers then.
func TestHTTPCORSRoutedOptions(t *testing.T) {
	s := newHTTPStage(t, httpModeText+listed, nil)
	const preflight = "OPTIONS /test/any\nAccess-Control-Request-Method: GET\nOrigin: https://a.example\nAuthorization: Bearer "
	if got := s.send(t, preflight+"deny"); got.status != 403 {
		t.Errorf("denied: %+v", got)
	}
	if got := s.send(t, preflight+"all"); got.status != 204 || got.header.Get("Access-Control-Allow-Methods") != "GET,POST" || s.things.calls() != 0 {
		t.Errorf("allowed: %+v, %d calls", got, s.things.calls())
	}
	if got := s.send(t, "OPTIONS /test/any\nOrigin: https://a.example\nAuthorization: Bearer all"); got.status != 200 || s.things.calls() != 1 {
		t.Errorf("no preflight: %+v", got)
	}
}

// TestHTTPCORSDefault: a guarded $default takes preflights too, unless a public route for OPTIONS is there.
func TestHTTPCORSDefault(t *testing.T) {
	for paths, status := range map[string]int{"": 401, "  /{proxy+}: {options: {security: []}}\n": 204} {
		s := defaultStage(t, httpModeText+listed, paths)
		got := s.send(t, "OPTIONS /test/nowhere\nAccess-Control-Request-Method: GET\nOrigin: https://a.example")
		if got.status != status || s.things.calls() != 0 {
			t.Errorf("%q: %+v", paths, got)
		}
	}
}
