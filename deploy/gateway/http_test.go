package gateway_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

// The bodies that an HTTP API answers itself.
const (
	notFound        = `{"message":"Not Found"}`
	unauthorized    = `{"message":"Unauthorized"}`
	forbidden       = `{"message":"Forbidden"}`
	serverError     = `{"message":"Internal Server Error"}`
	unavailable     = `{"message":"Service Unavailable"}`
	entityTooLarge  = `{"message":"Request Entity Too Large"}`
	tooManyRequests = `{"message":"Too Many Requests"}`
)

func TestHTTP(t *testing.T) {
	tests := []struct {
		request string
		status  int
		body    string // of the function: the route's key
	}{
		// routing
		{"GET /test/things\nAuthorization: Bearer all", 200, "GET /things"},
		{"GET /test\nAuthorization: Bearer all", 200, "GET /"},
		{"GET /test/\nAuthorization: Bearer all", 200, "GET /"},
		{"GET /test/open", 200, "GET /open"},
		{"GET /test/things/7\nAuthorization: Bearer all", 200, "GET /things/{id}"},
		{"GET /test/things/special\nAuthorization: Bearer all", 200, "GET /things/special"},
		{"GET /test/things/7/parts\nAuthorization: Bearer all", 200, "GET /things/{other}/parts"},
		{"GET /test/things/special/parts\nAuthorization: Bearer all", 200, "GET /things/{other}/parts"},
		{"GET /test/files/a/b\nAuthorization: Bearer all", 200, "GET /files/{path+}"},
		{"GET /test/any\nAuthorization: Bearer all", 200, "ANY /any"},
		{"POST /test/any\nAuthorization: Bearer all", 200, "POST /any"},
		{"PATCH /test/any/a/b\nAuthorization: Bearer all", 200, "ANY /any/{proxy+}"},
		{"GET /test/nowhere", 404, notFound},
		{"GET /test/nowhere\nAuthorization: Bearer x", 404, notFound},
		{"PATCH /test/things\nAuthorization: Bearer all", 404, notFound},
		{"OPTIONS /test/things", 404, notFound},
		{"OPTIONS /test/things\nOrigin: https://a.example\nAccess-Control-Request-Method: GET", 404, notFound},
		{"BREW /test/any\nAuthorization: Bearer all", 404, notFound},
		{"GET /other/things\nAuthorization: Bearer all", 404, notFound},
		{"GET /tester/things\nAuthorization: Bearer all", 404, notFound},
		{"GET /\nAuthorization: Bearer all", 404, notFound},
		// identity source
		{"GET /test/things", 401, unauthorized},
		{"GET /test/things\nAuthorization: ", 401, unauthorized},
		{"GET /test/things\nX-Authorization: Bearer all", 401, unauthorized},
		// the authorizer's answers
		{"GET /test/things\nAuthorization: Bearer unauthorized", 401, unauthorized},
		{"GET /test/things\nAuthorization: Bearer lower-case", 500, serverError},
		{"GET /test/things\nAuthorization: Bearer broken", 500, serverError},
		{"GET /test/things\nAuthorization: Bearer no-principal", 500, serverError},
		{"GET /test/things\nAuthorization: Bearer no-policy", 500, serverError},
		{"GET /test/things\nAuthorization: Bearer no-statement", 500, serverError},
		{"GET /test/things\nAuthorization: Bearer bad-context", 200, "GET /things"}, // 2.0 keeps any type
		{"GET /test/things\nAuthorization: Bearer odd-policy", 500, serverError},
		{"GET /test/things\nAuthorization: Bearer capitals", 500, serverError},
		{"GET /test/things\nAuthorization: Bearer both-cases", 500, serverError},
		{"GET /test/things\nAuthorization: Bearer trailing", 500, serverError},
		{"GET /test/things\nAuthorization: Bearer no-json", 500, serverError},
		{"GET /test/things\nAuthorization: Bearer yes", 500, serverError}, // not asked for
		{"GET /test/things\nAuthorization: Bearer long-resource", 500, serverError},
		{"GET /test/things\nAuthorization: Bearer deny", 403, forbidden},
		{"GET /test/things\nAuthorization: Bearer things", 403, forbidden},
		{"GET /test/things/7\nAuthorization: Bearer things", 200, "GET /things/{id}"},
		{"DELETE /test/things/7\nAuthorization: Bearer things", 403, forbidden},
		{"GET /test/any\nAuthorization: Bearer things", 403, forbidden},
		// limits
		{"POST /test/open\n\n" + strings.Repeat("x", 10<<20+1), 413, entityTooLarge},
		{"POST /test/open\n\n" + strings.Repeat("x", 6<<20), 413, entityTooLarge}, // as an event
		{"POST /test/open\n\n" + strings.Repeat("x", 4<<20), 200, "POST /open"},
		{"GET /test/open\nX-Long: " + strings.Repeat("x", 10_240), 431, `{"message":"Request Header Fields Too Large"}`},
	}
	s := newHTTPStage(t, httpModeText, nil)
	for _, test := range tests {
		name, _, _ := strings.Cut(fmt.Sprintf("%.120s", test.request), "\n\n")
		got := s.send(t, test.request)
		if got.status != test.status || got.body != test.body {
			t.Errorf("%s\n got %d %s\nwant %d %s", name, got.status, got.body, test.status, test.body)
		}
		want := "application/json"
		if test.status == 200 {
			want = "text/plain; charset=utf-8"
		}
		if got.header.Get("apigw-requestid") == "" || got.header.Get("Content-Type") != want {
			t.Errorf("%s\nheaders %v", name, got.header)
		}
		for _, header := range []string{"x-amzn-ErrorType", "x-amzn-RequestId", "x-amz-apigw-id", "X-Amzn-Trace-Id", "www-authenticate", "Access-Control-Allow-Origin", "Vary"} {
			if got.header.Get(header) != "" {
				t.Errorf("%s\nheader %s: %s", name, header, got.header.Get(header))
			}
		}
	}
}

