package apikey_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"portcullis/authorizers"
	"portcullis/authorizers/apikey"
)

// TestSealed computes the check of a key in another way than the package does.
func TestSealed(t *testing.T) {
	seal, other := apikey.NewSeal(), apikey.NewSeal()
	for range 1000 {
		text := seal.New().Reveal()
		mac := hmac.New(sha256.New, seal.Reveal())
		mac.Write([]byte(text[:63]))
		number := new(big.Int).SetUint64(binary.BigEndian.Uint64(mac.Sum(nil)))
		number.Mod(number, new(big.Int).Exp(big.NewInt(62), big.NewInt(6), nil))
		if want := text[:63] + base62(number, 6); text != want {
			t.Fatalf("%s, want %s", text, want)
		}
		if key := parsed(text); !seal.Sealed(key) || other.Sealed(key) || (apikey.Seal{}).Sealed(key) {
			t.Fatalf("%s is not sealed, or by another seal", text)
		}
	}
	if (apikey.Seal{}).New() != (apikey.Key{}) || seal.Sealed(apikey.Key{}) || (apikey.Seal{}).Sealed(apikey.Key{}) {
		t.Error("the zero Seal seals, or the zero Key is sealed")
	}
}

func TestSealOf(t *testing.T) {
	seal := apikey.NewSeal()
	again, err := apikey.SealOf(seal.Reveal())
	if err != nil || !again.Equal(seal) || seal.Equal(apikey.NewSeal()) || (apikey.Seal{}).Equal(apikey.Seal{}) || (apikey.Seal{}).Reveal() != nil {
		t.Errorf("%v", err)
	}
	secret := seal.Reveal()
	clear(secret)
	if !again.Equal(seal) {
		t.Error("the secret is not the caller's")
	}
	for _, secret := range [][]byte{nil, {}, make([]byte, 32), make([]byte, 31), append(seal.Reveal(), 0)} {
		if s, err := apikey.SealOf(secret); !isValueError(err, "seal") || s.Reveal() != nil {
			t.Errorf("%d bytes: %v", len(secret), err)
		}
	}
}

// TestSealsRenewed: the newest makes keys, and so many others are known.
func TestSealsRenewed(t *testing.T) {
	seals := apikey.Seals{}
	if _, err := seals.Maker(start); !isValueError(err, "seal") {
		t.Errorf("no seal: %v", err)
	}
	seals = seals.Renewed(start)
	if maker, err := seals.Maker(start); err != nil || !maker.Equal(seals.Newest) {
		t.Errorf("the first is good at once: %v", err)
	}
	first := seals.Newest
	for i := range 5 {
		before := seals
		seals = seals.Renewed(start)
		if len(seals.Earlier) != min(i+1, apikey.MaxEarlier) || !seals.Earlier[0].Equal(before.Newest) || seals.Newest.Equal(before.Newest) {
			t.Fatalf("after %d: %d earlier", i, len(seals.Earlier))
		}
		early := start.Add(apikey.SealSettles - 1)
		if _, err := seals.Maker(early); !errors.As(err, new(*apikey.SealError)) || !strings.Contains(err.Error(), "2026-03-01T12:01:00Z") {
			t.Errorf("not settled: %v", err)
		}
		if maker, err := seals.Maker(start.Add(apikey.SealSettles)); err != nil || !maker.Equal(seals.Newest) {
			t.Errorf("settled: %v", err)
		}
	}
	for _, seal := range seals.Earlier {
		if seal.Equal(first) {
			t.Error("the first is kept for ever")
		}
	}
}

// TestSealPrintsNothing: in no way does a seal print its secret.
func TestSealPrintsNothing(t *testing.T) {
	seal := apikey.NewSeal()
	type holder struct{ seal apikey.Seal }
	seals := apikey.Seals{Newest: seal, Earlier: []apikey.Seal{seal}}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%q", "%d"} {
		text := fmt.Sprintf(strings.Repeat(verb, 4), seal, &seal, holder{seal}, seals)
		if secret := seal.Reveal(); strings.Contains(text, string(secret)) || strings.Contains(strings.ToLower(text), fmt.Sprintf("%x", secret)) ||
			strings.Contains(text, strings.Trim(fmt.Sprint(secret), "[]")) {
			t.Errorf("%s: %s", verb, text)
		}
	}
	if text, err := seal.MarshalText(); string(text) != "[redacted]" || err != nil || seal.LogValue().String() != "[redacted]" || seal.String() != "[redacted]" {
		t.Error("not redacted")
	}
}

