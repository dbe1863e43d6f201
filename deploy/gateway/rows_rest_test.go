package gateway_test

import (
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"portcullis/api/contract"
)

// TestRowsRESTRouting: routing goes before authorization, so what a guarded method does not serve may reach an open proxy.
func TestRowsRESTRouting(t *testing.T) {
	contract, err := contract.Parse("contract.yaml", []byte(`openapi: 3.1.0
x-function: things
components: {securitySchemes: {bearer: {type: http, scheme: bearer}}}
security: [bearer: [things/read]]
paths:
  /admin: {get: {}}
  /{proxy+}: {post: {security: []}, get: {security: []}}
`))
	if err != nil {
		t.Fatal(err)
	}
	s := startStage(t, modeText, func(c *setting) { c.Contract = contract })
	for request, status := range map[string]int{
		"GET /test/admin": 401, "GET /test/admin/": 401,
		"POST /test/admin": 200, "POST /test/admin/": 200, "GET /test/admin/x": 200, "GET /test/ADMIN": 200, "GET /test/%61dmin": 200,
		"DELETE /test/admin": 403, "GET /test": 403, "GET /test/": 403, "GET /test//": 403,
		"GET /test//admin": 401, "GET //test/admin": 401, "POST /test//admin": 200, "GET /test/admin//": 200, "GET /test/admin//x": 200, "GET /test//x": 200,
	} {
		if got := s.send(t, request); got.status != status {
			t.Errorf("%s: %d %s, want %d", request, got.status, got.body, status)
		}
	}
	if s.token.calls() > 0 {
		t.Errorf("the authorizer was asked: %s", s.token.events)
	}
}

// TestRowsRESTSources: an identity source that is declared has to be there, whatever the TTL.
func TestRowsRESTSources(t *testing.T) {
	for _, ttl := range []string{"0", "300"} {
		s := startStage(t, with(requestModeText, "SOURCES", "method.request.header.A, method.request.querystring.b", "300", ttl), nil)
		s.token.code = func([]byte) (string, error) { return authorizerAnswer("all", "") }
		for request, status := range map[string]int{
			"GET /test/things?b=1": 401, "GET /test/things?b=1\nA: ": 401, "GET /test/things\nA: 1": 401, "GET /test/things?b=\nA: 1": 401,
		} {
			if got := s.send(t, request); got.status != status || got.body != unauthorized || s.token.calls() > 0 {
				t.Errorf("TTL %s: %s: %d %s, %d calls", ttl, request, got.status, got.body, s.token.calls())
			}
		}
		if got := s.send(t, "GET /test/things?b=1\nA: 1"); got.status != 200 {
			t.Errorf("TTL %s: %d %s", ttl, got.status, got.body)
		}
	}
}

