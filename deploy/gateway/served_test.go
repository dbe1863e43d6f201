package gateway_test

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// The modes in which an authorizer that is asked for every request says by policy what may be called.
var askedModes = map[string]string{
	"REST":     "name: test\ngateway: REST\nauthorization: REQUEST\nauthorizer: {function: token, resultTtlInSeconds: 0}\n",
	"HTTP 2.0": "name: test\ngateway: HTTP\nauthorization: REQUEST\nauthorizer: {function: token, resultTtlInSeconds: 0}\n",
	"HTTP 1.0": "name: test\ngateway: HTTP\nauthorization: REQUEST\npayloadFormatVersion: \"1.0\"\nauthorizer: {function: token, resultTtlInSeconds: 0, payloadFormatVersion: \"1.0\"}\n",
}

// raw sends bytes over a connection of its own, and gives the answers that come back until it is closed.
func (s *stage) raw(t *testing.T, text string) []*http.Response {
	t.Helper()
	connection, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	connection.SetDeadline(time.Now().Add(time.Minute))
	io.WriteString(connection, text)
	connection.(*net.TCPConn).CloseWrite() // nothing more to say is no reason to get no answer
	reader := bufio.NewReader(connection)
	var all []*http.Response
	for {
		response, err := http.ReadResponse(reader, nil)
		if err != nil {
			return all
		}
		io.Copy(io.Discard, response.Body)
		all = append(all, response)
	}
}

// seen is what a function was told of a request.
type seen struct {
	arn      string // of an authorizer
	method   string
	resource string // the route's path
	path     string // that is routed, without the stage
	sent     string // as sent, of an HTTP API decoded
}

// read reads both authorizers' and other functions' events, in all their forms.
func read(t *testing.T, event string) seen {
	t.Helper()
	var e struct {
		Version, MethodARN, RouteARN, HTTPMethod, Resource, Path, RouteKey, RawPath string
		RequestContext                                                              struct {
			HTTP         struct{ Method string }
			ResourcePath string
			Path         string
		}
	}
	if err := json.Unmarshal([]byte(event), &e); err != nil {
		t.Fatal(err)
	}
	s := seen{arn: e.MethodARN + e.RouteARN, method: e.HTTPMethod, resource: e.Resource, path: e.Path}
	if e.RawPath != "" {
		_, s.resource, _ = strings.Cut(e.RouteKey, " ")
		s.method, s.path = e.RequestContext.HTTP.Method, e.RawPath
	}
	s.path = cmp.Or(strings.TrimPrefix(s.path, "/test"), "/")
	if e.Version == "1.0" { // as sent, and routed by what it decodes to
		decoded, err := url.PathUnescape(s.path)
		if err != nil {
			t.Fatal(err)
		}
		s.path = decoded
	}
	s.sent = s.path
	if e.Version == "" { // a REST API's
		s.sent = cmp.Or(strings.TrimPrefix("/"+strings.TrimLeft(e.RequestContext.Path, "/"), "/test"), "/")
	}
	return s
}

// pattern is a second reading of a path template. A {name+} takes empty segments too, if it takes any other.
func pattern(template string) *regexp.Regexp {
	if known, is := patterns.Load(template); is {
		return known.(*regexp.Regexp)
	}
	text := regexp.QuoteMeta(strings.TrimSuffix(template, "/"))
	text = regexp.MustCompile(`\\\{[^{}]+\\\+\\\}`).ReplaceAllString(text, `.*[^/].*`)
	text = regexp.MustCompile(`\\\{[^{}]+\\\}`).ReplaceAllString(text, `[^/]+`)
	made := regexp.MustCompile("^" + text + "/?$")
	patterns.Store(template, made)
	return made
}

// patterns are those of the templates that were read, which are few.
var patterns sync.Map

var templates = []string{"/", "/open", "/things", "/things/{id}", "/things/special", "/search", "/files/{path+}"}

