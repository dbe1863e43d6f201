package verifytest_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"

	"portcullis/authorizers/verify/verifytest"
)

// TestSeed: a seed's keys stand in testdata/seeded.json: the first and the second one of each kind. They are the same wherever and
// whenever they are made, and whatever else the issuer makes keys for.
func TestSeed(t *testing.T) {
	const file = "testdata/seeded.json"
	algorithms := []string{"RS256", "PS256", "ES256", "ES384", "ES512", "EdDSA"}
	issuer := verifytest.NewWithKeys("https://id.example/realm", verifytest.Keys{Algorithms: algorithms, Seed: "fixture"})
	claims := issuer.OIDCClaims(verifytest.Options{})
	for _, name := range algorithms {
		issuer.Use(name)
		issuer.Break("forged-own-kid", claims)
		if name == "ES256" {
			issuer.Break("kid-of-two-keys", claims)
			issuer.PublishOdd("rsa-1024")
			issuer.PublishOdd("ec")
		}
		issuer.Rotate()
		token := strings.Split(issuer.Sign(claims), ".")
		if !strict(name, signingKey(t, issuer).public(t), token[0]+"."+token[1], decode(t, token[2])) {
			t.Errorf("%s: the signature does not hold", name)
		}
	}
	answer := httptest.NewRecorder()
	issuer.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, issuer.KeySetURL(), nil))
	issuer.Outage(true)
	if !bytes.Equal(answer.Body.Bytes(), issuer.KeySet()) {
		t.Errorf("KeySet is not what is served: %s", issuer.KeySet())
	}
	got := []byte(indented(t, fromJSON(t, answer.Body.String())) + "\n")
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s does not have\n%s", file, got)
	}
}

// TestSeedsDiffer: another seed's keys are others, and so are those of no seed.
func TestSeedsDiffer(t *testing.T) {
	seen := map[string]bool{}
	for _, seed := range []string{"a", "b", "", ""} {
		issuer := verifytest.NewWithKeys("https://id.example", verifytest.Keys{Algorithms: []string{"ES256"}, Seed: seed})
		for range 2 {
			if seen[issuer.KeyID()] {
				t.Errorf("seed %q: a key is there twice", seed)
			}
			seen[issuer.KeyID()] = true
			issuer.Rotate()
		}
	}
}

// TestKeyIDs: a line a case: a provider's kid has the provider's form, in header and key set, for its own keys and odd ones.
func TestKeyIDs(t *testing.T) {
	for _, test := range []struct {
		like verifytest.Like
		form string
	}{
		{"", `^[A-Za-z0-9_-]{43}$`},
		{verifytest.LikeCognito, `^[A-Za-z0-9+/]{43}=$`},
		{verifytest.LikeEntra, `^[A-Za-z0-9_-]{27}$`},
		{verifytest.LikeADFS, `^[A-Za-z0-9_-]{27}$`},
		{verifytest.LikeAuth0, `^[A-Za-z0-9_-]{21}$`},
		{verifytest.LikeOkta, `^[A-Za-z0-9_-]{43}$`},
		{verifytest.LikeKeycloak, `^[A-Za-z0-9_-]{43}$`},
		{verifytest.LikeGoogle, `^[0-9a-f]{40}$`},
		{verifytest.LikeKubernetes, `^[0-9a-f]{40}$`},
		{verifytest.LikeGitHub, `^[0-9A-F]{40}$`},
		{verifytest.LikeZitadel, `^[0-9]{18}$`},
	} {
		issuer := verifytest.NewWithKeys("https://id.example", verifytest.Keys{Algorithms: []string{"EdDSA"}, Seed: "fixture", Like: test.like})
		issuer.PublishOdd("use-enc")
		for _, k := range publishedKeys(t, issuer) {
			if !regexp.MustCompile(test.form).MatchString(k.Kid) {
				t.Errorf("%q: kid %q", test.like, k.Kid)
			}
		}
		if issuer.Header()["kid"] != signingKey(t, issuer).Kid {
			t.Errorf("%q: kid %q in the header", test.like, issuer.Header()["kid"])
		}
	}
	expectPanic(t, "entra-v3", func() {
		verifytest.NewWithKeys("https://id.example", verifytest.Keys{Like: "entra-v3"})
	})
}
