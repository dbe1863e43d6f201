package verifytest_test

import (
	"strings"
	"testing"

	"portcullis/authorizers/verify/verifytest"
)

// TestOddKeys: each is well described, is published once however often that is asked for, and is gone when keys are replaced. What
// signs, signs under a kid that the set has.
func TestOddKeys(t *testing.T) {
	issuer := verifytest.NewWithKeys("https://idp.example", verifytest.Keys{Algorithms: []string{"ES384"}, Seed: "odd"})
	for _, odd := range verifytest.OddKeys() {
		if !kebab.MatchString(odd.Name) || !strings.HasSuffix(odd.Why, ".") {
			t.Errorf("%q is not well described: %q", odd.Name, odd.Why)
		}
		issuer.PublishOdd(odd.Name)
		published := len(publishedKeys(t, issuer))
		if !odd.Signs {
			expectPanic(t, odd.Name, func() { issuer.SignOdd(odd.Name, nil) })
			continue
		}
		token := issuer.SignOdd(odd.Name, map[string]any{"sub": "s"})
		kid, _ := part(t, token, 0)["kid"].(string)
		known := false
		for _, k := range publishedKeys(t, issuer) {
			known = known || k.Kid == kid
		}
		if !known || published != len(publishedKeys(t, issuer)) || published < 2 {
			t.Errorf("%s: kid %q of %d keys, then %v", odd.Name, kid, published, publishedKeys(t, issuer))
		}
		if ours := kid == issuer.KeyID(); ours != odd.Disturbs {
			t.Errorf("%s: it has the kid of the key that signs: %v, disturbs: %v", odd.Name, ours, odd.Disturbs)
		}
	}
	issuer.Rotate()
	issuer.Unpublish()
	if keys := publishedKeys(t, issuer); len(keys) != 2 || keys[1].Kid != issuer.KeyID() {
		t.Errorf("%v are left of the issuer's own two", keys)
	}
	issuer.PublishOdd("ec")
	issuer.Replace()
	if keys := publishedKeys(t, issuer); len(keys) != 1 {
		t.Errorf("%v are left", keys)
	}
	expectPanic(t, "rsa-1", func() { issuer.PublishOdd("rsa-1") })
}

// TestBrokenKinds: they are what Broken makes, of claims for which there is one.
func TestBrokenKinds(t *testing.T) {
	kinds, made := map[string]verifytest.BrokenKind{}, map[string]bool{}
	for _, kind := range verifytest.BrokenKinds() {
		kinds[kind.Name] = kind
	}
	for n, algorithm := range []string{"RS256", "PS256", "ES256", "ES512", "EdDSA"} {
		issuer := verifytest.New("https://idp.example/pool", algorithm, "ES384")
		claims := []map[string]any{issuer.CognitoAccessClaims(verifytest.Options{}), issuer.CognitoIDClaims(verifytest.Options{}), issuer.OIDCClaims(verifytest.Options{})}[n%3]
		breaks := map[string]bool{}
		for _, b := range issuer.Broken(claims) {
			k := kinds[b.Name]
			if k.Why != b.Why || k.Part != b.Part || k.Signed != b.Signed || k.NoSkew != b.NoSkew {
				t.Errorf("%s: %+v", b.Name, k)
			}
			made[b.Name], breaks[b.Name] = true, true
		}
		for name, kind := range kinds {
			if issuer.Breaks(name, claims) != breaks[name] || !breaks[name] && kind.Only == "" {
				t.Errorf("%s, %s: Breaks is %v, and Broken has it: %v", algorithm, name, !breaks[name], breaks[name])
			}
		}
	}
	for name := range kinds {
		if !made[name] {
			t.Errorf("no token is broken by %s", name)
		}
	}
	if verifytest.New("https://idp.example").Breaks("no-such-name", map[string]any{"exp": 1}) {
		t.Error("a token is broken by no such name")
	}
}
