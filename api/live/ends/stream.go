package ends

import (
	"context"
	"log/slog"

	"portcullis/api/internal/dynamostream"
)

// keyAttribute is the partition key of the table of revocations. Its value is the name of a revocation, as connections have it among
// their Revocations.
const keyAttribute = "id"

// OnRevocation is a Lambda function on the stream of the table of revocations, whose event source mapping has ReportBatchItemFailures; any
// view of the stream has what it reads.
//
// An entry that is made or changed ends connections, also such as were opened by a later token than it is about: they connect again. One
// that is removed ends none. A record that cannot be read is passed over, and said in the log, at level ERROR, with its sequence number.
type OnRevocation struct {
	// Closer closes the connections; required.
	Closer *Closer
}

// Invoke closes the connections that an event's records end, record by record, and answers from which one on they have to come again: the
// first of which connections are left. The others are done all the same. The error is dynamostream.ErrEvent.
func (f OnRevocation) Invoke(ctx context.Context, event []byte) ([]byte, error) {
	records, err := dynamostream.Records(event)
	if err != nil {
		return nil, err
	}
	from := ""
	for _, record := range records {
		number := dynamostream.SequenceNumber(record)
		name, ends, err := revocationOf(record)
		if err != nil || number == "" {
			f.Closer.config.Log.LogAttrs(ctx, slog.LevelError, "record passed over", slog.String("reason", dynamostream.ErrRecord.Error()), slog.String("sequenceNumber", number))
		}
		if ends && f.Closer.Revoked(ctx, name) != nil && from == "" {
			from = number
		}
	}
	return dynamostream.Answer(from)
}

// revocationOf is the name of the revocation that a record is about, and whether it ends connections; or dynamostream.ErrRecord.
func revocationOf(record []byte) (name string, ends bool, err error) {
	r, err := dynamostream.Read(record)
	if err != nil {
		return "", false, err
	}
	name, is := r.Change.Keys.Text(keyAttribute)
	if !is || name == "" {
		return "", false, dynamostream.ErrRecord
	}
	return name, r.EventName != dynamostream.Remove, nil
}
