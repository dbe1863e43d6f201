package apikey

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"portcullis/authorizers"
	"portcullis/authorizers/internal/span"
)

// readTimeout bounds a read; nobody joins a flight that began longer ago.
const readTimeout = 5 * time.Second

var errLate = errors.New("the read took too long")

// reads reads records, each in a single flight however many ask for it, and remembers what it read. The key sets of package
// verify are remembered by rules of their own: an issuer publishes one set, which is renewed while it serves, and a table has a
// record for each id, unknown ones without end.
type reads struct {
	store      Lookup
	now        func() time.Time
	maxUnknown int

	mu        sync.Mutex
	found     *generations
	unknown   map[string]span.Span // ids without a record, and when that is believed
	flights   map[string]*flight
	strangers int         // the flights for ids that are not in found
	failed    []span.Span // those of them that failed, each for as long as an unknown id would be remembered
}

// flight is a read that is under way, for all who ask meanwhile.
type flight struct {
	began    time.Time
	stranger bool
	done     chan struct{} // closed at its end, before which no one reads what follows
	record   *Record       // nil where there is none
	err      error
}

func newReads(store Lookup, now func() time.Time, maxFound, maxUnknown int) *reads {
	return &reads{
		store: store, now: now, maxUnknown: maxUnknown,
		found: newGenerations(maxFound), unknown: map[string]span.Span{}, flights: map[string]*flight{},
	}
}

// record returns the record with this id, which nobody may change, or nil where there is none; and whether it was
// remembered, and not read. The context ends the waiting for a read, not the read.
func (r *reads) record(ctx context.Context, id string) (record *Record, remembered bool, err error) {
	r.mu.Lock()
	now := r.now()
	known := r.found.find(id)
	if known != nil && known.good.Holds(now) {
		r.mu.Unlock()
		return known.record, true, nil
	}
	if r.unknown[id].Holds(now) {
		r.mu.Unlock()
		return nil, true, nil
	}
	f := r.join(ctx, id, now, known == nil)
	r.mu.Unlock()
	if f == nil {
		return nil, false, authorizers.ErrKeysFlood
	}
	record, err = r.wait(ctx, f)
	return record, false, err
}

// join gives the flight for an id, after starting it where none is under way; nil where none may start. Ids that had a
// record before are always read, so that a flood of made-up ones does not lock known keys out. The caller holds r.mu.
func (r *reads) join(ctx context.Context, id string, now time.Time, stranger bool) *flight {
	if f := r.flights[id]; f != nil && span.Of(f.began, readTimeout).Holds(now) {
		return f
	}
	if stranger && !r.hasRoom(now) {
		return nil
	}
	f := &flight{began: now, stranger: stranger, done: make(chan struct{})}
	if stranger {
		r.strangers++
	}
	r.flights[id] = f
	go r.fly(context.WithoutCancel(ctx), id, f)
	return f
}

// hasRoom tells whether one more unknown id could be remembered. Reads that failed count too: a store that is throttled
// would not get over a flood otherwise.
func (r *reads) hasRoom(now time.Time) bool {
	if r.taken() >= r.maxUnknown {
		maps.DeleteFunc(r.unknown, func(_ string, s span.Span) bool { return !s.Holds(now) })
		r.failed = slices.DeleteFunc(r.failed, func(s span.Span) bool { return !s.Holds(now) })
	}
	return r.taken() < r.maxUnknown
}

func (r *reads) taken() int { return len(r.unknown) + r.strangers + len(r.failed) }

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
	if f.stranger {
		r.strangers--
	}
	if f.stranger && f.err != nil {
		r.failed = append(r.failed, span.Of(f.began, UnknownFor))
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
		r.found.keep(id, &remembered{f.record, span.Of(f.began, FoundFor)})
	default:
		r.unknown[id] = span.Of(f.began, UnknownFor)
	}
}

// wait returns what the flight brings, unless that is too old by then.
func (r *reads) wait(ctx context.Context, f *flight) (*Record, error) {
	select {
	case <-f.done:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	believed := FoundFor
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