// TestHTTPOddPaths: what a path is after it was decoded decides on its route, and the policy is asked about that same
// path: "this" allows what the authorizer was asked for and nothing else.
func TestHTTPOddPaths(t *testing.T) {
	for _, test := range []struct {
		target string
		route  string // "": none
		arn    string // what is authorized
	}{
		{"/test/things/", "", ""},
		{"/test/things/7/", "", ""},
		{"/test/things/7%2F", "", ""},
		{"/test/files/", "", ""},
		{"/test/files/a/", "GET /files/{path+}", "GET/files/a/"},
		{"/test/files/a%2F", "GET /files/{path+}", "GET/files/a/"},
		{"/test/things%2F7", "GET /things/{id}", "GET/things/7"},
		{"/test/things/7%2Fparts", "GET /things/{other}/parts", "GET/things/7/parts"},
		{"/test/things/7%252Fparts", "GET /things/{id}", "GET/things/7%2Fparts"},
		{"/test/things/%73pecial", "GET /things/special", "GET/things/special"},
		{"/test/%74hings", "GET /things", "GET/things"},
		{"/test/%6Fpen", "GET /open", ""},
		{"/test/things/a%20b", "GET /things/{id}", "GET/things/a b"},
		{"/test/things/a+b", "GET /things/{id}", "GET/things/a+b"},
		{"/test/things/%2A", "GET /things/{id}", "GET/things/*"},
		{"/test/things/a%3Fb", "GET /things/{id}", "GET/things/a?b"},
		{"/test/things/%C3%A4", "GET /things/{id}", "GET/things/ä"},
		{"/test/things/..", "GET /things/{id}", "GET/things/.."},
		{"/test/things/%2E%2E/parts", "GET /things/{other}/parts", "GET/things/../parts"},
		{"/test/things/../open", "", ""},
		{"/test/./open", "", ""},
		{"/test//things", "", ""},
		{"/test/things//", "", ""},
		{"/test/things//parts", "", ""},
		{"/test/files/a//b", "", ""},
		{"/test/files/a%2F%2Fb", "", ""},
		{"/test/files/a/../../open", "GET /files/{path+}", "GET/files/a/../../open"},
		{"/test/Things", "", ""},
		{"/test/OPEN", "", ""},
		{"/TEST/open", "", ""},
		{"/%74est/open", "", ""},
		{"/test%2Fopen", "", ""},
		{"/../test/open", "", ""},
		{"//test/open", "", ""},
	} {
		s := newHTTPStage(t, httpModeText, nil)
		got := s.send(t, "GET "+test.target+"\nAuthorization: Bearer this")
		status, body := 200, test.route
		if test.route == "" {
			status, body = 404, notFound
		}
		if got.status != status || got.body != body {
			t.Errorf("%s: %d %s, want %d %s", test.target, got.status, got.body, status, body)
		}
		if asked := s.token.calls() > 0; asked != (test.arn != "") {
			t.Errorf("%s: the authorizer was asked: %v", test.target, asked)
		} else if asked {
			if arn, _ := s.token.last(t)["routeArn"].(string); !strings.HasSuffix(arn, "/test/"+test.arn) {
				t.Errorf("%s: routeArn %s, want %s", test.target, arn, test.arn)
			}
		}
		if served := s.things.calls() > 0; served != (status == 200) {
			t.Errorf("%s: the function was called: %v", test.target, served)
		}
	}
}

