package verify

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"portcullis/authorizers"
)

// How long keys are used and how often they are asked for.
const (
	minFresh     = 5 * time.Minute  // keys are kept so long, whatever the issuer says
	maxFresh     = 24 * time.Hour   // and no longer than that
	staleFor     = 24 * time.Hour   // and so much longer while the issuer cannot be reached
	refetchEvery = 10 * time.Second // an unknown key id or a failure asks again no sooner
	missingFor   = time.Minute      // a key id that the issuer does not have asks again no sooner
	downFor      = time.Minute      // after a failure, requests do not wait for the issuer for so long,
	maxDown      = time.Hour        // and twice as long after each further one, up to this
	maxMissing   = 1000             // key ids that are remembered as missing
)

// keySet holds the keys of one issuer. They are fetched when a token asks for them and, some time before
// they cease to be fresh, while tokens go on being checked. No timer runs: a process that is frozen between
// two requests, as a Lambda function is, finds after it what the clock says.
type keySet struct {
	issuer     Issuer
	algorithms []*algorithm // the issuer's
	fetcher    *fetcher
	now        func() time.Time

	known atomic.Pointer[snapshot]

	mu       sync.Mutex
	flight   *flight         // the fetch that is under way; nil: none is
	heldBack span            // no fetch begins, after an unknown key id or a failure
	missing  map[string]span // key ids that the issuer does not have, and when that is believed
	failure  error           // of the last fetch; nil after a good one
	failures int             // in a row
	down     span            // requests do not wait for the issuer, after a failure
}

// span is a stretch of time. One that begins in the future, as after the clock was set back, does not hold.
type span struct{ from, until time.Time }

func spanOf(from time.Time, d time.Duration) span { return span{from, from.Add(d)} }

func (s span) holds(now time.Time) bool { return !now.Before(s.from) && now.Before(s.until) }

// snapshot is what an issuer published, at one time.
type snapshot struct {
	keys  map[string]*key
	young span // before it is fetched anew while it still serves
	fresh span
	used  span // even if the issuer cannot be reached
}

// key gives the key with this id, nil if there is none that may still be used.
func (s *snapshot) key(id string, now time.Time) *key {
	if !s.used.holds(now) {
		return nil
	}
	return s.keys[id]
}

// flight is a fetch that is under way.
type flight struct {
	started time.Time
	done    chan struct{} // closed at its end
	kept    bool          // its outcome counts; to be read when it is done
	cancel  context.CancelFunc
}

func newKeySet(issuer Issuer, algorithms []*algorithm, fetcher *fetcher, now func() time.Time) *keySet {
	s := &keySet{issuer: issuer, algorithms: algorithms, fetcher: fetcher, now: now, missing: map[string]span{}}
	s.known.Store(&snapshot{})
	return s
}

// key gives the key with this id. The error is a *TokenError where the issuer has no such key, and an
// *UnavailableError where that cannot be told. The context ends the waiting for a fetch, not the fetch.
func (s *keySet) key(ctx context.Context, id string) (*key, error) {
	now, set := s.now(), s.known.Load()
	known, wanted := set.key(id, now), id
	if known != nil {
		if set.young.holds(now) {
			return known, nil
		}
		wanted = ""
	}
	flight := s.ask(wanted)
	// A key of a set that is no longer fresh waits for the fetch, since its issuer may have withdrawn it; not
	// while the issuer is known to be down.
	if known != nil && flight != nil && (set.fresh.holds(now) || s.isDown()) {
		return known, nil
	}
	err := s.wait(ctx, flight)
	if err == nil && flight != nil && !flight.kept {
		flight = s.ask(wanted) // it was given up, which says nothing
		err = s.wait(ctx, flight)
	}
	if err != nil && s.known.Load().key(id, s.now()) == nil {
		return nil, &authorizers.UnavailableError{Issuer: s.issuer.Issuer, Err: err}
	}
	return s.settle(id, flight, now)
}

// prefetch fetches the set, unless it is fresh.
func (s *keySet) prefetch(ctx context.Context) error {
	if s.known.Load().fresh.holds(s.now()) {
		return nil
	}
	err := s.wait(ctx, s.ask(""))
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.known.Load().fresh.holds(s.now()):
		return nil
	case err == nil:
		err = s.reason()
	}
	return &authorizers.UnavailableError{Issuer: s.issuer.Issuer, Err: err}
}

