package gateway_test

import (
	"fmt"
	"strings"
	"testing"

	"portcullis/api/contract"
)

func TestREST(t *testing.T) {
	const denied = `{"Message":"User is not authorized to access this resource"}`
	const explicit = `{"Message":"User is not authorized to access this resource with an explicit deny"}`
	const unauthorized, failed = `{"message":"Unauthorized"}`, `{"message":null}`
	const noRoute, badBody = `{"message":"Missing Authentication Token"}`, `{"message":"Invalid request body"}`
	tests := []struct {
		request   string
		status    int
		body      string
		errorType string
	}{
		// routing
		{"GET /test/things\nAuthorization: Bearer all", 200, "/things", ""},
		{"GET /test/things/\nAuthorization: Bearer all", 200, "/things/", ""},
		{"GET /test/\nAuthorization: Bearer all", 200, "/", ""},
		{"GET /test\nAuthorization: Bearer all", 200, "/", ""},
		{"GET /test/open", 200, "/open", ""},
		{"GET /test/files/a/b%20c\nAuthorization: Bearer all", 200, "/files/a/b%20c", ""},
		{"GET /test/things/a%2Fb\nAuthorization: Bearer all", 200, "/things/a%2Fb", ""},
		{"GET /test/nowhere", 403, noRoute, "MissingAuthenticationTokenException"},
		{"PATCH /test/things", 403, noRoute, "MissingAuthenticationTokenException"},
		{"GET /test//things\nAuthorization: Bearer all", 200, "/things", ""},
		{"GET /test/things//7", 403, noRoute, "MissingAuthenticationTokenException"},
		{"GET /test/things/a/b", 403, noRoute, "MissingAuthenticationTokenException"},
		{"GET /test/nowhere\nAuthorization: Bearer x", 403, `{"message":"Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded with Base64): 'uTem/WB082UJMN2ajD6lH6UChGpTAddMJSx2iu923No='."}`, "IncompleteSignatureException"},
		{"GET /test/nowhere\nAuthorization: Basic YQ==", 403, `{"message":"Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. (Hashed with SHA-256 and encoded with Base64) Authorization=jNQVU2Q/x6/ACu/hQxGLx2pz8UXMQ6Ne4xxcnRGfW8s="}`, "IncompleteSignatureException"},
		{"GET /other/things", 403, `{"message":"Forbidden"}`, "ForbiddenException"},
		{"GET /tester/things", 403, `{"message":"Forbidden"}`, "ForbiddenException"},
		// identity source
		{"GET /test/things", 401, unauthorized, "UnauthorizedException"},
		{"GET /test/things\nAuthorization: ", 401, unauthorized, "UnauthorizedException"},
		{"GET /test/things\nAuthorization: Bearer ALL", 401, unauthorized, "UnauthorizedException"},
		{"GET /test/things\nAuthorization: xBearer all", 401, unauthorized, "UnauthorizedException"},
		{"GET /test/things\nX-Authorization: Bearer all", 401, unauthorized, "UnauthorizedException"},
		// the authorizer's answers
		{"GET /test/things\nAuthorization: Bearer unauthorized", 401, unauthorized, "UnauthorizedException"},
		{"GET /test/things\nAuthorization: Bearer lower-case", 500, failed, "AuthorizerConfigurationException"},
		{"GET /test/things\nAuthorization: Bearer broken", 500, failed, "AuthorizerConfigurationException"},
		{"GET /test/things\nAuthorization: Bearer no-principal", 500, failed, "AuthorizerConfigurationException"},
		{"GET /test/things\nAuthorization: Bearer no-policy", 500, failed, "AuthorizerConfigurationException"},
		{"GET /test/things\nAuthorization: Bearer no-statement", 500, failed, "AuthorizerConfigurationException"},
		{"GET /test/things\nAuthorization: Bearer bad-context", 500, failed, "AuthorizerConfigurationException"},
		{"GET /test/things\nAuthorization: Bearer odd-policy", 500, failed, "AuthorizerConfigurationException"},
		{"GET /test/things\nAuthorization: Bearer capitals", 500, failed, "AuthorizerConfigurationException"},
		{"GET /test/things\nAuthorization: Bearer both-cases", 500, failed, "AuthorizerConfigurationException"},
		{"GET /test/things\nAuthorization: Bearer small-letters", 500, failed, "AuthorizerConfigurationException"},
		{"GET /test/things\nAuthorization: Bearer trailing", 500, failed, "AuthorizerConfigurationException"},
		{"GET /test/things\nAuthorization: Bearer no-json", 500, failed, "AuthorizerConfigurationException"},
		{"GET /test/things\nAuthorization: Bearer long-resource", 500, failed, "AuthorizerConfigurationException"},
		{"GET /test/things\nAuthorization: Bearer long-not-resource", 500, failed, "AuthorizerConfigurationException"},
		{"GET /test/things\nAuthorization: Bearer longest-resource", 200, "/things", ""},
		{"GET /test/things\nAuthorization: Bearer deny", 403, explicit, "AccessDeniedException"},
		{"GET /test/things\nAuthorization: Bearer things", 403, denied, "AccessDeniedException"},
		{"GET /test/things/7\nAuthorization: Bearer things", 200, "/things/7", ""},
		{"DELETE /test/things/7\nAuthorization: Bearer things", 403, denied, "AccessDeniedException"},
		{"GET /test/things/special\nAuthorization: Bearer things", 200, "/things/special", ""},
		{"GET /test/files/" + strings.Repeat("x", 1600) + "\nAuthorization: Bearer all", 414, `{"message":"Request URI too long"}`, "RequestUriTooLongException"},
		// request validation
		{"POST /test/things\nAuthorization: Bearer all\nContent-Type: application/json\n\n{\"name\":\"a\"}", 200, "/things", ""},
		{"POST /test/things\nAuthorization: Bearer all\n\n{\"name\":\"a\"}", 200, "/things", ""},
		{"POST /test/things\nAuthorization: Bearer all\nContent-Type: application/json; charset=utf-8\n\n{\"name\":7}", 400, badBody, "BadRequestException"},
		{"POST /test/things\nAuthorization: Bearer all\n\n{\"name\":\"a\",\"more\":1}", 400, badBody, "BadRequestException"},
		{"POST /test/things\nAuthorization: Bearer all\n\n{\"name\":\"\"}", 400, badBody, "BadRequestException"},
		{"POST /test/things\nAuthorization: Bearer all\n\n{\"name\":\"a\",\"kind\":\"thing\",\"size\":9}", 200, "/things", ""},
		{"POST /test/things\nAuthorization: Bearer all\n\n{\"name\":\"a\",\"kind\":\"other\"}", 400, badBody, "BadRequestException"},
		{"POST /test/things\nAuthorization: Bearer all\n\n{\"name\":\"a\",\"size\":0}", 400, badBody, "BadRequestException"},
		{"POST /test/things\nAuthorization: Bearer all\n\n{\"name\":\"a\",\"size\":10}", 400, badBody, "BadRequestException"},
		{"POST /test/things\nAuthorization: Bearer all\n\n{\"name\":\"a\",\"size\":1e1000001}", 400, badBody, "BadRequestException"},
		{"POST /test/things\nAuthorization: Bearer all\n\n{\"name\":\"a\",\"size\":[1e-1000001]}", 400, badBody, "BadRequestException"},
		{"POST /test/things\nAuthorization: Bearer all\n\n{\"name\":\"a\"} {}", 400, badBody, "BadRequestException"},
		{"POST /test/things\nAuthorization: Bearer all\n\nname", 400, badBody, "BadRequestException"},
		{"POST /test/things\nAuthorization: Bearer all", 400, badBody, "BadRequestException"},
		{"POST /test/things\nAuthorization: Bearer all\nContent-Type: text/plain\n\nname", 400, badBody, "BadRequestException"}, // the only model is for any type
		{"PUT /test/things\nAuthorization: Bearer all\nContent-Type: text/plain\n\nname", 200, "/things", ""},                   // no model: not validated
		{"POST /test/things\n\nname", 401, unauthorized, "UnauthorizedException"},                                               // the authorizer comes first
		{"GET /test/search\nAuthorization: Bearer all", 400, `{"message":"Missing required request parameters: [x-header-param, qs1]"}`, "BadRequestException"},
		{"GET /test/search?qs1=\nX-Header-Param: a\nAuthorization: Bearer all", 400, `{"message":"Missing required request parameters: [qs1]"}`, "BadRequestException"},
		{"GET /test/search?qs1=a\nX-Header-Param: a\nAuthorization: Bearer all", 200, "/search", ""},
		{"POST /test/things\nAuthorization: Bearer all\nContent-Type: text/plain\n\n" + strings.Repeat("x", 10<<20+1), 413, `{"message":"Request Too Long"}`, "RequestTooLargeException"},
	}
	s := newStage(t, nil)
	for _, test := range tests {
		name, _, _ := strings.Cut(fmt.Sprintf("%.120s", test.request), "\n\n")
		got := s.send(t, test.request)
		if got.status != test.status || got.body != test.body || got.header.Get("x-amzn-ErrorType") != test.errorType {
			t.Errorf("%s\n got %d %s %s\nwant %d %s %s", name, got.status, got.header.Get("x-amzn-ErrorType"), got.body, test.status, test.errorType, test.body)
		}
		if got.header.Get("x-amzn-RequestId") == "" || got.header.Get("x-amz-apigw-id") == "" || got.header.Get("Content-Type") != "application/json" {
			t.Errorf("%s\nheaders %v", name, got.header)
		}
		if traced := got.header.Get("X-Amzn-Trace-Id") != ""; traced != (test.errorType == "") {
			t.Errorf("%s\ntrace id: %v", name, traced)
		}
	}
}

