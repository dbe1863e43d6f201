package verify_test

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"portcullis/authorizers"
	"portcullis/authorizers/verify"
	"portcullis/authorizers/verify/verifytest"
)

// now is the time of the tests: whole seconds, so that the fixture's times are exact.
var now = time.Unix(1_900_000_000, 0)

func clock() time.Time { return now }

// newVerifier trusts the issuer as a Cognito pool, for access tokens.
func newVerifier(t testing.TB, issuer *verifytest.Issuer, change func(*verify.Config)) *verify.Verifier {
	t.Helper()
	config := verify.Config{
		Issuers: []verify.Issuer{{Issuer: issuer.URL, Audience: []string{verifytest.DefaultClientID}, TokenUse: []string{verify.UseAccess}}},
		Now:     clock,
	}
	if change != nil {
		change(&config)
	}
	v, err := verify.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func asOIDC(c *verify.Config) { c.Issuers[0].TokenUse, c.Issuers[0].GroupsClaim = nil, "groups" }

func allUses(c *verify.Config) { c.Issuers[0].TokenUse = []string{verify.UseAccess, verify.UseID} }

func newIssuer(t testing.TB) *verifytest.Issuer {
	issuer := verifytest.NewServer()
	t.Cleanup(issuer.Close)
	return issuer
}

// extra are the options of a good token with some claims replaced.
func extra(claims map[string]any) verifytest.Options {
	return verifytest.Options{IssuedAt: now.Add(-time.Minute), Extra: claims}
}

// changed is a copy of an object's members in which one has another value.
func changed(members map[string]any, member string, value any) map[string]any {
	changed := map[string]any{member: value}
	for name, value := range members {
		if name != member {
			changed[name] = value
		}
	}
	return changed
}

// code is the code of a refusal, "" where there is none, and the text of any other error.
func code(err error) string {
	refused, unavailable := (*authorizers.TokenError)(nil), (*authorizers.UnavailableError)(nil)
	switch {
	case err == nil:
		return ""
	case errors.As(err, &refused):
		return string(refused.Code)
	case errors.As(err, &unavailable):
		return "unavailable"
	}
	return err.Error()
}

// BenchmarkVerify is a token that was not seen before and one that was, beside the bare signature check of the
// same token. The nested module bench compares more of them.
func BenchmarkVerify(b *testing.B) {
	issuer := newIssuer(b)
	token := issuer.CognitoAccess(extra(nil))
	verifies := func(v *verify.Verifier) func(*testing.B) {
		return func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := v.Verify(context.Background(), token); err != nil {
					b.Fatal(err)
				}
			}
		}
	}
	b.Run("first seen", verifies(newVerifier(b, issuer, func(c *verify.Config) { c.Remember = -1 })))
	b.Run("seen before", verifies(newVerifier(b, issuer, nil)))
	b.Run("first seen, one of 50 issuers", verifies(newVerifier(b, issuer, func(c *verify.Config) {
		c.Remember = -1
		for i := range 49 {
			c.Issuers = append(c.Issuers, verify.Issuer{Issuer: fmt.Sprintf("https://issuer-%d.example.com", i), Audience: []string{"app"}, Scopes: []string{}})
		}
		c.Issuers[0].Scopes = []string{}
	})))
	b.Run("bare RSA", func(b *testing.B) {
		dot := strings.LastIndexByte(token, '.')
		signature, err := base64.RawURLEncoding.DecodeString(token[dot+1:])
		if err != nil {
			b.Fatal(err)
		}
		b.ReportAllocs()
		for b.Loop() {
			digest := sha256.Sum256([]byte(token[:dot]))
			if err := rsa.VerifyPKCS1v15(issuer.PublicKey().(*rsa.PublicKey), crypto.SHA256, digest[:], signature); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// isError tells whether an error is the wanted one, nil for none, and gives it as its own type.
func isError(err, want error, as ...any) bool {
	for _, target := range as {
		errors.As(err, target)
	}
	return err == nil && want == nil || want != nil && errors.Is(err, want)
}
