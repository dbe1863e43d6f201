package gateway_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"portcullis/api/contract"
	"portcullis/authorizers/verify/verifytest"
	"portcullis/deploy/gateway"
)

// listener keeps what a gateway tells of requests: their ways, and the lines of its log.
type listener struct {
	mu    sync.Mutex
	trace *gateway.Trace
	log   bytes.Buffer
}

func (t *listener) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.log.Write(p)
}

// by has a gateway tell it.
func (t *listener) by(c *setting) {
	c.Log = slog.New(slog.NewJSONHandler(t, nil))
	c.Traces = func(trace *gateway.Trace) {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.trace = trace
	}
}

// reasonLine is what a log says of an answer that is the gateway's own.
type reasonLine struct {
	Msg, RequestID, Stage, ResponseType, Reason, InvocationID string
	Status                                                    int
}

// last gives the last way, and the last line about an answer of the gateway's own.
func (t *listener) last(test *testing.T) (*gateway.Trace, reasonLine) {
	test.Helper()
	t.mu.Lock()
	defer t.mu.Unlock()
	var last reasonLine
	for line := range strings.Lines(t.log.String()) {
		var read reasonLine
		if err := json.Unmarshal([]byte(line), &read); err != nil {
			test.Fatal(err)
		}
		if read.Msg == "the gateway answers itself" {
			last = read
		}
	}
	return t.trace, last
}

// requireReason holds what the trace and the log say of the last answer, which begins with the reason, or holds it behind "…".
func (t *listener) requireReason(test *testing.T, what string, status int, responseType, reason string) {
	test.Helper()
	trace, line := t.last(test)
	rest, inside := strings.CutPrefix(reason, "…")
	fits := strings.HasPrefix(trace.Reason, reason) || inside && strings.Contains(trace.Reason, rest)
	if trace.Status != status || trace.ResponseType != responseType || !fits {
		test.Errorf("%.80s: %d %s %q, want %d %s %q", what, trace.Status, trace.ResponseType, trace.Reason, status, responseType, reason)
	}
	stage := "test"
	if strings.HasPrefix(reason, "there is no stage") {
		stage = ""
	}
	if want := (reasonLine{line.Msg, trace.RequestID, stage, responseType, trace.Reason, "", status}); line != want || line.Msg == "" {
		test.Errorf("%.80s: log\n%+v, want\n%+v", what, line, want)
	}
}

// saying lets the function behind the methods answer with a text.
func saying(text string) func(*stage) {
	return func(s *stage) { s.things.code = func([]byte) (string, error) { return text, nil } }
}

// failing lets it fail.
func failing(s *stage) {
	s.things.code = func([]byte) (string, error) { return "", errors.New("the table is gone") }
}

// tooSlow lets functions have no time.
func tooSlow(c *setting) { c.Timeout, c.Functions["things"] = time.Millisecond, stuck{} }

// refusedRequest is a request that the gateway answers itself, at a stage of a mode that is changed and prepared where that is said.
type refusedRequest struct {
	mode, request string
	change        func(*setting)
	prepare       func(*stage)
	status        int
	kind, reason  string
}

// requireReasons sends each to a stage of its own, and holds what is said of the answer.
func requireReasons(t *testing.T, start func(*testing.T, string, func(*setting)) *stage, tests []refusedRequest) {
	t.Helper()
	for _, test := range tests {
		heard := &listener{}
		s := start(t, test.mode, func(c *setting) {
			heard.by(c)
			if test.change != nil {
				test.change(c)
			}
		})
		if test.prepare != nil {
			test.prepare(s)
		}
		s.send(t, test.request)
		heard.requireReason(t, test.request, test.status, test.kind, test.reason)
	}
}

