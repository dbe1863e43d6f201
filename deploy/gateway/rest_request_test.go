package gateway_test

import (
	"fmt"
	"strings"
	"testing"
)

const requestModeText = `name: test
gateway: REST
authorization: REQUEST
authorizer:
  function: token
  identitySource: [SOURCES]
  resultTtlInSeconds: 300
stageVariables: {alias: live}
`

// TestIdentitySources: each kind is needed, and keeps answers apart.
func TestIdentitySources(t *testing.T) {
	tests := []struct {
		source      string
		with, other string // requests that have a value, and another one
		without     string // a request that lacks it; "": there is none
		kept        string // a request that is the same to the cache
	}{
		{"method.request.header.X-Tenant", "GET /test/things\nX-Tenant: a", "GET /test/things\nX-Tenant: b", "GET /test/things\nX-Tenant: ", "DELETE /test/things/7?x=y\nX-Tenant: a\nX-Other: b"},
		{"method.request.header.x-tenant", "GET /test/things\nX-TENANT: a", "GET /test/things\nX-Tenant: A", "GET /test/things", "GET /test/things\nx-tenant: a"},
		{"method.request.header.X-Tenant", "GET /test/things\nX-Tenant: b\nX-Tenant: a", "GET /test/things\nX-Tenant: a\nX-Tenant: b", "GET /test/things\nX-Tenant: a\nX-Tenant: ", "GET /test/things\nX-Tenant: a"},
		{"method.request.multivalueheader.X-Tenant", "GET /test/things\nX-Tenant: b\nX-Tenant: a", "GET /test/things\nX-Tenant: a\nX-Tenant: b", "GET /test/things", "GET /test/things\nX-Tenant: b\nX-Tenant: a"},
		{"method.request.querystring.tenant", "GET /test/things?tenant=a", "GET /test/things?tenant=b", "GET /test/things?Tenant=a", "GET /test/things?x=y&tenant=%61"},
		{"method.request.multivaluequerystring.tenant", "GET /test/things?tenant=a&tenant=b", "GET /test/things?tenant=b", "GET /test/things?tenant=", "GET /test/things?tenant=a&x=y&tenant=b"},
		{"method.request.multivalueheader.X-Tenant", "GET /test/things\nX-Tenant: a\nX-Tenant: b", "GET /test/things\nX-Tenant: a,b", "GET /test/things\nX-Tenant: \nX-Tenant: ", "GET /test/things\nX-Tenant: a\nX-Tenant: b"},
		{"method.request.multivaluequerystring.tenant", "GET /test/things?tenant=a&tenant=b", "GET /test/things?tenant=a%2Cb", "GET /test/things?tenant=&tenant=", "GET /test/things?tenant=a&tenant=b"},
		{"stageVariables.alias", "GET /test/things", "", "", "GET /test/things/7"},
		{"stageVariables.none", "", "", "GET /test/things", ""},
		{"context.httpMethod", "GET /test/things", "DELETE /test/things/7", "", "GET /test/things/7"},
		{"context.path", "GET /test/things", "GET /test/things/7", "", "POST /test/things\n\n{}"},
		{"context.resourcePath", "GET /test/things/7", "GET /test/things", "", "GET /test/things/8"},
		{"context.identity.sourceIp", "GET /test/things", "", "", "GET /test/things/7"},
		{"context.authorizer.principalId", "", "", "GET /test/things", ""}, // nobody is known before the authorizer is asked
		{"method.request.header.Host", "GET /test/things", "", "", "GET /test/things/7"},
	}
	for _, test := range tests {
		s := startStage(t, strings.Replace(requestModeText, "SOURCES", test.source, 1), nil)
		s.token.code = func([]byte) (string, error) { return authorizerAnswer("all", "") }
		step := func(request string, status, calls int) {
			t.Helper()
			if request == "" {
				return
			}
			if got := s.send(t, request); got.status != status || s.token.calls() != calls {
				t.Errorf("%s: %s: status %d %s, %d calls; want %d and %d", test.source, request, got.status, got.body, s.token.calls(), status, calls)
			}
		}
		calls := 0
		if test.with != "" {
			calls = 1
		}
		step(test.without, 401, 0)
		step(test.with, 200, calls)
		step(test.with, 200, calls)
		step(test.kept, 200, calls)
		step(test.without, 401, calls)
		step(test.other, 200, calls+1)
	}
}

