package live_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"portcullis/api/contract"
	"portcullis/api/live"
	"portcullis/api/live/connections"
)

// The topics of the tests: of users, by their ids, and of rooms.
func topics() map[string]func(string) (string, error) {
	return map[string]func(string) (string, error){
		"users": func(value string) (string, error) {
			if value == "no id" {
				return "", errors.New("want an id")
			}
			return "users/" + value, nil
		},
		"rooms": func(value string) (string, error) { return "rooms/" + value, nil },
	}
}

// subscribing is a function that keeps connections behind a guard, by the contract that ships, with the connection of the events.
func subscribing(t *testing.T, s *table, c live.FunctionConfig) (*live.Guard, *contract.Contract) {
	t.Helper()
	read, err := contract.Load("../openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	rules, err := read.Rules()
	if err != nil {
		t.Fatal(err)
	}
	c.Log = slog.New(slog.DiscardHandler)
	function, err := live.NewFunction(c)
	if err != nil {
		t.Fatal(err)
	}
	guard, err := live.New(live.Config{Rules: rules, Next: function, Now: func() time.Time { return before }, Log: c.Log})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Open(t.Context(), connections.Connection{ID: connectionID, OpenedAt: opened, Ends: end}); err != nil {
		t.Fatal(err)
	}
	return guard, read
}

// TestSubscribe: what is subscribed to, by whom, what is replied, and that it is as the contract says.
func TestSubscribe(t *testing.T) {
	const (
		reader, self = "1;1705755297;7;bearer=users/read;", "1;;7;apiKey=users/self;"
	)
	for _, test := range []struct {
		name        string
		grant, body string
		want        string // the reply, or how it begins
		topics      string // afterwards
	}{
		{"all", reader, `{"action":"subscribe","users":"*"}`, `{"action":"subscribe","until":1705755297,"users":"*"}`, "users/*"},
		{"one, with an id", reader, `{"action":"subscribe","users":"8","id":"a\u003cb"}`, `{"action":"subscribe","id":"a\u003cb","until":1705755297,"users":"8"}`, "users/8"},
		{"oneself, until API Gateway closes", self, `{"action":"subscribe","users":"7"}`, `{"action":"subscribe","until":1705758897,"users":"7"}`, "users/7"},
		{"another", self, `{"action":"subscribe","users":"8"}`, forbidden, ""},
		{"all by who may read itself", self, `{"action":"subscribe","users":"*"}`, forbidden, ""},
		{"all by who owns nothing", "1;;;apiKey=users/self;", `{"action":"subscribe","users":"*"}`, forbidden, ""},
		{"all by who is called so", "1;;%2A;apiKey=users/self;", `{"action":"subscribe","users":"*"}`, forbidden, ""},
		{"with no scope", "1;;7;bearer=;", `{"action":"subscribe","users":"7"}`, forbidden, ""},
		{"two of one name", self, `{"action":"subscribe","users":"7","users":"*"}`, forbidden, ""},
		{"two of one name in another case", self, `{"action":"subscribe","users":"7","Users":"*"}`, forbidden, ""},
		{"the same by a reader", reader, `{"action":"subscribe","users":"7","Users":"*"}`, badBody, ""},
		{"nobody", reader, `{"action":"subscribe"}`, badBody, ""},
		{"no text", reader, `{"action":"subscribe","users":["7"]}`, badBody, ""},
		{"no user's id", reader, `{"action":"subscribe","users":"no id"}`, `{"action":"subscribe","error":"bad-value","message":"users: want an id"}`, ""},
	} {
		s := newTable()
		guard, read := subscribing(t, s, live.FunctionConfig{Store: s, Topics: topics()})
		if got := replyTo(t, guard, "subscribe", test.body, test.grant); got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		} else if strings.HasPrefix(got, `{"action"`) {
			conforms(t, read, "subscribe", got)
		}
		if got := strings.Join(s.kept(t).Topics, " "); got != test.topics {
			t.Errorf("%s: subscribed to %q, want %q", test.name, got, test.topics)
		}
	}
}

// replyTo sends a message, and gives the reply.
func replyTo(t *testing.T, guard *live.Guard, route, text, by string) string {
	t.Helper()
	output, err := guard.Invoke(t.Context(), eventOf(t, "message", key(route), body(text), grant(by)))
	var answer struct{ Body string }
	if err != nil || json.Unmarshal(output, &answer) != nil {
		t.Fatalf("%s: %s, %v", text, output, err)
	}
	return answer.Body
}

// TestUnsubscribe: a subscription ends, also of who might not have it now, and one that there is not.
func TestUnsubscribe(t *testing.T) {
	s := newTable()
	guard, read := subscribing(t, s, live.FunctionConfig{Store: s, Topics: topics()})
	for _, topic := range []string{"users/7", "users/*"} {
		if err := s.Subscribe(t.Context(), connectionID, topic); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		got := replyTo(t, guard, "unsubscribe", `{"action":"unsubscribe","users":"*","id":"1"}`, "1;;7;bearer=;")
		if want := `{"action":"unsubscribe","id":"1","users":"*"}`; got != want {
			t.Errorf("%s, want %s", got, want)
		}
		conforms(t, read, "unsubscribe", got)
		if left := s.kept(t).Topics; !slices.Equal(left, []string{"users/7"}) {
			t.Errorf("subscribed to %v", left)
		}
	}
}