// TestReasonsOfREST: each kind of answer that a REST API makes itself says in the trace and in the log why it does.
func TestReasonsOfREST(t *testing.T) {
	const all, key, large = "\nAuthorization: Bearer all", "\nX-Api-Key: first-key-0123456789", 10 << 20
	byAuthorizer := with(requestModeText, "[SOURCES]", "[]", "300", "0") + "apiKeyRequired: true\napiKeySource: AUTHORIZER\nusagePlan: {}\n"
	const refusing = "cache: {methods: {\"GET /things/{id}\": {keyParameters: [method.request.header.Authorization, method.request.path.id]}}, unauthorizedCacheControlHeaderStrategy: FAIL_WITH_403}\n"
	issuer := verifytest.NewServer()
	t.Cleanup(issuer.Close)
	ofPool := func(c *setting) { c.Tokens = userPools{issuer, c.Now} }
	requireReasons(t, startStage, []refusedRequest{
		{modeText, "GET /prod/things", nil, nil, 403, "", `there is no stage "prod"; there is test`},
		{modeText, "GET /prod/things", func(c *setting) { c.Stages = []string{"a", "b"} }, nil, 403, "", `there is no stage "prod"; there are a, b`},
		{modeText, "GET //prod//things", nil, nil, 403, "", `there is no stage "prod"; there is test`},
		{modeText, "GET /", nil, nil, 403, "", `there is no stage ""; there is test`},
		{modeText, "GET /test/open\nX-Long: " + strings.Repeat("x", 10_240), nil, nil, 431, "", "the request line and the headers are larger than 10240 bytes"},
		{modeText, "GET /test/nowhere", nil, nil, 403, "MISSING_AUTHENTICATION_TOKEN",
			"no route is for GET /nowhere; there are DELETE /things/{id}, GET /, GET /files/{path+}, GET /open, GET /search, GET /things, GET /things/special, GET /things/{id}, POST /things, PUT /things"},
		{modeText, "GET /test/things/7/parts", nil, nil, 403, "MISSING_AUTHENTICATION_TOKEN", "no route is for GET /things/7/parts; there are DELETE /things/{id}, GET /things, "},
		{modeText, "GET /test/things" + all + all, nil, nil, 401, "UNAUTHORIZED", "the authorization TOKEN: not asked: a request has one Authorization header, got 2"},
		{modeText, "PATCH /test/things", nil, nil, 403, "MISSING_AUTHENTICATION_TOKEN", "/things takes GET, POST, PUT, and no PATCH"},
		{modeText, "PATCH /test/things" + all, nil, nil, 403, "INVALID_SIGNATURE", "/things takes GET, POST, PUT, and no PATCH"},
		{modeText, "GET /test/files/" + strings.Repeat("x", 1600) + all, nil, nil, 414, "DEFAULT_4XX", "the ARN of the path is longer than 1600 bytes"},
		{modeText, "GET /test/things", nil, nil, 401, "UNAUTHORIZED", "the authorizer token: not called: the request has no method.request.header.Authorization"},
		{modeText, "GET /test/things\nAuthorization: all", nil, nil, 401, "UNAUTHORIZED",
			"the authorizer token: not called: method.request.header.Authorization does not match the identityValidationExpression"},
		{modeText, "GET /test/things\nAuthorization: Bearer unauthorized", nil, nil, 401, "UNAUTHORIZED", "the authorizer token: Unauthorized"},
		{modeText, "GET /test/things\nAuthorization: Bearer broken", nil, nil, 500, "AUTHORIZER_CONFIGURATION_ERROR", "the authorizer token: broken"},
		{modeText, "GET /test/things\nAuthorization: Bearer no-policy", nil, nil, 500, "AUTHORIZER_CONFIGURATION_ERROR", "…policyDocument"},
		{modeText, "GET /test/things\nAuthorization: Bearer deny", nil, nil, 403, "ACCESS_DENIED", `the policy of the authorizer token: denied: statement 1 denies "*"`},
		{modeText, "GET /test/things\nAuthorization: Bearer things", nil, nil, 403, "ACCESS_DENIED", "the policy of the authorizer token: denied: no statement allows it"},
		{modeText, "GET /test/things\nAuthorization: Bearer ends", nil, func(s *stage) { s.now = s.now.Add(time.Hour) }, 403, "ACCESS_DENIED",
			`the policy of the authorizer token: denied: statement 1 would allow "*", but its condition "DateLessThan" of "aws:CurrentTime" is not met`},
		{modeText, "GET /test/things" + all, withPolicy(t, allowsAll, deniesAll), nil, 403, "ACCESS_DENIED", "the resource policy of the API: denied: statement 2 denies "},
		{modeText, "GET /test/things" + all, withPolicy(t, allowsAll, deniesAll), nil, 403, "ACCESS_DENIED", "…; asked for was execute-api:Invoke on arn:aws:execute-api:us-east-1:123456789012:3st7f6ncwi/test/GET/things"},
		{keyModeText, "GET /test/things", withPolicy(t, allowsAll, deniesAll), nil, 403, "ACCESS_DENIED", "…; asked for was execute-api:Invoke on arn:aws:execute-api:us-east-1:123456789012:3st7f6ncwi/test/GET/things"},
		{cognitoMode, "GET /test/things", ofPool, nil, 401, "UNAUTHORIZED", "the authorizer COGNITO_USER_POOLS: there is no token"},
		{cognitoMode, "GET /test/things\nAuthorization: x", ofPool, nil, 401, "UNAUTHORIZED", "the authorizer COGNITO_USER_POOLS: "},
		{iamModeText, "GET /test/things", nil, nil, 403, "MISSING_AUTHENTICATION_TOKEN", "the signature: sigv4: MissingAuthenticationTokenException: the request is not signed (AWS Signature Version 4, for execute-api)"},
		{iamModeText, "GET /test/things\nAuthorization: Bearer very-secret-text", nil, nil, 403, "INVALID_SIGNATURE", "the signature: sigv4: IncompleteSignatureException: the Authorization header is no signature (AWS4-HMAC-SHA256): it has a part without an equal-sign"},
		{keyModeText, "GET /test/things", nil, nil, 403, "INVALID_API_KEY", "forbidden: an API key is asked for, and the request has no X-Api-Key"},
		{keyModeText, "GET /test/things\nX-Api-Key: unknown-key-0123456789", nil, nil, 403, "INVALID_API_KEY", "forbidden: no API key has this value"},
		{keyModeText, "GET /test/things\nX-Api-Key: disabled-key-0123456789", nil, nil, 403, "INVALID_API_KEY", "forbidden: the API key is disabled"},
		{byAuthorizer, "GET /test/things" + all, nil, nil, 403, "INVALID_API_KEY",
			"forbidden: an API key is asked for, with a token too, and the authorizer's answer names none (usageIdentifierKey): send one that was made with a usage plan"},
		{with(keyModeText, "burstLimit: 3", "burstLimit: 0"), "GET /test/things" + key, nil, nil, 429, "THROTTLED", "throttled: the key's bucket is empty"},
		{with(keyModeText, "limit: 6, offset: 0", "limit: 1, offset: 1"), "GET /test/things" + key, nil, nil, 429, "QUOTA_EXCEEDED", "quota exceeded: the key's quota of 1 a DAY is used up"},
		{modeText + "throttle: {rateLimit: 0, burstLimit: 0}\n", "GET /test/open", nil, nil, 429, "THROTTLED", "the limit of the stage, or of the method in it, is reached"},
		{modeText, "GET /test/search" + all, nil, nil, 400, "BAD_REQUEST_PARAMETERS",
			"the request does not fit the contract: Missing required request parameters: [x-header-param, qs1]"},
		{modeText, "POST /test/things" + all + "\n\n{}", nil, nil, 400, "BAD_REQUEST_BODY", `the request does not fit the contract: object has missing required properties (["name"])`},
		{modeText, "POST /test/things" + all + "\n\n" + strings.Repeat("x", large+1), nil, nil, 413, "REQUEST_TOO_LARGE", "the body is larger than 10 MB"},
		{modeText, "PUT /test/things" + all + "\nContent-Encoding: br\n\n{}", nil, nil, 415, "UNSUPPORTED_MEDIA_TYPE", "the body's Content-Encoding: "},
		{modeText, "PUT /test/things" + all + "\nContent-Type: text/plain\n\n" + strings.Repeat("x", 6<<20), nil, nil, 413, "REQUEST_TOO_LARGE", "the function things: the event is larger than 6 MB"},
		{modeText + refusing, "GET /test/things/7\nAuthorization: Bearer this\nCache-Control: max-age=0", nil,
			nil, 403, "ACCESS_DENIED", "the caller's policy does not allow execute-api:InvalidateCache"},
		{modeText, "GET /test/open", tooSlow, nil, 504, "INTEGRATION_TIMEOUT", "the function things: the function took too long"},
		{modeText, "GET /test/open", nil, failing, 502, "INTEGRATION_FAILURE", "the function things: the table is gone"},
		{modeText, "GET /test/open", nil, saying(`{"statusCode":1}`), 502, "INTEGRATION_FAILURE", "the function things: statusCode is 1: want a final HTTP status, 200 to 599"},
		{modeText, "GET /test/open", nil, saying(`{"status":200}`), 502, "INTEGRATION_FAILURE", `the function things: the function's answer: "status" is no member of it`},
		{modeText, "GET /test/open", nil, saying(`"` + strings.Repeat("x", 6<<20) + `"`), 502, "INTEGRATION_FAILURE", "the function things: the function's answer is larger than 6 MB"},
	})
}

