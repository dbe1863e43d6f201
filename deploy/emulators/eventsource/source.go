package eventsource

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"portcullis/deploy/emulators/dynamodb"
)

// Source is a stream.
type Source interface {
	// ARN names the stream.
	ARN() string
	// Shards gives the shards that there are now. Ended says that there will be no more of them, and no more records in these.
	Shards(ctx context.Context) (shards []Shard, ended bool, err error)
	// Open makes a reader of a shard, from the oldest record that is kept, or behind the newest there is.
	Open(ctx context.Context, shard string, latest bool) (Reader, error)
}

// Shard is one sequence of records.
type Shard struct {
	ID     string
	Parent string // the shard that it goes on from; "": there is none
	Closed bool   // it gets no more records
}

// Reader reads a shard, for one goroutine.
type Reader interface {
	// Next gives the records that follow those that it gave before, at most so many. It waits until there are some, or the context
	// ends, with its error. The error is io.EOF behind the last record of a shard that is closed, and ErrTrimmed where records were
	// missed: then it goes on with the oldest that is kept. After any other error it may be called again.
	Next(ctx context.Context, limit int) ([]Record, error)
}

// ErrTrimmed says that records of a shard were not kept until they were read.
var ErrTrimmed = errors.New("eventsource: records were no longer kept when they were to be read")

// Record is one of a shard's.
type Record struct {
	SequenceNumber string
	Made           time.Time // when the item was changed, to the second
	JSON           []byte    // as it stands in the events that functions get
}

// OfTable is the stream of a table of package dynamodb. It has one shard.
func OfTable(s *dynamodb.Stream) Source { return &table{stream: s} }

type table struct {
	stream *dynamodb.Stream
	ended  atomic.Bool // it was read to its end
}

// tableShard is the only shard of a table here, as ID of DynamoDB's form.
const tableShard = "shardId-00000000000000000001-00000000"

// ARN is the stream's.
func (t *table) ARN() string { return t.stream.ARN() }

// Shards gives the one shard.
func (t *table) Shards(context.Context) ([]Shard, bool, error) {
	return []Shard{{ID: tableShard}}, t.ended.Load(), nil
}

// Open makes a reader.
func (t *table) Open(_ context.Context, _ string, latest bool) (Reader, error) {
	r := &tableReader{table: t}
	if latest {
		r.after = t.stream.Latest()
	}
	return r, nil
}

type tableReader struct {
	*table
	after string // the sequence number of the last record that was given; "": from the oldest
}

// Next waits for what clients of the table change.
func (r *tableReader) Next(ctx context.Context, limit int) ([]Record, error) {
	for {
		came := r.stream.Came() // before Read, so that nothing comes unseen between the two
		read, err := r.stream.Read(r.after, limit)
		switch {
		case errors.Is(err, dynamodb.ErrTrimmed):
			r.after = ""
			return nil, ErrTrimmed
		case err != nil:
			r.ended.Store(errors.Is(err, io.EOF))
			return nil, err
		case len(read) > 0:
			r.after = read[len(read)-1].Change.SequenceNumber
			return ofTable(read)
		}
		select {
		case <-came:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func ofTable(read []dynamodb.Record) ([]Record, error) {
	records := make([]Record, len(read))
	for i, r := range read {
		text, err := json.Marshal(r)
		if err != nil {
			return nil, fmt.Errorf("record %s: %w", r.Change.SequenceNumber, err)
		}
		records[i] = Record{r.Change.SequenceNumber, time.Unix(r.Change.ApproximateCreationDateTime, 0), text}
	}
	return records, nil
}
