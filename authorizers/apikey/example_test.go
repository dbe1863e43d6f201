package apikey_test

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"portcullis/authorizers"
	"portcullis/authorizers/apikey"
)

// A key is issued, its record is kept, and who has the key gets in.
func Example() {
	ctx, store := context.Background(), apikey.NewMemoryStore()
	key, _, err := apikey.Issue(ctx, store, apikey.Record{
		Owner:    "ann",
		Scopes:   []string{"users/self"},
		Networks: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")},
	}, time.Now())
	if err != nil {
		panic(err)
	}
	sent := key.Reveal() // shown once, and then sent in each X-Api-Key

	checker, err := apikey.NewChecker(apikey.Config{Store: store})
	if err != nil {
		panic(err)
	}
	defer checker.Close()
	key, err = apikey.Parse(sent)
	if err != nil {
		panic(err)
	}
	found, err := checker.Check(ctx, key)
	if err != nil {
		panic(err)
	}
	fmt.Println(key, found.Owner, found.Scopes, found.AllowsFrom(netip.MustParseAddr("192.0.2.7")))

	seal, err := store.Seal(ctx, time.Now())
	if err != nil {
		panic(err)
	}
	_, err = checker.Check(ctx, seal.New())
	fmt.Println(errors.Is(err, &authorizers.KeyError{Code: authorizers.CodeAPIKeyUnknown}))
	_, err = checker.VerifyKey(ctx, sent[:30]+sent[31:]+sent[30:31]) // which looks nothing up
	fmt.Println(err)
	// Output:
	// [redacted] ann [users/self] true
	// true
	// API key: api-key-mistyped
}

// To replace a key without a gap, its successor is issued with the same record, and the old key gets an end with it.
func ExampleSeal_Issue_rotate() {
	ctx, store, now := context.Background(), apikey.NewMemoryStore(), time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	_, old, _ := apikey.Issue(ctx, store, apikey.Record{Owner: "ann", Label: "laptop"}, now.AddDate(0, -1, 0))

	seal, _ := store.Seal(ctx, now)
	_, successor, _ := seal.Issue(old, now)
	err := store.Replace(ctx, apikey.Replacement{New: successor, Old: old, Expires: now.Add(24 * time.Hour)})

	old, _ = store.Get(ctx, old.ID)
	fmt.Println(err, successor.Owner, successor.Label, successor.ID != old.ID, old.Expires.Format(time.DateTime))
	// Output:
	// <nil> ann laptop true 2026-03-02 12:00:00
}