// target is a random request target, near the routes, one path among them, and their odd neighbours.
func target(random *rand.Rand, near string) string {
	odd := []string{"Things", "thing%73", "%74hings", "7", "..", ".", "", "%2e%2e", "%2F", "%2f", "special%2F", "special%2f", "special%00",
		"special;x=y", "special.json", "special%20", " special", "spécial", "*", "?", "#", "things%2Fspecial", "..%2Fthings", "a%2F..%2Fspecial", "{id}", "$default", "special\\", "special%3Fa", "+", "@"}
	own := []string{"things", "special", "files", "open", "search"}
	segments := strings.Split(strings.ReplaceAll(near, "*", own[random.IntN(len(own))]), "/")
	if random.IntN(3) == 0 {
		segments = nil
		for range 1 + random.IntN(3) {
			from := own[:3] // the routes' own words, mostly
			if random.IntN(3) == 0 {
				from = append(odd, own...)
			}
			segments = append(segments, from[random.IntN(len(from))])
		}
	}
	path := "/test" + oddly(random, segments...)
	switch random.IntN(12) {
	case 0:
		path += "/"
	case 1:
		path = "http://other.example" + path
	case 2:
		path += "?path=/things/special&a=b"
	case 3:
		path = "/" + path
	case 4:
		path = strings.Replace(path, "/test", "/TEST", 1)
	case 5:
		path = strings.Replace(path, "/test", "/test/../test", 1)
	}
	return path
}

// oddly joins segments to a path, with up to two oddities: empty and dot segments, a character encoded that need not
// be, an encoded slash, a slash at the end.
func oddly(random *rand.Rand, segments ...string) string {
	segments = slices.Clone(segments)
	for range random.IntN(3) {
		at := random.IntN(len(segments) + 1)
		switch kind := random.IntN(7); {
		case kind <= 1:
			segments = slices.Insert(segments, at, "")
		case kind == 2:
			dots := []string{".", "..", "%2e", "%2E", ".%2e", "%2E%2e"}
			segments = slices.Insert(segments, at, dots[random.IntN(len(dots))])
		case kind == 3:
			segments = append(segments, "")
		case at == len(segments) || segments[at] == "":
		case kind <= 5:
			i := random.IntN(len(segments[at]))
			segments[at] = segments[at][:i] + fmt.Sprintf([]string{"%%%02x", "%%%02X"}[random.IntN(2)], segments[at][i]) + segments[at][i+1:]
		case at > 0:
			segments[at-1] += []string{"%2F", "%2f"}[random.IntN(2)] + segments[at]
			segments = slices.Delete(segments, at, at+1)
		}
	}
	return "/" + strings.Join(segments, "/")
}

// TestServedIsWhatWasAuthorized: whatever the target of a request looks like, the function behind a route is reached
// only where the authorizer was asked for the ARN of just that method and path, and where the policy allows that. The
// policy allows one route, by a pattern that stands for its paths alone.
func TestServedIsWhatWasAuthorized(t *testing.T) {
	for name, modeText := range askedModes {
		t.Run(name, func(t *testing.T) {
			random := rand.New(rand.NewPCG(1, 2))
			s := startStage(t, modeText, nil)
			served := 0
			for range 3_500 {
				allowed := []string{"GET/things", "GET/things/special", "DELETE/things/*", "GET/files/*", "GET/search", "GET/"}[random.IntN(6)]
				var asked []seen
				s.token.code = func(event []byte) (string, error) {
					asked = append(asked, read(t, string(event)))
					return fmt.Sprintf(`{"principalId":"me","policyDocument":{"Statement":{"Effect":"Allow","Action":"execute-api:Invoke","Resource":%q}}}`, arnPrefix+allowed), nil
				}
				s.things.events = nil
				method := []string{"GET", "GET", "GET", "DELETE", "POST", "get", "HEAD"}[random.IntN(7)]
				_, near, _ := strings.Cut(allowed, "/")
				request := method + " " + target(random, near) + " HTTP/1.1\r\nHost: api.example.com\r\nConnection: close\r\n\r\n"
				s.raw(t, request)
				for _, event := range s.things.events {
					got := read(t, event)
					if got.resource == "/open" {
						continue // public
					}
					served++
					checkServed(t, request, got, asked, allowed)
				}
			}
			if served < 250 {
				t.Errorf("only %d requests were served: the test sees too little", served)
			}
		})
	}
}

