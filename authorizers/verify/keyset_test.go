package verify_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"portcullis/authorizers"
	"portcullis/authorizers/verify"
	"portcullis/authorizers/verify/verifytest"
)

func TestRotation(t *testing.T) {
	s := newScene(t, nil)
	old := s.token()
	s.check("before", old, "")
	s.issuer.Replace()
	s.check("the new key at once", s.token(), "")
	s.check("the old key that was withdrawn", old, string(authorizers.CodeKeyUnknown))
	s.issuer.Replace()
	s.check("a second new key too soon after", s.token(), string(authorizers.CodeKeyUnknown))
	s.advance(11 * time.Second)
	s.check("and later", s.token(), "")
	s.issuer.Rotate()
	s.advance(11 * time.Second)
	rotated := s.token()
	s.check("a key that stays published", rotated, "")
	s.advance(2 * time.Hour) // past the set's freshness
	s.issuer.Replace()
	s.check("a key that was withdrawn while nobody asked", rotated, string(authorizers.CodeKeyUnknown))
}

// TestKeyIDReused: a key that has the id of another one does not inherit the tokens that were verified with
// that one.
func TestKeyIDReused(t *testing.T) {
	s := newScene(t, nil)
	old := s.token()
	s.check("before", old, "")
	body := keySet(s.issuer)
	kid := s.issuer.KeyID()
	s.issuer.Replace()
	replaced := strings.Replace(keySet(s.issuer), s.issuer.KeyID(), kid, 1)
	if body == replaced {
		t.Fatal("the key is the same")
	}
	s.answers(func(w http.ResponseWriter, r *http.Request, _ http.Handler) { fmt.Fprint(w, replaced) })
	s.check("an unknown key id fetches the set", s.tokenOf("other"), string(authorizers.CodeKeyUnknown))
	s.check("a token of the old key", old, string(authorizers.CodeSignature))
}

// TestKeyPublishedForAnotherAlgorithm: tokens that were verified before it are not good after it.
func TestKeyPublishedForAnotherAlgorithm(t *testing.T) {
	issuer := newIssuer(t)
	at := now
	v := newVerifier(t, issuer, func(c *verify.Config) { c.Now = func() time.Time { return at } })
	token := issuer.CognitoAccess(extra(nil))
	if _, err := v.Verify(t.Context(), token); err != nil {
		t.Fatal(err)
	}
	changed := strings.Replace(keySet(issuer), `"RS256"`, `"PS256"`, 1)
	issuer.Handle(verifytest.KeySetPath, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, changed) }))
	at = at.Add(30 * time.Second)
	header := issuer.Header()
	header["kid"] = "other" // fetches the set
	if _, err := v.Verify(t.Context(), issuer.SignHeader(header, issuer.CognitoAccessClaims(extra(nil)))); code(err) != string(authorizers.CodeKeyUnknown) {
		t.Errorf("a key id that is not there: %v", err)
	}
	if _, err := v.Verify(t.Context(), token); code(err) != string(authorizers.CodeKeyAlgorithm) {
		t.Errorf("a token of a key that is for another algorithm now: %v", err)
	}
}

// TestWithdrawal: an issuer that publishes no key any more has withdrawn those that it had.
func TestWithdrawal(t *testing.T) {
	s := newScene(t, nil)
	token := s.token()
	s.check("before", token, "")
	s.answers(func(w http.ResponseWriter, r *http.Request, _ http.Handler) { fmt.Fprint(w, `{"keys":[]}`) })
	s.advance(50 * time.Minute)
	s.check("an unknown key id fetches the set", s.tokenOf("other"), "unavailable")
	s.check("after", token, "unavailable")
}

// TestMissingKeys: made-up key ids cost the issuer one fetch in 10 seconds, whichever they are.
func TestMissingKeys(t *testing.T) {
	s := newScene(t, nil)
	fetches := 0
	s.check("made up, before anything else", s.tokenOf("made-up"), string(authorizers.CodeKeyUnknown))
	s.fetched("the first token", &fetches, 1)
	for range 3 {
		for i := range 50 {
			s.check("made up", s.tokenOf(fmt.Sprint("made-up-", i)), string(authorizers.CodeKeyUnknown))
		}
		s.advance(refetchEvery - 1)
		s.check("a moment too soon", s.tokenOf("made-up"), string(authorizers.CodeKeyUnknown))
		s.fetched("50 made-up key ids", &fetches, 0)
		s.advance(1)
		s.check("the one that was looked for", s.tokenOf("made-up"), string(authorizers.CodeKeyUnknown))
		s.fetched("the one that was looked for", &fetches, 1)
	}
}

// refetchEvery is how often an issuer is asked for a key id that is unknown.
const refetchEvery = 10 * time.Second

