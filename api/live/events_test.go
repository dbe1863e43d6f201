package live_test

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"strings"
	"testing"

	"portcullis/api/live"
)

// written is the text of one of testdata/events, as it is.
func written(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile("testdata/events/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// edited is the text with the first of what stands there once or more replaced.
func edited(t *testing.T, text, from, to string) string {
	t.Helper()
	if !strings.Contains(text, from) {
		t.Fatalf("%s does not stand in %s", from, text)
	}
	return strings.Replace(text, from, to, 1)
}

// joined is an event with the members of all of these, and the records of all.
func joined(t *testing.T, events ...string) string {
	t.Helper()
	all, records := map[string]json.RawMessage{}, []json.RawMessage{}
	for _, text := range events {
		var event map[string]json.RawMessage
		var stream struct{ Records []json.RawMessage }
		if err := errors.Join(json.Unmarshal([]byte(text), &event), json.Unmarshal([]byte(text), &stream)); err != nil {
			t.Fatal(err)
		}
		maps.Copy(all, event)
		if records = append(records, stream.Records...); len(records) > 0 {
			all["Records"], _ = json.Marshal(records)
		}
	}
	text, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// taker answers what it is, and notes what it took.
type taker struct {
	answer string
	err    error
	took   []string
}

func (x *taker) Invoke(_ context.Context, event []byte) ([]byte, error) {
	x.took = append(x.took, string(event))
	return []byte(x.answer), x.err
}

// TestEvents: each event goes to what takes its kind, as it came, and to nothing else; one that is of no kind, or of two, to nothing. An error
// names what is wanted, and holds no part of the event.
func TestEvents(t *testing.T) {
	const (
		one      = "want one of its members requestContext, Records and source"
		stream   = "Records: want those of a DynamoDB stream: eventSource aws:dynamodb, eventSourceARN arn:…:table/NAME/stream/LABEL"
		schedule = `want source "aws.events" and detail-type "Scheduled Event"`
	)
	created, revoked, scheduled, connect := written(t, "user-created"), written(t, "revoked"), written(t, "scheduled"), written(t, "connect")
	for _, test := range []struct {
		name, event string
		want        string // the answer, which says who took it; or what the error says
	}{
		{"a client connects", connect, "messages"},
		{"a message", written(t, "message"), "messages"},
		{"a client has gone", written(t, "disconnect"), "messages"},
		{"a user", created, "users"},
		{"two users", joined(t, created, created), "users"},
		{"a table of another partition", edited(t, created, "arn:aws:", "arn:aws-cn:"), "users"},
		{"a revocation", revoked, "revocations"},
		{"a schedule", scheduled, "null"},
		{"a user and a revocation", joined(t, created, revoked), "Records: want those of one table"},
		{"another table", edited(t, created, "table/users/", "table/hidden/"), `Records: want those of a table that is read here: ["revocations" "users"]`},
		{"an index", edited(t, created, "/stream/2026", "/index/2026"), stream},
		{"a table's export", edited(t, created, "stream/2026", "stream/x/2026"), stream},
		{"no table's name", edited(t, created, "table/users/", "table//"), stream},
		{"a bucket's ARN", edited(t, created, ":dynamodb:eu", ":s3:eu"), stream},
		{"no ARN", edited(t, created, "arn:aws:dynamodb:eu-west-1:123456789012:table/users", "hidden"), stream},
		{"another stream", edited(t, created, `"aws:dynamodb"`, `"aws:kinesis"`), stream},
		{"a record that is none", `{"Records":["hidden"]}`, stream},
		{"one behind a good one", edited(t, created, "}\n  ]", "}, 7]"), stream},
		{"no records", `{"Records":[]}`, "Records: want one at least"},
		{"no list of them", `{"Records":{"hidden":1}}`, "Records: want a list"},
		{"another event of EventBridge", edited(t, scheduled, "Scheduled Event", "hidden"), schedule},
		{"another source", edited(t, scheduled, "aws.events", "hidden"), schedule},
		{"a message with records", joined(t, connect, created), one},
		{"a message with a source", joined(t, connect, scheduled), one},
		{"records with a source", joined(t, created, scheduled), one},
		{"an event of none", `{"type":"TOKEN","authorizationToken":"hidden"}`, one},
		{"no object", `["hidden"]`, "it is no JSON object"},
		{"no JSON", `hidden`, "it is no JSON object"},
		{"null", `null`, one},
	} {
		messages, users, revocations := &taker{answer: "messages"}, &taker{answer: "users"}, &taker{answer: "revocations"}
		times := 0
		events := &live.Events{
			Messages: messages, Streams: map[string]live.Handler{"users": users, "revocations": revocations},
			Schedule: func(context.Context) error { times++; return nil },
		}
		got, err := events.Invoke(t.Context(), []byte(test.event))
		if wrong := (*live.KindError)(nil); errors.As(err, &wrong) {
			if got != nil || !strings.HasPrefix(wrong.Reason, test.want) || strings.Contains(err.Error(), "hidden") {
				t.Errorf("%s: %v, want %q", test.name, err, test.want)
			}
		} else if err != nil || string(got) != test.want {
			t.Errorf("%s: %s, %v; want %s", test.name, got, err, test.want)
		}
		for name, took := range map[string][]string{"messages": messages.took, "users": users.took, "revocations": revocations.took, "null": make([]string, times)} {
			if (len(took) == 1) != (name == test.want) || len(took) == 1 && name != "null" && took[0] != test.event {
				t.Errorf("%s: %s took %q", test.name, name, took)
			}
		}
	}
}

// TestNotTaken: without tables no event of a stream or a schedule is taken, and what fails is an error.
func TestNotTaken(t *testing.T) {
	events := &live.Events{Messages: &taker{err: errTest}}
	for name, want := range map[string]string{"user-created": "Records: want those of a table that is read here: []", "scheduled": "nothing is done on a schedule here"} {
		if got, err := events.Invoke(t.Context(), []byte(written(t, name))); !errors.As(err, new(*live.KindError)) || !strings.Contains(err.Error(), want) || got != nil {
			t.Errorf("%s: %s, %v", name, got, err)
		}
	}
	events.Streams = map[string]live.Handler{"users": &taker{err: errTest}}
	events.Schedule = func(context.Context) error { return errTest }
	for _, name := range []string{"connect", "user-created", "scheduled"} {
		if got, err := events.Invoke(t.Context(), []byte(written(t, name))); !errors.Is(err, errTest) || len(got) > 0 {
			t.Errorf("%s: %s, %v", name, got, err)
		}
	}
}
