package authorizers_test

import (
	"context"
	"io"
	"log/slog"
	"maps"
	"slices"
	"testing"
	"time"

	"portcullis/authorizers"
	"portcullis/authorizers/apikey"
	"portcullis/authorizers/revocation"
	"portcullis/authorizers/verify"
	"portcullis/authorizers/verify/verifytest"
)

// BenchmarkInvocation is a whole invocation, event JSON to answer JSON, with an RS256 token or an API key: one that the
// function has not seen before, and one that it has. A key that was not seen before is read from memory.
func BenchmarkInvocation(b *testing.B) {
	issuer := verifytest.NewServer()
	defer issuer.Close()
	log := slog.New(slog.NewJSONHandler(io.Discard, nil)) // a line is part of an invocation
	token := "Bearer " + issuer.CognitoAccess(verifytest.Options{Groups: slices.Sorted(maps.Keys(groups))})
	key, keys := newKey(b)
	clock := time.Now()
	for _, remember := range []struct {
		name   string
		tokens int
		leap   time.Duration // between two invocations, for the clock of the keys
	}{
		{"first", -1, 2 * apikey.FoundFor},
		{"seen", 0, 0},
	} {
		next := func() { clock = clock.Add(remember.leap) }
		verifier, err := verify.New(verify.Config{Remember: remember.tokens, Issuers: []verify.Issuer{{
			Issuer: issuer.URL, Audience: []string{verifytest.DefaultClientID}, TokenUse: []string{verify.UseAccess}, Grants: grants,
		}}})
		if err != nil {
			b.Fatal(err)
		}
		checker, err := apikey.NewChecker(apikey.Config{Store: keys, FoundFor: apikey.FoundFor, Now: func() time.Time { return clock }})
		if err != nil {
			b.Fatal(err)
		}
		defer checker.Close()
		tokens, _ := authorizers.NewToken(authorizers.Config{Rules: contractRules(b), Tokens: verifier, Log: log})
		checked, _ := authorizers.NewToken(authorizers.Config{
			Rules: contractRules(b), Tokens: verifier, Revocations: newRevocations(b, func() time.Time { return clock }), Log: log,
		})
		requests, _ := authorizers.NewRequest(authorizers.Config{Rules: contractRules(b), Tokens: verifier, Keys: checker, Log: log})
		jwts, _ := authorizers.NewJWT(authorizers.Config{Rules: contractRules(b), Tokens: verifier, Log: log})
		bench(b, "token/token/"+remember.name, next, tokens, event(b, token))
		bench(b, "token/token, revocations in memory/"+remember.name, next, checked, event(b, token))
		for _, form := range []string{"rest-request", "http-1.0", "http-2.0"} { // the contract has no $connect
			bench(b, "request/"+form+"/token/"+remember.name, next, requests, requestEvent(b, form, with("Authorization", token)))
			bench(b, "request/"+form+"/key/"+remember.name, next, requests, requestEvent(b, form, with("X-Api-Key", key)))
		}
		bench(b, "jwt/http-1.0/token/"+remember.name, next, jwts, requestEvent(b, "http-1.0", with("Authorization", token)))
		bench(b, "jwt/http-2.0/token/"+remember.name, next, jwts, requestEvent(b, "http-2.0", with("Authorization", token)))
	}
}

type invoker interface {
	Invoke(ctx context.Context, event []byte) ([]byte, error)
}

func bench(b *testing.B, name string, next func(), function invoker, event []byte) {
	if _, err := function.Invoke(context.Background(), event); err != nil { // fetches the issuer's keys
		b.Fatal(err)
	}
	b.Run(name, func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			next()
			if _, err := function.Invoke(context.Background(), event); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// newRevocations makes what looks every token up in a store in which nothing is revoked, and remembers that.
func newRevocations(b *testing.B, now func() time.Time) authorizers.Revocations {
	checker, err := revocation.NewChecker(revocation.Config{Source: revocation.InTable(revocation.NewMemoryStore()), Now: now})
	if err != nil {
		b.Fatal(err)
	}
	return checker
}

// newKey makes a key, and a store with its record.
func newKey(b *testing.B) (text string, store apikey.Lookup) {
	memory := apikey.NewMemoryStore()
	key, _, err := apikey.Issue(context.Background(), memory, apikey.Record{Owner: "app", Scopes: []string{"users/read", "users/write"}}, time.Now())
	if err != nil {
		b.Fatal(err)
	}
	return key.Reveal(), memory
}
