// Package connections keeps which connections of a WebSocket API are open, what each is subscribed to, and what ends it, so that a
// change is sent to those that are subscribed to it, and a connection is closed when the credential it was opened with has ended
// or was revoked. API Gateway keeps nothing of this: it knows a connection by its ID, and closes it after two hours.
//
// What a change costs depends on who is subscribed to its topic, and not on who is connected: see [Store.Subscribers]. It does not
// know what a topic is about, and decides nothing: who may subscribe is for the contract's rules to say.
//
// The suite of package connectionstest checks that a [Store] does what is said here. [Memory] is one for desks and tests; package
// dynamo keeps connections in a DynamoDB table.
package connections

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Connection is one that was opened, and of whose end nothing was heard.
type Connection struct {
	// ID is API Gateway's connectionId.
	ID string
	// Grant is what its messages are decided by: a text as policy.Rules.EncodeGrant writes it.
	Grant string
	// OpenedAt is when it was opened, in whole seconds.
	OpenedAt time.Time
	// Ends is from when on nothing is taken from it or sent to it, in whole seconds: when its credential ends, or API Gateway
	// closes it.
	Ends time.Time
	// IssuedAt is when its credential was issued, in whole seconds; zero: not known, which counts as before any time.
	IssuedAt time.Time
	// Revocations are the names of what would end it earlier, at most MaxRevocations, each once; none where nothing would. They are
	// given back sorted.
	Revocations []string
	// Topics are what it is subscribed to, sorted.
	Topics []string
}

// Subscriber is what is to be known of a connection to send it something.
type Subscriber struct {
	ID          string
	Ends        time.Time
	IssuedAt    time.Time
	Revocations []string
}

// The bounds of a connection.
const (
	MaxTopics      = 16           // that it may be subscribed to
	MaxRevocations = 8            // that may end it
	maxText        = 1024         // bytes of an ID, a topic or the name of a revocation
	maxGrant       = 4 << 10      // bytes, as policy.MaxGrant
	MaxSeconds     = 253402300799 // since 1970, of its times: the end of the year 9999
)

var (
	// ErrNotFound: no connection of this ID is open, as far as is known.
	ErrNotFound = errors.New("connections: no such connection")
	// ErrExists: there is one of this ID already.
	ErrExists = errors.New("connections: there is a connection of this ID")
	// ErrTooMany: the connection is subscribed to MaxTopics topics.
	ErrTooMany = fmt.Errorf("connections: subscribed to %d topics, which are the most", MaxTopics)
)

// ValueError says what of a connection or a topic cannot be kept.
type ValueError struct {
	Field   string // such as "ID"
	Problem string // continues the sentence that Field begins
}

// Error is a sentence of Field and Problem, and holds no value.
func (e *ValueError) Error() string { return "connections: " + e.Field + " " + e.Problem }

// UnavailableError says that the store cannot tell now and may be able to later: it is throttled or out of reach.
type UnavailableError struct {
	Err error // the store's
}

// Error says that the store is unavailable, and the cause.
func (e *UnavailableError) Error() string {
	return fmt.Sprintf("connections: the store is unavailable: %v", e.Err)
}

// Unwrap returns the cause.
func (e *UnavailableError) Unwrap() error { return e.Err }

// BrokenError says that what is kept of a connection cannot be read, because of one attribute.
type BrokenError struct {
	ID, Attribute string
}

// Error names the connection and the attribute, and holds no value.
func (e *BrokenError) Error() string {
	return fmt.Sprintf("connections: what is kept of %.100q cannot be read: attribute %q is missing or has no valid value", e.ID, e.Attribute)
}