func checkServed(t *testing.T, request string, got seen, asked []seen, allowed string) {
	t.Helper()
	if len(asked) != 1 {
		t.Errorf("%q: served, and the authorizer was asked %d times", request, len(asked))
		return
	}
	_, invoked, _ := strings.Cut(asked[0].arn, "/test/")
	if want := got.method + got.sent; invoked != want && invoked+"/" != want {
		t.Errorf("%q: served %s, authorized %s", request, want, invoked)
	}
	if asked[0].resource != got.resource || asked[0].path != got.path || asked[0].method != got.method {
		t.Errorf("%q: served %+v, asked for %+v", request, got, asked[0])
	}
	if strings.HasSuffix(invoked, "/") && invoked != got.method+"/" && !strings.HasSuffix(got.resource, "+}") {
		t.Errorf("%q: %s serves %s, which an HTTP API has a greedy route for or none", request, got.resource, got.path)
	}
	if !pattern(got.resource).MatchString(got.path) {
		t.Errorf("%q: %s serves %s", request, got.resource, got.path)
	}
	for _, other := range templates { // a literal segment wins, where the route has the method
		if got.method == "GET" && !strings.Contains(other, "{") && other != got.resource && pattern(other).MatchString(got.path) {
			t.Errorf("%q: %s serves %s, which is %s", request, got.resource, got.path, other)
		}
	}
	if method, rest, _ := strings.Cut(allowed, "/"); method != got.method || !pattern("/"+strings.Replace(rest, "*", "{x+}", 1)).MatchString(got.sent) {
		t.Errorf("%q: served %s %s by a policy for %s", request, got.method, got.sent, allowed)
	}
}

// TestSmuggling: bytes that could be read as one request or as two are read as one, or refused; what might hide in them
// is never served.
func TestSmuggling(t *testing.T) {
	const hidden = "GET /test/things/special HTTP/1.1\r\nHost: a\r\nX-Hidden: 1\r\n\r\n"
	length := fmt.Sprint(len(hidden))
	head := "POST /test/things HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
	tests := map[string]string{
		"both lengths":              head + "Content-Length: " + length + "\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden,
		"both lengths, other order": head + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" + hidden,
		"two lengths":               head + "Content-Length: 0\r\nContent-Length: " + length + "\r\n\r\n" + hidden,
		"a list of lengths":         head + "Content-Length: 0, " + length + "\r\n\r\n" + hidden,
		"a length with a sign":      head + "Content-Length: +0\r\n\r\n" + hidden,
		"a length in hex":           head + "Content-Length: 0x0\r\n\r\n" + hidden,
		"no length":                 head + "\r\n" + hidden,
		"an odd transfer coding":    head + "Transfer-Encoding: xchunked\r\nContent-Length: 0\r\n\r\n" + hidden,
		"two transfer codings":      head + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n" + hidden,
		"a space before the colon":  head + "Transfer-Encoding : chunked\r\nContent-Length: 0\r\n\r\n" + hidden,
		"a tab in a coding":         head + "Transfer-Encoding: \tchunked\r\n\r\n0\r\n\r\n" + hidden,
		"a folded header":           head + "X-A: b\r\n Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n" + hidden,
		"a bare line feed":          head + "X-A: b\n\nGET /test/things/special HTTP/1.1\r\nX-Hidden: 1\r\n\r\n",
		"a bare carriage return":    head + "X-A: b\rX-Hidden: 1\r\nContent-Length: 0\r\n\r\n",
		"a chunk that lies":         head + "Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n" + hidden,
		"a chunk's extension":       head + "Transfer-Encoding: chunked\r\n\r\n0;a=\"\r\n\r\n\"\r\n\r\n" + hidden,
		"a line feed in the target": "GET /test/open\n/../things/special HTTP/1.1\r\nHost: a\r\nX-Hidden: 1\r\n\r\n",
		"two targets":               "GET /test/open /test/things/special HTTP/1.1\r\nHost: a\r\nX-Hidden: 1\r\n\r\n",
		"two hosts":                 "GET /test/things HTTP/1.1\r\nHost: a\r\nHost: b\r\nX-Hidden: 1\r\n\r\n",
		"no host":                   "GET /test/things HTTP/1.1\r\nX-Hidden: 1\r\n\r\n",
		"version 0.9":               "GET /test/things\r\n\r\n",
		"trailer":                   head + "Transfer-Encoding: chunked\r\nTrailer: Authorization\r\n\r\n2\r\n{}\r\n0\r\nX-Hidden: 1\r\n\r\n",
	}
	for kind, modeText := range askedModes {
		s := startStage(t, modeText, nil)
		s.token.code = func([]byte) (string, error) { return authorizerAnswer("all", "") }
		for name, text := range tests {
			s.things.events, s.token.events = nil, nil
			answers := s.raw(t, text)
			events := slices.Concat(s.things.events, s.token.events)
			if strings.Contains(strings.ToLower(strings.Join(events, "")), "x-hidden") {
				t.Errorf("%s: %s: what hides in the request is served: %s", kind, name, events)
			}
			if len(answers) > 1 || len(s.things.events) > 1 {
				t.Errorf("%s: %s: %d answers, %d calls", kind, name, len(answers), len(s.things.events))
			}
		}
	}
}

