// Package feed sends changes to the clients of a WebSocket API that are subscribed to them.
//
//	f, err := feed.New(feed.Config{Store: store, Sender: sender})
//	function, err := feed.NewFunction(feed.FunctionConfig{Feed: f, Read: read})
//	lambda.Start(function) // on the stream of a DynamoDB table
//
// A change is about one thing, its key, and has topics; a connection that is subscribed to any of them is sent its event, once, as text.
// What package feed does not know is what the things are, and who may subscribe.
//
// # What a client can rely on
//
// Of one key, a client that stays connected and subscribed gets all events, the first time in the order of the changes. An event may come
// again, with those that follow it: when a batch comes again, or the answer to a call was lost. So an event has an ID, and something by
// which a client sees that it has a later one of the same key already.
//
// Nothing is sent to a connection from when it ends on, or that is revoked; this is judged at each push, and where it cannot be, nothing is sent and
// the change comes again.
//
// A client that takes nothing, so that API Gateway has no room for what is sent to it (429), is waited for some two seconds, and then its
// connection is closed: it connects again, and lists what it may have missed. It blocks nobody: meanwhile it takes one of the calls that are
// made at once, [Config.AtOnce], so that as many such clients as those are delay the others by two seconds, once. Where calls are refused
// because of the account's limit, which looks the same, connections that were refused are sent theirs soon after; while there are such, the
// others are waited for longer, for some twelve seconds at most. Where all calls are refused, closing is refused too; then nobody is closed,
// and the change comes again.
//
// A connection that is gone (410) is forgotten.
//
// # What a change costs
//
// A batch costs one read for each of its topics ([connections.Store.Subscribers]), however many of its changes have it, and one call of
// @connections for each change and connection that it is for. So one change of two topics, alone in its batch, costs two reads, and a message to
// each subscriber; who else is connected costs nothing. A connection that is found gone costs one call, and what forgetting it does.
//
// Whether a connection is revoked is asked before each call, and before each attempt of one, of the names that it was opened with. Where
// each answer is a read of a table, that is as many reads as messages, and each a consistent one of all the names, so that it costs more capacity
// than all else does. Where an answer is remembered for 10 s, it is one such read for each subscriber in 10 s at most, in each Lambda
// environment, however many changes there are: 10,000 subscribers cost up to 1,000 reads a second.
//
// The subscribers of a batch's topics are kept in memory meanwhile: some 550 bytes each, with five revocations.
// See ../scale/README.md for how far that goes.
//
// Changes are sent key by key, in the order in which the keys come first, so that of a batch for which there is not the time the first ones are
// done, and the rest comes again. One key's have to fit into the time.
package feed

import (
	"context"
	"fmt"
	"iter"
	"log/slog"
	"time"

	"portcullis/api/live/connections"
	"portcullis/api/live/manage"
)

// Change is what became of one thing.
type Change struct {
	ID       string   // the event's; no other has it
	Key      string   // the thing: changes of one key are sent in order
	Topics   []string // whose subscribers it is for
	Event    string   // what they are sent: JSON, of at most manage.MaxText bytes
	Position string   // in the stream, by which it is asked for again
}

// Store is what a Feed needs of a [connections.Store].
type Store interface {
	Subscribers(ctx context.Context, topic string) iter.Seq2[connections.Subscriber, error]
	Unsubscribe(ctx context.Context, id, topic string) error
	Forget(ctx context.Context, id string) error
}

// Revocations tells whether a connection is revoked, by the names that it was opened with. It is safe for concurrent use.
type Revocations interface {
	// Revoked tells whether any of these names is revoked, of a credential that was issued at a time; zero: nobody knows when, so that it
	// may have been at any. Names that it does not know are passed over. An error says that it cannot tell.
	Revoked(ctx context.Context, names []string, issuedAt time.Time) (bool, error)
}

// Config says what a Feed works with.
type Config struct {
	// Store has the subscribers; required.
	Store Store
	// Sender sends to them; required.
	Sender manage.Sender
	// Revocations is asked before each push to a connection that something would revoke; nil: nobody revokes.
	Revocations Revocations
	// AtOnce is how many calls of Sender are made at once, and how many keys are worked at; zero: 32, which are as many as a function
	// with 1 GB of memory can make, and a third of what an account may; see ../scale/README.md.
	AtOnce int
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// Log receives a line for each batch and for each connection that is closed; nil means slog.Default().
	Log *slog.Logger
}

// ConfigError says what is wrong with a configuration.
type ConfigError struct {
	Field  string // of the configuration
	Reason string // what is wrong with it
}

// Error is the field and the reason.
func (e *ConfigError) Error() string { return fmt.Sprintf("feed: %s %s", e.Field, e.Reason) }

// Feed sends changes to those that are subscribed to them. It is safe for concurrent use, but keeps the order of changes within one call of
// Deliver only.
type Feed struct {
	config Config
}

// New returns a Feed, or a [*ConfigError].
func New(c Config) (*Feed, error) {
	switch {
	case c.Store == nil:
		return nil, &ConfigError{"Config.Store", "is missing"}
	case c.Sender == nil:
		return nil, &ConfigError{"Config.Sender", "is missing"}
	case c.AtOnce < 0:
		return nil, &ConfigError{"Config.AtOnce", "is negative"}
	case c.AtOnce == 0:
		c.AtOnce = 32
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	return &Feed{c}, nil
}

// waits are how long is waited, at most, before a busy connection is tried again; no less than half of it.
var waits = []time.Duration{100 * time.Millisecond, 300 * time.Millisecond, 600 * time.Millisecond, time.Second}

// maxAttempts is how often a connection is tried while others recover: then it is closed all the same, so that clients which take something
// now and then do not keep those that take nothing from being closed.
const maxAttempts = 16

// maxFailures is after how many failures the rest of a batch is not tried: then the store or @connections is down, and not one connection
// in trouble.
const maxFailures = 8

// Outcome is what became of a batch.
type Outcome struct {
	// From is the index of the first change that has to come again, with all that follow it; the number of changes where none has to.
	From int
	// Err is the first failure that was met; nil where From is the number of changes.
	Err error

	Sent       int // messages
	Gone       int // connections that were forgotten since they were gone
	Closed     int // connections that were closed since they took nothing
	Withheld   int // times that a connection was sent nothing more since it had ended or was revoked
	Unsendable int // changes that were passed over since their event is no text, or too long
	Unknown    int // subscribers that were passed over since what is kept of them cannot be read
}

// Deliver sends changes, which are in order, to the subscribers of their topics as they are now, and returns when all have been sent or
// given up. When the context ends before, what is left has to come again.
func (f *Feed) Deliver(ctx context.Context, changes []Change) Outcome {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	d := &delivery{
		Config: f.config, changes: changes, topics: map[string]*topic{}, calls: make(chan struct{}, f.config.AtOnce),
		stop: stop, left: map[string]bool{}, waiting: map[string]bool{}, outcome: Outcome{From: len(changes)},
	}
	d.all(ctx)
	d.report(ctx)
	return d.outcome
}

// may tells whether a connection may be sent something now. The clock is looked at last, since asking takes time.
func (d *delivery) may(ctx context.Context, s connections.Subscriber) (bool, error) {
	if d.Revocations != nil && len(s.Revocations) > 0 {
		revoked, err := d.Revocations.Revoked(ctx, s.Revocations, s.IssuedAt)
		if err != nil {
			return false, fmt.Errorf("whether a connection is revoked: %w", err)
		}
		if revoked {
			return false, nil
		}
	}
	return d.Now().Before(s.Ends), nil
}
