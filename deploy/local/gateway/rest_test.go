package gateway_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"portcullis/api"
	"portcullis/deploy/local/gateway"
)

// function is an Invoker that answers as its code says, and keeps the events that it saw.
type function struct {
	code func(event []byte) (string, error)

	mu     sync.Mutex
	events []string
}

func (f *function) Invoke(ctx context.Context, event []byte) ([]byte, error) {
	f.mu.Lock()
	f.events = append(f.events, string(event))
	f.mu.Unlock()
	output, err := f.code(event)
	if err != nil {
		return nil, err
	}
	return []byte(output), ctx.Err()
}

func (f *function) calls() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.events)
}

// last gives the last event as JSON.
func (f *function) last(t *testing.T) map[string]any {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.events) == 0 {
		t.Fatal("the function was not called")
	}
	var event map[string]any
	if err := json.Unmarshal([]byte(f.events[len(f.events)-1]), &event); err != nil {
		t.Fatal(err)
	}
	return event
}

// stage is a gateway for the fixture's contract and mode, behind a real server.
type stage struct {
	url           string
	token, things *function
	now           time.Time
}

const arnPrefix = "arn:aws:execute-api:us-east-1:123456789012:*/test/"

// newStage starts a stage. Its authorizer answers by the token's name, as answers has it; its function
// answers 200 with the path of the event.
func newStage(t *testing.T, change func(*gateway.Config)) *stage {
	t.Helper()
	s := &stage{now: time.Unix(1_900_000_000, 0)}
	s.token = &function{code: func(event []byte) (string, error) {
		var e struct{ AuthorizationToken, MethodARN string }
		json.Unmarshal(event, &e)
		return authorizerAnswer(strings.TrimPrefix(e.AuthorizationToken, "Bearer "), e.MethodARN)
	}}
	s.things = &function{code: func(event []byte) (string, error) {
		var e struct{ Path string }
		json.Unmarshal(event, &e)
		return fmt.Sprintf(`{"statusCode":200,"body":%q}`, e.Path), nil
	}}
	contract, err := api.Parse("contract.yaml", []byte(contractText))
	if err != nil {
		t.Fatal(err)
	}
	mode, err := gateway.ParseMode("test.yaml", []byte(modeText))
	if err != nil {
		t.Fatal(err)
	}
	config := gateway.Config{
		Contract: contract, Mode: mode, Now: func() time.Time { return s.now },
		Functions: map[string]gateway.Invoker{"token": s.token, "things": s.things},
	}
	if change != nil {
		change(&config)
	}
	g, err := gateway.New(config)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(g)
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

func authorizerAnswer(token, arn string) (string, error) {
	answer := func(effect, resource string) string {
		return fmt.Sprintf(`{"principalId":"me","policyDocument":{"Version":"2012-10-17","Statement":[{"Effect":%q,"Action":"execute-api:Invoke","Resource":%q}]},"context":{"number":7,"flag":true,"text":"a"}}`, effect, resource)
	}
	switch token {
	case "all":
		return answer("Allow", "arn:aws:execute-api:*"), nil
	case "this":
		return answer("Allow", arn), nil
	case "things":
		return answer("Allow", arnPrefix+"GET/things/*"), nil
	case "deny":
		return answer("Deny", "*"), nil
	case "ends":
		return `{"principalId":"me","policyDocument":{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"DateLessThan":{"aws:CurrentTime":"2030-03-17T17:47:00Z"}}}}}`, nil
	case "unauthorized":
		return "", errors.New("Unauthorized")
	case "lower-case":
		return "", errors.New("unauthorized")
	case "no-principal":
		return `{"policyDocument":{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}}`, nil
	case "no-policy":
		return `{"principalId":"me"}`, nil
	case "no-statement":
		return `{"principalId":"me","policyDocument":{"Statement":[]}}`, nil
	case "bad-context":
		return `{"principalId":"me","policyDocument":{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}},"context":{"list":[]}}`, nil
	case "odd-policy":
		return `{"principalId":"me","policyDocument":{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Unknown":1}}}`, nil
	case "no-json":
		return `allow`, nil
	}
	return "", errors.New("broken")
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
}

// send sends a request: its line, header lines, and after an empty line its body.
func (s *stage) send(t *testing.T, text string) answer {
	t.Helper()
	head, body, _ := strings.Cut(text, "\n\n")
	lines := strings.Split(head, "\n")
	method, target, _ := strings.Cut(lines[0], " ")
	request, err := http.NewRequest(method, s.url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	path, query, _ := strings.Cut(target, "?")
	request.URL.Opaque, request.URL.RawQuery = path, query
	request.URL.Opaque = "//" + request.URL.Host + path
	for _, line := range lines[1:] {
		name, value, _ := strings.Cut(line, ": ")
		request.Header.Add(name, value)
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	got, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{response.StatusCode, response.Header, string(got)}
}

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
		{"GET /test//things", 403, noRoute, "MissingAuthenticationTokenException"},
		{"GET /test/things/a/b", 403, noRoute, "MissingAuthenticationTokenException"},
		{"GET /test/nowhere\nAuthorization: Bearer x", 403, `{"message":"'x' not a valid key=value pair (missing equal-sign) in Authorization header: 'Bearer x'."}`, "IncompleteSignatureException"},
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
		{"GET /test/things\nAuthorization: Bearer no-json", 500, failed, "AuthorizerConfigurationException"},
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

// TestAuthorizerIsNotCalled: what the gateway refuses by itself never reaches the function.
func TestAuthorizerIsNotCalled(t *testing.T) {
	s := newStage(t, nil)
	for _, request := range []string{"GET /test/things", "GET /test/things\nAuthorization: Basic x", "GET /test/nowhere\nAuthorization: Bearer all", "GET /test/open\nAuthorization: Bearer all", "OPTIONS /test/things"} {
		s.send(t, request)
	}
	if s.token.calls() != 0 {
		t.Errorf("the authorizer was called: %s", s.token.events)
	}
	s.send(t, "GET /test/things\nAuthorization: Bearer deny")
	if s.things.calls() != 1 { // GET /open
		t.Errorf("the function was called behind a denial: %s", s.things.events)
	}
}

func TestCache(t *testing.T) {
	s := newStage(t, nil)
	step := func(request string, status, calls int) {
		t.Helper()
		if got := s.send(t, request); got.status != status || s.token.calls() != calls {
			t.Errorf("%s: status %d, %d calls of the authorizer; want %d and %d", request, got.status, s.token.calls(), status, calls)
		}
	}
	step("GET /test/things/7\nAuthorization: Bearer this", 200, 1)
	step("GET /test/things/7\nAuthorization: Bearer this", 200, 1)
	step("GET /test/things/8\nAuthorization: Bearer this", 403, 1) // the policy of another route, evaluated anew
	step("GET /test/things/7\nAuthorization: Bearer all", 200, 2)  // another identity
	step("GET /test/things/8\nAuthorization: Bearer all", 200, 2)
	step("GET /test/things\nAuthorization: Bearer unauthorized", 401, 3)
	step("GET /test/things\nAuthorization: Bearer unauthorized", 401, 4) // failures are not kept
	step("GET /test/things\nAuthorization: Bearer no-policy", 500, 5)
	step("GET /test/things\nAuthorization: Bearer no-policy", 500, 6)
	step("GET /test/things\nAuthorization: Bearer ends", 200, 7)
	s.now = s.now.Add(2 * time.Minute)
	step("GET /test/things\nAuthorization: Bearer ends", 403, 7) // the cached policy has ended
	s.now = s.now.Add(3 * time.Minute)
	step("GET /test/things/8\nAuthorization: Bearer this", 200, 8) // past the TTL
}

func TestCacheOff(t *testing.T) {
	off := 0
	s := newStage(t, func(c *gateway.Config) { c.Mode.Authorizer.ResultTTLInSeconds = &off })
	for range 3 {
		s.send(t, "GET /test/things\nAuthorization: Bearer all")
	}
	if s.token.calls() != 3 {
		t.Errorf("%d calls", s.token.calls())
	}
}

func TestTokenEvent(t *testing.T) {
	s := newStage(t, nil)
	s.send(t, "GET /test/things/a%2Fb/?x=y\nAuthorization: Bearer first\nAuthorization: Bearer all")
	event := s.token.last(t)
	arn, _ := event["methodArn"].(string)
	if len(event) != 3 || event["type"] != "TOKEN" || event["authorizationToken"] != "Bearer all" {
		t.Errorf("event %v", event)
	}
	if !strings.HasPrefix(arn, "arn:aws:execute-api:us-east-1:123456789012:") || !strings.HasSuffix(arn, "/test/GET/things/a%2Fb") {
		t.Errorf("methodArn %s", arn)
	}
	s.send(t, "GET /test/\nAuthorization: Bearer all-of-root")
	if arn, _ := s.token.last(t)["methodArn"].(string); !strings.HasSuffix(arn, "/test/GET/") {
		t.Errorf("methodArn of the root %s", arn)
	}
}

func TestProxyEvent(t *testing.T) {
	s := newStage(t, nil)
	s.send(t, "POST /test/things?a=1&a=2&b=x+y%2B\nAuthorization: Bearer all\nX-Two: 1\nX-Two: 2\nUser-Agent: tester\n\n{\"name\":\"ä\"}")
	event := s.things.last(t)
	want := map[string]any{
		"resource": "/things", "path": "/things", "httpMethod": "POST", "isBase64Encoded": false, "body": `{"name":"ä"}`,
		"pathParameters": nil, "stageVariables": map[string]any{"alias": "live"},
		"queryStringParameters":           map[string]any{"a": "2", "b": "x y+"},
		"multiValueQueryStringParameters": map[string]any{"a": []any{"1", "2"}, "b": []any{"x y+"}},
	}
	for key, value := range want {
		if fmt.Sprint(event[key]) != fmt.Sprint(value) {
			t.Errorf("%s is %v, want %v", key, event[key], value)
		}
	}
	keys(t, "event", event, "body headers httpMethod isBase64Encoded multiValueHeaders multiValueQueryStringParameters path pathParameters queryStringParameters requestContext resource stageVariables")
	headers, _ := event["headers"].(map[string]any)
	multi, _ := event["multiValueHeaders"].(map[string]any)
	if headers["X-Two"] != "2" || fmt.Sprint(multi["X-Two"]) != "[1 2]" || headers["Authorization"] != "Bearer all" || headers["Host"] == nil || headers["X-Forwarded-For"] != "127.0.0.1" {
		t.Errorf("headers %v, %v", headers, multi)
	}
	context, _ := event["requestContext"].(map[string]any)
	keys(t, "requestContext", context, "accountId apiId authorizer deploymentId domainName domainPrefix extendedRequestId httpMethod identity path protocol requestId requestTime requestTimeEpoch resourceId resourcePath stage")
	for key, value := range map[string]any{"path": "/test/things", "stage": "test", "resourcePath": "/things", "httpMethod": "POST", "protocol": "HTTP/1.1", "accountId": "123456789012", "requestTime": "17/Mar/2030:17:46:40 +0000", "requestTimeEpoch": 1.9e12} {
		if context[key] != value {
			t.Errorf("requestContext.%s is %v, want %v", key, context[key], value)
		}
	}
	identity, _ := context["identity"].(map[string]any)
	keys(t, "identity", identity, "accessKey accountId caller cognitoAuthenticationProvider cognitoAuthenticationType cognitoIdentityId cognitoIdentityPoolId principalOrgId sourceIp user userAgent userArn")
	if identity["sourceIp"] != "127.0.0.1" || identity["userAgent"] != "tester" || identity["user"] != nil {
		t.Errorf("identity %v", identity)
	}
	authorizer, _ := context["authorizer"].(map[string]any)
	if authorizer["principalId"] != "me" || authorizer["number"] != "7" || authorizer["flag"] != "true" || authorizer["text"] != "a" || authorizer["integrationLatency"] == nil {
		t.Errorf("authorizer %v", authorizer)
	}

	s.send(t, "GET /test/open")
	event = s.things.last(t)
	for _, key := range []string{"body", "pathParameters", "queryStringParameters", "multiValueQueryStringParameters"} {
		if value, present := event[key]; !present || value != nil {
			t.Errorf("%s is %v (present: %v), want null", key, value, present)
		}
	}
	if context, _ := event["requestContext"].(map[string]any); context["authorizer"] != nil {
		t.Errorf("an open method has an authorizer: %v", context["authorizer"])
	}
	s.send(t, "GET /test/things/a%20b%2F/\nAuthorization: Bearer all")
	event = s.things.last(t)
	if event["path"] != "/things/a%20b%2F/" || fmt.Sprint(event["pathParameters"]) != "map[id:a%20b%2F]" {
		t.Errorf("path %v, pathParameters %v", event["path"], event["pathParameters"])
	}
}

// keys checks that an object has exactly these members.
func keys(t *testing.T, what string, object map[string]any, want string) {
	t.Helper()
	for _, key := range strings.Fields(want) {
		if _, present := object[key]; !present {
			t.Errorf("%s has no %s", what, key)
		}
	}
	if len(object) != len(strings.Fields(want)) {
		t.Errorf("%s has %d members, want %d: %v", what, len(object), len(strings.Fields(want)), object)
	}
}

func TestProxyAnswers(t *testing.T) {
	const failed = `{"message":"Internal server error"}`
	tests := []struct {
		output string
		status int
		body   string
		header string // "Name: a, b" that must be there
	}{
		{`{"statusCode":201,"body":"made","headers":{"Location":"/x"}}`, 201, "made", "Location: /x"},
		{`{}`, 200, "", "Content-Type: application/json"},
		{`{"headers":{"Content-Type":"text/plain"}}`, 200, "", "Content-Type: text/plain"},
		{`{"headers":null,"body":null}`, 200, "", "Content-Length: 0"},
		{`{"statusCode":"201"}`, 201, "", ""},
		{`{"headers":{"X-Flag":true,"x-number":1.50}}`, 200, "", "X-Flag: true"},
		{`{"headers":{"x-one":"c"},"multiValueHeaders":{"X-One":["a","b"]}}`, 200, "", "X-One: a, b, c"},
		{`{"headers":{"x-one":"a"},"multiValueHeaders":{"X-One":["a","b"]}}`, 200, "", "X-One: a, b"},
		{`{"body":"aGVsbG8=","isBase64Encoded":true}`, 200, "aGVsbG8=", ""},
		{`{"headers":{"Content-Length":"99","Connection":"close"},"body":"x"}`, 200, "x", "X-Amzn-Remapped-Content-Length: 99"},
		{`{"statusCode":200,"bodi":"x"}`, 502, failed, ""},
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
	s := newStage(t, func(c *gateway.Config) {
		c.Timeout = time.Millisecond
		c.Functions["things"] = stuck{}
	})
	got := s.send(t, "GET /test/open")
	if got.status != 504 || got.body != `{"message":"Endpoint request timed out"}` {
		t.Errorf("%+v", got)
	}
}

func TestAuthorizerTimeout(t *testing.T) {
	s := newStage(t, func(c *gateway.Config) {
		c.Timeout = time.Millisecond
		c.Functions["token"] = stuck{}
	})
	got := s.send(t, "GET /test/things\nAuthorization: Bearer all")
	if got.status != 500 || got.body != `{"message":null}` {
		t.Errorf("%+v", got)
	}
}

// stuck is a function that does not answer.
type stuck struct{}

func (stuck) Invoke(ctx context.Context, _ []byte) ([]byte, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func TestCORS(t *testing.T) {
	const methods, headers = "Access-Control-Allow-Methods", "Access-Control-Allow-Headers"
	const origin = "Access-Control-Allow-Origin"
	for _, test := range []struct {
		origins             []string
		sent, origin, error string
	}{
		{nil, "https://a.example", "*", "*"},
		{[]string{"https://a.example"}, "https://a.example", "https://a.example", "https://a.example"},
		{[]string{"https://a.example"}, "https://evil.example", "", "https://a.example"},
		{[]string{"https://a.example", "https://b.example"}, "https://b.example", "https://b.example", "*"},
		{[]string{"https://a.example", "https://b.example"}, "https://b.example.evil", "", "*"},
	} {
		s := newStage(t, func(c *gateway.Config) { c.AllowedOrigins = test.origins })
		got := s.send(t, "OPTIONS /test/things/7\nAccess-Control-Request-Method: GET\nOrigin: "+test.sent)
		if got.status != 204 || got.header.Get(origin) != test.origin || got.header.Get(methods) != "DELETE,GET,OPTIONS" ||
			got.header.Get(headers) != "Content-Type,Authorization,X-Amz-Date,X-Api-Key" || got.header.Get("Access-Control-Max-Age") != "86400" {
			t.Errorf("preflight of %s with %v: %+v", test.sent, test.origins, got)
		}
		if got := s.send(t, "OPTIONS /test/search").header.Get(headers); got != "Content-Type,Authorization,X-Amz-Date,X-Api-Key,x-header-param" {
			t.Errorf("preflight of a path with a header parameter: %s", got)
		}
		got = s.send(t, "GET /test/things\nOrigin: "+test.sent)
		if got.status != 401 || got.header.Get(origin) != test.error || got.header.Get(headers) == "" {
			t.Errorf("error for %s with %v: %+v", test.sent, test.origins, got)
		}
	}
	s := newStage(t, nil)
	if got := s.send(t, "OPTIONS /test/nowhere"); got.status != 403 {
		t.Errorf("preflight of no path: %+v", got)
	}
}

func TestNewRefuses(t *testing.T) {
	contract, err := api.Parse("contract.yaml", []byte(contractText))
	if err != nil {
		t.Fatal(err)
	}
	badSchema, err := api.Parse("contract.yaml", []byte(strings.Replace(contractText, "type: object", "type: thing", 1)))
	if err != nil {
		t.Fatal(err)
	}
	mode, err := gateway.ParseMode("test.yaml", []byte(modeText))
	if err != nil {
		t.Fatal(err)
	}
	some := map[string]gateway.Invoker{"token": stuck{}, "things": stuck{}}
	for want, config := range map[string]gateway.Config{
		"want a contract and a mode":               {},
		`no function is called "things"`:           {Contract: contract, Mode: mode},
		`mode test: no function is called "token"`: {Contract: contract, Mode: mode, Functions: map[string]gateway.Invoker{"things": stuck{}}},
		"contract.yaml: #/paths/~1things/post":     {Contract: badSchema, Mode: mode, Functions: some},
	} {
		if _, err := gateway.New(config); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("error %v, want one line with %q", err, want)
		}
	}
}