// TestDoubledHeaders: of what is sent twice, the authorizer and the function are told the same.
func TestDoubledHeaders(t *testing.T) {
	for name, modeText := range askedModes {
		s := startStage(t, modeText, nil)
		s.token.code = func([]byte) (string, error) { return authorizerAnswer("all", "") }
		s.raw(t, "GET /test/things?a=1&a=2 HTTP/1.1\r\nHost: a\r\nX-Token: one\r\nx-token: two\r\nX-Api-Key: k1\r\nX-API-KEY: k2\r\nConnection: close\r\n\r\n")
		authorizer, function := s.token.last(t), s.things.last(t)
		for _, member := range []string{"headers", "multiValueHeaders", "queryStringParameters", "multiValueQueryStringParameters"} {
			if a, f := fmt.Sprint(authorizer[member]), fmt.Sprint(function[member]); a != f && authorizer[member] != nil { // 1.0 has no multiple values

				t.Errorf("%s: %s: the authorizer is told %s, the function %s", name, member, a, f)
			}
		}
		if all := fmt.Sprint(authorizer["headers"], authorizer["multiValueHeaders"]); !strings.Contains(all, "two") || !strings.Contains(all, "k2") {
			t.Errorf("%s: %s", name, all)
		}
	}
}

// FuzzTarget: no target of a request reaches a function without the authorizer's word for it.
func FuzzTarget(f *testing.F) {
	for _, target := range []string{"/test/things", "/test/things/special", "/test//things", "/test/things/..%2F", "http://a/test/things", "//test/things", "/test/files/a/../b", "*", "/test/things/%zz", "/test/things;a", "/test", "/test//", "/test/files//a", "//test//things/"} {
		f.Add("GET", target)
	}
	stages := map[string]*stage{}
	for name, modeText := range askedModes {
		t := &testing.T{}
		s := &stage{token: &function{}, things: &function{code: func([]byte) (string, error) { return `{}`, nil }}}
		g, err := s.config(t, modeText, nil).serve()
		if err != nil {
			f.Fatal(err)
		}
		s.handler = g
		stages[name] = s
	}
	f.Fuzz(func(t *testing.T, method, target string) {
		for name, s := range stages {
			request, err := http.ReadRequest(bufio.NewReader(strings.NewReader(method + " " + target + " HTTP/1.1\r\nHost: a\r\n\r\n")))
			if err != nil {
				return
			}
			request.RemoteAddr = "127.0.0.1:1"
			var asked []seen
			s.token.code = func(event []byte) (string, error) {
				asked = append(asked, read(t, string(event)))
				return authorizerAnswer("this", asked[0].arn)
			}
			s.things.events = nil
			s.handler.ServeHTTP(discarding{}, request)
			for _, event := range s.things.events {
				got := read(t, event)
				if got.resource == "/open" {
					continue
				}
				_, invoked, _ := strings.Cut(asked[0].arn, "/test/")
				if want := got.method + got.sent; invoked != want && invoked+"/" != want || asked[0].resource != got.resource {
					t.Errorf("%s: %s %q: served %s as %s, authorized %s as %s", name, method, target, want, got.resource, invoked, asked[0].resource)
				}
			}
		}
	})
}

// discarding takes an answer and keeps nothing of it.
type discarding struct{}

func (discarding) Header() http.Header         { return http.Header{} }
func (discarding) WriteHeader(int)             {}
func (discarding) Write(p []byte) (int, error) { return len(p), nil }
