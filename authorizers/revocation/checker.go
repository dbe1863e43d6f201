package revocation

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"sync"
	"time"

	"portcullis/authorizers"
)

// RememberedFor is how long a [Checker] believes an answer, from before the question.
const RememberedFor = 10 * time.Second

// askTimeout bounds a question; nobody joins a flight that began longer ago.
const askTimeout = 5 * time.Second

const defaultMaxRemembered = 4096

var errLate = errors.New("the answer took too long")

// Config says how a [Checker] works.
type Config struct {
	// Source is asked about tokens that are not remembered, such as [InTable]; required.
	Source authorizers.Revocations

	// MaxRemembered is how many tokens are remembered. Zero: 4,096.
	MaxRemembered int

	Now func() time.Time // nil: time.Now
}

// Checker is an authorizers.Revocations that remembers for [RememberedFor] what its source said of a token, and failures
// not at all. However many ask about one token at a time, its source is asked once (single flight). Ages are counted by the clock
// on the wall: a process that is frozen meanwhile, as a Lambda function is, finds after it what the clock says. It is safe
// for concurrent use.
type Checker struct {
	source authorizers.Revocations
	now    func() time.Time

	mu         sync.Mutex
	half       int // how many answers a generation holds
	young, old map[fingerprint]answer
	flights    map[fingerprint]*flight
}

// fingerprint stands for the whole text of a token.
type fingerprint [sha256.Size]byte

// answer is what was said of a token.
type answer struct {
	asked   time.Time
	revoked error // an *authorizers.TokenError; nil: the token is good
}

// isBelieved tells whether the answer is neither too old nor from the future.
func (a answer) isBelieved(now time.Time) bool { return within(a.asked, RememberedFor, now) }

func within(begin time.Time, span time.Duration, now time.Time) bool {
	return !now.Before(begin) && now.Before(begin.Add(span))
}

// flight is a question that is under way.
type flight struct {
	done chan struct{} // closed at its end, before which no one reads what follows but asked
	answer
	failed error
}

// NewChecker makes a checker. The error is an [*authorizers.ConfigError].
func NewChecker(config Config) (*Checker, error) {
	if config.Source == nil {
		return nil, &authorizers.ConfigError{Field: "Source", Reason: "is missing"}
	}
	if config.MaxRemembered < 0 {
		return nil, &authorizers.ConfigError{Field: "MaxRemembered", Reason: "want a number of tokens"}
	}
	now := config.Now
	if now == nil {
		now = time.Now
	}
	return &Checker{
		source:  config.Source,
		now:     func() time.Time { return now().Round(0) }, // the monotonic clock may stand still in a frozen process
		half:    (cmp.Or(config.MaxRemembered, defaultMaxRemembered) + 1) / 2,
		young:   map[fingerprint]answer{},
		flights: map[fingerprint]*flight{},
	}, nil
}

// Check implements authorizers.Revocations. Where it cannot be told, as when the context ends first, the error is an
// [*authorizers.RevocationsUnavailableError]. The context ends the waiting for an answer, not the question.
func (c *Checker) Check(ctx context.Context, token string, claims *authorizers.Claims) error {
	f := fingerprint(sha256.Sum256([]byte(token)))
	c.mu.Lock()
	now := c.now()
	if known, there := c.find(f); there && known.isBelieved(now) {
		c.mu.Unlock()
		return known.revoked
	}
	asked := c.join(ctx, f, now, token, claims)
	c.mu.Unlock()
	revoked, err := c.wait(ctx, asked)
	if err != nil {
		return &authorizers.RevocationsUnavailableError{Err: err}
	}
	return revoked
}

// join gives the flight for a token, after starting it where none is under way. The caller holds c.mu.
func (c *Checker) join(ctx context.Context, f fingerprint, now time.Time, token string, claims *authorizers.Claims) *flight {
	if under := c.flights[f]; under != nil && within(under.asked, askTimeout, now) {
		return under
	}
	begun := &flight{done: make(chan struct{}), answer: answer{asked: now}}
	c.flights[f] = begun
	own := *claims // the caller's may change, once it waits no more
	go c.fly(context.WithoutCancel(ctx), f, begun, token, &own)
	return begun
}

func (c *Checker) fly(ctx context.Context, f fingerprint, begun *flight, token string, claims *authorizers.Claims) {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	err := c.source.Check(ctx, token, claims)
	c.mu.Lock()
	defer c.mu.Unlock()
	if errors.Is(err, &authorizers.TokenError{Code: authorizers.CodeRevoked}) {
		begun.revoked = err
	} else {
		begun.failed = err
	}
	if c.flights[f] == begun {
		delete(c.flights, f)
		if begun.failed == nil {
			c.keep(f, begun.answer)
		}
	}
	close(begun.done)
}

// wait returns what the flight brings, unless that is too old by then.
func (c *Checker) wait(ctx context.Context, f *flight) (revoked, err error) {
	select {
	case <-f.done:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if f.failed == nil && !f.isBelieved(c.now()) {
		return nil, errLate
	}
	return f.revoked, f.failed
}

// find gives what is remembered. The caller holds c.mu.
func (c *Checker) find(f fingerprint) (answer, bool) {
	if a, there := c.young[f]; there {
		return a, true
	}
	a, there := c.old[f]
	return a, there
}

// keep remembers an answer. When the young ones are half of the most they become the old ones, and the old ones are
// forgotten. The caller holds c.mu.
func (c *Checker) keep(f fingerprint, a answer) {
	if _, there := c.young[f]; !there && len(c.young) >= c.half {
		c.young, c.old = map[fingerprint]answer{}, c.young
	}
	c.young[f] = a
}
