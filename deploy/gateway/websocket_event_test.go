package gateway_test

import (
	"bytes"
	"encoding/json"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"portcullis/deploy/gateway"
)

// keepingNames puts a stage behind a server that keeps the names of headers as they were sent.
func (s *chat) keepingNames(t *testing.T) {
	t.Helper()
	server := httptest.NewUnstartedServer(s.handler)
	server.Listener = gateway.KeepHeaderNames(server.Config, server.Listener)
	server.Start()
	t.Cleanup(server.Close)
	t.Cleanup(func() { s.gateway.Close() })
	s.url = server.URL
}

var rootID = regexp.MustCompile(`1-713fb300-[0-9a-f]{24}`)

// withoutIDs is an event with constants in the place of what is made up.
func withoutIDs(t *testing.T, text string) string {
	t.Helper()
	e := event{}
	if err := json.Unmarshal([]byte(text), &e); err != nil {
		t.Fatal(err)
	}
	c := e.RequestContext
	for _, id := range []string{c.ConnectionID, c.RequestID} {
		if len(id) != 16 || !strings.HasSuffix(id, "=") {
			t.Errorf("%s: id %q", text, id)
		}
	}
	pairs := []string{c.ConnectionID, "CONNECTCONNECT0=", c.RequestID, "REQUESTREQUEST0=", c.APIID, "abcdef1234"}
	if c.MessageID != "" {
		pairs = append(pairs, c.MessageID, "MESSAGEMESSAGE0=")
		if c.MessageID == c.ConnectionID || c.MessageID[9:] != c.ConnectionID[9:] {
			t.Errorf("the message %s of the connection %s", c.MessageID, c.ConnectionID)
		}
	}
	return rootID.ReplaceAllString(strings.NewReplacer(pairs...).Replace(text), "1-713fb300-"+strings.Repeat("0", 24))
}

// equals compares an event with a file of testdata, byte for byte but for white space.
func equals(t *testing.T, got, file string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "websocket", file))
	if err != nil {
		t.Fatal(err)
	}
	var want bytes.Buffer
	if err := json.Compact(&want, text); err != nil {
		t.Fatal(err)
	}
	if got := withoutIDs(t, got); got != want.String() {
		t.Errorf("%s: got\n%s\nwant\n%s", file, got, want.String())
	}
}

// upgradeRequest is a browser's handshake, with headers as it writes them.
const upgradeRequest = "GET /test?token=this&a=1&a=2 HTTP/1.1\r\nHost: chat.example.com\r\nConnection: Upgrade\r\nPragma: no-cache\r\nUpgrade: websocket\r\n" +
	"Cookie: a=b\r\nUser-Agent: Mozilla/5.0\r\nOrigin: https://app.example.com\r\nSec-WebSocket-Version: 13\r\n" +
	"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n" +
	"Sec-WebSocket-Protocol: token, secret-token\r\nx-own: 1\r\nx-own: 2\r\n\r\n"

// TestWebSocketEvents: events are as AWS writes them, to the byte: those that were recorded there are in testdata, with other values.
func TestWebSocketEvents(t *testing.T) {
	s := newChat(t, chatMode, nil)
	s.keepingNames(t)
	wire := s.wire(t, strings.Replace(upgradeRequest, "Pragma: no-cache\r\n", "", 1))
	equals(t, s.token.events[0], "authorizer.json")
	connect := s.next(t, "CONNECT")
	equals(t, connect.text, "connect.json")
	wire.frame(0x81, "{\r\n\t\"a\": 1\r\n}")
	message := s.next(t, "MESSAGE")
	equals(t, message.text, "message.json")
	wire.frame(0x88, "\x03\xe9")
	disconnect := s.next(t, "DISCONNECT")
	equals(t, disconnect.text, "disconnect.json")
	ids := map[string]bool{}
	for _, e := range []event{connect, message, disconnect} {
		ids[e.RequestContext.RequestID] = true
		if c := e.RequestContext; c.ConnectionID != connect.RequestContext.ConnectionID || c.RequestID != c.ExtendedRequestID {
			t.Errorf("%s", e.text)
		}
	}
	if len(ids) != 3 {
		t.Errorf("three events have %d ids", len(ids))
	}
}

// TestWebSocketEventsWithout: what a client does not send, and a stage does not have, is not there at all.
func TestWebSocketEventsWithout(t *testing.T) {
	s := newChat(t, with(keyedChatMode, "NONE", "REQUEST\nauthorizer: {function: token}", "apiKeyRequired: true\n", "", "usagePlan:\n  quota: {limit: 2, period: DAY}\n  localKeys:\n    - {name: first, value: first-key-0123456789}\n    - {name: off, value: disabled-key-0123456789, disabled: true}\n", "stageVariables: {alias: live}\n"), nil)
	s.token.code = func([]byte) (string, error) { return authorizerAnswer("all", "") }
	wire := s.wire(t, "GET /test HTTP/1.1\r\nHost: a:80\r\nConnection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
	connect := s.next(t, "CONNECT")
	wire.frame(0x81, "hello")
	message := s.next(t, "MESSAGE")
	wire.frame(0x88, "")
	for _, e := range []event{connect, message, s.next(t, "DISCONNECT")} {
		if strings.Contains(e.text, "queryString") || strings.Contains(e.text, "userAgent") || e.StageVariables["alias"] != "live" {
			t.Errorf("%s", e.text)
		}
	}
	asked := s.token.last(t)
	if q, ok := asked["queryStringParameters"].(map[string]any); !ok || len(q) > 0 || asked["stageVariables"].(map[string]any)["alias"] != "live" {
		t.Errorf("the authorizer is told %v", asked)
	}
}

// TestWebSocketEventTimes: a connection keeps the time at which it was opened, in all of its events, and each event has its own.
func TestWebSocketEventTimes(t *testing.T) {
	var hours atomic.Int64
	s := newChat(t, chatMode, func(c *setting) {
		now := c.Now
		c.Now = func() time.Time { return now().Add(time.Duration(hours.Load()) * time.Hour) }
	})
	c, err := s.dial("/test?token=this", nil)
	if err != nil {
		t.Fatal(err)
	}
	events := []event{s.next(t, "CONNECT")}
	for range 2 {
		hours.Add(1)
		c.say(t, "hello")
		events = append(events, s.next(t, "MESSAGE"))
	}
	hours.Add(1)
	c.Close(websocket.StatusNormalClosure, "")
	for i, e := range append(events, s.next(t, "DISCONNECT")) {
		const opened, hour = 1_900_000_000_000, 3_600_000
		if got := e.RequestContext; got.ConnectedAt != opened || got.RequestTimeEpoch != opened+int64(i)*hour {
			t.Errorf("%s", e.text)
		}
	}
}

// TestWebSocketHeaderNames: without a server that keeps names, those of the handshake are as RFC 6455 writes them.
func TestWebSocketHeaderNames(t *testing.T) {
	s := newChat(t, chatMode, nil)
	c, err := s.dial("/test?token=all", nil)
	if err != nil {
		t.Fatal(err)
	}
	c.Close(websocket.StatusNormalClosure, "")
	if e := s.next(t, "CONNECT"); e.Headers["Sec-WebSocket-Version"] != "13" {
		t.Errorf("headers %v", e.Headers)
	}
}