// TestRowsRESTAnswers: what an authorizer answers, to the letter, and what the client gets.
func TestRowsRESTAnswers(t *testing.T) {
	const failed, denied = `500 {"message":null}`, `403 {"Message":"User is not authorized to access this resource"}`
	const explicit = `403 {"Message":"User is not authorized to access this resource with an explicit deny"}`
	policy := func(statements string) string {
		return `{"principalId":"me","policyDocument":{"Version":"2012-10-17","Statement":[` + statements + `]}}`
	}
	allow := func(member, value string) string {
		return policy(`{"Effect":"Allow","Action":"execute-api:Invoke","Resource":"*","` + member + `":` + value + `}`)
	}
	arn := func(resource string) string {
		return policy(`{"Effect":"Allow","Action":"execute-api:Invoke","Resource":"` + arnPrefix + resource + `"}`)
	}
	when := func(condition string) string { return allow("Condition", condition) }
	for _, test := range []struct{ answer, want string }{
		{allow("Sid", `"a"`), "200 /things/7"},
		// malformed
		{strings.Replace(allow("Sid", `"a"`), `"me"`, `""`, 1), failed},
		{strings.Replace(allow("Sid", `"a"`), `"me"`, `true`, 1), failed},
		{strings.Replace(allow("Sid", `"a"`), `"me"`, `{}`, 1), failed},
		{strings.Replace(allow("Sid", `"a"`), `"me"`, `["me"]`, 1), failed},
		{strings.Replace(allow("Sid", `"a"`), `"me"`, `null`, 1), failed},
		{strings.TrimSuffix(allow("Sid", `"a"`), "}") + `,"context":{"a":{}}}`, failed},
		{strings.TrimSuffix(allow("Sid", `"a"`), "}") + `,"context":{"a":[]}}`, failed},
		{strings.TrimSuffix(allow("Sid", `"a"`), "}") + `,"context":"a"}`, failed},
		{strings.TrimSuffix(allow("Sid", `"a"`), "}") + `,"context":null}`, "200 /things/7"},
		{strings.TrimSuffix(allow("Sid", `"a"`), "}") + `,"context":{"a":"b","c":1.5,"d":false}}`, "200 /things/7"},
		{strings.TrimSuffix(allow("Sid", `"a"`), "}") + `,"context":{"a":"b","c":null}}`, "200 /things/7"},
		{strings.TrimSuffix(allow("Sid", `"a"`), "}") + `,"usageIdentifierKey":{}}`, failed},
		{`{"principalId":"me","policyDocument":null}`, failed},
		{`{"principalId":"me","policyDocument":[]}`, failed},
		{`{"principalId":"me","policyDocument":{}}`, failed},
		{`{"principalId":"me","policyDocument":"{}"}`, failed},
		{`null`, failed}, {`[]`, failed}, {`true`, failed}, {`"Unauthorized"`, failed}, {``, failed},
		{policy(strings.Repeat(`[`, 20_000)), failed},
		{policy(`{"Effect":"allow","Action":"*","Resource":"*"}`), failed},
		{when(`null`), failed}, // as in https://github.com/aws/aws-lambda-rust-runtime/issues/863
		{policy(`{"Effect":"Allow","Action":"*","Resource":null}`), failed},
		{policy(`{"Effect":"Allow","Action":"*","Resource":"*","Resource":"*/GET/other"}`), failed},
		// which policy allows GET /things/7
		{arn("GET/things/7"), "200 /things/7"},
		{arn("GET/things/*"), "200 /things/7"},
		{arn("GET/*"), "200 /things/7"},
		{arn("*"), "200 /things/7"},
		{arn("*/7"), "200 /things/7"},
		{arn("GET/things/?"), "200 /things/7"},
		{arn("GET/things/??"), denied},
		{arn("GET/things"), denied},
		{arn("GET/things/{id}"), denied},
		{arn("get/things/7"), denied},
		{arn("GET/Things/7"), denied},
		{arn("POST/things/7"), denied},
		{strings.Replace(arn("GET/things/7"), "/test/", "/other/", 1), denied},
		{strings.Replace(arn("GET/things/7"), "us-east-1", "eu-west-1", 1), denied},
		{strings.Replace(arn("GET/things/7"), "123456789012", "210987654321", 1), denied},
		{strings.Replace(arn("GET/things/7"), "execute-api:Invoke", "EXECUTE-API:INVOKE", 1), "200 /things/7"},
		{strings.Replace(arn("GET/things/7"), "execute-api:Invoke", "execute-api:*", 1), "200 /things/7"},
		{strings.Replace(arn("GET/things/7"), "execute-api:Invoke", "execute-api:InvalidateCache", 1), denied},
		{policy(`{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"*","Resource":"` + arnPrefix + `GET/things/7"}`), explicit},
		{policy(`{"Effect":"Deny","Action":"*","Resource":"*/GET/things/7"},{"Effect":"Allow","Action":"*","Resource":"*"}`), explicit},
		{policy(`{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"*","Resource":"*/GET/things/8"}`), "200 /things/7"},
		{policy(`{"Effect":"Allow","NotAction":"execute-api:Invoke","Resource":"*"}`), denied},
		{policy(`{"Effect":"Allow","Action":"*","NotResource":"*/GET/things/7"}`), denied},
		// what API Gateway knows of a request
		{when(`{"DateLessThan":{"aws:CurrentTime":"2030-03-17T17:47:00Z"}}`), "200 /things/7"},
		{when(`{"DateLessThan":{"aws:CurrentTime":"2030-03-17T17:46:40Z"}}`), denied},
		{when(`{"NumericEquals":{"aws:EpochTime":"1900000000"}}`), "200 /things/7"},
		{when(`{"NumericLessThan":{"aws:EpochTime":"1900000000"}}`), denied},
		{when(`{"StringEquals":{"aws:Referer":"https://a.example/"}}`), "200 /things/7"},
		{when(`{"StringEquals":{"aws:UserAgent":"tester"}}`), "200 /things/7"},
		{when(`{"StringEquals":{"aws:useragent":"tester"}}`), "200 /things/7"},
		{when(`{"StringEquals":{"aws:UserAgent":"other"}}`), denied},
		{when(`{"Bool":{"aws:SecureTransport":"true"}}`), "200 /things/7"},
		{when(`{"Bool":{"aws:SecureTransport":"false"}}`), denied},
		{when(`{"IpAddress":{"aws:SourceIp":"127.0.0.0/8"}}`), "200 /things/7"},
		{when(`{"IpAddress":{"aws:SourceIp":"192.0.2.0/24"}}`), denied}, // which X-Forwarded-For says
		{when(`{"NotIpAddress":{"aws:SourceIp":"127.0.0.1"}}`), denied},
		{when(`{"StringEquals":{"aws:username":"me"}}`), denied},
		{when(`{"StringEquals":{"aws:PrincipalArn":"me"}}`), denied},
	} {
		s := newStage(t, nil)
		s.token.code = func([]byte) (string, error) { return test.answer, nil }
		for range 2 { // from the function, and from the cache where it was kept
			got := s.send(t, "GET /test/things/7\nAuthorization: Bearer x\nReferer: https://a.example/\nUser-Agent: tester\nX-Forwarded-For: 192.0.2.1")
			if text := fmt.Sprint(got.status, " ", got.body); text != test.want {
				t.Errorf("%.200s\n got %s\nwant %s", test.answer, text, test.want)
			}
		}
		if kept := s.token.calls() == 1; kept != (test.want != failed) {
			t.Errorf("%.200s: kept: %v", test.answer, kept)
		}
	}
}

