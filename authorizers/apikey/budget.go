package apikey

import (
	"maps"
	"slices"
	"time"

	"portcullis/authorizers/internal/span"
)

// budget bounds the reads for ids that were not found before. What it counts is what it remembers: ids without a record,
// reads that are under way, and those that failed, since a store that is throttled would not get over a flood otherwise.
// A read that finds a record takes nothing of it.
type budget struct {
	most    int
	unknown map[string]span.Span // ids without a record, and when that is believed
	flights int                  // under way
	failed  []span.Span          // reads that failed, each for as long as an unknown id would be remembered
	swept   span.Span            // what is over was taken out a moment ago: a flood does not look through all for each key
}

// sweptFor is how long room may stay unused that is there again.
const sweptFor = 100 * time.Millisecond

func newBudget(most int) *budget { return &budget{most: most, unknown: map[string]span.Span{}} }

// hasRoom tells whether one more unknown id could be remembered.
func (b *budget) hasRoom(now time.Time) bool {
	if b.taken() >= b.most && !b.swept.Holds(now) {
		b.swept = span.Of(now, sweptFor)
		maps.DeleteFunc(b.unknown, func(_ string, s span.Span) bool { return !s.Holds(now) })
		b.failed = slices.DeleteFunc(b.failed, func(s span.Span) bool { return !s.Holds(now) })
	}
	return b.taken() < b.most
}

func (b *budget) taken() int { return len(b.unknown) + b.flights + len(b.failed) }
