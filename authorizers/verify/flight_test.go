package verify_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"portcullis/authorizers"
	"portcullis/authorizers/verify"
	"portcullis/authorizers/verify/verifytest"
)

// TestOneFetchInFlight: however many tokens wait for a key set, it is fetched once.
func TestOneFetchInFlight(t *testing.T) {
	issuer := newIssuer(t)
	v := newVerifier(t, issuer, nil)
	token := issuer.CognitoAccess(extra(nil))
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() {
			if _, err := v.Verify(context.Background(), token); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if issuer.Fetches() != 1 {
		t.Errorf("%d fetches", issuer.Fetches())
	}
}

func TestContextEndsTheWaiting(t *testing.T) {
	release := make(chan struct{})
	issuer := verifytest.New("http://127.0.0.1:1/pool")
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		<-release
		issuer.ServeHTTP(w, r)
	}))
	defer server.Close()
	v := newVerifier(t, issuer, func(c *verify.Config) { c.Issuers[0].JWKSURI = server.URL + "/pool" + verifytest.KeySetPath })
	token := issuer.CognitoAccess(extra(nil))
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := v.Verify(ended, token); code(err) != "unavailable" || !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	close(release)
	if _, err := v.Verify(t.Context(), token); err != nil {
		t.Errorf("the fetch that others wait for: %v", err)
	}
}

// TestOutage: while the issuer is down, tokens of known keys are never refused as long as its keys may still
// be used, and it is not asked more often than once in ten seconds.
func TestOutage(t *testing.T) {
	s := newScene(t, nil) // keys are fresh for an hour, and may be used for a day more
	s.issuer.Outage(true)
	s.check("down from the start", s.token(), "unavailable")
	fetches := s.issuer.Fetches()
	s.check("and asked again at once", s.token(), "unavailable")
	s.fetched("and asked again at once", &fetches, 0)
	s.issuer.Outage(false)
	s.advance(11 * time.Second)
	token := s.token()
	s.check("back again", token, "")

	s.issuer.Outage(true)
	fetches = s.issuer.Fetches()
	const period, step = 25 * time.Hour, 4 * time.Second
	for range period/step - 1 {
		s.advance(step)
		s.check("down", token, "")
		if t.Failed() {
			t.FailNow()
		}
	}
	s.verifier.Close()
	const triesOfAFetch = 2
	if got, most := s.issuer.Fetches()-fetches, triesOfAFetch*int(period/(10*time.Second)+1); got > most || got == 0 {
		t.Errorf("%d requests to an issuer that is down, want 1 to %d", got, most)
	}
	s.check("an unknown key id of an issuer that is down", s.tokenOf("made-up"), "unavailable")
	s.advance(2 * step)
	s.check("down for too long", token, "unavailable")
}

// TestStorm: a thousand callers with a thousand made-up key ids cost one fetch, and do not keep others
// waiting.
func TestStorm(t *testing.T) {
	transport := newStuck(t)
	s := newScene(t, func(c *verify.Config) { c.Client = &http.Client{Transport: transport} })
	token := s.token()
	s.check("before", token, "")
	fetches := s.issuer.Fetches()
	var made, others []string
	for i := range 2000 {
		made = append(made, s.tokenOf(fmt.Sprint("made-up-", i)))
	}
	for range 20 {
		others = append(others, s.token())
	}
	storm := func(made []string) (wait func()) {
		var all sync.WaitGroup
		for _, token := range made {
			all.Go(func() { s.check("made up", token, string(authorizers.CodeKeyUnknown)) })
		}
		return all.Wait
	}
	release := transport.hold()
	wait := storm(made[:1000])
	<-transport.asked
	for _, other := range others {
		s.check("a known key meanwhile", token, "")
		s.check("and a token not seen before", other, "")
	}
	close(release)
	wait()
	s.fetched("the first thousand", &fetches, 1)
	storm(made[1000:])()
	s.fetched("the second thousand", &fetches, 0)
}