// ask gives the fetch to wait for, after starting it where none is under way; nil where none may start. It
// is asked for a key id, or for the whole set with "".
func (s *keySet) ask(id string) *flight {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	if f := s.flight; f != nil {
		if now.Sub(f.started) < refetchEvery {
			return f
		}
		f.cancel() // the process was frozen meanwhile
		s.flight = nil
	}
	set := s.known.Load()
	if id == "" && set.young.holds(now) {
		return nil
	}
	unknown := id != "" && set.fresh.holds(now)
	if s.heldBack.holds(now) || unknown && (set.keys[id] != nil || s.missing[id].holds(now)) {
		return nil
	}
	if unknown {
		s.heldBack = spanOf(now, refetchEvery)
	}
	s.flight = s.start(now)
	return s.flight
}

// start begins a fetch; it gives nil when the verifier is closed.
func (s *keySet) start(now time.Time) *flight {
	f := &flight{started: now, done: make(chan struct{})}
	cancel, ok := s.fetcher.start(func(ctx context.Context) {
		defer close(f.done)
		got, err := s.fetcher.keys(ctx, &s.issuer, s.algorithms)
		if err != nil {
			err = &fetchError{err}
		}
		s.keep(f, got, err)
	})
	if !ok {
		return nil
	}
	f.cancel = cancel
	return f
}

// wait waits for a fetch, if there is one; the error is the context's.
func (s *keySet) wait(ctx context.Context, f *flight) error {
	if f == nil {
		return nil
	}
	select {
	case <-f.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// keep notes the outcome of a fetch, unless it was given up, or took longer than a fetch can: then the process
// was frozen meanwhile, and its outcome is as old as its beginning. A failure leaves the keys as they are, but
// an issuer that answers without a usable key has withdrawn them.
func (s *keySet) keep(f *flight, got *fetched, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.flight != f {
		return
	}
	s.flight = nil
	now := s.now()
	if age := now.Sub(f.started); age < 0 || age > fetchTimeout+time.Second {
		return
	}
	f.kept = true
	if s.failure = err; err != nil {
		s.heldBack, s.down = spanOf(now, refetchEvery), spanOf(now, min(downFor<<s.failures, maxDown))
		s.failures = min(s.failures+1, 10)
		if errors.Is(err, errNoUsableKey) {
			s.known.Store(&snapshot{})
		}
		return
	}
	s.failures = 0
	s.known.Store(newSnapshot(got, s.known.Load(), f.started))
}

// newSnapshot is what was fetched at a time. Keys that were known before stay the very same.
func newSnapshot(got *fetched, before *snapshot, now time.Time) *snapshot {
	for id, key := range got.keys {
		if old := before.keys[id]; old != nil && old.equal(key) {
			got.keys[id] = old
		}
	}
	fresh := min(max(got.maxAge, minFresh), maxFresh)
	// One of several goroutines may have read the clock a moment before; and when the clock was set back, keys
	// are no longer fresh, but still the best there is.
	around, before24 := now.Add(-time.Minute), now.Add(-staleFor)
	return &snapshot{got.keys, span{around, now.Add(fresh * 4 / 5)}, span{around, now.Add(fresh)}, span{before24, now.Add(fresh + staleFor)}}
}

// isDown tells whether the issuer failed to answer a moment ago.
func (s *keySet) isDown() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.failure != nil && s.down.holds(s.now())
}

// settle answers from what is known after all that could be done, of an id that was asked for at a time. The
// flight is the fetch that was waited for; nil: none could be.
func (s *keySet) settle(id string, f *flight, asked time.Time) (*key, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now, set := s.now(), s.known.Load()
	if key := set.key(id, now); key != nil {
		return key, nil
	}
	unknown := &authorizers.TokenError{Code: authorizers.CodeKeyUnknown, Claim: "kid", Want: "a key of the issuer's"}
	if set.fresh.holds(now) && s.missing[id].holds(now) {
		return nil, unknown
	}
	if s.failure != nil || !set.used.holds(now) || f != nil && !f.kept || s.fetcher.closed.Err() != nil {
		return nil, &authorizers.UnavailableError{Issuer: s.issuer.Issuer, Err: s.reason()}
	}
	if f != nil && !f.started.Before(asked) {
		s.remember(id, now)
	}
	return nil, unknown
}

// remember notes that the issuer does not have a key. Made-up ids cannot make the memory grow.
func (s *keySet) remember(id string, now time.Time) {
	if len(s.missing) >= maxMissing {
		clear(s.missing)
	}
	s.missing[strings.Clone(id)] = spanOf(now, missingFor) // not a part of a whole token
}

var (
	errClosed  = errors.New("the verifier is closed")
	errGivenUp = errors.New("the fetch was given up")
)

// reason is why there are no keys.
func (s *keySet) reason() error {
	switch {
	case s.failure != nil:
		return s.failure
	case s.fetcher.closed.Err() != nil:
		return errClosed
	}
	return errGivenUp
}
