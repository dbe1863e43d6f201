package gateway_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"portcullis/api/contract"
	"portcullis/api/live"
	"portcullis/authorizers"
	"portcullis/authorizers/revocation"
	"portcullis/authorizers/verify"
	"portcullis/authorizers/verify/verifytest"
	"portcullis/deploy/gateway"
	"portcullis/deploy/modes"
	"portcullis/deploy/plan"
	"portcullis/deploy/testtools"
)

// asked are the questions about revocations, none of which is answered with yes.
type asked chan string

func (a asked) Revoked(_ context.Context, names []string, issuedAt time.Time) (bool, error) {
	a <- question(names, issuedAt)
	return false, nil
}

func question(names []string, issuedAt time.Time) string {
	if issuedAt.IsZero() {
		return strings.Join(names, " ") + ", issued nobody knows when"
	}
	return fmt.Sprint(strings.Join(names, " "), ", issued ", issuedAt.Unix())
}

// TestRevocationsOfConnections: what an authorizer says of a token's revocations when its client connects is what the guard asks about with each
// message: by the names of all that can end that token, and when it was issued.
func TestRevocationsOfConnections(t *testing.T) {
	issuer := verifytest.NewServer("EdDSA")
	t.Cleanup(issuer.Close)
	tokens, err := verify.New(verify.Config{Issuers: []verify.Issuer{{
		Issuer: issuer.URL, Audience: []string{verifytest.DefaultClientID}, TokenUse: []string{verify.UseAccess}, Algorithms: []string{"EdDSA"},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(tokens.Close)
	questions := make(asked, 1)
	address := serveRevocable(t, tokens, questions)
	for name, options := range map[string]verifytest.Options{
		"all names":   {},
		"no jti":      {Extra: map[string]any{"jti": nil}},
		"no family":   {Extra: map[string]any{"origin_jti": nil}},
		"user alone":  {Extra: map[string]any{"origin_jti": nil, "jti": nil}},
		"odd names":   {Subject: "a b;c\u00e9*", Extra: map[string]any{"jti": "x y", "origin_jti": strings.Repeat("o", 300)}},
		"an old time": {IssuedAt: time.Now().Add(-time.Hour), Lifetime: 2 * time.Hour},
	} {
		token := issuer.CognitoAccess(options)
		claims, err := tokens.Verify(t.Context(), token)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		c, _, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(address, "http")+"/test?token="+token, nil)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := c.Write(ctx, websocket.MessageText, []byte(`{"action":"ping"}`)); err != nil {
			t.Fatal(err)
		}
		_, answer, err := c.Read(ctx)
		if err != nil || string(answer) != `{"action":"ping"}` {
			t.Fatalf("%s: %s, %v", name, answer, err)
		}
		cancel()
		c.CloseNow()
		names := revocation.NamesOf(claims)
		if got, want := <-questions, question(names, claims.IssuedAt); got != want || len(names) == 0 || !slices.ContainsFunc(names, revocation.ValidID) {
			t.Errorf("%s: asked about %s; want %s", name, got, want)
		}
	}
}

// serveRevocable serves liveContract, by an authorizer that says what revokes a token, and a guard that asks about it.
func serveRevocable(t *testing.T, tokens authorizers.TokenVerifier, questions live.Revocations) (address string) {
	t.Helper()
	read, err := contract.Parse("contract.yaml", []byte(liveContract))
	if err != nil {
		t.Fatal(err)
	}
	mode, err := modes.Parse("test.yaml", []byte(liveMode))
	if err != nil {
		t.Fatal(err)
	}
	compiled, err := plan.Compile(read, mode)
	if err != nil {
		t.Fatal(err)
	}
	rules, err := read.Rules()
	if err != nil {
		t.Fatal(err)
	}
	authorizer, err := authorizers.NewRequest(authorizers.Config{Rules: rules, Tokens: tokens, Keys: newCredentials(t).keys, RevocationNames: revocation.NamesOf})
	if err != nil {
		t.Fatal(err)
	}
	quiet := slog.New(slog.DiscardHandler)
	function, err := live.NewFunction(live.FunctionConfig{Log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	guard, err := live.New(live.Config{Rules: rules, Next: function, Revocations: questions, Log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	g, err := gateway.New(gateway.Config{Plan: compiled, Functions: map[string]gateway.Invoker{"request": authorizer, "live": guard}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { g.Close() })
	return testtools.Serve(t, g)
}
