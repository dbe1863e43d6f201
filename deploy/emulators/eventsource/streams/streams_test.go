package streams_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	tabletypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"

	"portcullis/deploy/emulators/dynamodb"
	"portcullis/deploy/emulators/eventsource"
	"portcullis/deploy/emulators/eventsource/streams"
	"portcullis/deploy/testtools"
)

type invoke func(ctx context.Context, event []byte) ([]byte, error)

func (i invoke) Invoke(ctx context.Context, event []byte) ([]byte, error) { return i(ctx, event) }

func client(address string) *dynamodbstreams.Client {
	return dynamodbstreams.New(dynamodbstreams.Options{BaseEndpoint: &address, Region: testtools.Region, Credentials: testtools.Credentials})
}

// create makes a table with a stream, and gives the stream's ARN.
func create(t *testing.T, tables *sdk.Client, name string) (arn string) {
	t.Helper()
	made, err := tables.CreateTable(t.Context(), &sdk.CreateTableInput{
		TableName: &name, BillingMode: tabletypes.BillingModePayPerRequest,
		AttributeDefinitions: []tabletypes.AttributeDefinition{{AttributeName: aws.String("id"), AttributeType: tabletypes.ScalarAttributeTypeS}},
		KeySchema:            []tabletypes.KeySchemaElement{{AttributeName: aws.String("id"), KeyType: tabletypes.KeyTypeHash}},
		StreamSpecification:  &tabletypes.StreamSpecification{StreamEnabled: aws.Bool(true), StreamViewType: tabletypes.StreamViewTypeNewAndOldImages},
	})
	if err != nil {
		t.Fatal(err)
	}
	return *made.TableDescription.LatestStreamArn
}

func put(t *testing.T, tables *sdk.Client, table, id, text string) {
	t.Helper()
	_, err := tables.PutItem(t.Context(), &sdk.PutItemInput{TableName: &table, Item: map[string]tabletypes.AttributeValue{
		"id": &tabletypes.AttributeValueMemberS{Value: id}, "text": &tabletypes.AttributeValueMemberS{Value: text},
	}})
	if err != nil {
		t.Fatal(err)
	}
}

// events runs a mapping of a stream until its function got so many records, and gives what these say.
func events(t *testing.T, address, arn string, n int) (told []string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	failed := false
	f := invoke(func(_ context.Context, event []byte) ([]byte, error) {
		if failed = !failed; failed {
			return nil, errors.New("each event comes twice")
		}
		var got struct {
			Records []struct {
				EventName, EventSource, EventSourceARN string
				Dynamodb                               struct {
					SequenceNumber     string
					Keys               struct{ ID struct{ S string } }
					OldImage, NewImage map[string]map[string]any
				}
			}
		}
		if err := json.Unmarshal(event, &got); err != nil {
			return nil, err
		}
		for _, r := range got.Records {
			if r.EventSource != "aws:dynamodb" || r.EventSourceARN != arn || r.Dynamodb.SequenceNumber == "" {
				t.Errorf("%+v", r)
			}
			told = append(told, fmt.Sprintf("%s %s %v %v", r.EventName, r.Dynamodb.Keys.ID.S, r.Dynamodb.OldImage["text"]["S"], r.Dynamodb.NewImage["text"]["S"]))
		}
		if len(told) >= n {
			cancel()
		}
		return nil, nil
	})
	m, err := eventsource.New(eventsource.Config{Source: streams.New(client(address), arn), Function: f, BatchSize: 2, Retries: 3})
	if err != nil {
		t.Fatal(err)
	}
	m.Run(ctx, t.Context())
	return told
}

// TestStreams reads the stream of a table through the AWS SDK: of moto, and of package dynamodb.
func TestStreams(t *testing.T) {
	h, err := dynamodb.New(dynamodb.Config{})
	if err != nil {
		t.Fatal(err)
	}
	for name, address := range map[string]string{"moto": testtools.Moto(t), "ours": testtools.Serve(t, h)} {
		t.Run(name, func(t *testing.T) {
			tables := testtools.DynamoDB(address)
			arn := create(t, tables, "things-by-streams")
			put(t, tables, "things-by-streams", "ann", "a")
			put(t, tables, "things-by-streams", "bob", "b")
			put(t, tables, "things-by-streams", "ann", "c")
			if _, err := tables.DeleteItem(t.Context(), &sdk.DeleteItemInput{TableName: aws.String("things-by-streams"), Key: map[string]tabletypes.AttributeValue{"id": &tabletypes.AttributeValueMemberS{Value: "ann"}}}); err != nil {
				t.Fatal(err)
			}
			got := events(t, address, arn, 4)
			if want := []string{"INSERT ann <nil> a", "INSERT bob <nil> b", "MODIFY ann a c", "REMOVE ann c <nil>"}; !slices.Equal(got, want) {
				t.Errorf("%q\nwant %q", got, want)
			}
		})
	}
}

