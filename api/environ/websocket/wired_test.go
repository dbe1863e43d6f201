package websocket_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"

	"portcullis/api/environ/websocket"
	"portcullis/api/live"
	"portcullis/deploy/emulators/dynamodb"
	"portcullis/deploy/testtools"
)

// gateway is the stage's @connections, which notes what is asked of it.
type gateway struct {
	mu    sync.Mutex
	calls []string
}

func (g *gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.calls = append(g.calls, strings.TrimSpace(r.Method+" "+r.URL.Path+" "+string(body)))
	if r.Method == http.MethodDelete {
		w.WriteHeader(http.StatusNoContent)
	}
}

// called gives what was asked since it was called before.
func (g *gateway) called() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	calls := strings.Join(g.calls, "\n")
	g.calls = nil
	return calls
}

// source are revocations that count how often they are asked.
type source struct {
	revoked bool
	asked   int
}

func (s *source) Revoked(context.Context, []string, time.Time) (bool, error) {
	s.asked++
	return s.revoked, nil
}

// stage is the function behind a stage, with all tables.
type stage struct {
	events           *live.Events
	gateway          gateway
	each, remembered source
}

func newStage(t *testing.T) *stage {
	t.Helper()
	desk(t)
	h, err := dynamodb.New(dynamodb.Config{})
	if err != nil {
		t.Fatal(err)
	}
	address := testtools.Serve(t, h)
	s := &stage{}
	variables := map[string]string{
		"RULES": file(t), "CONNECTIONS_TABLE": testtools.ConnectionsTable(t, testtools.DynamoDB(address)), "USERS_TABLE": "users", "REVOCATION_TABLE": "revocations",
		"CONNECTIONS_ENDPOINT": testtools.Serve(t, &s.gateway) + "/prod",
	}
	open := func(context.Context, aws.Config, string) (each, remembered live.Revocations, err error) {
		return &s.each, &s.remembered, nil
	}
	s.events, err = websocket.Live(t.Context(), func(name string) string { return variables[name] }, open, slog.New(slog.DiscardHandler), config.WithBaseEndpoint(address))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// answer is what the function answers to an event; the status and the body of one of the WebSocket API.
func (s *stage) answer(t *testing.T, event string) string {
	t.Helper()
	got, err := s.events.Invoke(t.Context(), []byte(event))
	if err != nil {
		t.Fatalf("%s: %v", event, err)
	}
	var proxied struct {
		StatusCode int
		Body       string
	}
	if json.Unmarshal(got, &proxied) == nil && proxied.StatusCode > 0 {
		return strings.TrimSpace(fmt.Sprint(proxied.StatusCode, " ", proxied.Body))
	}
	return string(got)
}

// ofConnection is an event of the connection of an ID that was opened just now, by a token of user 7 that ends in an hour.
func ofConnection(id, kind, route, body string) string {
	now := time.Now()
	text, _ := json.Marshal(map[string]any{"body": body, "requestContext": map[string]any{
		"connectionId": id, "eventType": kind, "routeKey": route, "connectedAt": now.UnixMilli(), "authorizer": map[string]any{
			"grant": fmt.Sprintf("1;%d;7;bearer=users/read;", now.Add(time.Hour).Unix()), "revocations": fmt.Sprint(now.Unix()-1, " sub-", strings.Repeat("b", 43)),
		}}})
	return string(text)
}

// recorded is an event that package live is tested with, edited.
func recorded(t *testing.T, name string, edits ...string) string {
	t.Helper()
	text, err := os.ReadFile("../../live/testdata/events/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	return strings.NewReplacer(edits...).Replace(string(text))
}

// TestWired: what all variables configure: who subscribes is told of a user, and closed by a revocation, by the removal of its user, or when it
// ends; and which revocations are asked when.
func TestWired(t *testing.T) {
	s := newStage(t)
	asked := func(what string, each, remembered int) {
		t.Helper()
		if s.each.asked != each || s.remembered.asked != remembered {
			t.Errorf("%s: asked each time %d times, and what is remembered %d times; want %d, %d", what, s.each.asked, s.remembered.asked, each, remembered)
		}
		s.each.asked, s.remembered.asked = 0, 0
	}
	connected := func(id string) {
		t.Helper()
		s.each.asked, s.remembered.asked = 0, 0
		if got := s.answer(t, ofConnection(id, "CONNECT", "$connect", "")); got != "200" {
			t.Fatalf("connected: %s", got)
		}
		asked("connecting", 1, 0)
		if got := s.answer(t, ofConnection(id, "MESSAGE", "subscribe", `{"action":"subscribe","users":"*"}`)); !strings.HasPrefix(got, `200 {"action":"subscribe","until":`) {
			t.Fatalf("subscribed: %s", got)
		}
		asked("a message", 0, 1)
	}
	const allDone = `{"batchItemFailures":[]}`
	connected("a=")
	if got := s.answer(t, recorded(t, "user-created")); got != allDone {
		t.Errorf("a user: %s", got)
	}
	const path = "/prod/@connections/a="
	if got := s.gateway.called(); !strings.HasPrefix(got, `POST `+path+` {"event":"user.created","id":"ann",`) || strings.Contains(got, "\n") {
		t.Errorf("a user: called %s", got)
	}
	asked("a change", 0, 1)
	for _, test := range []struct{ name, event string }{
		{"a revocation of before", recorded(t, "revoked")},
		{"another user's removal", recorded(t, "user-created", `"INSERT"`, `"REMOVE"`, `"NewImage"`, `"OldImage"`, `"S": "ann"`, `"S": "8"`)},
		{"the schedule", recorded(t, "scheduled")},
		{"a revocation", recorded(t, "revoked", "1705751600", fmt.Sprint(time.Now().Unix()))},
		{"its user's removal", recorded(t, "user-created", `"INSERT"`, `"REMOVE"`, `"NewImage"`, `"OldImage"`, `"S": "ann"`, `"S": "7"`)},
	} {
		closes := slices.Contains([]string{"a revocation", "its user's removal"}, test.name)
		if got := s.answer(t, test.event); got != allDone && got != "null" {
			t.Errorf("%s: %s", test.name, got)
		}
		if got := s.gateway.called(); strings.HasSuffix(got, "DELETE "+path) != closes {
			t.Errorf("%s: called %q", test.name, got)
		}
		if closes {
			connected("a=") // so that it was forgotten
		}
	}
	if got := s.answer(t, ofConnection("a=", "MESSAGE", "subscribe", `{"action":"subscribe","users":"a b"}`)); !strings.Contains(got, `"error":"bad-value","message":"users: id must not contain ' '"`) {
		t.Errorf("no user's id: %s", got)
	}
	if got := s.answer(t, ofConnection("a=", "DISCONNECT", "$disconnect", "")); got != "200" {
		t.Errorf("gone: %s", got)
	}
	if got := s.answer(t, recorded(t, "user-created")); got != allDone || s.gateway.called() != "" {
		t.Errorf("a user when all have gone: %s", got)
	}
	s.each.revoked = true
	if got := s.answer(t, ofConnection("b=", "CONNECT", "$connect", "")); !strings.HasPrefix(got, "403") {
		t.Errorf("revoked meanwhile: %s", got)
	}
}