// Store keeps connections. It is safe for concurrent use. A method that cannot reach what it stores in, or is refused for being too
// busy, returns an [*UnavailableError]; what it was to do may be done, in part or not, and may be done again.
type Store interface {
	// Open keeps a connection that was opened just now, without topics; or returns the error of [Connection.Validate], or
	// ErrExists.
	Open(ctx context.Context, c Connection) error
	// Get returns a connection, as the last write that was finished before the call left it, or ErrNotFound, or a [*BrokenError].
	Get(ctx context.Context, id string) (Connection, error)
	// Subscribe lets a connection have what is sent to a topic, or returns ErrNotFound, ErrTooMany, or a [*ValueError] for a text
	// that is no topic. One that is subscribed stays so. Where the connection is forgotten at the same time, the subscription may
	// stay; Unsubscribe removes it.
	Subscribe(ctx context.Context, id, topic string) error
	// Unsubscribe ends a subscription, if there is one; and returns ErrNotFound where there is no such connection.
	Unsubscribe(ctx context.Context, id, topic string) error
	// Forget removes a connection and its subscriptions, if there are any.
	Forget(ctx context.Context, id string) error
	// Subscribers gives the connections that are subscribed to a topic, in the store's own order: each that was from before the call
	// until its end once, and none that was not at any time meanwhile, but that a connection that is being forgotten may be
	// among them. Those of which Ends has come are among them too. It costs what there are of them, and not what there are of
	// connections. A [*BrokenError] stands for one; any other error is the last, and stands for all that would follow.
	Subscribers(ctx context.Context, topic string) iter.Seq2[Subscriber, error]
	// Ended gives the IDs of connections of which Ends had come at a time, and had not a day before, in any order. One that was
	// opened or forgotten just now may be missing or among them. Errors are as of Subscribers.
	Ended(ctx context.Context, at time.Time) iter.Seq2[string, error]
	// Revoked gives the connections that the revocation of a name ends, as Subscribers does those of a topic.
	Revoked(ctx context.Context, name string) iter.Seq2[Subscriber, error]
}

// Validate returns nil for a connection that can be kept, and otherwise a [*ValueError].
func (c Connection) Validate() error {
	switch {
	case !isText(c.ID):
		return &ValueError{"ID", fmt.Sprintf("must be text of 1 to %d bytes", maxText)}
	case len(c.Grant) > maxGrant || !utf8.ValidString(c.Grant):
		return &ValueError{"Grant", fmt.Sprintf("must be text of at most %d bytes", maxGrant)}
	case !isTime(c.OpenedAt):
		return &ValueError{"OpenedAt", "must be a time in whole seconds, from 1970 to 9999"}
	case !isTime(c.Ends):
		return &ValueError{"Ends", "must be a time in whole seconds, from 1970 to 9999"}
	case !c.IssuedAt.IsZero() && !isTime(c.IssuedAt):
		return &ValueError{"IssuedAt", "must be zero, or a time in whole seconds, from 1970 to 9999"}
	case len(c.Revocations) > MaxRevocations || slices.ContainsFunc(c.Revocations, func(name string) bool { return !isText(name) }):
		return &ValueError{"Revocations", fmt.Sprintf("must be at most %d texts of 1 to %d bytes", MaxRevocations, maxText)}
	case len(sortedOnce(c.Revocations)) < len(c.Revocations):
		return &ValueError{"Revocations", "must each stand there once"}
	case len(c.Topics) > 0:
		return &ValueError{"Topics", "must be none of a connection that is opened"}
	}
	return nil
}

// CheckTopic returns nil for what a connection may be subscribed to: a text of 1 to 1,024 bytes of UTF-8; otherwise a [*ValueError].
func CheckTopic(topic string) error {
	if !isText(topic) {
		return &ValueError{"Topic", fmt.Sprintf("must be text of 1 to %d bytes", maxText)}
	}
	return nil
}

// OwnedBy is the name by which the connections of one owner are found, to be kept among their Revocations: what is kept of them shows
// nothing of the owner's ID, and the name is no other revocation's.
func OwnedBy(id string) string {
	hash := sha256.Sum256([]byte(id))
	return "owner-" + base64.RawURLEncoding.EncodeToString(hash[:])
}

func isText(text string) bool { return text != "" && len(text) <= maxText && utf8.ValidString(text) }

func isTime(t time.Time) bool { return t.Nanosecond() == 0 && t.Unix() >= 0 && t.Unix() <= MaxSeconds }

// clone is a copy that shares nothing, with sorted names, and times in UTC.
func (c Connection) clone() Connection {
	c.OpenedAt, c.Ends, c.IssuedAt = c.OpenedAt.UTC(), c.Ends.UTC(), c.IssuedAt.UTC()
	c.Revocations, c.Topics = sortedOnce(c.Revocations), sortedOnce(c.Topics)
	return c
}

// sortedOnce are names, sorted, each once; nil for none.
func sortedOnce(names []string) []string {
	if len(names) == 0 {
		return nil
	}
	sorted := slices.Clone(names)
	slices.SortFunc(sorted, strings.Compare)
	return slices.Compact(sorted)
}

func (c Connection) subscriber() Subscriber {
	return Subscriber{c.ID, c.Ends, c.IssuedAt, slices.Clone(c.Revocations)}
}