// TestRowsNumberedPrincipal: a principalId that is a number is its text to functions.
func TestRowsNumberedPrincipal(t *testing.T) {
	s := newStage(t, nil)
	s.token.code = func([]byte) (string, error) {
		return `{"principalId":12345678901234567890,"policyDocument":{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}}`, nil
	}
	for range 2 { // from the function, and from the cache
		s.send(t, "GET /test/things/7\nAuthorization: Bearer x")
		if principal := member(t, s.things.last(t), "requestContext", "authorizer")["principalId"]; principal != "12345678901234567890" {
			t.Errorf("principalId %v", principal)
		}
	}
}

// TestRowsWildcardInPath: whoever asks for a path with an asterisk has an authorizer that repeats the ARN allow more
// than that path, as in AWS; a pattern is none in what is asked for.
func TestRowsWildcardInPath(t *testing.T) {
	rest, http := newStage(t, nil), newHTTPStage(t, httpModeText, nil)
	for name, s := range map[string]*stage{"REST": rest, "HTTP": http} {
		step(t, s, "GET /test/things/8\nAuthorization: Bearer things", 200, 1)
		step(t, s, "DELETE /test/things/*\nAuthorization: Bearer things", 403, 1)
		step(t, s, "DELETE /test/things/7\nAuthorization: Bearer this", 200, 2)
		step(t, s, "DELETE /test/things/*\nAuthorization: Bearer this", 403, 2)
		s.now = s.now.Add(time.Hour)
		step(t, s, "DELETE /test/things/*\nAuthorization: Bearer this", 200, 3)
		step(t, s, "DELETE /test/things/8\nAuthorization: Bearer this", 200, 3)
		step(t, s, "GET /test/things/8\nAuthorization: Bearer this", 403, 3)
		if s.things.calls() != 4 {
			t.Errorf("%s: the function was called %d times", name, s.things.calls())
		}
	}
}

