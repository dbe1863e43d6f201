package revocation

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"sync"
	"time"
)

// RememberedFor is how long a [Checker] and a [NameChecker] believe an answer, from before the question.
const RememberedFor = 10 * time.Second

// askTimeout bounds a question; nobody joins a flight that began longer ago.
const askTimeout = 5 * time.Second

var errLate = errors.New("the answer took too long")

// answers remembers for RememberedFor what was answered, and failures not at all. However many ask the same at a time, it is asked
// once (single flight). Ages are counted by the clock on the wall: a process that is frozen meanwhile, as a Lambda function is,
// finds after it what the clock says.
type answers[A any] struct {
	now func() time.Time

	mu         sync.Mutex
	half       int // how many answers a generation holds
	young, old map[fingerprint]answer[A]
	flights    map[fingerprint]*flight[A]
}

// newAnswers remembers so many answers, or as many as is usual where most is 0. A nil now is time.Now.
func newAnswers[A any](most, usual int, now func() time.Time) *answers[A] {
	if now == nil {
		now = time.Now
	}
	return &answers[A]{
		now:     func() time.Time { return now().Round(0) }, // the monotonic clock may stand still in a frozen process
		half:    (cmp.Or(most, usual) + 1) / 2,
		young:   map[fingerprint]answer[A]{},
		flights: map[fingerprint]*flight[A]{},
	}
}

// fingerprint stands for all of a question.
type fingerprint [sha256.Size]byte

// answer is what was said to a question.
type answer[A any] struct {
	asked time.Time
	said  A
}

// isBelieved tells whether the answer is neither too old nor from the future.
func (a answer[A]) isBelieved(now time.Time) bool { return within(a.asked, RememberedFor, now) }

func within(begin time.Time, span time.Duration, now time.Time) bool {
	return !now.Before(begin) && now.Before(begin.Add(span))
}

// flight is a question that is under way.
type flight[A any] struct {
	done chan struct{} // closed at its end, before which no one reads what follows but asked
	answer[A]
	failed error
}

// known gives an answer that is remembered.
func (r *answers[A]) known(f fingerprint) (said A, known bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	a, there := r.young[f]
	if !there {
		a, there = r.old[f]
	}
	if !there || !a.isBelieved(r.now()) {
		return said, false
	}
	return a.said, true
}

// ask gives what a question brings, for which it waits until the context ends. The question goes on after that, and whoever asks the
// same meanwhile gets its answer: it must not read what its asker may change.
func (r *answers[A]) ask(ctx context.Context, f fingerprint, question func(context.Context) (A, error)) (said A, err error) {
	r.mu.Lock()
	asked := r.join(ctx, f, question)
	r.mu.Unlock()
	return r.wait(ctx, asked)
}

// join gives the flight of a question, after starting it where none is under way. The caller holds r.mu.
func (r *answers[A]) join(ctx context.Context, f fingerprint, question func(context.Context) (A, error)) *flight[A] {
	now := r.now()
	if under := r.flights[f]; under != nil && within(under.asked, askTimeout, now) {
		return under
	}
	begun := &flight[A]{done: make(chan struct{}), answer: answer[A]{asked: now}}
	r.flights[f] = begun
	go r.fly(context.WithoutCancel(ctx), f, begun, question)
	return begun
}

func (r *answers[A]) fly(ctx context.Context, f fingerprint, begun *flight[A], question func(context.Context) (A, error)) {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	said, err := question(ctx)
	r.mu.Lock()
	defer r.mu.Unlock()
	begun.said, begun.failed = said, err
	if r.flights[f] == begun {
		delete(r.flights, f)
		if err == nil {
			r.keep(f, begun.answer)
		}
	}
	close(begun.done)
}

// wait returns what the flight brings, unless that is too old by then.
func (r *answers[A]) wait(ctx context.Context, f *flight[A]) (said A, err error) {
	select {
	case <-f.done:
	case <-ctx.Done():
		return said, ctx.Err()
	}
	if f.failed == nil && !f.isBelieved(r.now()) {
		return said, errLate
	}
	return f.said, f.failed
}

// keep remembers an answer. When the young ones are half of the most they become the old ones, and the old ones are
// forgotten. The caller holds r.mu.
func (r *answers[A]) keep(f fingerprint, a answer[A]) {
	if _, there := r.young[f]; !there && len(r.young) >= r.half {
		r.young, r.old = map[fingerprint]answer[A]{}, r.young
	}
	r.young[f] = a
}
