package verifytest_test

import (
	"encoding/base64"
	"encoding/json"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"portcullis/authorizers/verify/verifytest"
)

// kinds are the claims that tokens are broken from, of another year than this one.
func kinds(issuer *verifytest.Issuer) map[string]map[string]any {
	o := verifytest.Options{IssuedAt: time.Unix(1_000_000_000, 0), Groups: []string{"readers"}}
	return map[string]map[string]any{"access": issuer.CognitoAccessClaims(o), "id": issuer.CognitoIDClaims(o), "oidc": issuer.OIDCClaims(o)}
}

var kebab = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

func TestBroken(t *testing.T) {
	for _, algorithm := range verifytest.Algorithms() {
		issuer := verifytest.New("https://idp.example/pool", algorithm, "EdDSA")
		for kind, claims := range kinds(issuer) {
			if kind == "access" || algorithm == "ES256" {
				t.Run(algorithm+"/"+kind, func(t *testing.T) { checkBroken(t, issuer, claims) })
			}
		}
	}
}

// checkBroken wants every token well described, and the signature good where Signed says so and
// nowhere else, so that none is the good token.
func checkBroken(t *testing.T, issuer *verifytest.Issuer, claims map[string]any) {
	before, good := asJSON(t, claims), strings.Split(issuer.Sign(claims), ".")
	public := signingKey(t, issuer).public(t)
	seen := map[string]bool{}
	for _, b := range issuer.Broken(claims) {
		if seen[b.Name] || !kebab.MatchString(b.Name) || !strings.HasSuffix(b.Why, ".") || b.Part == "" {
			t.Errorf("%q: twice, or not well described: %q, %q", b.Name, b.Part, b.Why)
		}
		seen[b.Name] = true
		if signed := signedToken(t, issuer.Algorithm(), public, b.Token); signed != b.Signed {
			t.Errorf("%s: Signed is %v, but the signature is good: %v", b.Name, b.Signed, signed)
		}
		parts := strings.Split(b.Token, ".")
		if b.Signed && b.Part != "signature" && len(parts) == 3 && parts[0] == good[0] && parts[1] == good[1] && canonical(parts[2]) {
			t.Errorf("%s is a good token", b.Name)
		}
	}
	if len(seen) < 200 {
		t.Errorf("only %d broken tokens", len(seen))
	}
	if !reflect.DeepEqual(asJSON(t, claims), before) {
		t.Error("Broken changed the claims")
	}
}

func canonical(part string) bool {
	_, err := base64.RawURLEncoding.Strict().DecodeString(part)
	return err == nil && !strings.ContainsAny(part, "\r\n")
}

var alphabet = regexp.MustCompile(`[^A-Za-z0-9_-]`)

// signedToken tells whether the signature is good, however it is written.
func signedToken(t *testing.T, algorithm string, public any, token string) bool {
	t.Helper()
	parts := strings.Split(compact(t, token), ".")
	if len(parts) < 3 {
		return false
	}
	text := alphabet.ReplaceAllString(strings.NewReplacer("+", "-", "/", "_").Replace(parts[2]), "")
	signature, err := base64.RawURLEncoding.DecodeString(text)
	return err == nil && strict(algorithm, public, parts[0]+"."+parts[1], signature)
}

// compact takes what is around a token away, and JSON serialization.
func compact(t *testing.T, token string) string {
	t.Helper()
	if !strings.HasPrefix(token, "{") {
		return strings.TrimSpace(strings.TrimPrefix(token, "Bearer "))
	}
	var serialized struct {
		Payload, Protected, Signature string
		Signatures                    []struct{ Protected, Signature string }
	}
	if err := json.Unmarshal([]byte(token), &serialized); err != nil {
		t.Fatal(err)
	}
	if len(serialized.Signatures) == 1 {
		serialized.Protected, serialized.Signature = serialized.Signatures[0].Protected, serialized.Signatures[0].Signature
	}
	return serialized.Protected + "." + serialized.Payload + "." + serialized.Signature
}

var twice = regexp.MustCompile("-(duplicate|overrides)-")