// TestRowsRESTTimes: a function and an authorizer have 29 seconds, or what the mode says.
func TestRowsRESTTimes(t *testing.T) {
	for _, test := range []struct {
		mode, request string
		most          time.Duration
	}{
		{modeText, "GET /test/open", 29 * time.Second},
		{modeText, "GET /test/things\nAuthorization: Bearer x", 29 * time.Second},
		{modeText + "integrationTimeoutInMillis: 12000\n", "GET /test/open", 12 * time.Second},
		{modeText + "integrationTimeoutInMillis: 12000\n", "GET /test/things\nAuthorization: Bearer x", 29 * time.Second},
	} {
		h := &hurried{}
		s := startStage(t, test.mode, func(c *setting) { c.Functions["things"], c.Functions["token"] = h, h })
		before := time.Now()
		s.send(t, test.request)
		h.want(t, test.request, before, test.most)
	}
}

// TestRowsCacheTTL: 300 seconds where the mode says nothing.
func TestRowsCacheTTL(t *testing.T) {
	s := startStage(t, strings.Replace(modeText, "  resultTtlInSeconds: 300\n", "", 1), nil)
	for _, test := range []struct {
		after time.Duration
		calls int
	}{{0, 1}, {299 * time.Second, 1}, {time.Second, 2}, {-time.Hour, 2}} {
		s.now = s.now.Add(test.after)
		if got := s.send(t, "GET /test/things\nAuthorization: Bearer all"); got.status != 200 || s.token.calls() != test.calls {
			t.Errorf("after %v: %d, %d calls, want %d", test.after, got.status, s.token.calls(), test.calls)
		}
	}
}

// head gives the bytes of an answer's status line and header.
func (s *stage) head(t *testing.T, request string) string {
	t.Helper()
	connection, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	io.WriteString(connection, strings.Replace(request, "\n", " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n", 1)+"\r\n")
	text, err := io.ReadAll(connection)
	if err != nil {
		t.Fatal(err)
	}
	head, _, _ := strings.Cut(string(text), "\r\n\r\n")
	return head + "\r\n"
}

// TestRowsHeaderNames: the header's names are written as AWS and the function write them, with a line for each value.
func TestRowsHeaderNames(t *testing.T) {
	rest, http := newStage(t, nil), newHTTPStage(t, httpModeText, nil)
	rest.things.code = func([]byte) (string, error) {
		return `{"headers":{"x-ONE":"c","content-TYPE":"text/plain","x-lower":"d"},"multiValueHeaders":{"X-oNe":["a","b"]}}`, nil
	}
	http.things.code = func([]byte) (string, error) {
		return `{"statusCode":200,"cookies":["a=b","c=d"],"headers":{"x-LOWER":"d"}}`, nil
	}
	for _, test := range []struct {
		s       *stage
		request string
		lines   []string
		without []string
	}{
		{rest, "GET /test/open\n", []string{"X-oNe: a\r\nX-oNe: b\r\nX-oNe: c", "content-TYPE: text/plain", "x-lower: d", "x-amzn-RequestId: ", "x-amz-apigw-id: ", "X-Amzn-Trace-Id: Root=1-"}, []string{"Content-Type", "x-amzn-ErrorType"}},
		{rest, "GET /test/things\n", []string{"x-amzn-RequestId: ", "x-amz-apigw-id: ", "x-amzn-ErrorType: UnauthorizedException", "Content-Type: application/json"}, []string{"X-Amzn-Trace-Id"}},
		{http, "GET /test/open\n", []string{"Set-Cookie: a=b\r\nSet-Cookie: c=d", "x-LOWER: d", "apigw-requestid: "}, []string{"x-amzn-RequestId"}},
		{http, "GET /test/things\n", []string{"apigw-requestid: ", "Content-Type: application/json"}, []string{"x-amzn-RequestId", "x-amz-apigw-id", "x-amzn-ErrorType"}},
	} {
		head := test.s.head(t, test.request)
		for _, line := range test.lines {
			if !strings.Contains(head, "\r\n"+line) {
				t.Errorf("%s: no %q in %q", test.request, line, head)
			}
		}
		for _, name := range test.without {
			if strings.Contains(head, name+":") {
				t.Errorf("%s: %s in %q", test.request, name, head)
			}
		}
	}
}
