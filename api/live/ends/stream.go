package ends

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"portcullis/api/internal/dynamostream"
	"portcullis/api/internal/invocation"
	"portcullis/api/live/connections"
)

// The attributes of the table of revocations that are read.
const (
	keyAttribute    = "id"     // S: the partition key; the name of a revocation, as connections have it among their Revocations
	beforeAttribute = "before" // N: seconds since 1970
)

// timed are how the names of revocations begin that are about credentials issued at or before a time. All others are about credentials of
// any age.
var timed = []string{"sub-", "iss-"}

// OnRevocation is a Lambda function on the stream of the table of revocations, whose view has new images.
//
// An entry that is made or changed ends the connections of its name. One about a subject or an issuer has the attribute "before" and ends
// those whose credential was issued at or before it, or that do not say when it was: who has signed in anew since stays. Where "before" is
// missing or has no valid value, all connections of the name are closed, and that is said in the log, at level ERROR. An entry that is
// removed ends none. A record that cannot be read is passed over, and said in the log, at level ERROR, with its sequence number.
type OnRevocation struct {
	// Closer closes the connections; required.
	Closer *Closer
}

// Invoke closes the connections that an event's records end, record by record, and answers from which one on they have to come again: the
// first of which connections are left. The others are done all the same. The error is dynamostream.ErrEvent.
func (f OnRevocation) Invoke(ctx context.Context, event []byte) ([]byte, error) {
	return f.Closer.onRecords(ctx, event, revocationOf)
}

// OnRemoval is a Lambda function on the stream of a table of owners, whose partition key is "id", a text, and whose stream may have any view.
// A record that is removed, by whomever, ends the connections that its owner opened: those of [connections.OwnedBy] its id. One that cannot be
// read is passed over, as by [OnRevocation].
//
// Where a feed is on the same stream, it comes behind that, by dynamostream.All: who is removed hears of it, if subscribed, before the
// connection is closed. Where delivering fails, it is closed all the same.
//
// A removal revokes no credential. Its bearer may connect again until it ends, and a connection that cannot be closed (403) goes on being
// answered and sent to: nobody but the [Closer] knows of it. Who has to be locked out has its credentials revoked, which package live and package
// feed ask about by themselves.
type OnRemoval struct {
	// Closer closes the connections; required.
	Closer *Closer
}

// Invoke does what that of [OnRevocation] does.
func (f OnRemoval) Invoke(ctx context.Context, event []byte) ([]byte, error) {
	return f.Closer.onRecords(ctx, event, removalOf)
}

// ending is what a record says that ends connections.
type ending struct {
	name   string    // of the revocation; "": it ends none
	before time.Time // as [Closer.Revoked] takes it
}

var errBefore = errors.New(`the new image's attribute "before" is missing or has no valid value: all connections of the revocation are closed`)

// onRecords ends what the records of an event end, as read says it: with an error that is said, whether it ends some or not.
func (c *Closer) onRecords(ctx context.Context, event []byte, read func(dynamostream.Record) (ending, error)) ([]byte, error) {
	records, err := dynamostream.Records(event)
	if err != nil {
		return nil, err
	}
	ctx, cancel := invocation.BeforeItEnds(ctx)
	defer cancel()
	from := ""
	for _, record := range records {
		number := dynamostream.SequenceNumber(record)
		e, err := endingOf(record, read)
		if err == nil && number == "" {
			err = dynamostream.ErrRecord // by what would it be asked for again?
		}
		if err != nil {
			c.sayBroken(ctx, e, err, number)
		}
		if e.name != "" && c.Revoked(ctx, e.name, e.before) != nil && from == "" {
			from = number
		}
	}
	return dynamostream.Answer(from)
}

// sayBroken writes the line of a record that cannot be read, or not wholly.
func (c *Closer) sayBroken(ctx context.Context, e ending, err error, number string) {
	what := "record passed over"
	if e.name != "" {
		what = "record not understood"
	}
	c.config.Log.LogAttrs(ctx, slog.LevelError, what, slog.String("reason", err.Error()), slog.String("sequenceNumber", number))
}

func endingOf(record []byte, read func(dynamostream.Record) (ending, error)) (ending, error) {
	r, err := dynamostream.Read(record)
	if err != nil {
		return ending{}, err
	}
	return read(r)
}

// revocationOf is what a record of the table of revocations ends.
func revocationOf(r dynamostream.Record) (ending, error) {
	name, err := keyOf(r)
	if err != nil || r.EventName == dynamostream.Remove {
		return ending{}, err
	}
	for _, beginning := range timed {
		if strings.HasPrefix(name, beginning) {
			before, is := secondsOf(r.Change.NewImage)
			if !is {
				return ending{name: name}, errBefore
			}
			return ending{name, before}, nil
		}
	}
	return ending{name: name}, nil
}

// removalOf is what a record of a table of owners ends.
func removalOf(r dynamostream.Record) (ending, error) {
	id, err := keyOf(r)
	if err != nil || r.EventName != dynamostream.Remove {
		return ending{}, err
	}
	return ending{name: connections.OwnedBy(id)}, nil
}

// keyOf is a record's key, which is a text that is not empty; or dynamostream.ErrRecord.
func keyOf(r dynamostream.Record) (string, error) {
	key, is := r.Change.Keys.Text(keyAttribute)
	if !is || key == "" {
		return "", dynamostream.ErrRecord
	}
	return key, nil
}

// secondsOf is an item's time before; false: there is none.
func secondsOf(item dynamostream.Item) (time.Time, bool) {
	text, _ := item.Number(beforeAttribute)
	n, err := strconv.ParseInt(text, 10, 64)
	return time.Unix(n, 0), err == nil && n >= 0 && n <= connections.MaxSeconds
}