// fake is DynamoDB Streams, whose answers a test gives.
type fake struct {
	describe []*types.StreamDescription // each answer, the last one again and again
	turns    []string                   // what iterators were asked for
	turn     func(kind types.ShardIteratorType) error
	get      func(n int, iterator string, limit int32) (*dynamodbstreams.GetRecordsOutput, error)
	asked    []time.Time // when records were asked for
}

func (f *fake) DescribeStream(context.Context, *dynamodbstreams.DescribeStreamInput, ...func(*dynamodbstreams.Options)) (*dynamodbstreams.DescribeStreamOutput, error) {
	d := f.describe[0]
	if len(f.describe) > 1 {
		f.describe = f.describe[1:]
	}
	return &dynamodbstreams.DescribeStreamOutput{StreamDescription: d}, nil
}

func (f *fake) GetShardIterator(_ context.Context, in *dynamodbstreams.GetShardIteratorInput, _ ...func(*dynamodbstreams.Options)) (*dynamodbstreams.GetShardIteratorOutput, error) {
	name := strings.TrimSpace(string(in.ShardIteratorType) + " " + aws.ToString(in.SequenceNumber))
	f.turns = append(f.turns, name)
	if f.turn != nil {
		if err := f.turn(in.ShardIteratorType); err != nil {
			return nil, err
		}
	}
	return &dynamodbstreams.GetShardIteratorOutput{ShardIterator: &name}, nil
}

func (f *fake) GetRecords(_ context.Context, in *dynamodbstreams.GetRecordsInput, _ ...func(*dynamodbstreams.Options)) (*dynamodbstreams.GetRecordsOutput, error) {
	f.asked = append(f.asked, time.Now())
	return f.get(len(f.asked), *in.ShardIterator, *in.Limit)
}

func given(next string, numbers ...string) *dynamodbstreams.GetRecordsOutput {
	out := &dynamodbstreams.GetRecordsOutput{}
	if next != "" {
		out.NextShardIterator = &next
	}
	for _, number := range numbers {
		out.Records = append(out.Records, types.Record{Dynamodb: &types.StreamRecord{SequenceNumber: aws.String(number)}})
	}
	return out
}

// TestReader: what a reader asks for, what it gives, and how it goes on when an iterator cannot be used.
func TestReader(t *testing.T) {
	expired, trimmed := &types.ExpiredIteratorException{}, &types.TrimmedDataAccessException{}
	type step struct {
		out *dynamodbstreams.GetRecordsOutput
		err error
	}
	tests := []struct {
		name   string
		latest bool
		turn   func(types.ShardIteratorType) error
		steps  []step
		want   string // the sequence numbers and errors of Next
		turns  string
	}{
		{"to the end", false, nil, []step{{given("a", "1", "2"), nil}, {given("b"), nil}, {given("", "3"), nil}}, "1 2, 3, EOF", "TRIM_HORIZON"},
		{"from now on", true, nil, []step{{given(""), nil}}, "EOF", "LATEST"},
		{"an old iterator", false, nil, []step{{given("a", "1"), nil}, {nil, expired}, {given("", "2"), nil}}, "1, 2, EOF", "TRIM_HORIZON, AFTER_SEQUENCE_NUMBER 1"},
		{"an old iterator before any record", false, nil, []step{{nil, expired}, {given("", "1"), nil}}, "1, EOF", "TRIM_HORIZON, TRIM_HORIZON"},
		{"records that are gone", false, nil, []step{{given("a", "1"), nil}, {nil, trimmed}, {given("", "9"), nil}}, "1, lost, 9, EOF", "TRIM_HORIZON, TRIM_HORIZON"},
		{"an old iterator to records that are gone", false, func(kind types.ShardIteratorType) error {
			if kind == types.ShardIteratorTypeAfterSequenceNumber {
				return trimmed
			}
			return nil
		}, []step{{given("a", "1"), nil}, {nil, expired}, {given("", "9"), nil}}, "1, lost, 9, EOF", "TRIM_HORIZON, AFTER_SEQUENCE_NUMBER 1, TRIM_HORIZON"},
		{"a failure", false, nil, []step{{nil, errors.New("busy")}, {given("", "1"), nil}}, "busy, 1, EOF", "TRIM_HORIZON"},
	}
	for _, test := range tests {
		synctest.Test(t, func(t *testing.T) {
			f := &fake{turn: test.turn, get: func(n int, _ string, _ int32) (*dynamodbstreams.GetRecordsOutput, error) {
				return test.steps[n-1].out, test.steps[n-1].err
			}}
			reader, err := streams.New(f, "arn").Open(t.Context(), "shard", test.latest)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for !slices.Contains(got, "EOF") && len(got) < 9 {
				records, err := reader.Next(t.Context(), 10)
				var numbers []string
				for _, r := range records {
					numbers = append(numbers, r.SequenceNumber)
				}
				switch {
				case errors.Is(err, io.EOF):
					numbers = []string{"EOF"}
				case errors.Is(err, eventsource.ErrTrimmed):
					numbers = []string{"lost"}
				case err != nil:
					numbers = []string{err.Error()}
				}
				got = append(got, strings.Join(numbers, " "))
			}
			if strings.Join(got, ", ") != test.want || strings.Join(f.turns, ", ") != test.turns {
				t.Errorf("%s: %q by %q", test.name, got, f.turns)
			}
		})
	}
}

