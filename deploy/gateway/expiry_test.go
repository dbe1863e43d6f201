package gateway_test

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"portcullis/api/contract"
	"portcullis/authorizers"
	"portcullis/authorizers/verify"
	"portcullis/authorizers/verify/verifytest"
	"portcullis/deploy/gateway"
	"portcullis/policy"
)

// expiry is a stage whose authorizer is one of this module's, each with a clock of its own.
type expiry struct {
	*stage
	issuer *verifytest.Issuer
	start  time.Time
	calls  int
	clock  atomic.Pointer[time.Time] // the authorizer's, which keys that are fetched meanwhile read too
}

// The modes keep answers for an hour.
var keptModes = map[string]string{
	"TOKEN":          "name: test\ngateway: REST\nauthorization: TOKEN\nauthorizer: {function: token, identitySource: method.request.header.Authorization, resultTtlInSeconds: 3600}\n",
	"REQUEST":        "name: test\ngateway: REST\nauthorization: REQUEST\nauthorizer: {function: request, identitySource: method.request.header.Authorization, resultTtlInSeconds: 3600}\n",
	"HTTP 2.0":       "name: test\ngateway: HTTP\nauthorization: REQUEST\nauthorizer: {function: jwt, identitySource: $request.header.Authorization, resultTtlInSeconds: 3600}\n",
	"HTTP 1.0":       "name: test\ngateway: HTTP\nauthorization: REQUEST\nauthorizer: {function: jwt, identitySource: $request.header.Authorization, resultTtlInSeconds: 3600, payloadFormatVersion: \"1.0\"}\n",
	"HTTP, a simple": "name: test\ngateway: HTTP\nauthorization: REQUEST\nauthorizer: {function: simple, identitySource: \"$request.header.Authorization, $context.routeKey\", resultTtlInSeconds: 3600, enableSimpleResponses: true}\n",
}

// startExpiry starts a stage whose authorizer allows for a skew of clocks.
func startExpiry(t *testing.T, issuer *verifytest.Issuer, modeText string, skew time.Duration) *expiry {
	t.Helper()
	e := &expiry{issuer: issuer, start: time.Now().Truncate(time.Second)}
	e.clock.Store(&e.start)
	verifier, err := verify.New(verify.Config{
		Issuers:   []verify.Issuer{{Issuer: e.issuer.URL, Audience: []string{verifytest.DefaultClientID}, TokenUse: []string{"access"}}},
		ClockSkew: skew, Now: func() time.Time { return *e.clock.Load() },
	})
	if err != nil {
		t.Fatal(err)
	}
	contract, err := contract.Parse("contract.yaml", []byte(contractText))
	if err != nil {
		t.Fatal(err)
	}
	rules, err := contract.Rules()
	if err != nil {
		t.Fatal(err)
	}
	e.stage = startStage(t, modeText, func(c *setting) {
		for name, handler := range handlersOf(t, rules, verifier) {
			c.Functions[name] = &function{code: func(event []byte) (string, error) {
				e.calls++
				output, err := handler.Invoke(t.Context(), event)
				return string(output), err
			}}
		}
	})
	return e
}

func handlersOf(t *testing.T, rules *policy.Rules, verifier *verify.Verifier) map[string]gateway.Invoker {
	t.Helper()
	token, err := authorizers.NewToken(authorizers.Config{Rules: rules, Tokens: verifier})
	if err != nil {
		t.Fatal(err)
	}
	request, err := authorizers.NewRequest(authorizers.Config{Rules: rules, Tokens: verifier})
	if err != nil {
		t.Fatal(err)
	}
	jwt, err := authorizers.NewJWT(authorizers.Config{Rules: rules, Tokens: verifier})
	if err != nil {
		t.Fatal(err)
	}
	simple, err := authorizers.NewJWT(authorizers.Config{Rules: rules, Tokens: verifier, Simple: true})
	if err != nil {
		t.Fatal(err)
	}
	return map[string]gateway.Invoker{"token": token, "request": request, "jwt": jwt, "simple": simple}
}

// token is good from the start on, for the lifetime.
func (e *expiry) token(lifetime time.Duration) string {
	return e.issuer.CognitoAccess(verifytest.Options{Scopes: []string{"things/read"}, IssuedAt: e.start, Lifetime: lifetime})
}

// at sends a request when the gateway's clock says that, which is ahead of the authorizer's by some time.
func (e *expiry) at(t *testing.T, when time.Time, ahead time.Duration, path, token string) int {
	t.Helper()
	authorizers := when.Add(-ahead)
	e.now = when
	e.clock.Store(&authorizers)
	return e.send(t, "GET /test"+path+"\nAuthorization: Bearer "+token).status
}

