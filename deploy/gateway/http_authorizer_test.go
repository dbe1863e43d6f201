package gateway_test

import (
	"fmt"
	"testing"
	"time"
)

const simpleMode = `name: test
gateway: HTTP
authorization: REQUEST
authorizer:
  function: token
  identitySource: [$request.header.Authorization, $context.routeKey]
  enableSimpleResponses: true
`

// step sends a request and counts the authorizer's calls so far.
func step(t *testing.T, s *stage, request string, status, calls int) {
	t.Helper()
	if got := s.send(t, request); got.status != status || s.token.calls() != calls {
		t.Errorf("%s: status %d, %d calls of the authorizer; want %d and %d", request, got.status, s.token.calls(), status, calls)
	}
}

func TestHTTPSimpleAnswers(t *testing.T) {
	s := newHTTPStage(t, simpleMode, nil)
	for token, want := range map[string]string{
		"yes": "200 GET /things", "yes-plainly": "200 GET /things", "no": "403 " + forbidden,
		"text": "500 " + serverError, "one": "500 " + serverError, "null": "500 " + serverError, "capital": "500 " + serverError,
		"both": "500 " + serverError, "more": "500 " + serverError, "all": "500 " + serverError, "no-json": "500 " + serverError,
		"broken": "500 " + serverError, "verdict-unauthorized": "401 " + unauthorized,
	} {
		if got := s.send(t, "GET /test/things\nAuthorization: Bearer "+token); fmt.Sprint(got.status, " ", got.body) != want {
			t.Errorf("%s: %+v, want %s", token, got, want)
		}
	}
}

// TestHTTPPayloadV1: the context of format 1.0 holds scalars only.
func TestHTTPPayloadV1(t *testing.T) {
	s := newHTTPStage(t, with(httpModeText, "resultTtlInSeconds: 300", `payloadFormatVersion: "1.0"`), nil)
	for token, status := range map[string]int{"all": 200, "deny": 403, "bad-context": 500, "yes": 500, "unauthorized": 401} {
		if got := s.send(t, "GET /test/things\nAuthorization: Bearer "+token); got.status != status {
			t.Errorf("%s: %+v", token, got)
		}
	}
}

// TestHTTPPolicyCache: what is kept is the policy, evaluated anew for each route, and no failure.
func TestHTTPPolicyCache(t *testing.T) {
	s := newHTTPStage(t, httpModeText, nil)
	step(t, s, "GET /test/things/7\nAuthorization: Bearer this", 200, 1)
	step(t, s, "GET /test/things/7\nAuthorization: Bearer this", 200, 1)
	step(t, s, "GET /test/things/%37\nAuthorization: Bearer this", 200, 1)
	step(t, s, "GET /test/things/8\nAuthorization: Bearer this", 403, 1)
	step(t, s, "DELETE /test/things/7\nAuthorization: Bearer this", 403, 1)
	step(t, s, "GET /test/things/7\nAuthorization: bearer this", 500, 2) // another value
	step(t, s, "GET /test/things/7\nAuthorization: bearer this", 500, 3) // failures are not kept
	step(t, s, "GET /test/things\nAuthorization: Bearer unauthorized", 401, 4)
	step(t, s, "GET /test/things\nAuthorization: Bearer unauthorized", 401, 5)
	step(t, s, "GET /test/things\nAuthorization: Bearer no-policy", 500, 6)
	step(t, s, "GET /test/things\nAuthorization: Bearer no-policy", 500, 7)
	step(t, s, "GET /test/things\nAuthorization: Bearer deny", 403, 8)
	step(t, s, "GET /test/things/8\nAuthorization: Bearer deny", 403, 8)
	step(t, s, "GET /test/things\nAuthorization: Bearer ends", 200, 9)
	s.now = s.now.Add(2 * time.Minute)
	step(t, s, "GET /test/things\nAuthorization: Bearer ends", 403, 9)
	s.now = s.now.Add(3 * time.Minute)
	step(t, s, "GET /test/things/8\nAuthorization: Bearer this", 200, 10)
}

