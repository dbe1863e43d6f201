package live

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"portcullis/api/internal/dynamostream"
)

// Events hands each event to what takes its kind: those of a WebSocket API, of DynamoDB streams, and of a schedule. It is safe for concurrent use
// where they are.
type Events struct {
	// Messages takes the events of the WebSocket API, as a [Guard] does; required.
	Messages Handler
	// Streams take the events of DynamoDB streams, by the names of their tables.
	Streams map[string]Handler
	// Schedule is called for an event of EventBridge's schedule; nil: no such event is taken. Its error fails the invocation.
	Schedule func(ctx context.Context) error
}

// KindError says why an event is of no kind that is taken. It carries no part of the event.
type KindError struct {
	Reason string // what is wrong, and what is wanted
}

// Error is the reason, behind what was wanted.
func (e *KindError) Error() string {
	return "not an event of a WebSocket API, a DynamoDB stream or a schedule: " + e.Reason
}

// The members by which kinds of events are told apart.
const (
	memberWebSocket = "requestContext"
	memberStream    = "Records"
	memberSchedule  = "source"
)

// Invoke answers one event. The error is a [*KindError] for an event that is of no kind or of two, or of a table that is not among Streams; or
// the handler's.
func (x *Events) Invoke(ctx context.Context, text []byte) ([]byte, error) {
	var members map[string]json.RawMessage
	if json.Unmarshal(text, &members) != nil {
		return nil, &KindError{"it is no JSON object"}
	}
	kinds := slices.DeleteFunc([]string{memberWebSocket, memberStream, memberSchedule}, func(name string) bool { return members[name] == nil })
	if len(kinds) != 1 {
		return nil, &KindError{fmt.Sprintf("want one of its members %s, %s and %s, and it has %d", memberWebSocket, memberStream, memberSchedule, len(kinds))}
	}
	switch kinds[0] {
	case memberStream:
		return x.stream(ctx, text)
	case memberSchedule:
		return x.schedule(ctx, members)
	}
	return x.Messages.Invoke(ctx, text)
}

// schedule takes an event of a schedule. See
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-run-lambda-schedule.html.
func (x *Events) schedule(ctx context.Context, members map[string]json.RawMessage) ([]byte, error) {
	if string(members[memberSchedule]) != `"aws.events"` || string(members["detail-type"]) != `"Scheduled Event"` {
		return nil, &KindError{`want source "aws.events" and detail-type "Scheduled Event"`}
	}
	if x.Schedule == nil {
		return nil, &KindError{"nothing is done on a schedule here, since no connection is kept"}
	}
	if err := x.Schedule(ctx); err != nil {
		return nil, err
	}
	return []byte("null"), nil
}

// stream hands an event to the handler of its table.
func (x *Events) stream(ctx context.Context, text []byte) ([]byte, error) {
	records, err := dynamostream.Records(text)
	if err != nil {
		return nil, &KindError{memberStream + ": want a list"}
	}
	table, err := tableOf(records)
	if err != nil {
		return nil, err
	}
	handler := x.Streams[table]
	if handler == nil {
		return nil, &KindError{fmt.Sprintf("%s: want those of a table that is read here: %q", memberStream, slices.Sorted(maps.Keys(x.Streams)))}
	}
	return handler.Invoke(ctx, text)
}

// tableOf is the name of the table that all records are of. See https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html.
func tableOf(records []json.RawMessage) (table string, err error) {
	for i, record := range records {
		var r struct {
			Source string `json:"eventSource"`
			ARN    string `json:"eventSourceARN"`
		}
		name, is := "", json.Unmarshal(record, &r) == nil && r.Source == "aws:dynamodb"
		if is {
			name, is = tableIn(r.ARN)
		}
		switch {
		case !is:
			return "", &KindError{memberStream + ": want those of a DynamoDB stream: eventSource aws:dynamodb, eventSourceARN arn:…:table/NAME/stream/LABEL"}
		case i > 0 && name != table:
			return "", &KindError{memberStream + ": want those of one table"}
		}
		table = name
	}
	if len(records) == 0 {
		return "", &KindError{memberStream + ": want one at least"}
	}
	return table, nil
}

// tableIn is the name of the table in a stream's ARN: arn:PARTITION:dynamodb:REGION:ACCOUNT:table/NAME/stream/LABEL. See
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html.
func tableIn(arn string) (name string, is bool) {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 || parts[0] != "arn" || parts[2] != "dynamodb" {
		return "", false
	}
	resource := strings.Split(parts[5], "/")
	if len(resource) != 4 || resource[0] != "table" || resource[1] == "" || resource[2] != "stream" {
		return "", false
	}
	return resource[1], true
}
