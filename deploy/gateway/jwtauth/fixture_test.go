package jwtauth_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"portcullis/authorizers"
	"portcullis/authorizers/verify/verifytest"
	"portcullis/deploy/gateway"
	"portcullis/deploy/gateway/jwtauth"
)

// now is the time of the tests.
var now = time.Unix(1_900_000_000, 0)

const client = verifytest.DefaultClientID

// newIssuer makes an issuer that listens, with keys for the algorithms.
func newIssuer(t *testing.T, algorithms ...string) *verifytest.Issuer {
	t.Helper()
	issuer := verifytest.NewServer(algorithms...)
	t.Cleanup(issuer.Close)
	return issuer
}

// newTokens makes tokens whose own pool is the issuer.
func newTokens(t *testing.T, own *verifytest.Issuer, change func(*jwtauth.Config)) *jwtauth.Tokens {
	t.Helper()
	config := jwtauth.Config{
		UserPool: jwtauth.UserPool{Issuer: own.URL, ClientIDs: []string{client, "second-client"}},
		Now:      func() time.Time { return now },
	}
	if change != nil {
		change(&config)
	}
	made, err := jwtauth.New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(made.Close)
	return made
}

func verifierOf(t *testing.T, from *jwtauth.Tokens, of gateway.TokenIssuer) gateway.TokenVerifier {
	t.Helper()
	v, err := from.Verifier(of)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// good are the options of a good token with some claims replaced.
func good(claims map[string]any) verifytest.Options {
	return verifytest.Options{IssuedAt: now.Add(-time.Minute), Extra: claims}
}

// refusal is the description of a token's refusal: "" where it is taken, "unavailable" where that cannot be told, and the
// text of any other error.
func refusal(err error) string {
	refused, unavailable := (*gateway.TokenError)(nil), (*authorizers.UnavailableError)(nil)
	switch {
	case err == nil:
		return ""
	case errors.As(err, &refused):
		return refused.Description
	case errors.As(err, &unavailable):
		return "unavailable"
	}
	return "other: " + err.Error()
}

// transport answers requests.
type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
