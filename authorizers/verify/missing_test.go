package verify_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"portcullis/authorizers"
	"portcullis/authorizers/verify"
)

// TestMissingIsOfTheAnswer: a key that is published while a fetch is under way, which its token joins, is not
// missing for long, since the answer may be older than the key.
func TestMissingIsOfTheAnswer(t *testing.T) {
	transport := newStuck(t)
	s := newScene(t, func(c *verify.Config) { c.Client = &http.Client{Transport: transport} })
	s.check("before", s.token(), "")
	before := keySet(s.issuer)
	s.answers(func(w http.ResponseWriter, r *http.Request, _ http.Handler) { fmt.Fprint(w, before) })
	release := transport.hold()
	made := s.verify(s.tokenOf("made-up"))
	<-transport.asked
	s.issuer.Rotate()
	token := s.token()
	s.advance(time.Second)
	joins := s.verify(token)
	joins.begins(t, "a token of the new key", true)
	transport.release.Store(nil)
	close(release)
	made.ends(t, "made up", string(authorizers.CodeKeyUnknown))
	joins.ends(t, "a token of the new key", string(authorizers.CodeKeyUnknown))
	s.answer.Store(nil)
	s.advance(11 * time.Second)
	s.check("the new key, a moment later", token, "")
	s.check("the key that was asked for first", s.tokenOf("made-up"), string(authorizers.CodeKeyUnknown))
}

// TestGuessedKeyID: whoever guesses the id of a key to come keeps it from being found for 10 seconds at most.
func TestGuessedKeyID(t *testing.T) {
	s := newScene(t, nil)
	s.check("before", s.token(), "")
	before := keySet(s.issuer)
	s.answers(func(w http.ResponseWriter, r *http.Request, _ http.Handler) { fmt.Fprint(w, before) })
	s.issuer.Rotate()
	s.check("before it is published", s.tokenOf(s.issuer.KeyID()), string(authorizers.CodeKeyUnknown))
	s.answer.Store(nil)
	token := s.token()
	s.advance(refetchEvery - 1)
	s.check("within 10 seconds", token, string(authorizers.CodeKeyUnknown))
	s.advance(1)
	s.check("after them", token, "")
}

// TestNoKeySetNoWithdrawal: what is no key set withdraws no key; one without a usable key withdraws all.
func TestNoKeySetNoWithdrawal(t *testing.T) {
	const withdrawn, still = "unavailable", ""
	tests := []struct{ answer, want string }{
		{`{"keys":null}`, still},
		{`{}`, still},
		{`{"keys":{}}`, still},
		{`<html>`, still},
		{``, still},
		{`{"keys":[` + strings.Repeat(`{},`, 100) + `{}]}`, still}, // too many
		{`{"keys":[]}`, withdrawn},
		{`{"keys":[{"kty":"LMS","kid":"a"}]}`, withdrawn},
	}
	for _, test := range tests {
		s := newScene(t, nil)
		token := s.token()
		s.check("before", token, "")
		s.answers(func(w http.ResponseWriter, r *http.Request, _ http.Handler) { fmt.Fprint(w, test.answer) })
		s.check("an unknown key id fetches "+test.answer, s.tokenOf("other"), "unavailable")
		s.check("after "+test.answer, token, test.want)
	}
}

// TestLateCallersFetchNothing: a caller who finds the keys old, and asks for them when another has just fetched
// them, causes no second fetch.
func TestLateCallersFetchNothing(t *testing.T) {
	var meanwhile atomic.Pointer[func()] // runs when the clock is read next
	s := newScene(t, func(c *verify.Config) {
		clock := c.Now
		c.Now = func() time.Time {
			if do := meanwhile.Swap(nil); do != nil {
				(*do)()
			}
			return clock()
		}
	})
	prefetch := func() {
		if err := s.verifier.Prefetch(t.Context()); err != nil {
			t.Error(err)
		}
	}
	fetches := 0
	for range 3 {
		meanwhile.Store(&prefetch)
		prefetch()
		s.fetched("two at once", &fetches, 1)
		s.advance(2 * time.Hour)
	}
}

// TestOneRenewal: however many tokens find the keys old, they are fetched once.
func TestOneRenewal(t *testing.T) {
	transport := newStuck(t)
	s := newScene(t, func(c *verify.Config) { c.Client = &http.Client{Transport: transport} })
	token := s.token()
	s.check("before", token, "")
	fetches := s.issuer.Fetches()
	s.advance(2 * time.Hour)
	release := transport.hold()
	var all []*verifying
	for range 100 {
		all = append(all, s.verify(token))
	}
	for _, one := range all[:50] {
		one.begins(t, "one of the first", true)
	}
	<-transport.asked
	transport.release.Store(nil)
	close(release) // others are on their way
	for _, one := range all {
		one.ends(t, "renewed", "")
	}
	s.verifier.Close()
	s.fetched("a renewal", &fetches, 1)
}
