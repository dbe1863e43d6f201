package authorizers_test

import (
	"context"
	"testing"

	"portcullis/authorizers"
	"portcullis/authorizers/verify/verifytest"
)

// witness is a verifier that counts what it accepts.
type witness struct {
	tokens   authorizers.TokenVerifier
	keys     keyring
	accepted int
}

func (w *witness) Verify(ctx context.Context, token string) (*authorizers.Claims, error) {
	claims, err := w.tokens.Verify(ctx, token)
	if err == nil {
		w.accepted++
	}
	return claims, err
}

func (w *witness) VerifyKey(ctx context.Context, key string) (*authorizers.Principal, error) {
	p, err := w.keys.VerifyKey(ctx, key)
	if err == nil {
		w.accepted++
	}
	return p, err
}

// FuzzRequest: no event is answered, with a policy or a simple answer, in which no credential was found and accepted.
func FuzzRequest(f *testing.F) {
	w := &witness{keys: keyring{"the-one-key": holder("k", "app users/read users/write")}}
	var simple, jwt *authorizers.RequestAuthorizer
	fix := newRequestFixture(f, func(c *authorizers.Config) {
		w.tokens, c.Tokens, c.Keys, c.Simple = c.Tokens, w, w, true
		simple, _ = authorizers.NewRequest(*c)
		jwt, _ = authorizers.NewJWT(authorizers.Config{Rules: c.Rules, Tokens: w})
		c.Simple = false
	})
	good := with("Authorization", "Bearer "+fix.issuer.CognitoAccess(verifytest.Options{Groups: []string{"admins"}}))
	for _, form := range forms {
		for _, change := range []func(map[string]any){
			nil, good, with("X-Api-Key", "the-one-key"), with("X-Api-Key", "the-one-kex"), with("Authorization", "Bearer x.y.z"),
			with("Sec-WebSocket-Protocol", "token, x.y.z"), all(good, sources("203.0.113.7")), all(good, with("X-Api-Key", "the-one-key"), sources("the-one-key")),
		} {
			f.Add(requestEvent(f, form, change))
		}
	}
	f.Fuzz(func(t *testing.T, event []byte) {
		for _, authorizer := range []*authorizers.RequestAuthorizer{fix.request, simple, jwt} {
			w.accepted = 0
			output, err := authorizer.Invoke(context.Background(), event)
			if (err == nil) != (output != nil) || err == nil && w.accepted == 0 {
				t.Errorf("%s is answered with %s, error %v, and %d credentials were good", event, output, err, w.accepted)
			}
		}
	})
}

// FuzzToken: no event is answered with a policy in which no token was found and accepted.
func FuzzToken(f *testing.F) {
	fix := newFixture(f)
	w := &witness{tokens: fix.verifier}
	token, err := authorizers.NewToken(authorizers.Config{Rules: contractRules(f), Tokens: w})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(event(f, bearer(fix, verifytest.Options{Groups: []string{"admins"}})))
	f.Add(event(f, "Bearer x.y.z"))
	f.Add([]byte(`{"type":"TOKEN"}`))
	f.Fuzz(func(t *testing.T, input []byte) {
		w.accepted = 0
		output, err := token.Invoke(context.Background(), input)
		if (err == nil) != (output != nil) || err == nil && w.accepted == 0 {
			t.Errorf("%s is answered with %s, error %v, and %d tokens were good", input, output, err, w.accepted)
		}
	})
}
