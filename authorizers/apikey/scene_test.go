package apikey_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"portcullis/authorizers"
	"portcullis/authorizers/apikey"
)

var errDown = errors.New("the store is down")

// watched is a store in memory that counts what it is asked for, and can be down.
type watched struct {
	*apikey.MemoryStore
	gets, touches, seals atomic.Int64
	down                 atomic.Bool
	sealsDown            atomic.Bool   // the seals cannot be read, and records can
	hold                 chan struct{} // if not nil, Get has read and waits until this is closed
	read                 chan struct{} // if not nil, takes something when Get has read
}

func (w *watched) Get(ctx context.Context, id string) (apikey.Record, error) {
	w.gets.Add(1)
	if w.down.Load() {
		return apikey.Record{}, errDown
	}
	r, err := w.MemoryStore.Get(ctx, id)
	if w.read != nil {
		w.read <- struct{}{}
	}
	if w.hold != nil {
		<-w.hold
	}
	if ctx.Err() != nil {
		return apikey.Record{}, ctx.Err()
	}
	return r, err
}

func (w *watched) Seals(ctx context.Context) (apikey.Seals, error) {
	w.seals.Add(1)
	if w.down.Load() || w.sealsDown.Load() {
		return apikey.Seals{}, errDown
	}
	return w.MemoryStore.Seals(ctx)
}

func (w *watched) Touch(ctx context.Context, id string, day apikey.Day) error {
	w.touches.Add(1)
	if w.down.Load() {
		return errDown
	}
	return w.MemoryStore.Touch(ctx, id, day)
}

// scene is a checker with its store and clock.
type scene struct {
	*testing.T
	store   *watched
	checker *apikey.Checker

	mu  sync.Mutex
	now time.Time
}

func newScene(t *testing.T, change func(*apikey.Config)) *scene {
	t.Helper()
	s := &scene{T: t, store: &watched{MemoryStore: apikey.NewMemoryStore()}, now: start}
	config := apikey.Config{Store: s.store, FoundFor: apikey.FoundFor, Now: s.clock}
	if change != nil {
		change(&config)
	}
	checker, err := apikey.NewChecker(config)
	if err != nil {
		t.Fatal(err)
	}
	s.checker = checker
	t.Cleanup(checker.Close)
	return s
}

func (s *scene) clock() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

func (s *scene) advance(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = s.now.Add(d)
}

// key issues a key and keeps its record.
func (s *scene) key(r apikey.Record) apikey.Key {
	s.Helper()
	if r.Owner == "" {
		r.Owner = "ann"
	}
	key, _, err := apikey.Issue(s.Context(), s.store, r, start)
	s.must(err)
	return key
}

// unknown makes a key that has the store's seal, and no record.
func (s *scene) unknown() apikey.Key {
	s.Helper()
	seal, err := s.store.Seal(s.Context(), start)
	s.must(err)
	return seal.New()
}

// old issues a key as they were before there were seals.
func (s *scene) old(r apikey.Record) apikey.Key {
	s.Helper()
	if r.Owner == "" {
		r.Owner = "ann"
	}
	key := madeUp()
	_, r = issue(s, r)
	r.ID, r.Hash = key.ID(), sha256.Sum256([]byte(key.Reveal()[20:63]))
	s.must(s.store.Create(s.Context(), r))
	return key
}

// madeUp returns a key as anybody can make one: with the checksum that keys had before there were seals.
func madeUp() apikey.Key { return parsed(withSum(anything().Reveal()[:63])) }

var strange = apikey.NewSeal()

// anything returns a text that has the form of a key.
func anything() apikey.Key { return strange.New() }

func parsed(text string) apikey.Key {
	key, err := apikey.Parse(text)
	if err != nil {
		panic(err)
	}
	return key
}

func (s *scene) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// outcome is the code of an error: "" for none, "unavailable" or "flooded" where nothing can be told.
func outcome(err error) string {
	var bad *authorizers.KeyError
	var unread *authorizers.KeysUnavailableError
	switch {
	case err == nil:
		return ""
	case errors.As(err, &unread) && unread.Flood:
		return "flooded"
	case errors.As(err, &unread):
		return "unavailable"
	case errors.As(err, &bad):
		return string(bad.Code)
	}
	return fmt.Sprintf("%T", err)
}

// check wants an outcome of one check.
func (s *scene) check(step string, key apikey.Key, want authorizers.Code) {
	s.Helper()
	r, err := s.checker.Check(s.Context(), key)
	if outcome(err) != string(want) || (r == nil) != (err != nil) {
		s.Errorf("%s: %v, error %v, want %q", step, r, err, want)
	}
	if r != nil && (r.ID != key.ID() || r.Owner == "") {
		s.Errorf("%s: got the record %+v", step, r)
	}
}

// wantReads wants a number of reads since the last time.
func (s *scene) wantReads(step string, want int64) {
	s.Helper()
	if got := s.store.gets.Swap(0); got != want {
		s.Errorf("%s: %d reads, want %d", step, got, want)
	}
}

// wantSealReads wants a number of reads of the seals since the last time.
func (s *scene) wantSealReads(step string, want int64) {
	s.Helper()
	if got := s.store.seals.Swap(0); got != want {
		s.Errorf("%s: %d reads of the seals, want %d", step, got, want)
	}
}

// renew gives the store another seal, which has settled.
func (s *scene) renew() {
	s.Helper()
	s.must(s.store.RenewSeal(s.Context(), start.Add(-apikey.SealSettles)))
}

// forged returns a well-formed key with the id of another one, and another secret.
func forged(key apikey.Key) apikey.Key {
	return parsed(withSum("pk_" + key.ID() + anything().Reveal()[19:63]))
}