// TestKeptPolicyEndsWithItsToken: a policy that the gateway keeps for longer than its token lasts allows nothing from
// the moment on at which the authorizer would refuse the token, by the gateway's clock: exp, and the skew that the
// authorizer allows for. How far the two clocks are apart does not move that moment.
func TestKeptPolicyEndsWithItsToken(t *testing.T) {
	const lifetime = 10 * time.Minute
	issuer := verifytest.NewServer()
	defer issuer.Close()
	for name, modeText := range keptModes {
		if strings.Contains(name, "simple") {
			continue
		}
		for _, skew := range []time.Duration{0, time.Minute, verify.MaxClockSkew} {
			for _, ahead := range []time.Duration{-2 * time.Minute, -time.Second, 0, time.Second, 2 * time.Minute} {
				t.Run(fmt.Sprintf("%s, skew %v, ahead %v", name, skew, ahead), func(t *testing.T) {
					e := startExpiry(t, issuer, modeText, skew)
					token := e.token(lifetime)
					first, end := e.start.Add(max(0, ahead)+time.Second), e.start.Add(lifetime+skew)
					if ahead < 0 { // the authorizer's clock is at the start, and the gateway's is behind it
						first = e.start.Add(ahead + time.Second)
					}
					for _, step := range []struct {
						when   time.Time
						path   string
						status int
						calls  int
					}{
						{first, "/things", 200, 1},
						{first.Add(time.Second), "/things/7", 200, 1},
						{end.Add(-time.Second), "/things", 200, 1},
						{end.Add(-time.Millisecond), "/things", 200, 1},
						{end, "/things", 403, 1},
						{end, "/things/7", 403, 1},
						{end.Add(time.Second), "/things", 403, 1},
						{first.Add(time.Hour - time.Second), "/things", 403, 1},
						{first.Add(time.Hour), "/things", 401, 2},
						{first.Add(time.Hour), "/things", 401, 3}, // a refusal is not kept
					} {
						if status := e.at(t, step.when, ahead, step.path, token); status != step.status || e.calls != step.calls {
							t.Errorf("%s at the start and %v: %d, %d calls; want %d, %d", step.path, step.when.Sub(e.start), status, e.calls, step.status, step.calls)
						}
					}
				})
			}
		}
	}
}

// TestPolicyThatHasEnded: where the gateway's clock is far ahead, a token that the authorizer takes opens nothing; a newer
// one does.
func TestPolicyThatHasEnded(t *testing.T) {
	issuer := verifytest.NewServer()
	defer issuer.Close()
	for _, name := range []string{"TOKEN", "REQUEST", "HTTP 2.0", "HTTP 1.0"} {
		e := startExpiry(t, issuer, keptModes[name], 0)
		old, fresh := e.token(10*time.Minute), e.token(time.Hour)
		if status := e.at(t, e.start.Add(11*time.Minute), 5*time.Minute, "/things", old); status != 403 || e.calls != 1 {
			t.Errorf("%s: %d, %d calls", name, status, e.calls)
		}
		if status := e.at(t, e.start.Add(11*time.Minute), 5*time.Minute, "/things", fresh); status != 200 || e.calls != 2 {
			t.Errorf("%s: a newer token: %d, %d calls", name, status, e.calls)
		}
		if status := e.at(t, e.start.Add(12*time.Minute), 0, "/things", old); status != 403 || e.calls != 2 {
			t.Errorf("%s: the kept one: %d, %d calls", name, status, e.calls)
		}
	}
}

// TestKeptVerdictOutlivesItsToken: a simple answer has no place for an end. It counts as long as the gateway keeps it.
func TestKeptVerdictOutlivesItsToken(t *testing.T) {
	issuer := verifytest.NewServer()
	defer issuer.Close()
	e := startExpiry(t, issuer, keptModes["HTTP, a simple"], 0)
	token := e.token(10 * time.Minute)
	for _, step := range []struct {
		after  time.Duration
		status int
		calls  int
	}{{time.Second, 200, 1}, {11 * time.Minute, 200, 1}, {time.Hour, 200, 1}, {time.Hour + time.Second, 401, 2}} {
		if status := e.at(t, e.start.Add(step.after), 0, "/things", token); status != step.status || e.calls != step.calls {
			t.Errorf("after %v: %d, %d calls; want %d, %d", step.after, status, e.calls, step.status, step.calls)
		}
	}
}
