package verify

import (
	"context"
	"crypto/rsa"
	"errors"
	"net/http"
	"sync"
	"time"

	"portcullis/authorizers"
)

// How long keys are used and how often they are asked for.
const (
	minFresh     = 5 * time.Minute  // keys are kept so long, whatever the issuer says
	maxFresh     = 24 * time.Hour   // and no longer than that
	staleFor     = 24 * time.Hour   // and so much longer while the issuer cannot be reached
	refetchEvery = 10 * time.Second // an unknown key id or a failure asks again no sooner
)

// keySet holds the keys of one issuer and fetches them when they are asked for. No timer runs between
// requests: a function that is frozen loses nothing.
type keySet struct {
	issuer Issuer
	client *http.Client
	now    func() time.Time

	mu         sync.Mutex
	address    string // of the key set, once it is known
	keys       map[string]*rsa.PublicKey
	freshUntil time.Time
	usedUntil  time.Time     // even if the issuer cannot be reached
	heldBack   time.Time     // no refetch before, after an unknown key id or a failure
	failure    error         // of the last fetch; nil after a good one
	flight     chan struct{} // closed when the fetch that is under way ends; nil: none is
}

func newKeySet(issuer Issuer, client *http.Client, now func() time.Time) *keySet {
	s := &keySet{issuer: issuer, client: client, now: now, address: issuer.JWKSURI}
	if s.address == "" && len(issuer.TokenUse) > 0 {
		s.address = issuer.Issuer + "/.well-known/jwks.json"
	}
	return s
}

// key gives the key with this id. The error is a *TokenError where the issuer has no such key, and an
// *UnavailableError where that cannot be told.
func (s *keySet) key(ctx context.Context, id string) (*rsa.PublicKey, error) {
	key, fresh := s.lookUp(id)
	if key != nil && fresh {
		return key, nil
	}
	// A key of a set that is no longer fresh waits for the refresh: its issuer may have withdrawn it.
	if err := s.refresh(ctx, fresh); err != nil && key == nil {
		return nil, &authorizers.UnavailableError{Issuer: s.issuer.Issuer, Err: err}
	}
	return s.settle(id)
}

// lookUp gives a key that may still be used, and whether the set is fresh.
func (s *keySet) lookUp(id string) (key *rsa.PublicKey, fresh bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	if now.Before(s.usedUntil) {
		key = s.keys[id]
	}
	return key, now.Before(s.freshUntil)
}

// refresh fetches the set, or waits for the fetch that is under way, unless it was asked for too short a
// time ago; asking because of an unknown key id, with a fresh set, counts. The context ends the waiting
// only; the error is the context's.
func (s *keySet) refresh(ctx context.Context, fresh bool) error {
	flight := s.join(fresh)
	if flight == nil {
		return nil
	}
	select {
	case <-flight:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// join gives the fetch to wait for, after starting it where none is under way; nil where none may start.
func (s *keySet) join(fresh bool) <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	if s.flight != nil {
		return s.flight
	}
	if now.Before(s.heldBack) {
		return nil
	}
	if fresh {
		s.heldBack = now.Add(refetchEvery)
	}
	s.flight = make(chan struct{})
	go func(address string) {
		got, err := fetchKeys(s.client, s.issuer.Issuer, address)
		s.keep(got, err)
	}(s.address)
	return s.flight
}

// settle answers from what is known after all that could be done.
func (s *keySet) settle(id string) (*rsa.PublicKey, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.now().Before(s.usedUntil) {
		if key := s.keys[id]; key != nil {
			return key, nil
		}
		if s.failure == nil {
			return nil, &authorizers.TokenError{Code: authorizers.CodeKeyUnknown, Claim: "kid", Want: "a key of the issuer's"}
		}
	}
	failure := s.failure
	if failure == nil {
		failure = errors.New("they are too old, and were asked for a moment ago")
	}
	return nil, &authorizers.UnavailableError{Issuer: s.issuer.Issuer, Err: failure}
}

// keep notes the outcome of a fetch. A failure leaves the keys as they are.
func (s *keySet) keep(got *fetched, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.flight)
	s.flight = nil
	now := s.now()
	if s.failure = err; err != nil {
		s.heldBack = now.Add(refetchEvery)
		return
	}
	s.address, s.keys = got.address, got.keys
	s.freshUntil = now.Add(min(max(got.maxAge, minFresh), maxFresh))
	s.usedUntil = s.freshUntil.Add(staleFor)
}