// TestReasonsOfHTTP: the same of HTTP APIs.
func TestReasonsOfHTTP(t *testing.T) {
	requireReasons(t, newHTTPStage, []refusedRequest{
		{httpModeText, "GET /prod/things", nil, nil, 404, "RESOURCE_NOT_FOUND", `there is no stage "prod"; there is test`},
		{httpModeText, "GET //test/things", nil, nil, 404, "RESOURCE_NOT_FOUND", `there is no stage "", as the path begins with two slashes; there is test`},
		{httpModeText, "GET //test", nil, nil, 404, "RESOURCE_NOT_FOUND", `there is no stage "", as the path begins with two slashes; there is test`},
		{httpModeText, "GET /test/things/", nil, nil, 404, "RESOURCE_NOT_FOUND", "no route is for GET /things/; there are DELETE /things/{id}, GET /things, "},
		{httpModeText, "GET /test//things", nil, nil, 404, "RESOURCE_NOT_FOUND", "no route is for GET //things; there are DELETE /things/{id}, GET /things, "},
		{httpModeText, "GET /test/open\nX-Long: " + strings.Repeat("x", 10_240), nil, nil, 431, "", "the request line and the headers are larger than 10240 bytes"},
		{httpModeText, "GET /test/%ff", nil, nil, 400, "BAD_REQUEST_PARAMETERS", "the path is not UTF-8"},
		{httpModeText, "PATCH /test/things", nil, nil, 404, "RESOURCE_NOT_FOUND", "/things takes GET, POST, and no PATCH"},
		{httpModeText, "GET /test/nowhere", nil, nil, 404, "RESOURCE_NOT_FOUND", "no route is for GET /nowhere; there are "},
		{httpModeText, "GET /test/things", nil, nil, 401, "UNAUTHORIZED", "the authorizer token: not called: the request has no $request.header.Authorization"},
		{httpIAMMode, "GET /test/things\nAuthorization: a\nAuthorization: a", nil, nil, 401, "UNAUTHORIZED", "the authorization AWS_IAM: not asked: a request has one Authorization header, got 2"},
		{httpModeText, "GET /test/things\nAuthorization: Bearer unauthorized", nil, nil, 401, "UNAUTHORIZED", "the authorizer token: Unauthorized"},
		{httpModeText, "GET /test/things\nAuthorization: Bearer broken", nil, nil, 500, "AUTHORIZER_FAILURE", "the authorizer token: broken"},
		{httpModeText, "GET /test/things\nAuthorization: Bearer deny", nil, nil, 403, "ACCESS_DENIED", "the policy of the authorizer token: denied: statement 1 denies "},
		{simpleMode, "GET /test/things\nAuthorization: Bearer no", nil, nil, 403, "ACCESS_DENIED", "the authorizer token answers isAuthorized: false"},
		{httpIAMMode, "GET /test/things", nil, nil, 403, "ACCESS_DENIED", "the signature: sigv4: MissingAuthenticationTokenException: the request is not signed (AWS Signature Version 4, for execute-api)"},
		{httpModeText + "throttle: {rateLimit: 0, burstLimit: 0}\n", "GET /test/open", nil, nil, 429, "THROTTLED", "the limit of the stage"},
		{httpModeText, "POST /test/open\n\n" + strings.Repeat("x", 10<<20+1), nil, nil, 413, "REQUEST_TOO_LARGE", "the body is larger than 10 MB"},
		{httpModeText, "GET /test/open", tooSlow, nil, 503, "INTEGRATION_TIMEOUT", "the function things: the function took too long"},
		{httpModeText, "GET /test/open", nil, failing, 500, "INTEGRATION_FAILURE", "the function things: the table is gone"},
		{httpModeText, "GET /test/open", nil, saying(`{"statusCode":"x"}`), 500, "INTEGRATION_FAILURE", `the function things: statusCode is "x": want a final HTTP status`},
	})
}

