package eventsource

import (
	"encoding/json"
	"time"
)

// The values of Failure.Condition.
const (
	RetryAttemptsExhausted = "RetryAttemptsExhausted"
	RecordAgeExceeded      = "RecordAgeExceeded"
)

// Failure tells of records that are given up, as Lambda tells the on-failure destination of a mapping: where they are, and nothing of
// what they say. They can be read from the stream as long as it keeps them. Its JSON is Lambda's, without the
// ID of a request.
// Source: https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html.
type Failure struct {
	Function  string    // the function's ARN
	Condition string    // RetryAttemptsExhausted or RecordAgeExceeded
	Invoked   int       // how often the function was invoked with them; about
	Err       error     // what became of them last; nil: the function was not invoked with them. It is not in the JSON
	At        time.Time // when they were given up

	Stream string // its ARN
	Shard  string
	First  string // the sequence number of the first record
	Last   string
	Size   int // how many they are
	Oldest time.Time
	Newest time.Time
}

// MarshalJSON writes what an on-failure destination gets.
func (f Failure) MarshalJSON() ([]byte, error) {
	type (
		requestContext struct {
			FunctionArn            string `json:"functionArn"`
			Condition              string `json:"condition"`
			ApproximateInvokeCount int    `json:"approximateInvokeCount"`
		}
		responseContext struct {
			StatusCode      int    `json:"statusCode"`
			ExecutedVersion string `json:"executedVersion"`
			FunctionError   string `json:"functionError,omitempty"`
		}
		batchInfo struct {
			ShardID                         string `json:"shardId"`
			StartSequenceNumber             string `json:"startSequenceNumber"`
			EndSequenceNumber               string `json:"endSequenceNumber"`
			ApproximateArrivalOfFirstRecord string `json:"approximateArrivalOfFirstRecord"`
			ApproximateArrivalOfLastRecord  string `json:"approximateArrivalOfLastRecord"`
			BatchSize                       int    `json:"batchSize"`
			StreamArn                       string `json:"streamArn"`
		}
	)
	answered := &responseContext{StatusCode: 200, ExecutedVersion: "$LATEST"}
	switch {
	case f.Invoked == 0:
		answered = nil
	case f.Err != nil:
		answered.FunctionError = "Unhandled"
	}
	return json.Marshal(struct {
		RequestContext  requestContext   `json:"requestContext"`
		ResponseContext *responseContext `json:"responseContext,omitempty"`
		Version         string           `json:"version"`
		Timestamp       string           `json:"timestamp"`
		BatchInfo       batchInfo        `json:"DDBStreamBatchInfo"`
	}{
		requestContext{f.Function, f.Condition, f.Invoked}, answered, "1.0", f.At.UTC().Format("2006-01-02T15:04:05.000Z"),
		batchInfo{f.Shard, f.First, f.Last, f.Oldest.UTC().Format(time.RFC3339), f.Newest.UTC().Format(time.RFC3339), f.Size, f.Stream},
	})
}
