package gateway_test

import (
	"strings"
	"testing"
	"time"
)

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
	s := newStage(t, func(c *setting) { c.Mode.Authorizer.ResultTTLInSeconds = &off })
	for range 3 {
		s.send(t, "GET /test/things\nAuthorization: Bearer all")
	}
	if s.token.calls() != 3 {
		t.Errorf("%d calls", s.token.calls())
	}
}

// TestNoValidationExpression: without one, every value that is not empty reaches the function.
func TestNoValidationExpression(t *testing.T) {
	s := newStage(t, func(c *setting) { c.Mode.Authorizer.IdentityValidationExpression = "" })
	for request, status := range map[string]int{
		"GET /test/things\nAuthorization: Bearer all": 200,
		"GET /test/things\nAuthorization: all":        200,
		"GET /test/things\nAuthorization: ":           401,
	} {
		if got := s.send(t, request); got.status != status {
			t.Errorf("%s: status %d, want %d", request, got.status, status)
		}
	}
	if s.token.calls() != 2 {
		t.Errorf("%d calls of the authorizer", s.token.calls())
	}
}

func TestTokenEvent(t *testing.T) {
	s := newStage(t, nil)
	s.send(t, "GET /test/things/a%2Fb/?x=y\nAuthorization: Bearer all")
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

func TestAuthorizerTimeout(t *testing.T) {
	s := newStage(t, func(c *setting) {
		c.Timeout = time.Millisecond
		c.Functions["token"] = stuck{}
	})
	got := s.send(t, "GET /test/things\nAuthorization: Bearer all")
	if got.status != 500 || got.body != `{"message":null}` {
		t.Errorf("%+v", got)
	}
}
