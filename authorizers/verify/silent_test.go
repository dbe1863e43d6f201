package verify_test

import (
	"context"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"portcullis/authorizers"
	"portcullis/authorizers/verify"
	"portcullis/authorizers/verify/verifytest"
)

// TestSilentIssuer: with each failure of an issuer, tokens of keys that are no longer fresh are spared the
// waiting for it for twice as long, up to an hour; a success ends that.
func TestSilentIssuer(t *testing.T) {
	transport := newStuck(t)
	s := newScene(t, func(c *verify.Config) { c.Client = &http.Client{Transport: transport} })
	token := s.token()
	s.check("before", token, "")
	s.issuer.Outage(true)
	s.advance(2 * time.Hour)
	release := transport.hold()
	fails := func(what string) { // a token that waits, for nothing
		waits := s.verify(token)
		waits.begins(t, what, true)
		<-transport.asked
		transport.release.Store(nil)
		close(release)
		waits.ends(t, what, "")
	}
	fails("at first")
	for _, minutes := range []time.Duration{1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60, 60} {
		s.advance(minutes*time.Minute - 11*time.Second)
		release = transport.hold()
		spared := s.verify(token)
		spared.begins(t, "before its end, of minutes: "+minutes.String(), false)
		spared.ends(t, "a token that does not wait", "")
		<-transport.asked // and is not answered, so that the fetch is given up
		s.advance(11 * time.Second)
		fails("at the end")
	}

	s.issuer.Outage(false)
	s.issuer.CacheControl("") // fresh for 5 minutes
	s.advance(11 * time.Second)
	if err := s.verifier.Prefetch(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.issuer.Replace()
	s.advance(6 * time.Minute)
	s.check("a key that was withdrawn, whose issuer was down before", token, string(authorizers.CodeKeyUnknown))
	token = s.token()
	s.check("a new key", token, "")
	s.issuer.Outage(true)
	s.advance(6 * time.Minute)
	release = transport.hold()
	fails("after a success")
	s.advance(time.Minute)
	release = transport.hold()
	fails("a minute after the first failure since")
}

// TestLostAnswer: a fetch whose first answer never comes asks once more, in time. The test takes as long as
// its first try.
func TestLostAnswer(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	s := newScene(t, func(c *verify.Config) {
		c.Client = &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			if asked.Add(1) == 1 {
				<-r.Context().Done()
				return nil, r.Context().Err()
			}
			return http.DefaultTransport.RoundTrip(r)
		})}
	})
	s.check("the second answer is good", s.token(), "")
}

// TestContextEndsWithKnownKey: a caller who does not wait gets an answer from the keys that are known.
func TestContextEndsWithKnownKey(t *testing.T) {
	transport := newStuck(t)
	s := newScene(t, func(c *verify.Config) { c.Client = &http.Client{Transport: transport} })
	token := s.token()
	s.check("before", token, "")
	release := transport.hold()
	s.advance(2 * time.Hour)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.verifier.Verify(ended, token); err != nil {
		t.Errorf("a key that is no longer fresh: %v", err)
	}
	<-transport.asked
	close(release)
}

// TestExpiredWhileDown: that a token has expired can be told without its key.
func TestExpiredWhileDown(t *testing.T) {
	s := newScene(t, nil)
	s.issuer.Outage(true)
	s.check("expired", s.issuer.CognitoAccess(verifytest.Options{IssuedAt: now.Add(-2 * time.Hour)}), string(authorizers.CodeExpired))
	s.check("not expired", s.token(), "unavailable")
}

// TestClockSetBackALittle: keys serve on when the clock is corrected, also while their issuer is down, and it
// is not asked for them again and again.
func TestClockSetBackALittle(t *testing.T) {
	tests := []struct {
		back time.Duration
		down bool
		want int // requests
	}{
		{30 * time.Second, false, 0},
		{30 * time.Second, true, 0},
		{61 * time.Second, false, 1},
		{61 * time.Second, true, 2},
		{23 * time.Hour, true, 2},
	}
	for _, test := range tests {
		s := newScene(t, nil)
		token := s.issuer.CognitoAccess(verifytest.Options{IssuedAt: now.Add(-36 * time.Hour), Lifetime: 48 * time.Hour})
		s.check("before", token, "")
		fetches := s.issuer.Fetches()
		s.issuer.Outage(test.down)
		s.advance(-test.back)
		for range 100 {
			s.check("set back by "+test.back.String(), token, "")
		}
		s.verifier.Close()
		s.fetched("set back by "+test.back.String(), &fetches, test.want)
	}
}
