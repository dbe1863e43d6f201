package authorizers_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"portcullis/authorizers"
	"portcullis/authorizers/verify"
	"portcullis/authorizers/verify/verifytest"
)

// revocations answers every check with an error, and counts them.
type revocations struct {
	err    error
	checks int
	token  string
	claims authorizers.Claims
}

func (r *revocations) Check(_ context.Context, token string, claims *authorizers.Claims) error {
	r.checks++
	r.token, r.claims = token, *claims
	return r.err
}

// invocations are the authorizers, each with an event that brings the token.
func invocations(t *testing.T, r authorizers.Revocations, issuer *verifytest.Issuer, log *slog.Logger) map[string]func(token string) ([]byte, error) {
	t.Helper()
	verifier, err := verify.New(verify.Config{Issuers: []verify.Issuer{{
		Issuer: issuer.URL, Audience: []string{verifytest.DefaultClientID}, TokenUse: []string{verify.UseAccess}, Algorithms: []string{"EdDSA"},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	token, err := authorizers.NewToken(authorizers.Config{Rules: requestRules(t), Tokens: verifier, Revocations: r, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	request, err := authorizers.NewRequest(authorizers.Config{Rules: requestRules(t), Tokens: verifier, Revocations: r, Keys: keyring{}, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	jwt, err := authorizers.NewJWT(authorizers.Config{Rules: requestRules(t), Tokens: verifier, Revocations: r, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]func(string) ([]byte, error){
		"token":        func(text string) ([]byte, error) { return token.Invoke(t.Context(), event(t, "Bearer "+text)) },
		"jwt http-2.0": func(text string) ([]byte, error) { return jwt.Invoke(t.Context(), bearing(t, "http-2.0", text)) },
		"jwt http-1.0": func(text string) ([]byte, error) { return jwt.Invoke(t.Context(), bearing(t, "http-1.0", text)) },
	}
	for _, form := range forms {
		all["request "+form] = func(text string) ([]byte, error) { return request.Invoke(t.Context(), bearing(t, form, text)) }
	}
	return all
}

func bearing(t *testing.T, form, token string) []byte {
	return requestEvent(t, form, with("Authorization", "Bearer "+token))
}

// TestRevocations: what a check says decides for every authorizer, each time that the token comes: only a word that it
// was revoked is a 401, and no other error becomes one, whatever it wraps.
func TestRevocations(t *testing.T) {
	issuer := verifytest.NewServer("EdDSA")
	defer issuer.Close()
	revoked := &authorizers.TokenError{Code: authorizers.CodeRevoked, Claim: "origin_jti"}
	tests := []struct {
		name             string
		err              error
		decision, reason string
	}{
		{"good", nil, "policy", "verified"},
		{"revoked", revoked, "unauthorized", "token-revoked"},
		{"cannot tell", &authorizers.RevocationsUnavailableError{Err: errors.New("table down")}, "cannot-tell", "revocations-unavailable"},
		{"another error", errors.New("table down"), "cannot-tell", "revocations-unavailable"},
		{"an error that reads as a 401", authorizers.ErrUnauthorized, "cannot-tell", "revocations-unavailable"},
		{"an error of the token's", &authorizers.TokenError{Code: authorizers.CodeExpired}, "cannot-tell", "revocations-unavailable"},
		{"no credential", &authorizers.CredentialError{Reason: "x"}, "cannot-tell", "revocations-unavailable"},
		{"a key's error", &authorizers.KeyError{Code: authorizers.CodeAPIKeyUnknown}, "cannot-tell", "revocations-unavailable"},
		{"cannot tell because of a refusal", &authorizers.RevocationsUnavailableError{Err: revoked}, "cannot-tell", "revocations-unavailable"},
	}
	for _, test := range tests {
		log, r := &bytes.Buffer{}, &revocations{err: test.err}
		token := issuer.CognitoAccess(verifytest.Options{Subject: "7", Scopes: []string{"users/read"}, Extra: map[string]any{"origin_jti": "family"}})
		for name, invoke := range invocations(t, r, issuer, slog.New(slog.NewJSONHandler(log, nil))) {
			for range 2 { // the second time the token has been seen before
				log.Reset()
				r.checks = 0
				output, err := invoke(token)
				wantEnd(t, test.name+", "+name, test.decision, output, err)
				line := lines(t, log.String())[0]
				if line["decision"] != test.decision || line["reason"] != test.reason || line["sub"] != "7" || line["issuer"] != issuer.URL {
					t.Errorf("%s, %s: the log says %v", test.name, name, line)
				}
				if test.err == revoked && line["claim"] != "origin_jti" {
					t.Errorf("%s, %s: the log says %v", test.name, name, line)
				}
				if r.checks != 1 || r.token != token || r.claims.OriginTokenID != "family" || strings.Contains(log.String(), token) {
					t.Errorf("%s, %s: %d checks, of %+v, log %s", test.name, name, r.checks, r.claims, log)
				}
			}
		}
	}
}

// wantEnd checks what the gateway gets for a decision.
func wantEnd(t *testing.T, name, decision string, output []byte, err error) {
	t.Helper()
	good := map[string]bool{
		"policy":       err == nil && len(output) > 0,
		"unauthorized": output == nil && err != nil && err.Error() == "Unauthorized",
		"cannot-tell":  output == nil && err != nil && err.Error() != "Unauthorized",
	}
	if !good[decision] {
		t.Errorf("%s: output %s, error %v; want %s", name, output, err, decision)
	}
}

// TestRevocationsOfBadTokens: nobody is asked about a token that is not good, or about a request without one.
func TestRevocationsOfBadTokens(t *testing.T) {
	issuer := verifytest.NewServer("EdDSA")
	defer issuer.Close()
	r := &revocations{}
	for name, invoke := range invocations(t, r, issuer, nil) {
		for _, token := range []string{"x", issuer.CognitoAccess(verifytest.Options{Lifetime: -1}), issuer.CognitoAccess(verifytest.Options{}) + "x"} {
			output, err := invoke(token)
			wantEnd(t, name, "unauthorized", output, err)
		}
	}
	f := newRequestFixture(t, func(c *authorizers.Config) { c.Revocations = r })
	f.keys["k"] = holder("k", "users/read")
	for _, form := range forms {
		if output, err := f.request.Invoke(t.Context(), requestEvent(t, form, with("X-Api-Key", "k"))); err != nil {
			t.Errorf("%s with a key alone: output %s, error %v", form, output, err)
		}
	}
	if r.checks != 0 {
		t.Errorf("%d checks", r.checks)
	}
}

// TestRevokedTokenBesideAKey: a good key does not make up for a token that was revoked.
func TestRevokedTokenBesideAKey(t *testing.T) {
	f := newRequestFixture(t, func(c *authorizers.Config) {
		c.Revocations = &revocations{err: &authorizers.TokenError{Code: authorizers.CodeRevoked}}
	})
	f.keys["k"] = holder("k", "users/read")
	for _, form := range forms {
		both := all(with("X-Api-Key", "k"), with("Authorization", "Bearer "+f.issuer.CognitoAccess(verifytest.Options{})))
		output, err := f.request.Invoke(t.Context(), requestEvent(t, form, both))
		wantEnd(t, form, "unauthorized", output, err)
	}
}
