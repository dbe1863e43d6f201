package verify_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"portcullis/authorizers"
	"portcullis/authorizers/verify"
)

// TestFrozen: a fetch that was under way when the process was frozen neither holds up the next token nor
// counts as a failure of the issuer.
func TestFrozen(t *testing.T) {
	transport := newStuck(t)
	s := newScene(t, func(c *verify.Config) { c.Client = &http.Client{Transport: transport} })
	token := s.token()
	s.check("before", token, "")
	thawed := transport.hold()
	s.advance(50 * time.Minute)
	s.check("starts to renew the keys", token, "")
	<-transport.asked
	s.advance(3 * time.Hour) // frozen, with the answer never read
	transport.release.Store(nil)
	s.check("a key that the issuer still has", token, "")
	s.check("a key that it never had", s.tokenOf("made-up"), string(authorizers.CodeKeyUnknown))
	s.issuer.Outage(true)
	close(thawed)
	s.verifier.Close() // waits for the end of the fetch that was given up
	s.check("when its failure is known", token, "")
	_, err := s.verifier.Verify(t.Context(), s.tokenOf("another"))
	if code(err) != "unavailable" || !strings.HasSuffix(err.Error(), ": the verifier is closed") {
		t.Errorf("when its failure is known: error %v", err)
	}
}

// TestThawed: a fetch that was frozen with the process, and ends before a token asks, says nothing: its answer
// is old, and its failure is not the issuer's.
func TestThawed(t *testing.T) {
	for name, fails := range map[string]bool{"a good answer": false, "a failure": true} {
		transport, ended := newStuck(t), make(chan struct{}, 1)
		s := newScene(t, func(c *verify.Config) {
			c.Client = &http.Client{Transport: transport}
			clock := c.Now
			c.Now = func() time.Time {
				select {
				case ended <- struct{}{}:
				default:
				}
				return clock()
			}
		})
		s.issuer.CacheControl("max-age=86400") // the answer would be fresh for a day
		old := s.token()
		s.check("before", old, "")
		thawed := transport.hold()
		s.advance(20 * time.Hour)
		s.check("starts to renew the keys", old, "")
		<-transport.asked
		s.advance(10 * time.Hour)
		transport.release.Store(nil)
		s.issuer.Outage(fails)
		<-ended
		close(thawed)
		<-ended // nobody but the fetch reads the clock now, at its end
		s.issuer.Outage(false)
		s.issuer.Replace()
		fetches := s.issuer.Fetches()
		s.check(name+": a key that was withdrawn", old, string(authorizers.CodeKeyUnknown))
		s.check(name+": a new key", s.token(), "")
		s.fetched(name, &fetches, 1)
	}
}

// TestFetchEndsAtOnce: a token that begins a fetch is judged by it, even if the fetch ends before the token comes to
// wait for it, and begins no second one.
func TestFetchEndsAtOnce(t *testing.T) {
	var slow atomic.Bool
	s := newScene(t, func(c *verify.Config) {
		clock := c.Now
		c.Now = func() time.Time {
			if slow.Load() {
				time.Sleep(20 * time.Millisecond) // a fetch over loopback takes less
			}
			return clock()
		}
	})
	old := s.token()
	s.check("before", old, "")
	s.advance(10 * time.Hour)
	s.issuer.Replace()
	fetches := s.issuer.Fetches()
	slow.Store(true)
	s.check("a key that was withdrawn", old, string(authorizers.CodeKeyUnknown))
	s.fetched("a key that was withdrawn", &fetches, 1)
}

// TestGivenUpFetch: a token that waits for a fetch which another token gives up waits for the next one.
func TestGivenUpFetch(t *testing.T) {
	transport := newStuck(t)
	s := newScene(t, func(c *verify.Config) { c.Client = &http.Client{Transport: transport} })
	s.check("before", s.token(), "")
	s.issuer.Replace()
	first := transport.hold()
	good := s.verify(s.token())
	good.begins(t, "a good token of a new key", true)
	<-transport.asked
	s.advance(11 * time.Second)
	second := transport.hold()
	other := s.verify(s.tokenOf("made-up"))
	other.begins(t, "the token that gives the fetch up", true)
	<-transport.asked
	close(first)
	good.begins(t, "the good token, once more", true)
	transport.release.Store(nil)
	close(second)
	good.ends(t, "the good token", "")
	other.ends(t, "the other token", string(authorizers.CodeKeyUnknown))
}

// TestGivenUpRequest: the request of a fetch that is given up ends at once, not when its time is over.
func TestGivenUpRequest(t *testing.T) {
	var tries atomic.Int32 // of the fetch that hangs, which fails at first, so that it may hang for longer
	asked, ended := make(chan struct{}), make(chan error, 1)
	s := newScene(t, func(c *verify.Config) {
		c.Client = &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			switch tries.Add(1) {
			case 2:
				return nil, errors.New("not now")
			case 3:
				close(asked)
				<-r.Context().Done()
				ended <- r.Context().Err()
				return nil, r.Context().Err()
			}
			return http.DefaultTransport.RoundTrip(r)
		})}
	})
	token := s.token()
	s.check("before", token, "")
	s.advance(50 * time.Minute)
	s.check("starts to renew the keys", token, "")
	<-asked
	s.advance(11 * time.Second)
	s.check("gives that up", token, "")
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("the request ended with %v", err)
	}
}
