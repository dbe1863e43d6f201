package feed_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"portcullis/api/internal/dynamostream"
	"portcullis/api/live/feed"
)

// read reads records whose ID is the change, such as a1; x is one that is nobody's to see.
func read(record []byte) (feed.Change, bool, error) {
	var r struct{ EventID string }
	if err := json.Unmarshal(record, &r); err != nil || len(r.EventID) != 2 {
		return feed.Change{}, false, errors.New("made by a test")
	}
	return change(r.EventID[:1], int(r.EventID[1]-'0')), r.EventID[0] != 'x', nil
}

// event is a Lambda event of records; broken is a record that cannot be read.
func event(records ...string) []byte {
	var all []string
	for i, id := range records {
		if id == "broken" {
			id = "hidden"
		}
		all = append(all, fmt.Sprintf(`{"eventID":%q,"dynamodb":{"SequenceNumber":"%d"}}`, id, 100+i))
	}
	return []byte(`{"Records":[` + strings.Join(all, ",") + `]}`)
}

func TestFunction(t *testing.T) {
	const all = `{"batchItemFailures":[]}`
	for name, test := range map[string]struct {
		event  []byte
		fails  string // the text that cannot be sent
		want   string
		sent   string
		errors int // in the log
	}{
		"all":             {event("a1", "b1"), "", all, "a1 b1", 0},
		"none":            {event(), "", all, "", 0},
		"one fails":       {event("a1", "a2", "a3"), "a2", `{"batchItemFailures":[{"itemIdentifier":"101"}]}`, "a1", 0},
		"one is broken":   {event("a1", "broken", "a2"), "", all, "a1 a2", 1},
		"all are broken":  {event("broken", "broken"), "", all, "", 2},
		"broken, a fault": {event("broken", "x1", "a1", "broken", "a2", "a3"), "a2", `{"batchItemFailures":[{"itemIdentifier":"104"}]}`, "a1", 2},
		"nobody's":        {event("x1", "a1"), "", all, "a1", 0},
		"no numbers":      {[]byte(`{"Records":[{"eventID":"a1"},{"eventID":"a2","dynamodb":{"SequenceNumber":"1"}},null,7]}`), "", all, "a2", 3},
	} {
		c, s := newClients(), newTable()
		s.subscribe(t, "ann", time.Hour, nil, "things/*")
		c.send = func(_, text string, _ int) fault {
			if text == test.fails {
				return fault{err: errDown}
			}
			return fault{}
		}
		var log strings.Builder
		f, err := feed.NewFunction(feed.FunctionConfig{Feed: newFeed(t, feed.Config{Store: s, Sender: c, AtOnce: 1}), Read: read, Log: slog.New(slog.NewTextHandler(&log, nil))})
		if err != nil {
			t.Fatal(err)
		}
		answer, err := f.Invoke(t.Context(), test.event)
		if string(answer) != test.want || err != nil || strings.Join(c.got["ann"], " ") != test.sent {
			t.Errorf("%s: %s, %v, sent %q", name, answer, err, c.got["ann"])
		}
		text := log.String()
		if strings.Count(text, "level=ERROR") != test.errors || strings.Contains(text, "hidden") {
			t.Errorf("%s: the log has %s", name, text)
		}
		if name == "one is broken" && !strings.Contains(text, "sequenceNumber=101") {
			t.Errorf("%s: the log does not say where: %s", name, text)
		}
	}
}

// TestFunctionRefuses: what is no event of a stream is the whole batch's failure.
func TestFunctionRefuses(t *testing.T) {
	f, err := feed.NewFunction(feed.FunctionConfig{Feed: newFeed(t, feed.Config{Store: newTable(), Sender: newClients()}), Read: read})
	if err != nil {
		t.Fatal(err)
	}
	for _, event := range []string{``, `{}`, `[]`, `{"Records":7}`} {
		if answer, err := f.Invoke(t.Context(), []byte(event)); !errors.Is(err, dynamostream.ErrEvent) {
			t.Errorf("%q: %s, %v", event, answer, err)
		}
	}
	for name, config := range map[string]feed.FunctionConfig{"FunctionConfig.Feed": {Read: read}, "FunctionConfig.Read": {Feed: &feed.Feed{}}} {
		var wrong *feed.ConfigError
		if _, err := feed.NewFunction(config); !errors.As(err, &wrong) || wrong.Field != name {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestFunctionAnswersInTime: what is left when the function is about to be ended comes again, and nothing else.
func TestFunctionAnswersInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s := newClients(), newTable()
		s.subscribe(t, "ann", time.Hour, nil, "things/*")
		c.send = func(string, string, int) fault { return fault{after: 4 * time.Second} }
		f, err := feed.NewFunction(feed.FunctionConfig{Feed: newFeed(t, feed.Config{Store: s, Sender: c}), Read: read})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		answer, err := f.Invoke(ctx, event("a1", "a2", "a3", "a4", "a5", "a6", "a7", "a8", "a9"))
		if string(answer) != `{"batchItemFailures":[{"itemIdentifier":"107"}]}` || err != nil || ctx.Err() != nil {
			t.Errorf("%s, %v", answer, err)
		}
	})
}
