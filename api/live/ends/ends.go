// Package ends closes connections of a WebSocket API whose end has come, and those that a revocation ends, or the removal of their owner. API
// Gateway closes none of them by itself before two hours are over: it asks an authorizer when a client connects, and never again.
//
//	closer, err := ends.New(ends.Config{Store: store, Sender: sender})
//	err = closer.Ended(ctx)                 // on a schedule, each minute
//	lambda.Start(ends.OnRevocation{closer}) // on the stream of the table of revocations
//	lambda.Start(ends.OnRemoval{closer})    // on the stream of a table of owners
//
// To @connections a connection is gone until its handshake is answered. One that is ended in that moment, which is after it was kept, is
// forgotten and opens all the same: nothing is sent to it, messages of a revoked credential are refused, and API Gateway closes it.
//
// Each may be done again and at the same time. What is not done is left as it was, and done by the next call.
//
// # Event source mappings
//
// The mappings of both streams have ReportBatchItemFailures. A connection that cannot be closed has its record come again, and nothing says when
// that is enough: where it lasts, as a missing permission does (403), the records behind it wait, and those of others with them. So the
// mappings need an end of it, by MaximumRetryAttempts and MaximumRecordAgeInSeconds, neither of which has one by default, and
// BisectBatchOnFunctionError and a destination for what was given up, with an alarm: its connections stay open until they end. Refusing
// what they send, and sending them nothing, is for others (see package live, and package feed).
// See https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-params.html.
package ends

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"sync"
	"time"

	"portcullis/api/live/connections"
	"portcullis/api/live/manage"
)

// Store is what a Closer needs of a [connections.Store].
type Store interface {
	Ended(ctx context.Context, at time.Time) iter.Seq2[string, error]
	Revoked(ctx context.Context, name string) iter.Seq2[connections.Subscriber, error]
	Forget(ctx context.Context, id string) error
}

// Config says what a Closer works with.
type Config struct {
	// Store has the connections; required.
	Store Store
	// Sender closes them; required.
	Sender manage.Sender
	// AtOnce is how many connections are closed at once; zero: 16.
	AtOnce int
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// Log receives a line for each call that closes some or leaves some, and for each record that cannot be read; nil means slog.Default().
	Log *slog.Logger
}

// ConfigError says what is wrong with a configuration.
type ConfigError struct {
	Field  string // of the configuration
	Reason string // what is wrong with it
}

// Error is the field and the reason.
func (e *ConfigError) Error() string { return fmt.Sprintf("ends: Config.%s %s", e.Field, e.Reason) }

// Closer closes connections and forgets them. It is safe for concurrent use.
type Closer struct {
	config Config
}

// New returns a Closer, or a [*ConfigError].
func New(c Config) (*Closer, error) {
	switch {
	case c.Store == nil:
		return nil, &ConfigError{"Store", "is missing"}
	case c.Sender == nil:
		return nil, &ConfigError{"Sender", "is missing"}
	case c.AtOnce < 0:
		return nil, &ConfigError{"AtOnce", "is negative"}
	case c.AtOnce == 0:
		c.AtOnce = 16
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	return &Closer{c}, nil
}

// LeftError says that connections are left that were to be closed.
type LeftError struct {
	Left int   // how many are known of; there may be more, where the store could not say
	Err  error // why the first one is
}

// Error says how many are left, and why the first one is.
func (e *LeftError) Error() string {
	return fmt.Sprintf("ends: at least %d connections are left: %v", e.Left, e.Err)
}

// Unwrap returns why the first one is.
func (e *LeftError) Unwrap() error { return e.Err }

// Ended closes and forgets the connections whose end has come, and goes on after one that fails. It costs what [connections.Store.Ended]
// does, and for each connection a call of @connections and what forgetting it does. The error is a [*LeftError].
func (c *Closer) Ended(ctx context.Context) error {
	return c.all(ctx, "ended", c.config.Store.Ended(ctx, c.config.Now()))
}

// Revoked does the same with the connections that the revocation of a name ends: all of the name, where before is zero, and otherwise those
// whose credential was issued at or before that time, or that do not say when it was. One that cannot be read is closed too: it may be one of
// them.
func (c *Closer) Revoked(ctx context.Context, name string, before time.Time) error {
	return c.all(ctx, "revoked", func(yield func(string, error) bool) {
		for s, err := range c.config.Store.Revoked(ctx, name) {
			if broken, is := errors.AsType[*connections.BrokenError](err); is && broken.ID != "" {
				s, err = connections.Subscriber{ID: broken.ID}, nil
			}
			stays := err == nil && !before.IsZero() && s.IssuedAt.After(before)
			if !stays && !yield(s.ID, err) {
				return
			}
		}
	})
}

// all closes connections, several at once. why says in the log what ended them.
func (c *Closer) all(ctx context.Context, why string, ids iter.Seq2[string, error]) error {
	var closing sync.WaitGroup
	var done tally
	atOnce := make(chan struct{}, c.config.AtOnce)
	for id, err := range ids {
		if err != nil {
			done.count(err)
			continue
		}
		atOnce <- struct{}{}
		closing.Go(func() {
			defer func() { <-atOnce }()
			done.count(c.end(ctx, id))
		})
	}
	closing.Wait()
	return c.report(ctx, why, &done)
}

// end closes a connection and forgets it. It is forgotten last, so that one that cannot be closed is found again.
func (c *Closer) end(ctx context.Context, id string) error {
	if err := c.config.Sender.Close(ctx, id); err != nil && !errors.Is(err, manage.ErrGone) {
		return err
	}
	return c.config.Store.Forget(ctx, id)
}

// tally is what became of connections.
type tally struct {
	mu           sync.Mutex
	closed, left int
	err          error // of the first that is left
}

func (t *tally) count(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err == nil {
		t.closed++
		return
	}
	if t.left++; t.err == nil {
		t.err = err
	}
}

// report writes the line of a call, if anything was done, and gives its error.
func (c *Closer) report(ctx context.Context, why string, done *tally) error {
	attributes := []slog.Attr{slog.String("reason", why), slog.Int("connections", done.closed), slog.Int("left", done.left)}
	switch {
	case done.left > 0:
		c.config.Log.LogAttrs(ctx, slog.LevelWarn, "closed", append(attributes, slog.String("error", done.err.Error()))...)
		return &LeftError{done.left, done.err}
	case done.closed > 0:
		c.config.Log.LogAttrs(ctx, slog.LevelInfo, "closed", attributes...)
	}
	return nil
}