// TestHTTPBadPaths: paths that are not UTF-8 have no name in an event.
func TestHTTPBadPaths(t *testing.T) {
	s := newHTTPStage(t, httpModeText, nil)
	if got := s.send(t, "GET /test/things/%FF\nAuthorization: Bearer all"); got.status != 400 || got.body != `{"message":"Bad Request"}` || s.token.calls() != 0 {
		t.Errorf("%+v", got)
	}
}

// TestHTTPAbsoluteForm: a target may name the host (RFC 9112, section 3.2.2).
func TestHTTPAbsoluteForm(t *testing.T) {
	s := newHTTPStage(t, httpModeText, nil)
	for path, status := range map[string]int{"/test/open": 200, "/test/things": 401, "": 404, "/open": 404} {
		request := s.request(t, "GET "+path)
		request.URL.Opaque = "http://other.example" + path
		if got := do(t, request); got.status != status {
			t.Errorf("%s: %+v", path, got)
		}
	}
}

func TestHTTPThrottle(t *testing.T) {
	s := newHTTPStage(t, httpModeText+"throttle: {rateLimit: 1, burstLimit: 2, methods: {GET /open: {rateLimit: 0, burstLimit: 0}}}\n", nil)
	for i, want := range []string{"200 GET /things", "200 GET /things", "429 " + tooManyRequests} {
		if got := s.send(t, "GET /test/things\nAuthorization: Bearer all"); fmt.Sprint(got.status, " ", got.body) != want {
			t.Errorf("%d: %+v, want %s", i, got, want)
		}
	}
	if got := s.send(t, "GET /test/open"); got.status != 429 || got.body != tooManyRequests {
		t.Errorf("a route's own limit: %+v", got)
	}
	s.now = s.now.Add(time.Second)
	if got := s.send(t, "GET /test/things\nAuthorization: Bearer deny"); got.status != 403 {
		t.Errorf("a denial: %+v", got)
	}
	if got := s.send(t, "GET /test/things\nAuthorization: Bearer all"); got.status != 200 {
		t.Errorf("after a denial, which takes nothing: %+v", got)
	}
}

// hurried is a function that tells until when it may take.
type hurried struct{ end time.Time }

func (h *hurried) Invoke(ctx context.Context, _ []byte) ([]byte, error) {
	h.end, _ = ctx.Deadline()
	return nil, errors.New("Unauthorized")
}

// want checks how long it may take. It was called after a time.
func (h *hurried) want(t *testing.T, request string, after time.Time, most time.Duration) {
	t.Helper()
	if began := h.end.Add(-most); began.Before(after) || began.After(time.Now()) {
		t.Errorf("%s: %v, want %v", request, h.end.Sub(after), most)
	}
}

// TestHTTPTimes: a function has 30 seconds and an authorizer has 10, or what the mode says.
func TestHTTPTimes(t *testing.T) {
	for _, test := range []struct {
		mode, request string
		most          time.Duration
	}{
		{httpModeText, "GET /test/open", 30 * time.Second},
		{httpModeText + "integrationTimeoutInMillis: 12000\n", "GET /test/open", 12 * time.Second},
		{httpModeText + "integrationTimeoutInMillis: 100\n", "GET /test/things\nAuthorization: Bearer all", 10 * time.Second},
	} {
		h := &hurried{}
		s := newHTTPStage(t, test.mode, func(c *setting) { c.Functions["things"], c.Functions["token"] = h, h })
		before := time.Now()
		s.send(t, test.request)
		h.want(t, test.request, before, test.most)
	}
}

func TestHTTPTimeouts(t *testing.T) {
	s := newHTTPStage(t, httpModeText, func(c *setting) {
		c.Timeout = time.Millisecond
		c.Functions["things"], c.Functions["token"] = stuck{}, stuck{}
	})
	if got := s.send(t, "GET /test/open"); got.status != 503 || got.body != unavailable {
		t.Errorf("the function: %+v", got)
	}
	if got := s.send(t, "GET /test/things\nAuthorization: Bearer all"); got.status != 500 || got.body != serverError {
		t.Errorf("the authorizer: %+v", got)
	}
}
