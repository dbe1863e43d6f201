package feed

import (
	"context"
	"log/slog"

	"portcullis/api/internal/dynamostream"
	"portcullis/api/internal/invocation"
)

// FunctionConfig says what a Function works with.
type FunctionConfig struct {
	// Feed sends the changes; required.
	Feed *Feed
	// Read gives the change of a stream's record; false for one that is nobody's to see. Its error is logged, and holds nothing of the
	// record. The change's Position is not asked for. Required.
	Read func(record []byte) (Change, bool, error)
	// Log receives a line for each record that cannot be read; nil means slog.Default().
	Log *slog.Logger
}

// Function is a Lambda function on the stream of a DynamoDB table, whose event source mapping has ReportBatchItemFailures. It is safe for
// concurrent use.
//
// A record that cannot be read is passed over, and said in the log, at level ERROR, with its sequence number: it would be no better if it came
// again, and keep all behind it from coming.
type Function struct {
	config FunctionConfig
}

// NewFunction returns a Function, or a [*ConfigError].
func NewFunction(c FunctionConfig) (*Function, error) {
	if c.Feed == nil {
		return nil, &ConfigError{"FunctionConfig.Feed", "is missing"}
	}
	if c.Read == nil {
		return nil, &ConfigError{"FunctionConfig.Read", "is missing"}
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	return &Function{c}, nil
}

// Invoke sends the changes of an event's records, and answers from which record on they have to come again. The error is
// dynamostream.ErrEvent.
func (f *Function) Invoke(ctx context.Context, event []byte) ([]byte, error) {
	records, err := dynamostream.Records(event)
	if err != nil {
		return nil, err
	}
	changes := make([]Change, 0, len(records))
	for _, record := range records {
		if c, is := f.read(ctx, record); is {
			changes = append(changes, c)
		}
	}
	ctx, cancel := invocation.BeforeItEnds(ctx)
	defer cancel()
	from := ""
	if o := f.config.Feed.Deliver(ctx, changes); o.From < len(changes) {
		from = changes[o.From].Position
	}
	return dynamostream.Answer(from)
}

// read gives the change of a record, if it is one.
func (f *Function) read(ctx context.Context, record []byte) (Change, bool) {
	number := dynamostream.SequenceNumber(record)
	c, is, err := f.config.Read(record)
	if err == nil && is && number == "" {
		err = dynamostream.ErrRecord // by what would it be asked for again?
	}
	if err != nil {
		f.config.Log.LogAttrs(ctx, slog.LevelError, "record passed over", slog.String("reason", err.Error()), slog.String("sequenceNumber", number))
		return Change{}, false
	}
	c.Position = number
	return c, is
}