// TestNotSubscribed: why nothing is subscribed to is replied by a code that the contract has, with a sentence; but where the store cannot tell,
// the invocation fails.
func TestNotSubscribed(t *testing.T) {
	many := func(t *testing.T, s *table) {
		for i := range connections.MaxTopics {
			if err := s.Memory.Subscribe(t.Context(), connectionID, fmt.Sprint("users/", i)); err != nil {
				t.Fatal(err)
			}
		}
	}
	gone := func(t *testing.T, s *table) {
		if err := s.Memory.Forget(t.Context(), connectionID); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct {
		name, action string
		set          func(*testing.T, *table)
		topics       map[string]func(string) (string, error)
		noStore      bool
		want         string // of the reply
	}{
		{"too many", "subscribe", many, topics(), false, `"error":"too-many","message":"A connection may be subscribed to 16 at most; unsubscribe from one first."`},
		{"not known", "subscribe", gone, topics(), false, `"error":"connect-again","message":"This connection is not known; connect again."`},
		{"not known to unsubscribe", "unsubscribe", gone, topics(), false, `"error":"connect-again","message":"This connection is not known; connect again."`},
		{"no store", "subscribe", nil, topics(), true, `"error":"no-feed","message":"This API tells of no changes."`},
		{"no topics", "subscribe", nil, nil, false, `"error":"no-feed","message":"This API tells of no changes."`},
		{"no feed to unsubscribe from", "unsubscribe", nil, nil, false, `"error":"no-feed","message":"This API tells of no changes."`},
		{"of others", "subscribe", nil, map[string]func(string) (string, error){"rooms": topics()["rooms"], "halls": topics()["rooms"]}, false, `"error":"bad-value","message":"Want one of these, a text: halls, rooms."`},
	} {
		s := newTable()
		c := live.FunctionConfig{Store: s, Topics: test.topics}
		if test.noStore {
			c.Store = nil
		}
		guard, read := subscribing(t, s, c)
		if test.set != nil {
			test.set(t, s)
		}
		got := replyTo(t, guard, test.action, fmt.Sprintf(`{"action":%q,"users":"*","id":"1"}`, test.action), "1;;7;bearer=users/read;")
		if want := fmt.Sprintf(`{"action":%q,"id":"1",%s}`, test.action, test.want); got != want {
			t.Errorf("%s: %s, want %s", test.name, got, want)
		}
		conforms(t, read, test.action, got)
	}
	s := newTable()
	guard, _ := subscribing(t, s, live.FunctionConfig{Store: s, Topics: topics()})
	s.fails["Subscribe"] = errTest
	output, err := guard.Invoke(t.Context(), eventOf(t, "message", key("subscribe"), body(`{"action":"subscribe","users":"*"}`), grant("1;;7;bearer=users/read;")))
	if !errors.Is(err, errTest) || output != nil {
		t.Errorf("the store is down: %s, %v", output, err)
	}
}

// TestTwoNamed: a message that names two things is about none of them.
func TestTwoNamed(t *testing.T) {
	s := newTable()
	function, err := live.NewFunction(live.FunctionConfig{Store: s, Topics: topics()})
	if err != nil {
		t.Fatal(err)
	}
	guard, err := live.New(live.Config{Rules: rulesOf(t, rule("subscribe", access("bearer:"), "", "")), Next: function, Now: func() time.Time { return before }, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Open(t.Context(), connections.Connection{ID: connectionID, OpenedAt: opened, Ends: end}); err != nil {
		t.Fatal(err)
	}
	got := replyTo(t, guard, "subscribe", `{"users":"1","rooms":"2"}`, "1;;7;bearer=;")
	if want := `{"action":"subscribe","error":"bad-value","message":"Want one of these, a text: rooms, users."}`; got != want || s.kept(t).Topics != nil {
		t.Errorf("%s, subscribed to %v; want %s", got, s.kept(t).Topics, want)
	}
}

// TestOthersAskNothing: nothing is asked of the store for other messages: this one would panic.
func TestOthersAskNothing(t *testing.T) {
	s := newTable()
	guard, _ := subscribing(t, s, live.FunctionConfig{Store: struct{ live.Store }{}, Topics: topics()})
	for _, route := range []string{"ping", "whoami"} {
		if got := replyTo(t, guard, route, fmt.Sprintf(`{"action":%q}`, route), "1;;7;bearer=;"); !strings.HasPrefix(got, fmt.Sprintf(`{"action":%q`, route)) {
			t.Errorf("%s: %s", route, got)
		}
	}
}
