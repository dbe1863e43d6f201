package authorizers_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"strings"
	"testing"
	"time"

	"portcullis/api/contract"
	"portcullis/authorizers"
	"portcullis/authorizers/verify"
	"portcullis/authorizers/verify/verifytest"
	"portcullis/policy"
)

const stage = "arn:aws:execute-api:us-east-1:123456789012:abcdef123/v1/"

// groups are the scopes of groups, and grants those that a token gains by its own and its groups'.
var (
	groups = map[string][]string{
		"admins":  {"users/read", "users/write"},
		"readers": {"users/read"},
		"members": {"users/self"},
	}
	grants = map[string]map[string][]string{"scope": {verify.Any: {verify.Any}}, "cognito:groups": groups}
)

// fixture is an issuer, a TOKEN authorizer that trusts it for the contract, and the authorizer's log.
type fixture struct {
	issuer   *verifytest.Issuer
	verifier *verify.Verifier
	token    *authorizers.TokenAuthorizer
	log      *bytes.Buffer
}

func newFixture(t testing.TB) *fixture {
	t.Helper()
	f := &fixture{issuer: verifytest.NewServer(), log: &bytes.Buffer{}}
	t.Cleanup(f.issuer.Close)
	var err error
	f.verifier, err = verify.New(verify.Config{Issuers: []verify.Issuer{{
		Issuer: f.issuer.URL, Audience: []string{verifytest.DefaultClientID}, TokenUse: []string{verify.UseAccess}, Grants: grants,
	}}})
	if err != nil {
		t.Fatal(err)
	}
	f.token, err = authorizers.NewToken(authorizers.Config{
		Rules: contractRules(t), Tokens: f.verifier, Log: slog.New(slog.NewJSONHandler(f.log, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func contractRules(t testing.TB) *policy.Rules {
	t.Helper()
	contract, err := contract.Load("../api/openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	rules, err := contract.Rules()
	if err != nil {
		t.Fatal(err)
	}
	return rules
}

// event is the documented event with this value of the Authorization header.
func event(t testing.TB, authorization string) []byte {
	t.Helper()
	text, err := os.ReadFile("testdata/token-event.json")
	if err != nil {
		t.Fatal(err)
	}
	return bytes.Replace(text, []byte(`"TOKEN",
  "methodArn"`), []byte(fmt.Sprintf("%q,\n  \"methodArn\"", authorization)), 1)
}

func bearer(f *fixture, options verifytest.Options) string {
	return "Bearer " + f.issuer.CognitoAccess(options)
}

// TestTokenAnswers: the answer to one event is right for every route.
func TestTokenAnswers(t *testing.T) {
	f := newFixture(t)
	requests := []string{"GET/users", "POST/users", "GET/users/me", "PUT/users/me", "DELETE/users/me", "GET/users/you", "PUT/users/you", "GET/users/you/more"}
	tests := []struct {
		name    string
		options verifytest.Options
		allowed string
	}{
		{"admin", verifytest.Options{Groups: []string{"admins"}}, "GET/users POST/users GET/users/me PUT/users/me DELETE/users/me GET/users/you PUT/users/you"},
		{"reader", verifytest.Options{Groups: []string{"readers"}}, "GET/users GET/users/me GET/users/you"},
		{"member", verifytest.Options{Groups: []string{"members"}, Subject: "me"}, "GET/users/me PUT/users/me"},
		{"member with a hostile id", verifytest.Options{Groups: []string{"members"}, Subject: "*"}, ""},
		{"no group", verifytest.Options{Subject: "me"}, ""},
		{"unknown group", verifytest.Options{Groups: []string{"root"}}, ""},
		{"scopes of the token", verifytest.Options{Scopes: []string{"users/write"}}, "POST/users PUT/users/me DELETE/users/me PUT/users/you"},
		{"group and scope", verifytest.Options{Groups: []string{"members"}, Scopes: []string{"users/read"}, Subject: "me"}, "GET/users GET/users/me PUT/users/me GET/users/you"},
		{"a scope's prefix", verifytest.Options{Scopes: []string{"users/rea", "users"}}, ""},
	}
	for _, test := range tests {
		output, err := f.token.Invoke(t.Context(), event(t, bearer(f, test.options)))
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		var answer authorizers.Answer
		if err := json.Unmarshal(output, &answer); err != nil {
			t.Fatal(err)
		}
		var allowed []string
		for _, request := range requests {
			at := map[string]string{"aws:CurrentTime": time.Now().UTC().Format(time.RFC3339)}
			if policy.Evaluate(answer.PolicyDocument, policy.Request{Resource: stage + request, Keys: at}).Decision != policy.Allow {
				continue
			}
			if !strings.Contains(request, "/more") {
				allowed = append(allowed, request)
			}
			at["aws:CurrentTime"] = time.Now().Add(2 * time.Hour).UTC().Format(time.RFC3339)
			if policy.Evaluate(answer.PolicyDocument, policy.Request{Resource: stage + request, Keys: at}).Decision == policy.Allow {
				t.Errorf("%s: %s is allowed after the token's end", test.name, request)
			}
		}
		if got := strings.Join(allowed, " "); got != test.allowed {
			t.Errorf("%s may call %s; want %s", test.name, got, test.allowed)
		}
	}
}

func TestTokenContext(t *testing.T) {
	f := newFixture(t)
	issued := time.Now().Add(-time.Minute)
	output, err := f.token.Invoke(t.Context(), event(t, bearer(f, verifytest.Options{
		Subject: "7", Username: "ada", Groups: []string{"readers", "x admins", "members"}, Scopes: []string{"b", "a"}, IssuedAt: issued,
	})))
	if err != nil {
		t.Fatal(err)
	}
	var answer struct {
		PrincipalID string         `json:"principalId"`
		Context     map[string]any `json:"context"`
	}
	if err := json.Unmarshal(output, &answer); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"sub": "7", "issuer": f.issuer.URL, "clientId": verifytest.DefaultClientID, "username": "ada",
		"scopes": "a b users/read users/self", "groups": "readers members", "scheme": "bearer",
		"expires": fmt.Sprint(issued.Add(verifytest.DefaultLifetime).Unix()),
	}
	if answer.PrincipalID != "7" || !maps.Equal(answer.Context, want) {
		t.Errorf("principal %q, context %v; want %v", answer.PrincipalID, answer.Context, want)
	}
}

// TestTokenRefuses: exactly "Unauthorized" for what is bad, anything else for what cannot be told, and never
// an answer.
func TestTokenRefuses(t *testing.T) {
	f := newFixture(t)
	good := f.issuer.CognitoAccess(verifytest.Options{Groups: []string{"admins"}})
	forged := verifytest.New(f.issuer.URL).CognitoAccess(verifytest.Options{Groups: []string{"admins"}})
	other := verifytest.NewServer()
	defer other.Close()
	tests := []struct {
		name   string
		event  []byte
		reason string
		is401  bool
	}{
		{"empty", event(t, ""), "credential-missing", true},
		{"no scheme", event(t, good), "credential-missing", true},
		{"basic", event(t, "Basic "+good), "credential-missing", true},
		{"scheme only", event(t, "Bearer "), "credential-missing", true},
		{"two spaces", event(t, "Bearer  "+good), "token-malformed", true},
		{"two tokens", event(t, "Bearer "+good+", Bearer "+good), "token-malformed", true},
		{"no token", event(t, "Bearer x"), "token-malformed", true},
		{"expired", event(t, bearer(f, verifytest.Options{IssuedAt: time.Now().Add(-2 * time.Hour)})), "token-expired", true},
		{"forged", event(t, "Bearer "+forged), "key-unknown", true},
		{"another issuer", event(t, "Bearer "+other.CognitoAccess(verifytest.Options{})), "issuer-unknown", true},
		{"another client", event(t, bearer(f, verifytest.Options{ClientID: "other"})), "audience-mismatch", true},
		{"ID token", event(t, "Bearer "+f.issuer.CognitoID(verifytest.Options{})), "token-use-mismatch", true},
		{"no event", nil, "event-unknown", false},
		{"a list", []byte(`[]`), "event-unknown", false},
		{"REQUEST event", []byte(`{"type":"REQUEST","methodArn":"` + stage + `GET/users","headers":{"Authorization":"Bearer ` + good + `"}}`), "event-unknown", false},
		{"no methodArn", []byte(`{"type":"TOKEN","authorizationToken":"Bearer ` + good + `"}`), "event-unknown", false},
		{"pattern for methodArn", []byte(`{"type":"TOKEN","authorizationToken":"Bearer ` + good + `","methodArn":"arn:aws:execute-api:*:*:*/*/GET/users"}`), "event-unknown", false},
	}
	for _, test := range tests {
		f.log.Reset()
		output, err := f.token.Invoke(t.Context(), test.event)
		if output != nil || err == nil || (err.Error() == "Unauthorized") != test.is401 {
			t.Errorf("%s: output %s, error %v", test.name, output, err)
		}
		if !strings.Contains(f.log.String(), `"reason":"`+test.reason+`"`) {
			t.Errorf("%s: the log says %s; want %s", test.name, f.log, test.reason)
		}
	}
}

// TestTokenCannotTell: with the issuer's keys out of reach the answer is an error, and not the one for a 401.
func TestTokenCannotTell(t *testing.T) {
	f := newFixture(t)
	f.issuer.Outage(true)
	output, err := f.token.Invoke(t.Context(), event(t, bearer(f, verifytest.Options{})))
	if output != nil || err == nil || errors.Is(err, authorizers.ErrUnauthorized) || err.Error() == "Unauthorized" {
		t.Errorf("output %s, error %v", output, err)
	}
	if !strings.Contains(f.log.String(), `"decision":"cannot-tell","reason":"keys-unavailable"`) {
		t.Errorf("the log says %s", f.log)
	}
}

// verifierFunc is a verifier of somebody else's.
type verifierFunc func() (*authorizers.Claims, error)

func (f verifierFunc) Verify(context.Context, string) (*authorizers.Claims, error) { return f() }

// TestOtherVerifiers: whatever a verifier says, what cannot be told is no 401, and nothing is allowed.
func TestOtherVerifiers(t *testing.T) {
	bad := &authorizers.TokenError{Code: authorizers.CodeExpired}
	for name, test := range map[string]struct {
		err   error
		is401 bool
	}{
		"bad token":                   {bad, true},
		"wrapped":                     {fmt.Errorf("verifier: %w", bad), true},
		"unavailable":                 {&authorizers.UnavailableError{Err: io.EOF}, false},
		"unavailable for a bad token": {&authorizers.UnavailableError{Err: bad}, false},
		"both":                        {errors.Join(bad, &authorizers.UnavailableError{Err: io.EOF}), false},
		"the gateway's own word":      {errors.New("Unauthorized"), false},
		"nothing at all":              {nil, false},
	} {
		verifier := verifierFunc(func() (*authorizers.Claims, error) { return nil, test.err })
		token, err := authorizers.NewToken(authorizers.Config{Rules: contractRules(t), Tokens: verifier})
		if err != nil {
			t.Fatal(err)
		}
		output, err := token.Invoke(t.Context(), event(t, "Bearer x.y.z"))
		if output != nil || err == nil || (err.Error() == "Unauthorized") != test.is401 {
			t.Errorf("%s: output %s, error %v", name, output, err)
		}
	}
}

// TestTokenLog: a line for each decision, who and why, and nothing of the token.
func TestTokenLog(t *testing.T) {
	f := newFixture(t)
	token := f.issuer.CognitoAccess(verifytest.Options{Subject: "7", Groups: []string{"readers"}})
	for _, authorization := range []string{"Bearer " + token, "Bearer " + token + "x"} {
		f.token.Invoke(t.Context(), event(t, authorization))
	}
	lines := strings.Split(strings.TrimSpace(f.log.String()), "\n")
	if len(lines) != 2 {
		t.Fatalf("%d lines:\n%s", len(lines), f.log)
	}
	var line map[string]any
	if err := json.Unmarshal([]byte(lines[0]), &line); err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]any{"msg": "decision", "decision": "policy", "reason": "verified", "sub": "7", "issuer": f.issuer.URL, "scheme": "bearer", "method": "GET", "path": "users", "stage": "v1"} {
		if line[key] != want {
			t.Errorf("%s is %v, want %v", key, line[key], want)
		}
	}
	for _, part := range strings.Split(token, ".") {
		if strings.Contains(f.log.String(), part) {
			t.Errorf("a part of the token is in the log:\n%s", f.log)
		}
	}
}

func TestNewTokenRefuses(t *testing.T) {
	verifier := newVerifier(t)
	rules := contractRules(t)
	for _, test := range []struct {
		config authorizers.Config
		field  string
	}{
		{authorizers.Config{}, "Tokens"},
		{authorizers.Config{Tokens: verifier}, "Rules"},
		{authorizers.Config{Rules: rules}, "Tokens"},
		{authorizers.Config{Rules: rules, Tokens: verifier, Keys: keyring{}}, "Keys"},
		{authorizers.Config{Rules: rules, Tokens: verifier, MaxToken: -1}, "MaxToken"},
	} {
		_, err := authorizers.NewToken(test.config)
		if wrong := (*authorizers.ConfigError)(nil); !errors.As(err, &wrong) || wrong.Field != test.field {
			t.Errorf("TOKEN, want %s: error %v", test.field, err)
		}
		_, err = authorizers.NewJWT(test.config)
		if wrong := (*authorizers.ConfigError)(nil); !errors.As(err, &wrong) || wrong.Field != test.field {
			t.Errorf("JWT, want %s: error %v", test.field, err)
		}
	}
	if _, err := authorizers.NewToken(authorizers.Config{Rules: rules, Tokens: verifier, Simple: true}); err == nil {
		t.Error("a TOKEN authorizer with simple answers")
	}
}

func newVerifier(t *testing.T) *verify.Verifier {
	t.Helper()
	v, err := verify.New(verify.Config{Issuers: []verify.Issuer{{Issuer: "https://issuer.example.com", Audience: []string{"app"}}}})
	if err != nil {
		t.Fatal(err)
	}
	return v
}
