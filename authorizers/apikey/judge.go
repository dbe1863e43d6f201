package apikey

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"portcullis/authorizers/internal/span"
)

// How long a checker goes by the seals that it has read: for sealsFor it takes keys by them, and for sealsFresh it refuses
// others by them. While they cannot be read, it tries as often as it reads fresh ones.
const (
	sealsFor   = time.Minute
	sealsFresh = 10 * time.Second // below SealSettles, by more than clocks differ

	// sealTimeout bounds a read of the seals, of which keys do without, so that their own reads have time left in an invocation.
	sealTimeout = 2 * time.Second
)

// judge tells what a key's check says, by the seals of the store.
type judge struct {
	store Lookup
	now   func() time.Time
	log   *slog.Logger

	mu     sync.Mutex
	seals  Seals     // as they were read last
	began  time.Time // when that was; zero: never
	failed span.Span // they are not read, after a failure
	flight *sealsFlight
}

// sealsFlight is a read of the seals that is under way, for all who wait.
type sealsFlight struct {
	began time.Time
	done  chan struct{}
}

// of judges a key. No key is refused by seals that may have been renewed since: of one that only newer ones could have
// sealed, nobody can say whether it is one.
func (j *judge) of(ctx context.Context, key Key) standing {
	seals, _ := j.current(ctx, sealsFor)
	if s := seals.standing(key); s != mistyped {
		return s
	}
	seals, current := j.current(ctx, sealsFresh)
	if s := seals.standing(key); s != mistyped || current {
		return s
	}
	return unjudged
}

// current gives the seals, and whether they are those that the store had so long ago at most. It waits for a read where they
// were read longer ago.
func (j *judge) current(ctx context.Context, age time.Duration) (seals Seals, current bool) {
	j.mu.Lock()
	now := j.now()
	if j.isCurrent(now, age) || j.failed.Holds(now) {
		defer j.mu.Unlock()
		return j.seals, j.isCurrent(now, age)
	}
	f := j.join(ctx, now)
	j.mu.Unlock()
	select {
	case <-f.done:
	case <-ctx.Done():
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.seals, j.isCurrent(j.now(), age)
}

// isCurrent tells whether the seals are what the store had so long ago at most. The caller holds j.mu.
func (j *judge) isCurrent(now time.Time, age time.Duration) bool {
	if j.seals.Newest.secret == nil {
		age = min(age, sealsFresh) // from the first seal on, keys should not be looked up for long that cannot be ones
	}
	return !j.began.IsZero() && span.Of(j.began, age).Holds(now)
}

// join gives the read that is under way, after beginning it where there is none. The caller holds j.mu.
func (j *judge) join(ctx context.Context, now time.Time) *sealsFlight {
	if f := j.flight; f != nil && span.Of(f.began, sealTimeout).Holds(now) {
		return f
	}
	f := &sealsFlight{began: now, done: make(chan struct{})}
	j.flight = f
	go j.fly(context.WithoutCancel(ctx), f)
	return f
}

func (j *judge) fly(ctx context.Context, f *sealsFlight) {
	ctx, cancel := context.WithTimeout(ctx, sealTimeout)
	defer cancel()
	seals, err := j.store.Seals(ctx)
	if err != nil {
		j.log.LogAttrs(ctx, slog.LevelWarn, "the seal of API keys could not be read", slog.String("error", err.Error()))
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	defer close(f.done)
	if j.flight != f {
		return // a later one tells more
	}
	j.flight = nil
	if err != nil {
		j.failed = span.Of(f.began, sealsFresh)
		return
	}
	j.seals, j.began = seals, f.began
}
