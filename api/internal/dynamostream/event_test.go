package dynamostream_test

import (
	"errors"
	"testing"

	"portcullis/api/internal/dynamostream"
)

func TestRecords(t *testing.T) {
	for event, want := range map[string]int{
		`{"Records":[]}`: 0, `{"Records":[{},null,1,"a"]}`: 4, `{}`: -1, `{"Records":null}`: -1, `{"Records":{}}`: -1, `[]`: -1, ``: -1,
	} {
		records, err := dynamostream.Records([]byte(event))
		if errors.Is(err, dynamostream.ErrEvent) != (want < 0) || len(records) != max(want, 0) {
			t.Errorf("%s: %d records, %v", event, len(records), err)
		}
	}
}

func TestRead(t *testing.T) {
	record := []byte(`{"eventID":"e1","eventName":"MODIFY","dynamodb":{"Keys":{"id":{"S":"a"}},"OldImage":{"id":{"S":"a"},"n":{"N":"1"},"l":{"L":[{"S":"x"}]},"b":{"BOOL":true}},"SequenceNumber":"100"}}`)
	r, err := dynamostream.Read(record)
	if err != nil || r.EventID != "e1" || r.EventName != dynamostream.Modify || r.Change.SequenceNumber != "100" || r.Change.NewImage != nil {
		t.Fatalf("%+v, %v", r, err)
	}
	if id, is := r.Change.Keys.Text("id"); id != "a" || !is {
		t.Errorf("the key is %q", id)
	}
	if n, is := r.Change.OldImage.Number("n"); n != "1" || !is {
		t.Errorf("the number is %q", n)
	}
	for _, name := range []string{"n", "l", "b", "none", "ID"} {
		if text, is := r.Change.OldImage.Text(name); is {
			t.Errorf("%s is the text %q", name, text)
		}
	}
	for _, broken := range []string{``, `1`, `{}`, `{"eventID":"e1"}`, `{"eventName":"INSERT"}`, `{"eventID":"e1","eventName":"insert"}`, `{"eventID":"e1","eventName":"INSERT","dynamodb":1}`} {
		if _, err := dynamostream.Read([]byte(broken)); !errors.Is(err, dynamostream.ErrRecord) {
			t.Errorf("%s: %v", broken, err)
		}
	}
}

// TestSequenceNumber: a record that cannot be read is still known by its place.
func TestSequenceNumber(t *testing.T) {
	for record, want := range map[string]string{
		`{"eventID":7,"dynamodb":{"Keys":[],"SequenceNumber":"100"}}`: "100",
		`{"dynamodb":{"SequenceNumber":100}}`:                         "",
		`{"dynamodb":{}}`:                                             "",
		`{"dynamodb":[]}`:                                             "",
		`null`:                                                        "",
		``:                                                            "",
	} {
		if got := dynamostream.SequenceNumber([]byte(record)); got != want {
			t.Errorf("%s: %q", record, got)
		}
	}
}

func TestAnswer(t *testing.T) {
	for from, want := range map[string]string{"": `{"batchItemFailures":[]}`, "100": `{"batchItemFailures":[{"itemIdentifier":"100"}]}`} {
		if got, err := dynamostream.Answer(from); string(got) != want || err != nil {
			t.Errorf("%q: %s, %v", from, got, err)
		}
	}
}