// TestKnownSoonAfterItsPublication: a key id that was asked for before its key was published, and that forgers ask for
// all the time beside others, is known 10 seconds after the publication, at whatever moment that is.
func TestKnownSoonAfterItsPublication(t *testing.T) {
	for after := time.Duration(0); after <= 20*time.Second; after += 500 * time.Millisecond {
		s := newScene(t, nil)
		s.check("before", s.token(), "")
		before := keySet(s.issuer)
		s.answers(func(w http.ResponseWriter, r *http.Request, _ http.Handler) { fmt.Fprint(w, before) })
		s.issuer.Rotate()
		token, made := s.token(), s.tokenOf("made-up")
		const step = 100 * time.Millisecond
		for at := time.Duration(0); at < after+refetchEvery; at += step {
			if at == after {
				s.answer.Store(nil)
			}
			for _, one := range []string{token, made} {
				if _, err := s.verifier.Verify(t.Context(), one); code(err) != string(authorizers.CodeKeyUnknown) && at < after {
					t.Fatalf("%s before its publication: %v", after-at, err)
				}
			}
			s.advance(step)
		}
		s.check("10 seconds after it was published, "+after.String(), token, "")
	}
}

// TestFreshness: a set is fetched again when it ceases to be fresh, and not before.
func TestFreshness(t *testing.T) {
	tests := []struct {
		cacheControl, age string
		want              time.Duration
	}{
		{"", "", 5 * time.Minute},
		{"no-store", "", 5 * time.Minute},
		{"max-age=10", "", 5 * time.Minute},
		{"max-age=-7200", "", 5 * time.Minute},
		{"max-age=soon", "", 5 * time.Minute},
		{"public, MAX-AGE=7200", "", 2 * time.Hour},
		{`max-age="7200"`, "", 2 * time.Hour},
		{"max-age=7200", "3600", time.Hour},
		{"max-age=7200", "9000", 5 * time.Minute},
		{"max-age=864000", "", 24 * time.Hour},
		{"max-age=99999999999999999999", "", 5 * time.Minute},
	}
	for _, test := range tests {
		s := newScene(t, nil)
		s.answers(func(w http.ResponseWriter, r *http.Request, issuer http.Handler) {
			w.Header().Set("Cache-Control", test.cacheControl)
			w.Header().Set("Age", test.age)
			fmt.Fprint(w, keySet(s.issuer))
		})
		fetch := func(what string, want int) {
			before := s.issuer.Fetches()
			if err := s.verifier.Prefetch(t.Context()); err != nil {
				t.Error(err)
			}
			s.fetched(fmt.Sprintf("Cache-Control %q, Age %q: %s", test.cacheControl, test.age, what), &before, want)
		}
		fetch("at first", 1)
		s.advance(test.want - time.Second)
		fetch("while fresh", 0)
		s.advance(time.Second)
		fetch("when no longer fresh", 1)
	}
}

// TestFreshnessBegins: keys are fresh from when they were asked for, not from when the answer came.
func TestFreshnessBegins(t *testing.T) {
	transport := newStuck(t)
	s := newScene(t, func(c *verify.Config) { c.Client = &http.Client{Transport: transport} }) // fresh for an hour
	release := transport.hold()
	first := s.verify(s.token())
	<-transport.asked
	s.advance(3 * time.Second)
	transport.release.Store(nil)
	close(release)
	first.ends(t, "the first token", "")
	fetches := s.issuer.Fetches()
	s.advance(time.Hour - 4*time.Second)
	if err := s.verifier.Prefetch(t.Context()); err != nil {
		t.Error(err)
	}
	s.fetched("before the hour is over", &fetches, 0)
	s.advance(time.Second)
	if err := s.verifier.Prefetch(t.Context()); err != nil {
		t.Error(err)
	}
	s.fetched("when it is over", &fetches, 1)
}

// TestRenewal: a set is renewed before it ceases to be fresh, and no token waits for that.
func TestRenewal(t *testing.T) {
	transport := newStuck(t)
	s := newScene(t, func(c *verify.Config) { c.Client = &http.Client{Transport: transport} }) // fresh for an hour
	token := s.token()
	s.check("at first", token, "")
	release := transport.hold()
	s.advance(47 * time.Minute)
	s.check("before it is renewed", token, "")
	s.advance(2 * time.Minute)
	s.check("while it is renewed", token, "")
	<-transport.asked
	s.check("and while the issuer thinks", token, "")
	transport.release.Store(nil)
	close(release)
	s.check("a made-up key id, which waits for the same answer", s.tokenOf("made-up"), string(authorizers.CodeKeyUnknown))
	fetches := s.issuer.Fetches()
	s.advance(40 * time.Minute)
	s.check("renewed", token, "")
	s.fetched("renewed", &fetches, 0)
}
