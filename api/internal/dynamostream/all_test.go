package dynamostream_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"portcullis/api/internal/dynamostream"
)

// function answers what it is told to, and keeps in order who was called with what.
type function struct {
	name, answer string
	err          error
	calls        *[]string
}

func (f function) Invoke(_ context.Context, event []byte) ([]byte, error) {
	*f.calls = append(*f.calls, f.name+string(event))
	return []byte(f.answer), f.err
}

// TestAll: whatever becomes of an event with one function, the other gets it, and the answer is for both.
func TestAll(t *testing.T) {
	const none = `{"batchItemFailures":[]}`
	event := `{"Records":[{"dynamodb":{"SequenceNumber":"900"}},{"broken":1},{"dynamodb":{"SequenceNumber":"1000"}},{"dynamodb":{"SequenceNumber":"1001"}}]}`
	fails := func(numbers ...string) string {
		return `{"batchItemFailures":[{"itemIdentifier":"` + strings.Join(numbers, `"},{"itemIdentifier":"`) + `"}]}`
	}
	errTest := errors.New("made by a test")
	for name, test := range map[string]struct {
		a, b string
		err  error // of a
		want string
	}{
		"both are done":             {none, none, nil, none},
		"the first fails":           {fails("1000"), none, nil, fails("1000")},
		"the second fails":          {none, fails("1001"), nil, fails("1001")},
		"both fail":                 {fails("1000"), fails("1001"), nil, fails("1000")},
		"the second fails before":   {fails("1001"), fails("900"), nil, fails("900")}, // 900 is before 1000, though not as text
		"several fail":              {fails("1001", "900", "1000"), none, nil, fails("900")},
		"one is in error":           {"", none, errTest, ""},
		"one is in error, one not":  {"", fails("900"), errTest, ""},
		"one wants another record":  {fails("7"), none, nil, ""},
		"one wants a nameless one":  {fails(""), none, nil, ""},
		"one wants no record":       {`{"batchItemFailures":[{}]}`, none, nil, ""},
		"one answers something":     {`{"statusCode":200}`, none, nil, ""},
		"one answers null":          {`null`, none, nil, ""},
		"one answers nothing":       {``, none, nil, ""},
		"the second one does":       {none, ``, nil, ""},
		"one answers no list of it": {`{"batchItemFailures":"900"}`, none, nil, ""},
	} {
		var calls []string
		answer, err := dynamostream.All(function{"a", test.a, test.err, &calls}, function{"b", test.b, nil, &calls}).Invoke(t.Context(), []byte(event))
		if string(answer) != test.want || (err != nil) != (test.want == "") || test.err != nil && !errors.Is(err, test.err) {
			t.Errorf("%s: %s, %v; want %s", name, answer, err, test.want)
		}
		if len(calls) != 2 || calls[0] != "a"+event || calls[1] != "b"+event {
			t.Errorf("%s: called are %q", name, calls)
		}
	}
}

// TestAllRefuses: what is no event of a stream is nobody's.
func TestAllRefuses(t *testing.T) {
	for _, event := range []string{``, `{}`, `[]`, `{"Records":7}`} {
		var calls []string
		answer, err := dynamostream.All(function{"a", `{"batchItemFailures":[]}`, nil, &calls}).Invoke(t.Context(), []byte(event))
		if !errors.Is(err, dynamostream.ErrEvent) || answer != nil || len(calls) > 0 {
			t.Errorf("%q: %s, %v, %d calls", event, answer, err, len(calls))
		}
	}
}