// TestSeveralIdentitySources: all are needed, and no two lists of values are the same to the cache.
func TestSeveralIdentitySources(t *testing.T) {
	s := startStage(t, strings.Replace(requestModeText, "SOURCES", "method.request.header.A, method.request.header.B", 1), nil)
	s.token.code = func([]byte) (string, error) { return authorizerAnswer("all", "") }
	calls := 0
	for _, test := range []struct {
		a, b   string
		status int
	}{
		{"", "", 401}, {"x", "", 401}, {"", "x", 401}, {"x", "y", 200}, {"xy", "z", 200}, {"x", "yz", 200}, {"1:x", "y", 200}, {"1", "x1:y", 200}, {"x1", "1y", 200},
	} {
		if test.status == 200 {
			calls++
		}
		got := s.send(t, fmt.Sprintf("GET /test/things\nA: %s\nB: %s", test.a, test.b))
		if got.status != test.status || s.token.calls() != calls {
			t.Errorf("A %q, B %q: status %d, %d calls; want %d and %d", test.a, test.b, got.status, s.token.calls(), test.status, calls)
		}
	}
}

// TestNoIdentitySource: without any, the function is asked for every request.
func TestNoIdentitySource(t *testing.T) {
	text := strings.Replace(strings.Replace(requestModeText, "SOURCES", "", 1), "300", "0", 1)
	s := startStage(t, text, nil)
	for i, test := range []struct {
		request string
		status  int
	}{
		{"GET /test/things", 500}, {"GET /test/things\nAuthorization: Bearer all", 200}, {"GET /test/things\nAuthorization: Bearer all", 200},
		{"GET /test/things\nAuthorization: Bearer unauthorized", 401}, {"GET /test/things\nAuthorization: Bearer lower-case", 500},
		{"GET /test/things\nAuthorization: Bearer deny", 403}, {"GET /test/things\nAuthorization: Bearer no-policy", 500},
	} {
		if got := s.send(t, test.request); got.status != test.status || s.token.calls() != i+1 {
			t.Errorf("%s: %d, %d calls", test.request, got.status, s.token.calls())
		}
	}
}

func TestRequestEvent(t *testing.T) {
	text := strings.Replace(strings.Replace(requestModeText, "SOURCES", "", 1), "300", "0", 1)
	s := startStage(t, text, nil)
	s.send(t, "POST /test/things?a=1&a=2\nAuthorization: Bearer all\nX-Two: 1\nX-Two: 2\n\n{\"name\":\"secret\"}")
	event := s.token.last(t)
	keys(t, "event", event, "type methodArn resource path httpMethod headers multiValueHeaders queryStringParameters multiValueQueryStringParameters pathParameters stageVariables requestContext")
	want := map[string]any{
		"type": "REQUEST", "resource": "/things", "path": "/things", "httpMethod": "POST", "pathParameters": map[string]any{},
		"queryStringParameters": map[string]any{"a": "2"}, "multiValueQueryStringParameters": map[string]any{"a": []any{"1", "2"}},
		"stageVariables": map[string]any{"alias": "live"},
	}
	for key, value := range want {
		if fmt.Sprint(event[key]) != fmt.Sprint(value) {
			t.Errorf("%s is %v, want %v", key, event[key], value)
		}
	}
	if arn := fmt.Sprint(event["methodArn"]); !strings.HasSuffix(arn, "/test/POST/things") {
		t.Errorf("methodArn %s", arn)
	}
	if strings.Contains(fmt.Sprint(event), "secret") {
		t.Errorf("the body is in the event: %v", event)
	}
	if context := member(t, event, "requestContext"); context["authorizer"] != nil || context["stage"] != "test" {
		t.Errorf("requestContext %v", context)
	}
	s.send(t, "GET /test/things/a%2Fb\nAuthorization: Bearer all")
	if event := s.token.last(t); fmt.Sprint(event["pathParameters"]) != "map[id:a%2Fb]" || event["path"] != "/things/a%2Fb" {
		t.Errorf("event %v", event)
	}
}

// member follows the names of members into an object.
func member(t *testing.T, object map[string]any, names ...string) map[string]any {
	t.Helper()
	for _, name := range names {
		next, ok := object[name].(map[string]any)
		if !ok {
			t.Fatalf("%s is no object in %v", name, object)
		}
		object = next
	}
	return object
}