// TestPrefetch: the issuers that answer are ready; the others are asked again when tokens come.
func TestPrefetch(t *testing.T) {
	up, down := newIssuer(t), newIssuer(t)
	down.Outage(true)
	at := now
	v := newVerifier(t, up, func(c *verify.Config) {
		c.Issuers = append(c.Issuers, verify.Issuer{Issuer: down.URL, Audience: []string{verifytest.DefaultClientID}, TokenUse: []string{verify.UseAccess}, Scopes: []string{}})
		c.Issuers[0].Scopes = []string{}
		c.Now = func() time.Time { return at }
	})
	err := v.Prefetch(t.Context())
	unavailable := (*authorizers.UnavailableError)(nil)
	if !errors.As(err, &unavailable) || unavailable.Issuer != down.URL {
		t.Errorf("error %v, want that of %s", err, down.URL)
	}
	if _, err := v.Verify(t.Context(), up.CognitoAccess(extra(nil))); err != nil || up.Fetches() != 1 {
		t.Errorf("the issuer that answers: error %v after %d fetches", err, up.Fetches())
	}
	down.Outage(false)
	at = at.Add(11 * time.Second)
	if _, err := v.Verify(t.Context(), down.CognitoAccess(extra(nil))); err != nil {
		t.Errorf("the issuer that answers again: %v", err)
	}
	if err := v.Prefetch(t.Context()); err != nil || up.Fetches() != 1 {
		t.Errorf("once more: error %v, %d fetches", err, up.Fetches())
	}
}

// TestPrefetchOfTenants: the tenants of one entry have one key set, which is asked for, and whose failure is told, once.
func TestPrefetchOfTenants(t *testing.T) {
	down := newIssuer(t)
	down.Outage(true)
	v, err := verify.New(verify.Config{Now: clock, Issuers: []verify.Issuer{{
		Issuer: "http://login.example.com/{t}", Tenants: []string{"a", "b", "c"}, JWKSURI: down.URL + verifytest.KeySetPath, Audience: []string{"api"}, Scopes: []string{},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	const triesOfAFetch = 2
	if err := v.Prefetch(t.Context()); err == nil || strings.Count(err.Error(), "are unavailable") != 1 || down.Fetches() != triesOfAFetch {
		t.Errorf("%d fetches, error %v", down.Fetches(), err)
	}
}

// TestClockSetBack: what was to last for seconds or minutes does not last for as long as the clock was set back.
func TestClockSetBack(t *testing.T) {
	s := newScene(t, nil)
	s.issuer.Outage(true)
	s.check("down", s.token(), "unavailable")
	s.issuer.Outage(false)
	s.advance(-5 * time.Hour)
	token := s.issuer.CognitoAccess(verifytest.Options{IssuedAt: s.now().Add(-24 * time.Hour), Lifetime: 72 * time.Hour})
	s.check("the first token after that", token, "")
	s.check("a made-up key id", s.tokenOf("made-up"), string(authorizers.CodeKeyUnknown))
	s.advance(-5 * time.Hour)
	s.issuer.Replace()
	s.check("a key that was withdrawn", token, string(authorizers.CodeKeyUnknown))
	s.advance(-5 * time.Hour)
	s.check("a new key", s.token(), "")
}

// stuck is a transport that can be made to answer nothing at all, not even when its request is given up, and
// however long that takes on a busy machine.
type stuck struct {
	asked   chan struct{}                 // gets a value for each request while stuck
	release atomic.Pointer[chan struct{}] // nil: not stuck
	over    <-chan struct{}               // the test is, so that one that fails ends
}

func newStuck(t *testing.T) *stuck {
	return &stuck{asked: make(chan struct{}, 1), over: t.Context().Done()}
}

// hold makes the transport stuck, until the channel is closed.
func (s *stuck) hold() (release chan struct{}) {
	release = make(chan struct{})
	s.release.Store(&release)
	return release
}

func (s *stuck) RoundTrip(r *http.Request) (*http.Response, error) {
	if release := s.release.Load(); release != nil {
		s.asked <- struct{}{}
		select {
		case <-*release:
		case <-s.over:
		}
	}
	return http.DefaultTransport.RoundTrip(r.WithContext(context.WithoutCancel(r.Context())))
}

// TestHangingIssuer: while an issuer that failed a moment ago does not answer at all, tokens of known keys
// are not held up, although their keys are no longer fresh. They would hang the test.
func TestHangingIssuer(t *testing.T) {
	transport := newStuck(t)
	s := newScene(t, func(c *verify.Config) { c.Client = &http.Client{Transport: transport} })
	token := s.token()
	s.check("before", token, "")
	s.issuer.Outage(true)
	s.advance(2 * time.Hour)
	s.check("the first token, which waits for the failure", token, "")
	release := transport.hold()
	s.advance(11 * time.Second)
	s.check("a token that makes it ask again", token, "")
	<-transport.asked
	s.check("a token while it is asked", token, "")
	close(release)
}
