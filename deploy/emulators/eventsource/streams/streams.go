// Package streams is an [eventsource.Source] of DynamoDB Streams, wherever they are, by the AWS SDK. It asks for the records of
// each shard once a second, or four times where there are some, as Lambda does.
//
// Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html.
package streams

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"

	"portcullis/deploy/emulators/eventsource"
)

// Client is what a source needs of *dynamodbstreams.Client.
type Client interface {
	DescribeStream(context.Context, *dynamodbstreams.DescribeStreamInput, ...func(*dynamodbstreams.Options)) (*dynamodbstreams.DescribeStreamOutput, error)
	GetShardIterator(context.Context, *dynamodbstreams.GetShardIteratorInput, ...func(*dynamodbstreams.Options)) (*dynamodbstreams.GetShardIteratorOutput, error)
	GetRecords(context.Context, *dynamodbstreams.GetRecordsInput, ...func(*dynamodbstreams.Options)) (*dynamodbstreams.GetRecordsOutput, error)
}

// New makes the source of a stream, which is known by its ARN. It calls nobody.
func New(client Client, arn string) eventsource.Source { return &stream{client, arn} }

type stream struct {
	client Client
	arn    string
}

// ARN is the stream's.
func (s *stream) ARN() string { return s.arn }

// Shards gives the shards, of as many answers as there are.
func (s *stream) Shards(ctx context.Context) (all []eventsource.Shard, ended bool, err error) {
	for asked := (&dynamodbstreams.DescribeStreamInput{StreamArn: &s.arn}); ; {
		out, err := s.client.DescribeStream(ctx, asked)
		if err != nil {
			return nil, false, err
		}
		d := out.StreamDescription
		for _, shard := range d.Shards {
			all = append(all, eventsource.Shard{
				ID: aws.ToString(shard.ShardId), Parent: aws.ToString(shard.ParentShardId),
				Closed: shard.SequenceNumberRange != nil && shard.SequenceNumberRange.EndingSequenceNumber != nil,
			})
		}
		if aws.ToString(d.LastEvaluatedShardId) == "" {
			return all, d.StreamStatus == types.StreamStatusDisabled, nil
		}
		asked.ExclusiveStartShardId = d.LastEvaluatedShardId
	}
}

// Open makes a reader, which begins where the shard is now.
func (s *stream) Open(ctx context.Context, id string, latest bool) (eventsource.Reader, error) {
	r := &reader{stream: s, shard: id}
	kind := types.ShardIteratorTypeTrimHorizon
	if latest {
		kind = types.ShardIteratorTypeLatest
	}
	return r, r.turn(ctx, kind, nil)
}

// reader reads a shard by iterators.
type reader struct {
	*stream
	shard    string
	iterator *string
	last     *string   // the sequence number of the last record that was given; nil: there is none yet
	ended    bool      // the shard has no more
	asked    time.Time // when records were asked for last
	waits    time.Duration
}

// The times between two questions about a shard: DynamoDB answers five a second, for all who ask.
const (
	idle = time.Second
	busy = time.Second / 4
)

// turn gets an iterator.
func (r *reader) turn(ctx context.Context, kind types.ShardIteratorType, behind *string) error {
	out, err := r.client.GetShardIterator(ctx, &dynamodbstreams.GetShardIteratorInput{StreamArn: &r.arn, ShardId: &r.shard, ShardIteratorType: kind, SequenceNumber: behind})
	if err != nil {
		return err
	}
	r.iterator = out.ShardIterator
	return nil
}

// Next asks until there are records.
func (r *reader) Next(ctx context.Context, limit int) ([]eventsource.Record, error) {
	for !r.ended {
		if err := r.wait(ctx); err != nil {
			return nil, err
		}
		if records, err := r.ask(ctx, limit); len(records) > 0 || err != nil {
			return records, err
		}
	}
	return nil, io.EOF
}

// wait waits until records may be asked for again.
func (r *reader) wait(ctx context.Context) error {
	timer := time.NewTimer(time.Until(r.asked.Add(r.waits)))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return ctx.Err()
	}
}

// maxAsked is how many records an answer has at most. Source: API reference, GetRecords.
const maxAsked = 1000

// ask asks once.
func (r *reader) ask(ctx context.Context, limit int) ([]eventsource.Record, error) {
	r.asked, r.waits = time.Now(), idle
	out, err := r.client.GetRecords(ctx, &dynamodbstreams.GetRecordsInput{ShardIterator: r.iterator, Limit: aws.Int32(int32(min(limit, maxAsked)))})
	switch {
	case errors.As(err, new(*types.TrimmedDataAccessException)):
		return nil, r.afterLoss(ctx)
	case errors.As(err, new(*types.ExpiredIteratorException)):
		return nil, r.renew(ctx)
	case err != nil:
		return nil, err
	}
	records, err := ofAnswer(out.Records, r.arn)
	if err != nil {
		return nil, err
	}
	if n := len(records); n > 0 {
		r.last, r.waits = &records[n-1].SequenceNumber, busy
	}
	r.iterator, r.ended = out.NextShardIterator, out.NextShardIterator == nil
	return records, nil
}