// elsewhere lets the function behind the methods, or the authorizer, fail as one does that names itself.
func elsewhere(text string) func(*stage) {
	return func(s *stage) {
		s.things.code = func([]byte) (string, error) { return "", errors.New("function things" + text) }
		s.token.code = func([]byte) (string, error) { return "", errors.New("function token" + text) }
	}
}

// TestReasonsOfMalformedAnswers: what of an answer does not fit is named, with what it is and what is wanted, in words of JSON; and what is
// long of it is not repeated.
func TestReasonsOfMalformedAnswers(t *testing.T) {
	formatV1 := with(httpModeText, `payloadFormatVersion: "2.0"`, `payloadFormatVersion: "1.0"`)
	const long = "long-enough-for-a-secret"
	tests := []struct{ answer, rest, http string }{ // reasons; "": it is none
		{`{"statusCode":200,"body":{"a":1}}`, "the function's answer: body is an object: want text (JSON.stringify it)", "body is an object: want text (JSON.stringify it)"},
		{`{"statusCode":200,"body":[1]}`, "the function's answer: body is a list: want text (JSON.stringify it)", "body is a list: want text (JSON.stringify it)"},
		{`{"statusCode":200,"body":17}`, "the function's answer: body is a number: want text", "body is a number: want text"},
		{`{"statusCode":200,"body":true}`, "the function's answer: body is true or false: want text", "body is true or false: want text"},
		{`"hello"`, "the function's answer: want an object, got a text", ""},
		{`["hello"]`, "the function's answer: want an object, got a list", ""},
		{`null`, "the function's answer: want an object, got null", ""},
		{``, "the function's answer: it is empty: want JSON", "the function's answer: it is empty: want JSON"},
		{`hello`, "the function's answer: it is no JSON: invalid character 'h' looking for beginning of value", "the function's answer: it is no JSON: "},
		{`{"statusCode":200,"headers":["a"]}`, "the function's answer: headers is a list: want an object", "headers is a list: want an object"},
		{`{"statusCode":200,"headers":{"a":["b"]}}`, `the header "a" is a list: want text`, `the header "a" is a list: want text`},
		{`{"statusCode":200,"headers":{"a":{"b":"c"}}}`, `the header "a" is an object: want text`, `the header "a" is an object: want text`},
		{`{"statusCode":1000}`, "statusCode is 1000: want a final HTTP status", "statusCode is 1000: want a final HTTP status"},
		{`{"statusCode":100000000}`, "statusCode is a number: want a final HTTP status", "statusCode is a number: want a final HTTP status"},
		{`{"statusCode":"` + long + `"}`, "statusCode is a text: want a final HTTP status", "statusCode is a text: want a final HTTP status"},
		{`{"statusCode":{}}`, "statusCode is an object: want a final HTTP status", "statusCode is an object: want a final HTTP status"},
		{`{"statusCode":false}`, "statusCode is false: want a final HTTP status", "statusCode is false: want a final HTTP status"},
		{`{"statusCode":200,"isBase64Encoded":"yes"}`, `isBase64Encoded is "yes": want true or false`, `isBase64Encoded is "yes": want true or false`},
		{`{"statusCode":200,"isBase64Encoded":1}`, "isBase64Encoded is 1: want true or false", "isBase64Encoded is 1: want true or false"},
		{`{"statusCode":200,"multiValueHeaders":{"a":"b"}}`, `multiValueHeaders: "a" is "b": want a list`, ""},
		{`{"statusCode":200,"cookies":"a"}`, `the function's answer: "cookies" is no member of it`, "cookies is a text: want a list"},
		{`{"statusCode":200,"cookies":["a",1]}`, `the function's answer: "cookies" is no member of it`, "an item of cookies is a number: want text"},
		{`{"statusCode":200,"body":"no base64","isBase64Encoded":true}`, "", "body is no base64, which isBase64Encoded says: "},
	}
	var rest, http []refusedRequest
	for _, test := range tests {
		if test.rest != "" {
			rest = append(rest, refusedRequest{modeText, "GET /test/open", nil, saying(test.answer), 502, "INTEGRATION_FAILURE", "the function things: " + test.rest})
		}
		if test.http != "" {
			http = append(http, refusedRequest{httpModeText, "GET /test/open", nil, saying(test.answer), 500, "INTEGRATION_FAILURE", "the function things: " + test.http})
		}
	}
	rest = append(rest, refusedRequest{modeText + "binaryMediaTypes: [image/png]\n", "GET /test/open\nAccept: image/png", nil, saying(`{"statusCode":200,"body":"no base64","isBase64Encoded":true}`),
		500, "API_CONFIGURATION_ERROR", "the function things: body is no base64, which isBase64Encoded says: "})
	for _, text := range []string{": Post nowhere: connection refused", " did not start: exit status 1", "ier: broken"} {
		function, authorizer := "the function things"+text, "the authorizer token"+text
		if text[0] == 'i' {
			function, authorizer = "the function things: function things"+text, "the authorizer token: function token"+text
		}
		rest = append(rest,
			refusedRequest{modeText, "GET /test/open", nil, elsewhere(text), 502, "INTEGRATION_FAILURE", function},
			refusedRequest{modeText, "GET /test/things\nAuthorization: Bearer all", nil, elsewhere(text), 500, "AUTHORIZER_CONFIGURATION_ERROR", authorizer})
	}
	for _, test := range []struct{ answer, reason string }{
		{`{"principalId":"a","context":[]}`, "the authorizer's answer: context is a list: want an object"},
		{`{"principalId":"a","policyDocument":"{}"}`, `the authorizer's answer: policy: want an object, got `},
		{`{"principalId":"a","policyDocument":{"Version":"2012-10-17","Statement":"all"}}`, "the authorizer's answer: policyDocument.Statement is a text: want a list"},
		{`{"principalId":"a","usageIdentifierKey":7}`, "the authorizer's answer: usageIdentifierKey is a number: want text"},
		{`{"principalId":["a"]}`, "the authorizer's principalId is a list: want text or a number"},
		{`"` + long + `"`, "the authorizer's answer: want an object, got a text"},
		{`{"principalId":"a","policyDocument":{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]},"context":{"a":["b"]}}`,
			`the authorizer's context: "a" is a list: want text, a number or a boolean`},
	} {
		answers := func(s *stage) { s.token.code = func([]byte) (string, error) { return test.answer, nil } }
		rest = append(rest, refusedRequest{modeText, "GET /test/things\nAuthorization: Bearer all", nil, answers, 500, "AUTHORIZER_CONFIGURATION_ERROR", "the authorizer token: " + test.reason})
	}
	http = append(http,
		refusedRequest{simpleMode, "GET /test/things\nAuthorization: Bearer all", nil, func(s *stage) { s.token.code = func([]byte) (string, error) { return `{"isAuthorized":"yes"}`, nil } },
			500, "AUTHORIZER_FAILURE", "the authorizer token: the authorizer's answer: isAuthorized is a text: want true or false"},
		refusedRequest{formatV1, "GET /test/open", nil, saying(`"hello"`), 500, "INTEGRATION_FAILURE", "the function things: the function's answer: want an object, got a text"},
		refusedRequest{formatV1, "GET /test/open", nil, saying(`{"statusCode":null}`), 500, "INTEGRATION_FAILURE", "the function things: statusCode is missing or null"})
	requireReasons(t, startStage, rest)
	requireReasons(t, newHTTPStage, http)
}

