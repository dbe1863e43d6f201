package verify_test

import (
	"testing"

	"portcullis/authorizers/verify"
	"portcullis/authorizers/verify/verifytest"
)

// oddTests: a line a case: how the issuer's own token fares while an odd key is published, and how one that the odd key signed. What
// signs nothing has a token of the issuer's own in its place.
var oddTests = []struct{ name, own, odd string }{
	{"kty-unknown", "", ""},
	{"symmetric", "", ""},
	{"kid-missing", "", "key-id-invalid"},
	{"kid-twice", "", "key-unknown"},
	{"kid-ours", "unavailable", "unavailable"}, // no usable key is left
	{"rsa-1024", "", "key-unknown"},
	{"use-enc", "", "key-unknown"},
	{"ec", "", "algorithm-not-allowed"},
	{"null-members", "", ""},
}

// TestOddKeys: an odd key spoils no other, and nobody may use one that is no key to trust.
func TestOddKeys(t *testing.T) {
	tests := map[string]bool{}
	for _, test := range oddTests {
		tests[test.name] = true
		issuer := newIssuer(t)
		claims := issuer.CognitoAccessClaims(extra(nil))
		issuer.PublishOdd(test.name)
		own, odd := issuer.Sign(claims), issuer.Sign(claims)
		if signs(test.name) {
			odd = issuer.SignOdd(test.name, claims)
		}
		v := newVerifier(t, issuer, nil)
		for _, one := range []struct{ what, token, want string }{{"own", own, test.own}, {"odd", odd, test.odd}} {
			if _, err := v.Verify(t.Context(), one.token); code(err) != one.want {
				t.Errorf("%s, the token of the %s key: %v, want %q", test.name, one.what, err, one.want)
			}
		}
		v.Close()
	}
	for _, key := range verifytest.OddKeys() {
		if !tests[key.Name] {
			t.Errorf("%s is not tested", key.Name)
		}
	}
}

// TestOddCurve: the key on another curve is a good one where its algorithm is accepted.
func TestOddCurve(t *testing.T) {
	issuer := newIssuer(t)
	v := newVerifier(t, issuer, func(c *verify.Config) { c.Issuers[0].Algorithms = []string{"RS256", "ES256"} })
	if _, err := v.Verify(t.Context(), issuer.SignOdd("ec", issuer.CognitoAccessClaims(extra(nil)))); err != nil {
		t.Error(err)
	}
}

func signs(name string) bool {
	for _, key := range verifytest.OddKeys() {
		if key.Name == name {
			return key.Signs
		}
	}
	return false
}