// TestUndecidedBodies: a body of which it cannot be told in time whether it fits reaches no function, and is not called a bad one.
func TestUndecidedBodies(t *testing.T) {
	s := newStage(t, func(c *setting) {
		var err error
		if c.Contract, err = contract.Parse("contract.yaml", []byte(with(contractText, "minLength: 1", `pattern: "^(a|aa)+$"`))); err != nil {
			t.Fatal(err)
		}
		c.ShowTrace = true
	})
	body := func(name string) string {
		return "POST /test/things\nAuthorization: Bearer all\n\n{\"name\":\"" + name + "\"}"
	}
	slow := strings.Repeat("a", 80) + "!"
	got, trace := s.traced(t, body(slow))
	const internal = `{"message": "Internal server error"}`
	if got.status != 500 || got.body != internal || trace.ResponseType != "API_CONFIGURATION_ERROR" || len(s.things.events) != 0 {
		t.Errorf("status %d, body %s, %+v, events %q", got.status, got.body, trace, s.things.events)
	}
	if !strings.Contains(trace.Validation, `the pattern "^(a|aa)+$" takes too long`) || strings.Contains(trace.Validation, slow) {
		t.Errorf("the trace says %q", trace.Validation)
	}
	if got := s.send(t, body("aaa")); got.status != 200 {
		t.Errorf("afterwards: status %d, body %s", got.status, got.body)
	}
	if got := s.send(t, body("b")); got.status != 400 {
		t.Errorf("another: status %d, body %s", got.status, got.body)
	}
}