// TestTwiceIsAllThatIsWrong: what has a member twice is JSON else, so that a reader that takes one of both goes on to the signature.
func TestTwiceIsAllThatIsWrong(t *testing.T) {
	issuer := verifytest.New("https://idp.example/pool", "ES256")
	met := 0
	for _, b := range issuer.Broken(kinds(issuer)["oidc"]) {
		if !twice.MatchString(b.Name) {
			continue
		}
		met++
		for i, part := range strings.Split(b.Token, ".")[:2] {
			text, err := base64.RawURLEncoding.DecodeString(part)
			if err != nil || !json.Valid(text) {
				t.Errorf("%s: part %d is no JSON: %s, error %v", b.Name, i, text, err)
			}
		}
		if !b.Signed {
			t.Errorf("%s is not signed", b.Name)
		}
	}
	if met < 20 {
		t.Errorf("only %d", met)
	}
}

// TestBreakIsOneOfBroken: what is deterministic is the very token.
func TestBreakIsOneOfBroken(t *testing.T) {
	issuer := verifytest.New("https://idp.example/pool", "EdDSA", "ES256")
	for kind, claims := range kinds(issuer) {
		for _, b := range issuer.Broken(claims) {
			if got := issuer.Break(b.Name, claims); got != b.Token && b.Name != "kid-of-another-key" {
				t.Errorf("%s of %s: Break and Broken differ", b.Name, kind)
			}
		}
	}
}

func TestBreakPanics(t *testing.T) {
	issuer := verifytest.New("https://idp.example/pool", "EdDSA")
	claims := kinds(issuer)
	tests := []struct {
		name, kind string
	}{
		{"no-such-name", "oidc"},
		{"", "oidc"},
		{"pkcs1-null-missing", "oidc"},
		{"ecdsa-r-zero", "oidc"},
		{"alg-named-eddsa", "oidc"},
		{"kid-of-another-key", "oidc"},
		{"token-use-missing", "oidc"},
		{"client-id-list", "id"},
		{"aud-missing", "access"},
		{"aud-list", "oidc"},
	}
	for _, test := range tests {
		expectPanic(t, test.name, func() { issuer.Break(test.name, claims[test.kind]) })
		for _, b := range issuer.Broken(claims[test.kind]) {
			if b.Name == test.name {
				t.Errorf("Broken has %s for %s", b.Name, test.kind)
			}
		}
	}
}

func TestBrokenTimesDeriveFromTheClaims(t *testing.T) {
	issuer := verifytest.New("https://idp.example/pool", "EdDSA")
	claims := map[string]any{"iat": 1000000, "exp": json.Number("1000600"), "sub": "s"}
	tests := []struct {
		name, claim string
		want        float64
	}{
		{"exp-past", "exp", 1000000 - 86400},
		{"exp-now", "exp", 1000000},
		{"nbf-future", "nbf", 1000600 + 86400},
		{"iat-future", "iat", 1000600 + 86400},
	}
	for _, test := range tests {
		if got := part(t, issuer.Break(test.name, claims), 1)[test.claim]; got != test.want {
			t.Errorf("%s: %s is %v, want %v", test.name, test.claim, got, test.want)
		}
	}
	for _, bad := range []map[string]any{nil, {"exp": "1"}, {"exp": 1, "iat": nil}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("no panic for %v", bad)
				}
			}()
			issuer.Broken(bad)
		}()
	}
}

// TestBrokenPublishes: the key set changes with the kinds that say so, and with no other.
func TestBrokenPublishes(t *testing.T) {
	for _, kind := range verifytest.BrokenKinds() {
		issuer := verifytest.New("https://idp.example/pool")
		claims, before := issuer.CognitoAccessClaims(verifytest.Options{}), string(issuer.KeySet())
		if !issuer.Breaks(kind.Name, claims) {
			continue
		}
		issuer.Break(kind.Name, claims)
		if published := string(issuer.KeySet()) != before; published != kind.Publishes {
			t.Errorf("%s: Publishes is %v, and a key is published: %v", kind.Name, kind.Publishes, published)
		}
	}
}