// renew gets another iterator for one that is too old to be used: behind what was given.
func (r *reader) renew(ctx context.Context) error {
	kind := types.ShardIteratorTypeAfterSequenceNumber
	if r.last == nil {
		kind = types.ShardIteratorTypeTrimHorizon
	}
	err := r.turn(ctx, kind, r.last)
	if errors.As(err, new(*types.TrimmedDataAccessException)) {
		return r.afterLoss(ctx)
	}
	return err
}

// afterLoss goes on with the oldest record that is kept.
func (r *reader) afterLoss(ctx context.Context) error {
	if err := r.turn(ctx, types.ShardIteratorTypeTrimHorizon, nil); err != nil {
		return err
	}
	r.last = nil
	return eventsource.ErrTrimmed
}

// record is a record as Lambda hands it to functions.
// Source: https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html.
type record struct {
	EventID        string    `json:"eventID"`
	EventName      string    `json:"eventName"`
	EventVersion   string    `json:"eventVersion"`
	EventSource    string    `json:"eventSource"`
	AWSRegion      string    `json:"awsRegion"`
	Change         change    `json:"dynamodb"`
	UserIdentity   *identity `json:"userIdentity,omitempty"`
	EventSourceARN string    `json:"eventSourceARN"`
}

type change struct {
	ApproximateCreationDateTime int64
	Keys                        map[string]any
	NewImage                    map[string]any `json:",omitempty"`
	OldImage                    map[string]any `json:",omitempty"`
	SequenceNumber              string
	SizeBytes                   int64
	StreamViewType              string
}

type identity struct {
	Type        string `json:"type"`
	PrincipalID string `json:"principalId"`
}

func ofAnswer(answered []types.Record, arn string) ([]eventsource.Record, error) {
	records := make([]eventsource.Record, len(answered))
	for i, a := range answered {
		if a.Dynamodb == nil || a.Dynamodb.SequenceNumber == nil {
			return nil, fmt.Errorf("a record of %s has no sequence number", arn)
		}
		text, err := json.Marshal(ofRecord(a, arn))
		if err != nil {
			return nil, err
		}
		records[i] = eventsource.Record{SequenceNumber: *a.Dynamodb.SequenceNumber, Made: aws.ToTime(a.Dynamodb.ApproximateCreationDateTime), JSON: text}
	}
	return records, nil
}

func ofRecord(a types.Record, arn string) record {
	r := record{
		EventID: aws.ToString(a.EventID), EventName: string(a.EventName), EventVersion: aws.ToString(a.EventVersion), EventSource: aws.ToString(a.EventSource),
		AWSRegion: aws.ToString(a.AwsRegion), EventSourceARN: arn,
		Change: change{
			ApproximateCreationDateTime: aws.ToTime(a.Dynamodb.ApproximateCreationDateTime).Unix(),
			Keys:                        item(a.Dynamodb.Keys), NewImage: item(a.Dynamodb.NewImage), OldImage: item(a.Dynamodb.OldImage),
			SequenceNumber: *a.Dynamodb.SequenceNumber, SizeBytes: aws.ToInt64(a.Dynamodb.SizeBytes), StreamViewType: string(a.Dynamodb.StreamViewType),
		},
	}
	if who := a.UserIdentity; who != nil {
		r.UserIdentity = &identity{aws.ToString(who.Type), aws.ToString(who.PrincipalId)}
	}
	return r
}

// item is an item in DynamoDB's JSON; nil for none.
func item(attributes map[string]types.AttributeValue) map[string]any {
	if attributes == nil {
		return nil
	}
	all := map[string]any{}
	for name, v := range attributes {
		all[name] = value(v)
	}
	return all
}

// value is an attribute's value in DynamoDB's JSON.
func value(v types.AttributeValue) map[string]any {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return map[string]any{"S": v.Value}
	case *types.AttributeValueMemberN:
		return map[string]any{"N": v.Value}
	case *types.AttributeValueMemberB:
		return map[string]any{"B": v.Value}
	case *types.AttributeValueMemberBOOL:
		return map[string]any{"BOOL": v.Value}
	case *types.AttributeValueMemberNULL:
		return map[string]any{"NULL": v.Value}
	case *types.AttributeValueMemberSS:
		return map[string]any{"SS": v.Value}
	case *types.AttributeValueMemberNS:
		return map[string]any{"NS": v.Value}
	case *types.AttributeValueMemberBS:
		return map[string]any{"BS": v.Value}
	case *types.AttributeValueMemberM:
		return map[string]any{"M": item(v.Value)}
	case *types.AttributeValueMemberL:
		all := []any{}
		for _, one := range v.Value {
			all = append(all, value(one))
		}
		return map[string]any{"L": all}
	}
	return nil
}
