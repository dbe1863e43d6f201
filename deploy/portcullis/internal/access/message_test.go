package access

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"portcullis/api/contract"
	"portcullis/api/live"
	"portcullis/deploy/internal/inquiry"
	"portcullis/deploy/portcullis/internal/cli"
)

const messagesText = `openapi: 3.1.0
info: {title: Chat, version: 1.0.0}
x-function: chat
x-owner-scopes: {self: id}
paths:
  /: {get: {security: [{bearer: [read]}]}}
components: {securitySchemes: {bearer: {type: http, scheme: bearer}, key: {type: apiKey, in: header, name: X-Api-Key}}}
x-websocket:
  connect: {security: [{bearer: []}, {key: []}]}
  routes:
    send: {security: [{bearer: [chat]}]}
    own: {security: [{bearer: [self, chat]}, {bearer: [admin]}, {key: [self]}], owner: $request.body.to.user}
    both: {security: [{bearer: [chat], key: [admin]}]}
    open: {security: []}
`

// passed is a function that only tells whether it is reached.
type passed struct{ is bool }

func (p *passed) Invoke(context.Context, []byte) ([]byte, error) {
	p.is = true
	return []byte("{}"), nil
}

// TestMessagesAsGuarded: what explain says of a message is what the guard before a function decides, by the grant that explain shows.
func TestMessagesAsGuarded(t *testing.T) {
	file := filepath.Join(t.TempDir(), "openapi.yaml")
	if err := os.WriteFile(file, []byte(messagesText), 0o600); err != nil {
		t.Fatal(err)
	}
	parsed, err := contract.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	rules, err := parsed.Rules()
	if err != nil {
		t.Fatal(err)
	}
	next := &passed{}
	guard, err := live.New(live.Config{Rules: rules, Next: next, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		t.Fatal(err)
	}
	messages := []string{
		`{"to":{"user":"7"}}`, `{"to":{"user":"8"}}`, `{"to":{"user":""}}`, `{"to":{"user":"*"}}`, `{"to":{"user":7}}`, `{"to":{"user":["7"]}}`, `{"to":"7"}`, `{"user":"7"}`,
		`{"to":{"user":"7","User":"8"}}`, `{"to":{"User":"7"}}`, `{"to":{"user":"8"},"to":{"user":"7"}}`, `{"to":{"user":"\u0037"}}`, `[]`, `null`, `"7"`,
	}
	allowed := 0
	for _, key := range []string{"send", "own", "both", "open", "other"} {
		of := messages
		if key != "own" {
			of = messages[:1]
		}
		for _, scopes := range []string{"", "chat", "self", "self chat", "admin", "admin chat"} {
			for _, scheme := range []string{"bearer", "apiKey", "bearer,apiKey"} {
				for _, id := range []string{"7", "*"} {
					for _, message := range of {
						got := access(t, "", nil, "explain", file, "--route", key, "--message", message, "--scopes", scopes, "--scheme", scheme, "--id", id, "-o", "json")
						var a inquiry.Answer
						if err := json.Unmarshal([]byte(got.stdout), &a); err != nil {
							t.Fatalf("%v: %+v", err, got)
						}
						next.is = false
						if _, err := guard.Invoke(context.Background(), messageEvent(key, message, a.Message.Grant)); err != nil {
							t.Fatal(err)
						}
						if next.is != (a.Decision == inquiry.Allow) || next.is != (got.status == cli.StatusDone) {
							t.Errorf("%s by %q, %s, %q: %s\nguard %t, explain %d: %s", key, scopes, scheme, id, message, next.is, got.status, a.Text)
						}
						if next.is {
							allowed++
						}
					}
				}
			}
		}
	}
	if allowed == 0 {
		t.Error("nothing is allowed")
	}
}

// messageEvent is what a function is told of a message.
func messageEvent(key, message, grant string) []byte {
	event, _ := json.Marshal(map[string]any{"body": message, "isBase64Encoded": false, "requestContext": map[string]any{
		"routeKey": key, "eventType": "MESSAGE", "messageId": "m", "requestId": "r", "connectionId": "c", "authorizer": map[string]any{"grant": grant},
	}})
	return event
}
