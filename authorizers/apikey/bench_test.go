package apikey_test

import (
	"testing"

	"portcullis/authorizers/apikey"
)

// BenchmarkVerifyKey is what a key costs whose text comes in: one that is remembered, with a seal and from before, and made-up ones.
func BenchmarkVerifyKey(b *testing.B) {
	store := apikey.NewMemoryStore()
	key, r, err := apikey.Issue(b.Context(), store, apikey.Record{Owner: "ann", Scopes: []string{"read"}}, start)
	if err != nil {
		b.Fatal(err)
	}
	old := withSum(key.Reveal()[:63])
	for _, test := range []struct {
		name, text string
		good       bool
	}{
		{"sealed", key.Reveal(), true},
		{"from before the seal", old, true},
		{"made up", anything().Reveal(), false},
		{"made up, a known id", forged(key).Reveal(), false},
		{"no key", r.ID, false},
	} {
		checker, err := apikey.NewChecker(apikey.Config{Store: store, FoundFor: apikey.FoundFor})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := checker.VerifyKey(b.Context(), key.Reveal()); err != nil {
			b.Fatal(err)
		}
		b.Run(test.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := checker.VerifyKey(b.Context(), test.text); (err == nil) != test.good {
					b.Fatal(err)
				}
			}
		})
		checker.Close()
	}
}