// TestReasonsOfJWT: what the gateway's own authorizer has against a token.
func TestReasonsOfJWT(t *testing.T) {
	heard := &listener{}
	verifier := newVerifier(t)
	s := newHTTPStage(t, jwtMode, func(c *setting) { heard.by(c); c.Tokens = verifier })
	for _, test := range []struct {
		header       string
		status       int
		kind, reason string
	}{
		{"", 401, "UNAUTHORIZED", "the authorizer JWT: there is no token"},
		{"\nAuthorization: Bearer x", 401, "UNAUTHORIZED", "the authorizer JWT: token-malformed"},
		{"\nAuthorization: Bearer " + verifier.sign(), 403, "ACCESS_DENIED", "the authorizer JWT: expected scopes: [things/read]"},
	} {
		s.send(t, "GET /test/things"+test.header)
		heard.requireReason(t, test.reason, test.status, test.kind, test.reason)
	}
}

// TestReasonsOfWebSocket: the same of handshakes, messages and calls of @connections.
func TestReasonsOfWebSocket(t *testing.T) {
	const hand = "\nConnection: Upgrade\nUpgrade: websocket\nSec-WebSocket-Version: 13\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
	for _, test := range []struct {
		request      string
		status       int
		kind, reason string
	}{
		{"GET /test?token=this", 426, "", "a WebSocket API takes handshakes alone"},
		{"GET /prod?token=this" + hand, 403, "", `there is no stage "prod"; there is test`},
		{"GET //test?token=this" + hand, 403, "", `there is no stage "", as the path begins with two slashes; there is test`},
		{"GET /test/echo?token=this" + hand, 403, "", "a WebSocket API is opened at /test and no path below it"},
		{"POST /test?token=this" + hand, 400, "", "the handshake is none of RFC 6455"},
		{"GET /test?token=" + strings.Repeat("x", 9000) + hand, 414, "DEFAULT_4XX", "the path and query are longer than "},
		{"GET /test?token=unauthorized" + hand, 401, "UNAUTHORIZED", "the authorizer token: Unauthorized"},
		{"GET /test?token=this\nAuthorization: a\nAuthorization: b" + hand, 401, "UNAUTHORIZED", "the authorization REQUEST: not asked: a request has one Authorization header, got 2"},
		{"GET /test?token=broken" + hand, 500, "AUTHORIZER_CONFIGURATION_ERROR", "the authorizer token: broken"},
		{"GET /test?token=deny" + hand, 403, "ACCESS_DENIED", "the policy of the authorizer token: denied: "},
		{"GET /test?token=this&connect=403" + hand, 403, "", "the function things, which is behind $connect, answers 403"},
		{"GET /test?token=this&connect=exc" + hand, 502, "INTEGRATION_FAILURE", "the function things: broken"},
		{"PUT /test/@connections/abc", 403, "MISSING_AUTHENTICATION_TOKEN", "@connections takes POST, GET and DELETE, and no PUT"},
		{"GET /prod/@connections/abc", 403, "", `there is no stage "prod"; there is test`},
		{"GET /test/@connections/abc", 403, "MISSING_AUTHENTICATION_TOKEN", "the signature: sigv4: MissingAuthenticationTokenException: the request is not signed (AWS Signature Version 4, for execute-api)"},
	} {
		heard := &listener{}
		s := newChat(t, chatMode, heard.by)
		s.send(t, test.request)
		heard.requireReason(t, test.request, test.status, test.kind, test.reason)
	}
	heard := &listener{}
	noDefault := func(c *setting) {
		heard.by(c)
		text := strings.Replace(chatContract, "    $default: {reply: {}}\n", "", 1)
		var err error
		if c.Contract, err = contract.Parse("contract.yaml", []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	s := newChat(t, chatMode, noDefault)
	c := s.open(t)
	for _, test := range []struct {
		message      string
		status       int
		kind, reason string
	}{
		{`{"action":"nothing"}`, 403, "RESOURCE_NOT_FOUND", `no route is for messages by which $request.body.action is "nothing"; there are checked, echo, send`},
		{`{"action":"checked"}`, 400, "BAD_REQUEST_BODY", `the request does not fit the contract: object has missing required properties (["text"])`},
		{`{"action":"echo","do":"exc"}`, 502, "INTEGRATION_FAILURE", "the function things: broken"},
		{`{"action":"echo","do":"404"}`, 502, "INTEGRATION_FAILURE", "the function things answers 404"},
	} {
		c.say(t, test.message)
		if _, err := c.hear(); err != nil {
			t.Fatal(err)
		}
		heard.settle(t, test.reason)
		heard.requireReason(t, test.message, test.status, test.kind, test.reason)
	}
}

// settle waits until a reason is told: a message is answered before that.
func (t *listener) settle(test *testing.T, reason string) {
	test.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(time.Millisecond) {
		trace, line := t.last(test)
		if trace != nil && strings.HasPrefix(trace.Reason, reason) && line.Reason == trace.Reason {
			return
		}
	}
}

// TestNoReason: an answer that is a function's own, whatever its status, is none of the gateway's, and neither is a preflight's.
func TestNoReason(t *testing.T) {
	heard := &listener{}
	s := newHTTPStage(t, httpModeText+"cors: {allowMethods: [GET]}\n", heard.by)
	s.things.code = func([]byte) (string, error) { return `{"statusCode":404}`, nil }
	for _, request := range []string{"GET /test/open", "OPTIONS /test/nowhere\nOrigin: http://a.example\nAccess-Control-Request-Method: GET"} {
		s.send(t, request)
		if trace, line := heard.last(t); trace.Reason != "" || line.Msg != "" {
			t.Errorf("%s: %q, %+v", request, trace.Reason, line)
		}
	}
}

// explaining is a function that tells of the decision behind what it answers: the n-th call by the id "id-n".
type explaining struct {
	reason, answer string
	err            error
	calls          *atomic.Int64
}

func (e explaining) Invoke(ctx context.Context, _ []byte) ([]byte, error) {
	gateway.Explain(ctx, "", "not yet known")
	gateway.Explain(ctx, e.reason, fmt.Sprintf("id-%d", e.calls.Add(1)))
	return []byte(e.answer), e.err
}

// TestExplained: what an authorizer tells of its decision stands beside the 401 or 403, which stay the same, with what a policy was asked
// for; that of an answer that is kept is the one of the call that made it.
func TestExplained(t *testing.T) {
	const one = `{"principalId":"a","policyDocument":{"Version":"2012-10-17","Statement":[{"Effect":"%s","Action":"execute-api:Invoke","Resource":"%s"}]}}`
	const asked = "; asked for was execute-api:Invoke on arn:aws:execute-api:us-east-1:123456789012:3st7f6ncwi/test/GET/things"
	denies, other := fmt.Sprintf(one, "Deny", "*"), fmt.Sprintf(one, "Allow", "arn:aws:execute-api:*:*:*/*/GET/other")
	for _, test := range []struct {
		start                   func(*testing.T, string, func(*setting)) *stage
		mode, code, answer, err string
		status                  int
		calls                   int64 // of two requests
		reason, blamed          string
	}{
		{startStage, modeText, "token-expired", "", "Unauthorized", 401, 2, "the authorizer token: Unauthorized: token-expired", "Unauthorized: token-expired"},
		{startStage, modeText, "keys-unavailable", "", "cannot tell", 500, 2, "the authorizer token: cannot tell: keys-unavailable", "cannot tell: keys-unavailable"},
		{startStage, modeText, "token-expired", denies, "", 403, 1, `the policy of the authorizer token: denied: statement 1 denies "*"; its decision is token-expired` + asked, ""},
		{startStage, modeText, "", other, "", 403, 1, "the policy of the authorizer token: denied: no statement allows it" + asked, ""},
		{newHTTPStage, httpModeText, "", other, "", 403, 1, "the policy of the authorizer token: denied: no statement allows it" + asked, "Forbidden"},
		{newHTTPStage, simpleMode, "token-expired", `{"isAuthorized":false}`, "", 403, 1, "the authorizer token answers isAuthorized: false; its decision is token-expired" + asked, "Forbidden"},
		{startStage, modeText, "verified", "{}", "", 500, 2, "the authorizer token: the authorizer's answer has no principalId: verified", "the authorizer's answer has no principalId: verified"},
	} {
		heard, logged, calls := &listener{}, &lines{}, &atomic.Int64{}
		function := explaining{test.code, test.answer, nil, calls}
		if test.err != "" {
			function.err = errors.New(test.err)
		}
		s := test.start(t, test.mode, func(c *setting) {
			heard.by(c)
			c.Functions["token"], c.AccessLog = function, logged
			c.Mode.AccessLogFormat = "$context.requestId $context.authorizer.error"
		})
		for range 2 {
			got := s.send(t, "GET /test/things\nAuthorization: Bearer all")
			id := fmt.Sprintf("id-%d", calls.Load())
			trace, line := heard.last(t)
			if got.status != test.status || strings.Contains(got.body, "id-") || trace.Authorizer.Reason != test.code || trace.Authorizer.InvocationID != id {
				t.Errorf("%s: %d %s, trace %+v", test.reason, got.status, got.body, trace.Authorizer)
			}
			if trace.Reason != test.reason || line.Reason != test.reason || line.InvocationID != id {
				t.Errorf("want %q of %s, got\n%q, log %+v", test.reason, id, trace.Reason, line)
			}
			if want := trace.RequestID + " " + cmp.Or(test.blamed, "-") + "\n"; logged.last() != want {
				t.Errorf("access log %q, want %q", logged.last(), want)
			}
		}
		if calls.Load() != test.calls {
			t.Errorf("%s: %d calls, want %d", test.reason, calls.Load(), test.calls)
		}
	}
}

// TestReasonHoldsNoCredential, whatever a function says in its failure.
func TestReasonHoldsNoCredential(t *testing.T) {
	const secret = "very-secret-token-of-somebody"
	heard, lines := &listener{}, &lines{}
	s := newStage(t, func(c *setting) {
		heard.by(c)
		c.AccessLog = lines
		c.Mode.AccessLogFormat = "$context.requestId $context.authorizer.error $context.integration.error"
	})
	s.token.code = func(event []byte) (string, error) { return "", errors.New("cannot read " + secret) }
	s.things.code = s.token.code
	for _, path := range []string{"/things", "/open", "/" + secret} {
		s.send(t, "GET /test"+path+"\nAuthorization: Bearer "+secret)
		if trace, _ := heard.last(t); trace.Reason == "" || strings.Contains(trace.Reason+heard.log.String()+lines.last(), secret) {
			t.Errorf("%s: %q, log %s, access log %s", path, trace.Reason, &heard.log, lines.last())
		}
	}
}
