package apikey

import (
	"context"
	"crypto/sha256"
	"errors"
	"slices"
	"sync"
	"time"

	"portcullis/authorizers/internal/span"
)

// readTimeout bounds a read; nobody joins a flight that began longer ago.
const readTimeout = 5 * time.Second

var (
	errFlood  = errors.New("too many unknown keys were read a moment ago")
	errLate   = errors.New("the read took too long")
	errNoSeal = errors.New("no seal says whether this is a key, and only sealed keys are accepted")
)

// source is whose budget a read is of.
type source int

// Keys that are sealed cannot be made up, so no flood closes the one of them; the other is a bound where a seal has become known.
const (
	bySealed source = iota
	byOthers
	sources
)

// reads reads records, each in a single flight however many ask for it, and remembers what it read. The key sets of package
// verify are remembered by rules of their own: an issuer publishes one set, which is renewed while it serves, and a table has a
// record for each id, unknown ones without end.
type reads struct {
	store    Lookup
	now      func() time.Time
	foundFor time.Duration

	mu      sync.Mutex
	found   *generations
	flights map[string]*flight
	budgets [sources]*budget // of ids that are not in found
}

// flight is a read that is under way, for all who ask meanwhile.
type flight struct {
	began  time.Time
	of     *budget
	known  bool          // the id was found before, which takes nothing of the budget
	done   chan struct{} // closed at its end, before which no one reads what follows
	record *Record       // nil where there is none
	err    error
}

func newReads(store Lookup, now func() time.Time, foundFor time.Duration, maxFound, maxUnknown int) *reads {
	return &reads{
		store: store, now: now, foundFor: foundFor, found: newGenerations(maxFound), flights: map[string]*flight{},
		budgets: [sources]*budget{newBudget(maxUnknown), newBudget(maxUnknown)},
	}
}

// hash gives the hash of the secret of an id that was found, however long ago: it never changes.
func (r *reads) hash(id string) (hash [sha256.Size]byte, found bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if known := r.found.find(id); known != nil {
		return known.record.Hash, true
	}
	return hash, false
}

// record returns the record with this id, which nobody may change, or nil where there is none; and whether it was
// remembered, and not read. The context ends the waiting for a read, not the read.
func (r *reads) record(ctx context.Context, id string, of source) (record *Record, remembered bool, err error) {
	r.mu.Lock()
	now := r.now()
	known := r.found.find(id)
	if known != nil && known.good.Holds(now) {
		r.mu.Unlock()
		return known.record, true, nil
	}
	if r.isUnknown(id, now) {
		r.mu.Unlock()
		return nil, true, nil
	}
	f := r.join(ctx, id, &flight{began: now, of: r.budgets[of], known: known != nil, done: make(chan struct{})})
	r.mu.Unlock()
	if f == nil {
		return nil, false, errFlood
	}
	record, err = r.wait(ctx, f)
	return record, false, err
}

// isUnknown tells whether an id is remembered to have no record. The caller holds r.mu.
func (r *reads) isUnknown(id string, now time.Time) bool {
	return slices.ContainsFunc(r.budgets[:], func(b *budget) bool { return b.unknown[id].Holds(now) })
}

// join gives the flight for an id, which is the new one where none is under way; nil where none may start. Ids that had a
// record before are always read, so that a flood of made-up ones does not lock known keys out. Nobody joins a read that
// began longer ago than found records are believed. The caller holds r.mu.
func (r *reads) join(ctx context.Context, id string, f *flight) *flight {
	if other := r.flights[id]; other != nil && span.Of(other.began, min(readTimeout, r.foundFor)).Holds(f.began) {
		return other
	}
	if !f.known && !f.of.hasRoom(f.began) {
		return nil
	}
	if !f.known {
		f.of.flights++
	}
	r.flights[id] = f
	go r.fly(context.WithoutCancel(ctx), id, f)
	return f
}

func (r *reads) fly(ctx context.Context, id string, f *flight) {
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	record, err := r.store.Get(ctx, id)
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case err == nil:
		f.record = &record
	case !errors.Is(err, ErrNotFound):
		f.err = err
	}
	if !f.known {
		f.of.flights--
	}
	if !f.known && f.err != nil {
		f.of.failed = append(f.of.failed, span.Of(f.began, UnknownFor))
	}
	if r.flights[id] == f {
		delete(r.flights, id)
		r.keep(id, f)
	}
	close(f.done)
}

// keep remembers the outcome of a read, unless it failed. The caller holds r.mu.
func (r *reads) keep(id string, f *flight) {
	switch {
	case f.err != nil:
	case f.record != nil:
		r.found.keep(id, &remembered{f.record, span.Of(f.began, r.foundFor)})
	default:
		f.of.unknown[id] = span.Of(f.began, UnknownFor)
	}
}

// wait returns what the flight brings, unless that is too old by then.
func (r *reads) wait(ctx context.Context, f *flight) (*Record, error) {
	select {
	case <-f.done:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	believed := max(r.foundFor, readTimeout)
	if f.record == nil {
		believed = UnknownFor
	}
	if f.err == nil && !span.Of(f.began, believed).Holds(r.now()) {
		return nil, errLate
	}
	return f.record, f.err
}

// remembered is a record as it was read.
type remembered struct {
	record *Record
	good   span.Span
}

// generations hold the records that were read last. When the young ones are half of the most they become the old ones,
// and the old ones are forgotten.
type generations struct {
	half       int
	young, old map[string]*remembered
}

func newGenerations(most int) *generations {
	return &generations{half: (most + 1) / 2, young: map[string]*remembered{}}
}

func (g *generations) find(id string) *remembered {
	if r, ok := g.young[id]; ok {
		return r
	}
	return g.old[id]
}

func (g *generations) keep(id string, r *remembered) {
	if _, there := g.young[id]; !there && len(g.young) >= g.half {
		g.young, g.old = map[string]*remembered{}, g.young
	}
	g.young[id] = r
}
