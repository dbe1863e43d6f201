// Package dynamostream reads the events by which AWS Lambda hands the records of a DynamoDB stream to a function, and writes the answer that
// says from which record on they have to come again.
package dynamostream

import (
	"encoding/json"
	"errors"
)

// ErrEvent says that an event is none of a DynamoDB stream.
var ErrEvent = errors.New("not an event of a DynamoDB stream: want a JSON object with a list of Records")

// Records are those of an event, as they came, in the order of the stream's shard; or ErrEvent.
// See https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html.
func Records(event []byte) ([]json.RawMessage, error) {
	var e struct{ Records []json.RawMessage }
	if json.Unmarshal(event, &e) != nil || e.Records == nil {
		return nil, ErrEvent
	}
	return e.Records, nil
}

// Record is one change of one item.
type Record struct {
	EventID   string // no other record has it
	EventName string // Insert, Modify or Remove
	Change    struct {
		SequenceNumber     string
		Keys               Item
		OldImage, NewImage Item // nil where the item was not there, and where the stream's view leaves it out
	} `json:"dynamodb"`
}

// The values of EventName. What the time to live deletes is removed, as what a client deletes is.
const (
	Insert = "INSERT"
	Modify = "MODIFY"
	Remove = "REMOVE"
)

// Item has attributes by their names.
type Item map[string]Value

// Value is an attribute's, of which texts and numbers are read.
type Value struct {
	S, N *string // nil: it is of another type
}

// Text is a text's value; false: the attribute is missing, or no text.
func (i Item) Text(name string) (text string, is bool) {
	if s := i[name].S; s != nil {
		return *s, true
	}
	return "", false
}

// Number is a number's value as DynamoDB writes it; false: the attribute is missing, or no number.
func (i Item) Number(name string) (text string, is bool) {
	if n := i[name].N; n != nil {
		return *n, true
	}
	return "", false
}

// ErrRecord says that a record is none of a DynamoDB stream. It holds nothing of the record.
var ErrRecord = errors.New("not a record of a DynamoDB stream")

// Read reads a record, or returns ErrRecord. It has an ID and a name; all else may be missing.
func Read(record []byte) (Record, error) {
	var r Record
	if json.Unmarshal(record, &r) != nil || r.EventID == "" || r.EventName != Insert && r.EventName != Modify && r.EventName != Remove {
		return Record{}, ErrRecord
	}
	return r, nil
}

// SequenceNumber is a record's place in its shard, however broken the rest of the record is; "": it has none.
func SequenceNumber(record []byte) string {
	var r struct {
		Change struct{ SequenceNumber json.RawMessage } `json:"dynamodb"`
	}
	var number string
	if json.Unmarshal(record, &r) != nil || json.Unmarshal(r.Change.SequenceNumber, &number) != nil {
		return ""
	}
	return number
}

// Answer is what a function answers whose event source mapping has ReportBatchItemFailures: all records have been dealt with, or, with a
// sequence number, those before it, and it and those behind it have to come again.
// See https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html.
func Answer(from string) ([]byte, error) {
	type failure struct {
		ItemIdentifier string `json:"itemIdentifier"`
	}
	failures := []failure{}
	if from != "" {
		failures = append(failures, failure{from})
	}
	return json.Marshal(map[string][]failure{"batchItemFailures": failures})
}