// TestHTTPSimpleCache: a verdict is kept for one route.
func TestHTTPSimpleCache(t *testing.T) {
	s := newHTTPStage(t, simpleMode, nil)
	step(t, s, "GET /test/things/7\nAuthorization: Bearer yes", 200, 1)
	step(t, s, "GET /test/things/8\nAuthorization: Bearer yes", 200, 1) // the same route
	step(t, s, "DELETE /test/things/7\nAuthorization: Bearer yes", 200, 2)
	step(t, s, "GET /test/things\nAuthorization: Bearer yes", 200, 3)
	step(t, s, "GET /test/things\nAuthorization: Bearer no", 403, 4)
	step(t, s, "GET /test/things\nAuthorization: Bearer no", 403, 4)
	step(t, s, "GET /test/things\nAuthorization: Bearer text", 500, 5)
	step(t, s, "GET /test/things\nAuthorization: Bearer text", 500, 6)
}

func TestHTTPCacheOff(t *testing.T) {
	for _, source := range []string{"$request.header.Authorization", "[]"} {
		s := newHTTPStage(t, with(httpModeText, "Seconds: 300", "Seconds: 0", "$request.header.Authorization", source), nil)
		for i := range 3 {
			step(t, s, "GET /test/things\nAuthorization: Bearer all", 200, i+1)
		}
	}
}

// TestHTTPIdentitySources: all of them have to be there, and all of them tell answers apart.
func TestHTTPIdentitySources(t *testing.T) {
	s := newHTTPStage(t, with(httpModeText, "$request.header.Authorization", "$request.header.authorization, $request.querystring.key, $context.identity.sourceIp, $stageVariables.alias"), nil)
	step(t, s, "GET /test/things\nAuthorization: Bearer all", 401, 0)
	step(t, s, "GET /test/things?Key=a\nAuthorization: Bearer all", 401, 0) // names of queries have a case
	step(t, s, "GET /test/things?key=\nAuthorization: Bearer all", 401, 0)
	step(t, s, "GET /test/things?key=a", 401, 0)
	step(t, s, "GET /test/things?key=a\nAuthorization: \nAuthorization: ", 401, 0)
	step(t, s, "GET /test/things?key=&key=\nAuthorization: Bearer all", 401, 0)
	step(t, s, "GET /test/things?key=a\nAuthorization: Bearer all", 200, 1)
	step(t, s, "GET /test/things?other=b&key=%61\nAuthorization: Bearer all", 200, 1)
	step(t, s, "GET /test/things?key=b\nAuthorization: Bearer all", 200, 2)
	step(t, s, "GET /test/things?key=a&key=b\nAuthorization: Bearer all", 200, 3)
	none := newHTTPStage(t, with(httpModeText, "$request.header.Authorization", "$request.header.Authorization, $stageVariables.other"), nil)
	step(t, none, "GET /test/things\nAuthorization: Bearer all", 401, 0)
}

// TestHTTPNewRefuses: what does not go with a plan, or is missing beside it, makes no gateway.
func TestHTTPNewRefuses(t *testing.T) {
	for _, test := range []struct {
		mode   string
		change func(*setting)
		want   string
	}{
		{httpModeText, func(c *setting) { delete(c.Functions, "token") }, `gateway: authorizer: no function is called "token"`},
		{httpModeText, func(c *setting) { delete(c.Functions, "things") }, `gateway: ANY /any: no function is called "things"`},
		{httpModeText + "cors: {allowCredentials: true}\n", nil, `gateway: mode test: cors.allowCredentials: want AllowedOrigins without "*": API Gateway does not allow both`},
		{jwtMode, nil, "gateway: mode test: want Tokens: JWT asks for them"},
	} {
		err := newError(t, test.mode, test.change)
		if err == nil || err.Error() != test.want {
			t.Errorf("error %v, want %s", err, test.want)
		}
	}
}
