package apikey

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"portcullis/authorizers/internal/span"
)

const (
	writeTimeout = 10 * time.Second
	maxWriting   = 16          // days that are being written at a time; what is more waits for the key's next use
	heldBackFor  = time.Minute // after a failure, no day is written for so long
)

// uses writes the days of last use.
type uses struct {
	store Lookup
	now   func() time.Time
	log   *slog.Logger
	most  int // entries of written

	mu       sync.Mutex
	written  map[string]Day // by id: what was written, or is being
	writing  int
	heldBack span.Span // no write begins, after a failure
	closed   bool
	under    sync.WaitGroup
}

// note lets the day of a key's use be written, if it is the first on that day. It does not wait.
func (u *uses) note(r *Record, today Day) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if r.LastUsed >= today || u.written[r.ID] >= today {
		return
	}
	if u.closed || u.writing >= maxWriting || u.heldBack.Holds(u.now()) {
		return
	}
	if len(u.written) >= u.most {
		clear(u.written) // the records know themselves, once they are read again
	}
	u.written[r.ID] = today
	u.writing++
	u.under.Go(func() { u.write(r.ID, today) })
}

func (u *uses) write(id string, day Day) {
	ctx, cancel := context.WithTimeout(context.Background(), writeTimeout)
	defer cancel()
	err := u.store.Touch(ctx, id, day)
	u.done(id, err)
	if err != nil {
		u.log.LogAttrs(ctx, slog.LevelWarn, "last use of an API key was not written",
			slog.String("keyId", id), slog.String("day", day.String()), slog.String("error", err.Error()))
	}
}

func (u *uses) done(id string, err error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.writing--
	if err != nil {
		delete(u.written, id)
		u.heldBack = span.Of(u.now(), heldBackFor)
	}
}

func (u *uses) close() {
	u.mu.Lock()
	u.closed = true
	u.mu.Unlock()
	u.under.Wait()
}