// TestStanding: a line a case: what becomes of a key by its check, and what that costs.
func TestStanding(t *testing.T) {
	s := newScene(t, nil)
	only := newScene(t, func(c *apikey.Config) { c.SealedOnly = true })
	only.store.MemoryStore = s.store.MemoryStore
	before := s.old(apikey.Record{})
	first := s.key(apikey.Record{})
	s.renew()
	second := s.key(apikey.Record{})
	text := second.Reveal()
	for _, test := range []struct {
		name            string
		key             apikey.Key
		want, sealed    authorizers.Code
		reads, ofSealed int64
	}{
		{"with the newest seal", second, "", "", 1, 1},
		{"with an earlier seal", first, "", authorizers.CodeAPIKeyUnsealed, 1, 0},
		{"from before there were seals", before, "", authorizers.CodeAPIKeyUnsealed, 1, 0},
		{"with the newest seal, made by who has that", s.unknown(), authorizers.CodeAPIKeyUnknown, authorizers.CodeAPIKeyUnknown, 1, 1},
		{"made up, with a checksum", madeUp(), authorizers.CodeAPIKeyUnknown, authorizers.CodeAPIKeyUnsealed, 1, 0},
		{"made up, with anything", anything(), authorizers.CodeAPIKeyMistyped, authorizers.CodeAPIKeyMistyped, 0, 0},
		{"made up, with zeros", parsed(text[:63] + "000000"), authorizers.CodeAPIKeyMistyped, authorizers.CodeAPIKeyMistyped, 0, 0},
		{"another's check", parsed(text[:63] + first.Reveal()[63:]), authorizers.CodeAPIKeyMistyped, authorizers.CodeAPIKeyMistyped, 0, 0},
		{"another's secret and check", parsed(text[:20] + first.Reveal()[20:]), authorizers.CodeAPIKeyMistyped, authorizers.CodeAPIKeyMistyped, 0, 0},
		{"another's id", parsed(first.Reveal()[:20] + text[20:]), authorizers.CodeAPIKeyMistyped, authorizers.CodeAPIKeyMistyped, 0, 0},
		{"a known id, with a checksum and another secret", forged(second), authorizers.CodeAPIKeySecret, authorizers.CodeAPIKeyUnsealed, 0, 0},
		{"the right secret, with a checksum", parsed(withSum(text[:63])), "", authorizers.CodeAPIKeyUnsealed, 0, 0},
		{"two characters swapped", parsed(text[:30] + text[31:32] + text[30:31] + text[32:]), authorizers.CodeAPIKeyMistyped, authorizers.CodeAPIKeyMistyped, 0, 0},
		{"all in lower case", parsed(strings.ToLower(text)), authorizers.CodeAPIKeyMistyped, authorizers.CodeAPIKeyMistyped, 0, 0},
	} {
		s.check(test.name, test.key, test.want)
		s.wantReads(test.name, test.reads)
		only.check(test.name+", where only sealed ones are accepted", test.key, test.sealed)
		only.wantReads(test.name+", where only sealed ones are accepted", test.ofSealed)
	}
	s.wantSealReads("all", 1)
	only.wantSealReads("all, where only sealed ones are accepted", 1)
}

// TestSealsAreRead with the first key, and then once a minute, or every ten seconds while keys would be refused by them.
func TestSealsAreRead(t *testing.T) {
	s := newScene(t, nil)
	key := s.key(apikey.Record{})
	for range 100 {
		s.check("at first", key, "")
		s.check("at first", anything(), authorizers.CodeAPIKeyMistyped)
	}
	s.wantSealReads("at first", 1)
	s.advance(10*time.Second - 1)
	s.check("fresh", anything(), authorizers.CodeAPIKeyMistyped)
	s.wantSealReads("fresh", 0)
	s.advance(1)
	s.check("not fresh, and a good key", key, "")
	s.wantSealReads("not fresh, and a good key", 0)
	for range 100 {
		s.check("not fresh", anything(), authorizers.CodeAPIKeyMistyped)
	}
	s.wantSealReads("not fresh", 1)
	s.advance(time.Minute - 1)
	s.check("nearly a minute", key, "")
	s.wantSealReads("nearly a minute", 0)
	s.advance(1)
	s.check("a minute", key, "")
	s.wantSealReads("a minute", 1)
	s.advance(-time.Hour)
	s.check("the clock was set back", key, "")
	s.wantSealReads("the clock was set back", 1)
}

