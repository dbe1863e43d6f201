package verify

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"portcullis/authorizers"
	"portcullis/authorizers/internal/span"
)

// How long keys are used and how often they are asked for.
const (
	minFresh     = 5 * time.Minute  // keys are kept so long, whatever the issuer says
	maxFresh     = 24 * time.Hour   // and no longer than that
	staleFor     = 24 * time.Hour   // and so much longer while the issuer cannot be reached
	refetchEvery = 10 * time.Second // an unknown key id or a failure asks again no sooner,
	recheckEvery = time.Minute      // nor does a signature that no known key made
	downFor      = time.Minute      // after a failure, requests do not wait for the issuer for so long,
	maxDown      = time.Hour        // and twice as long after each further one, up to this
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

	fixed bool // the set was read when the verifier was made, and is never fetched

	mu       sync.Mutex
	flight   *flight   // the fetch that is under way; nil: none is
	heldBack span.Span // no fetch begins, after an unknown key id or a failure
	doubted  span.Span // nor for a signature that no known key made
	failure  error     // of the last fetch; nil after a good one
	failures int       // in a row
	down     span.Span // requests do not wait for the issuer, after a failure
}

// forever is until the end of all times that a clock may tell.
var forever = span.Between(time.Time{}, time.Unix(1<<40, 0))

// snapshot is what an issuer published, at one time.
type snapshot struct {
	keys  keysByID
	new   span.Span // before a signature that none of the keys made asks for others
	young span.Span // before it is fetched anew while it still serves
	fresh span.Span
	used  span.Span // even if the issuer cannot be reached
}

// of gives the keys with this id, none if they may no longer be used.
func (s *snapshot) of(id string, now time.Time) []*key {
	if !s.used.Holds(now) {
		return nil
	}
	return s.keys[id]
}

// stale tells how long ago the keys ceased to be fresh, which serve while their issuer cannot be reached; zero: they are fresh.
func (s *keySet) stale(now time.Time) time.Duration { return s.known.Load().fresh.Since(now) }

// flight is a fetch that is under way, for all who need one meanwhile (single flight).
type flight struct {
	started time.Time
	done    chan struct{} // closed at its end
	kept    bool          // its outcome counts; to be read when it is done
	cancel  context.CancelFunc
}

func newKeySet(issuer Issuer, algorithms []*algorithm, fetcher *fetcher, now func() time.Time) *keySet {
	s := &keySet{issuer: issuer, algorithms: algorithms, fetcher: fetcher, now: now}
	s.known.Store(&snapshot{})
	return s
}

// newFixedKeySet holds keys that are never fetched, and never too old.
func newFixedKeySet(keys keysByID, now func() time.Time) *keySet {
	s := &keySet{fixed: true, now: now}
	s.known.Store(&snapshot{keys: keys, new: forever, young: forever, fresh: forever, used: forever})
	return s
}

// ready gives the keys with this id that can be used at once, none where they have to be waited for. Keys that are
// about to cease to be fresh are renewed meanwhile. The flight is the fetch that the same token was told to wait for
// before, or nil; the one that ready gives is to be waited for, however soon it ends.
func (s *keySet) ready(id string, now time.Time, before *flight) ([]*key, *flight) {
	set := s.known.Load()
	if set.young.Holds(now) {
		return set.keys[id], before
	}
	if set.of(id, now) == nil {
		return nil, before
	}
	renewal := before
	if renewal == nil {
		renewal = s.ask("")
	}
	// Keys that are no longer fresh wait for the fetch, since their issuer may have withdrawn them; not while the
	// issuer is known to be down.
	if renewal != nil && !set.fresh.Holds(now) && !s.isDown() {
		return nil, renewal
	}
	return s.known.Load().of(id, now), renewal
}

// await gives the keys with this id, which are not ready. The error is a *TokenError where the issuer has none, and an
// *UnavailableError where that cannot be told. The context ends the waiting for a fetch, not the fetch. The flight is
// the fetch to wait for, nil where none was begun for this token.
func (s *keySet) await(ctx context.Context, id string, flight *flight) ([]*key, error) {
	if s.fixed {
		return nil, unknownKey()
	}
	asked, wanted := s.now(), id
	if s.known.Load().of(id, asked) != nil {
		wanted = ""
	}
	if flight == nil {
		flight = s.ask(wanted)
	}
	err := s.wait(ctx, flight)
	if err == nil && flight != nil && !flight.kept {
		flight = s.ask(wanted) // it was given up, which says nothing
		err = s.wait(ctx, flight)
	}
	if keys := s.known.Load().of(id, s.now()); keys != nil {
		return keys, nil
	}
	if err != nil {
		return nil, &authorizers.UnavailableError{Issuer: s.issuer.Issuer, Err: err}
	}
	return nil, s.settle(flight, asked)
}

