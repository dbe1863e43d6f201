package cognito_test

import (
	"testing"

	"portcullis/authorizers/verify/verifytest"
	"portcullis/deploy/emulators/cognito"
)

// TestBroken: the pool breaks tokens in every way that applies to them and publishes nothing, and its key set stays.
func TestBroken(t *testing.T) {
	pool, err := cognito.New(cognito.Config{BaseURL: "http://a.example/_cognito"})
	if err != nil {
		t.Fatal(err)
	}
	twin := verifytest.New(pool.Issuer())
	claims, before, made := twin.CognitoAccessClaims(verifytest.Options{}), string(pool.KeySet()), map[string]bool{}
	for _, kind := range verifytest.BrokenKinds() {
		token, ok := pool.Broken(kind.Name, claims)
		if want := twin.Breaks(kind.Name, claims) && !kind.Publishes; ok != want {
			t.Errorf("%s: made: %v, want %v", kind.Name, ok, want)
		}
		if ok && made[token] {
			t.Errorf("%s is the token of another kind", kind.Name)
		}
		made[token] = true
	}
	if len(made) < 200 || string(pool.KeySet()) != before {
		t.Errorf("%d tokens; the key set is %s, was %s", len(made), pool.KeySet(), before)
	}
	if _, ok := pool.Broken("no-such-kind", claims); ok {
		t.Error("no-such-kind is made")
	}
}