// TestSealIsRenewed: keys that were made before are good, and those of the new seal are at once. No good key is refused by
// seals that are out of date.
func TestSealIsRenewed(t *testing.T) {
	s := newScene(t, nil)
	first := s.key(apikey.Record{})
	s.check("before", first, "")
	s.must(s.store.RenewSeal(t.Context(), s.clock()))
	if _, _, err := apikey.Issue(t.Context(), s.store, apikey.Record{Owner: "ann"}, s.clock()); !errors.As(err, new(*apikey.SealError)) {
		t.Errorf("at once: %v", err)
	}
	s.advance(apikey.SealSettles - 10*time.Second)
	s.check("a flood has the seals read", anything(), authorizers.CodeAPIKeyMistyped)
	s.advance(10 * time.Second)
	second, _, err := apikey.Issue(t.Context(), s.store, apikey.Record{Owner: "ann"}, s.clock())
	s.must(err)
	s.check("made with the new one", second, "")
	s.check("made with the earlier one", first, "")
	for range apikey.MaxEarlier {
		s.check("still made with an earlier one", first, "")
		s.must(s.store.RenewSeal(t.Context(), s.clock()))
		s.advance(time.Minute)
	}
	s.check("made with one that is forgotten", first, authorizers.CodeAPIKeyMistyped)
}

// TestNoSeal: where the store has no seal, or it cannot be read, no check refuses a key: it is looked up.
func TestNoSeal(t *testing.T) {
	s := newScene(t, nil)
	before := s.old(apikey.Record{})
	s.check("a good one", before, "")
	s.check("anything", anything(), authorizers.CodeAPIKeyUnknown)
	s.wantReads("both", 2)
	s.wantSealReads("both", 1)
	sealed := s.key(apikey.Record{})
	s.check("the first that is sealed, at once", sealed, "")
	s.wantReads("the first that is sealed", 1)

	s.store.down.Store(true)
	s.advance(10 * time.Second)
	s.check("remembered", sealed, "")
	s.check("who knows", anything(), unavailable)
	s.store.down.Store(false)
	s.check("who knows", anything(), authorizers.CodeAPIKeyUnknown)
	s.advance(10 * time.Second)
	s.check("the seals are read again", anything(), authorizers.CodeAPIKeyMistyped)

	only := newScene(t, func(c *apikey.Config) { c.SealedOnly = true })
	only.check("no seal, and only sealed keys are accepted", anything(), unavailable)
	only.check("no seal, and a checksum", madeUp(), authorizers.CodeAPIKeyUnsealed)
	only.wantReads("both", 0)
	only.store.down.Store(true)
	only.advance(time.Hour)
	only.check("the seals cannot be read, and only sealed keys are accepted", anything(), unavailable)
	only.wantReads("down", 0)
}

// TestSealsWhileTheContextEnds: who does not wait for the seals gets no answer about a key.
func TestSealsWhileTheContextEnds(t *testing.T) {
	s := newScene(t, nil)
	s.key(apikey.Record{})
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	s.store.hold = make(chan struct{})
	if _, err := s.checker.Check(ended, anything()); outcome(err) != "unavailable" {
		t.Errorf("error %v", err)
	}
	close(s.store.hold)
}

// TestSealsCannotBeReadAgain: no key is refused by seals that may have been renewed since, while nobody can see whether they
// were. One that they have sealed is looked up as such.
func TestSealsCannotBeReadAgain(t *testing.T) {
	s := newScene(t, func(c *apikey.Config) { c.MaxUnknown = 5 })
	s.check("at first", s.key(apikey.Record{}), "")
	good := s.key(apikey.Record{})
	s.must(s.store.RenewSeal(t.Context(), s.clock().Add(-apikey.SealSettles)))
	renewed := s.key(apikey.Record{})
	s.advance(10 * time.Second)
	s.store.sealsDown.Store(true)
	for range 100 {
		s.advance(50 * time.Millisecond)
		if _, err := s.checker.Check(t.Context(), anything()); outcome(err) == string(authorizers.CodeAPIKeyMistyped) {
			t.Fatalf("refused by seals that are out of date: %v", err)
		}
	}
	s.check("sealed with the one that is known", good, "")
	s.wantSealReads("while they cannot be read", 2)
	s.advance(10 * time.Second)
	s.check("sealed with one that is not known", renewed, "")
	s.advance(10 * time.Second)
	s.store.sealsDown.Store(false)
	s.check("once they can be read", anything(), authorizers.CodeAPIKeyMistyped)
}