// again gives the keys with this id after one more fetch, since none that was known made a signature: the issuer may
// have put another key under the same id. It gives none where no fetch may start.
func (s *keySet) again(ctx context.Context, id string) []*key {
	flight := s.doubt()
	if flight == nil || s.wait(ctx, flight) != nil {
		return nil
	}
	return s.known.Load().of(id, s.now())
}

// prefetch fetches the set, unless it is fresh.
func (s *keySet) prefetch(ctx context.Context) error {
	if s.known.Load().fresh.Holds(s.now()) {
		return nil
	}
	err := s.wait(ctx, s.ask(""))
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.known.Load().fresh.Holds(s.now()):
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
	if f := s.underWay(now); f != nil {
		return f
	}
	set := s.known.Load()
	unknown := id != "" && set.fresh.Holds(now)
	if s.heldBack.Holds(now) || id == "" && set.young.Holds(now) || unknown && set.keys[id] != nil {
		return nil
	}
	s.flight = s.start(now)
	if unknown && s.flight != nil {
		s.heldBack = span.Of(now, refetchEvery)
	}
	return s.flight
}

// doubt is ask for a signature that none of the known keys made. Its bound is apart from that of unknown key ids, so
// that neither kind of forged tokens keeps a good token of the other kind waiting.
func (s *keySet) doubt() *flight {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	if s.known.Load().new.Holds(now) {
		return nil
	}
	if f := s.underWay(now); f != nil {
		return f
	}
	if s.heldBack.Holds(now) || s.doubted.Holds(now) {
		return nil
	}
	if s.flight = s.start(now); s.flight != nil {
		s.doubted = span.Of(now, recheckEvery)
	}
	return s.flight
}

// underWay gives the fetch that is under way, after giving up one during which the process was frozen.
func (s *keySet) underWay(now time.Time) *flight {
	if s.flight != nil && now.Sub(s.flight.started) >= refetchEvery {
		s.flight.cancel()
		s.flight = nil
	}
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
		s.heldBack = span.Span{} // it told nothing
		return
	}
	f.kept = true
	if s.failure = err; err != nil {
		s.heldBack, s.down = span.Of(now, refetchEvery), span.Of(now, min(downFor<<s.failures, maxDown))
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
	for id, keys := range got.keys {
		for i, key := range keys {
			if known := slices.IndexFunc(before.keys[id], key.equal); known >= 0 {
				keys[i] = before.keys[id][known]
			}
		}
	}
	fresh := min(max(got.maxAge, minFresh), maxFresh)
	// One of several goroutines may have read the clock a moment before; and when the clock was set back, keys
	// are no longer fresh, but still the best there is.
	around, before24 := now.Add(-time.Minute), now.Add(-staleFor)
	return &snapshot{
		keys: got.keys,
		new:  span.Between(around, now.Add(recheckEvery)), young: span.Between(around, now.Add(fresh*4/5)),
		fresh: span.Between(around, now.Add(fresh)), used: span.Between(before24, now.Add(fresh+staleFor)),
	}
}

// isDown tells whether the issuer failed to answer a moment ago.
func (s *keySet) isDown() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.failure != nil && s.down.Holds(s.now())
}

// unknownKey says that an issuer has no key with a token's key id.
func unknownKey() error {
	return &authorizers.TokenError{Code: authorizers.CodeKeyUnknown, Claim: "kid", Want: "a key of the issuer's"}
}

// settle says why there is no key with an id that was asked for at a time, after all that could be done. The flight
// is the fetch that was waited for; nil: none could be.
func (s *keySet) settle(f *flight, asked time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	told := s.failure == nil && s.known.Load().used.Holds(s.now()) && (f == nil || f.kept) && s.fetcher.closed.Err() == nil
	if !told {
		return &authorizers.UnavailableError{Issuer: s.issuer.Issuer, Err: s.reason()}
	}
	if f != nil && !f.started.Before(asked) {
		s.heldBack = span.Of(f.started, refetchEvery)
	}
	return unknownKey()
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
