package verify_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"portcullis/authorizers"
	"portcullis/authorizers/verify"
)

// lingering is a transport whose requests end only some time after they were given up.
type lingering struct {
	asked chan struct{}
	ended atomic.Bool
}

func (l *lingering) RoundTrip(r *http.Request) (*http.Response, error) {
	if l.asked == nil {
		return http.DefaultTransport.RoundTrip(r)
	}
	close(l.asked)
	<-r.Context().Done()
	time.Sleep(20 * time.Millisecond)
	l.ended.Store(true)
	return nil, r.Context().Err()
}

// TestClose: nothing goes on after Close, and what is known still serves.
func TestClose(t *testing.T) {
	transport := &lingering{}
	s := newScene(t, func(c *verify.Config) { c.Client = &http.Client{Transport: transport} })
	token := s.token()
	s.check("before", token, "")
	made := s.tokenOf("made-up")
	transport.asked = make(chan struct{})
	var waiting sync.WaitGroup
	waiting.Go(func() {
		if _, err := s.verifier.Verify(context.Background(), made); code(err) != "unavailable" || !errors.Is(err, context.Canceled) {
			t.Errorf("waits while the verifier is closed: error %v", err)
		}
	})
	<-transport.asked
	s.verifier.Close()
	if !transport.ended.Load() {
		t.Error("a fetch goes on after Close")
	}
	waiting.Wait()
	fetches := s.issuer.Fetches()
	s.check("a key that is known", token, "")
	s.advance(30 * time.Hour)
	s.check("a key that is too old", token, "unavailable")
	s.fetched("after Close", &fetches, 0)
	if err := s.verifier.Prefetch(t.Context()); code(err) != "unavailable" {
		t.Errorf("Prefetch after Close: %v", err)
	}
	s.verifier.Close() // once more does nothing
}

// TestUnknownKeyAfterClose: that a key was not looked for is not the token's fault.
func TestUnknownKeyAfterClose(t *testing.T) {
	s := newScene(t, nil)
	known := s.token()
	s.check("before", known, "")
	s.check("a made-up key id", s.tokenOf("made-up"), string(authorizers.CodeKeyUnknown))
	s.issuer.Replace()
	s.verifier.Close()
	s.advance(30 * time.Second)
	_, err := s.verifier.Verify(t.Context(), s.token())
	if code(err) != "unavailable" || !strings.HasSuffix(err.Error(), ": the verifier is closed") {
		t.Errorf("a new key: error %v", err)
	}
	s.check("a key that was looked for half a minute ago", s.tokenOf("made-up"), "unavailable")
	s.check("a known key", known, "")
}

// TestCloseAtAnyTime: tokens that are verified while the verifier is closed get an answer, and a true one.
func TestCloseAtAnyTime(t *testing.T) {
	s := newScene(t, nil)
	known := s.token()
	s.check("before", known, "")
	var all sync.WaitGroup
	start := make(chan struct{})
	for i := range 20 {
		made := s.tokenOf(fmt.Sprint("made-up-", i))
		all.Go(func() {
			<-start
			for round := range 50 {
				s.advance(3 * time.Second)
				s.check("a known key", known, "")
				if _, err := s.verifier.Verify(t.Context(), made); code(err) != "unavailable" && code(err) != string(authorizers.CodeKeyUnknown) {
					t.Errorf("made up: error %v", err)
				}
				if i < 4 && round == 25 {
					s.verifier.Close()
				}
			}
		})
	}
	close(start)
	all.Wait()
}