// TestPolling: a shard is asked once a second, and four times a second while there are records, for as many as are wanted.
func TestPolling(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{get: func(n int, _ string, limit int32) (*dynamodbstreams.GetRecordsOutput, error) {
			if limit != 7 && limit != 1000 {
				t.Errorf("limit %d", limit)
			}
			if n%3 == 0 {
				return given("next", fmt.Sprint(n)), nil
			}
			return given("next"), nil
		}}
		reader, err := streams.New(f, "arn").Open(t.Context(), "shard", false)
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		reader.Next(t.Context(), 7)
		reader.Next(t.Context(), 10_000)
		var after []time.Duration
		for _, at := range f.asked {
			after = append(after, at.Sub(began))
		}
		if want := []time.Duration{0, time.Second, 2 * time.Second, 2250 * time.Millisecond, 3250 * time.Millisecond, 4250 * time.Millisecond}; !slices.Equal(after, want) {
			t.Errorf("asked after %v, want %v", after, want)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if _, err := reader.Next(ctx, 1); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("without time: %v", err)
		}
	})
}

// TestShards: the shards of all answers, which of them are closed, and the stream's end.
func TestShards(t *testing.T) {
	shard := func(id, parent, end string) types.Shard {
		s := types.Shard{ShardId: &id, SequenceNumberRange: &types.SequenceNumberRange{StartingSequenceNumber: aws.String("1")}}
		if parent != "" {
			s.ParentShardId = &parent
		}
		if end != "" {
			s.SequenceNumberRange.EndingSequenceNumber = &end
		}
		return s
	}
	f := &fake{describe: []*types.StreamDescription{
		{Shards: []types.Shard{shard("a", "gone", "5")}, LastEvaluatedShardId: aws.String("a"), StreamStatus: types.StreamStatusEnabled},
		{Shards: []types.Shard{shard("b", "a", "")}, StreamStatus: types.StreamStatusDisabled},
	}}
	got, ended, err := streams.New(f, "arn").Shards(t.Context())
	if want := []eventsource.Shard{{ID: "a", Parent: "gone", Closed: true}, {ID: "b", Parent: "a"}}; err != nil || !ended || !slices.Equal(got, want) {
		t.Errorf("%+v, %t, %v", got, ended, err)
	}
}

// TestRecord: each type of attribute, and who deleted, as Lambda's events have them.
func TestRecord(t *testing.T) {
	made := time.Unix(1479499740, 0)
	all := map[string]types.AttributeValue{
		"s": &types.AttributeValueMemberS{Value: "text"}, "n": &types.AttributeValueMemberN{Value: "1.5"}, "b": &types.AttributeValueMemberB{Value: []byte{1}},
		"flag": &types.AttributeValueMemberBOOL{Value: false}, "null": &types.AttributeValueMemberNULL{Value: true},
		"ss": &types.AttributeValueMemberSS{Value: []string{"a"}}, "ns": &types.AttributeValueMemberNS{Value: []string{"1"}}, "bs": &types.AttributeValueMemberBS{Value: [][]byte{{2}}},
		"m": &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{"s": &types.AttributeValueMemberS{Value: ""}}},
		"l": &types.AttributeValueMemberL{Value: []types.AttributeValue{&types.AttributeValueMemberN{Value: "2"}}}, "empty": &types.AttributeValueMemberL{},
	}
	out := &dynamodbstreams.GetRecordsOutput{Records: []types.Record{{
		EventID: aws.String("c4ca4238"), EventName: types.OperationTypeRemove, EventVersion: aws.String("1.1"), EventSource: aws.String("aws:dynamodb"), AwsRegion: aws.String("us-east-1"),
		UserIdentity: &types.Identity{Type: aws.String("Service"), PrincipalId: aws.String("dynamodb.amazonaws.com")},
		Dynamodb: &types.StreamRecord{
			ApproximateCreationDateTime: &made, Keys: map[string]types.AttributeValue{"id": &types.AttributeValueMemberS{Value: "7"}}, OldImage: all,
			SequenceNumber: aws.String("4421584500000000017450439091"), SizeBytes: aws.Int64(26), StreamViewType: types.StreamViewTypeNewAndOldImages,
		},
	}}}
	f := &fake{get: func(int, string, int32) (*dynamodbstreams.GetRecordsOutput, error) { return out, nil }}
	reader, err := streams.New(f, "the stream's ARN").Open(t.Context(), "shard", false)
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("testdata/record.json")
	if err != nil {
		t.Fatal(err)
	}
	got, err := reader.Next(t.Context(), 1)
	if err != nil || len(got) != 1 || string(got[0].JSON) != strings.TrimSpace(string(want)) || !got[0].Made.Equal(made) {
		t.Errorf("%s, %v\nwant %s", got, err, want)
	}
}
