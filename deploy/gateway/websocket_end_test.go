package gateway_test

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"
)

// TestWebSocketEnds: how a connection ends, what the client sees of it, and what the function is told.
func TestWebSocketEnds(t *testing.T) {
	const noClose = 0
	text := func(size int) string { return strings.Repeat("a", size) }
	tests := []struct {
		name   string
		do     func(*byHand)
		client int // the status of the close frame that the client gets
		reason string
		code   int // of $disconnect
		why    string
	}{
		{"closed without a status", func(w *byHand) { w.frame(0x88, "") }, 1005, "", 1005, "Client-side close frame status not set"},
		{"a page that is left", func(w *byHand) { w.frame(0x88, "\x03\xe9") }, 1001, "", 1001, ""},
		{"closed with a reason", func(w *byHand) { w.frame(0x88, "\x03\xe8bye") }, 1000, "bye", 1000, "bye"},
		{"closed with a status of the client's own", func(w *byHand) { w.frame(0x88, "\x0f\xa0logout") }, 4000, "logout", 4000, "logout"},
		{"a client that is gone", func(w *byHand) { w.Close() }, noClose, "", 1006, "Connection Closed Abnormally"},
		{"a reset", func(w *byHand) { w.Conn.(*net.TCPConn).SetLinger(0); w.Close() }, noClose, "", 1006, "Connection Closed Abnormally"},
		{"gone in the midst of a message", func(w *byHand) { w.frame(0x01, "hel"); w.Close() }, noClose, "", 1006, "Connection Closed Abnormally"},
		{"gone in the midst of a frame", func(w *byHand) { io.WriteString(w, frameOf(0x81, "hello")[:9]); w.Close() }, noClose, "", 1006, "Connection Closed Abnormally"},
		{"a binary frame", func(w *byHand) { w.frame(0x82, "a") }, 1003, "Binary frames are not supported", 1003, "Binary frames are not supported"},
		{"a frame of 32 KB and a byte", func(w *byHand) { w.frame(0x81, text(32<<10+1)) }, 1009, "Message too long", 1009, "Message too long"},
		{"128 KB and a byte", func(w *byHand) {
			w.frame(0x01, text(32<<10))
			for range 3 {
				w.frame(0x00, text(32<<10))
			}
			w.frame(0x80, "a")
		}, 1009, "Message too long", 1009, "Message too long"},
		{"no UTF-8", func(w *byHand) { w.frame(0x81, "a\xff") }, 1007, "Text is not UTF-8", 1007, "Text is not UTF-8"},
	}
	for _, test := range tests {
		s := newChat(t, chatMode, nil)
		wire := s.wire(t, upgradeRequest)
		s.next(t, "CONNECT")
		test.do(wire)
		if test.client != noClose {
			first, payload := wire.next()
			code := 1005
			if len(payload) >= 2 {
				code = int(payload[0])<<8 | int(payload[1])
				payload = payload[2:]
			}
			if first != 0x88 || code != test.client || payload != test.reason {
				t.Errorf("%s: the client gets %x %d %q, want %d %q", test.name, first, code, payload, test.client, test.reason)
			}
			wire.frame(0x88, "\x03\xe8") // as an answer to the gateway's
		}
		e := s.next(t, "DISCONNECT").RequestContext
		if e.DisconnectStatusCode != test.code || e.DisconnectReason == nil || *e.DisconnectReason != test.why {
			t.Errorf("%s: the function is told %d %v, want %d %q", test.name, e.DisconnectStatusCode, e.DisconnectReason, test.code, test.why)
		}
		s.gateway.Close()
		s.quiet(t, test.name)
	}
}

// TestWebSocketSizes: the largest frame and the largest message go through, in both directions.
func TestWebSocketSizes(t *testing.T) {
	s := newChat(t, chatMode, nil)
	wire := s.wire(t, upgradeRequest)
	s.next(t, "CONNECT")
	wire.frame(0x81, strings.Repeat("a", 32<<10))
	if e := s.next(t, "MESSAGE"); len(e.Body) != 32<<10 {
		t.Errorf("%d bytes", len(e.Body))
	}
	if first, payload := wire.next(); first != 0x81 || len(payload) != 32<<10 {
		t.Errorf("%x, %d bytes", first, len(payload))
	}
	wire.frame(0x01, strings.Repeat("b", 32<<10))
	wire.frame(0x89, "ping within") // between frames (RFC 6455, section 5.4)
	for range 2 {
		wire.frame(0x00, strings.Repeat("b", 32<<10))
	}
	wire.frame(0x80, strings.Repeat("b", 32<<10))
	if first, payload := wire.next(); first != 0x8a || payload != "ping within" {
		t.Errorf("%x %q", first, payload)
	}
	if e := s.next(t, "MESSAGE"); e.Body != strings.Repeat("b", 128<<10) {
		t.Errorf("%d bytes", len(e.Body))
	}
	got := ""
	for first := byte(0); first&0x80 == 0; {
		var payload string
		if first, payload = wire.next(); len(payload) > 32<<10 {
			t.Errorf("a frame of %d bytes", len(payload))
		}
		got += payload
	}
	if got != strings.Repeat("b", 128<<10) {
		t.Errorf("%d bytes come back", len(got))
	}
}

// TestWebSocketEarlyFrame: what a client sends in one with its handshake is a message like any other, and measured like any other.
func TestWebSocketEarlyFrame(t *testing.T) {
	s := newChat(t, chatMode, nil)
	s.wire(t, upgradeRequest+frameOf(0x81, "early"))
	s.next(t, "CONNECT")
	if e := s.next(t, "MESSAGE"); e.Body != "early" {
		t.Errorf("%s", e.text)
	}
	wire := s.wire(t, upgradeRequest+frameOf(0x81, "before")+frameOf(0x81, strings.Repeat("a", 33<<10)))
	s.next(t, "CONNECT")
	if e := s.next(t, "MESSAGE"); e.Body != "before" {
		t.Errorf("%s", e.text)
	}
	first, payload := wire.next()
	if payload == "before" { // its answer is in time, or is not
		first, payload = wire.next()
	}
	if first != 0x88 || payload[:2] != "\x03\xf1" {
		t.Errorf("%x %q", first, payload)
	}
	wire.Close()
	s.next(t, "DISCONNECT")
	for target, status := range map[string]int{"token=deny": 403, "token=all&connect=401": 401} {
		answers := s.raw(t, strings.Replace(upgradeRequest, "token=this", target, 1)+strings.Repeat(frameOf(0x81, `{"action":"echo"}`), 1_000))
		if len(answers) == 0 || answers[0].StatusCode != status {
			t.Errorf("%s: %v", target, answers)
		}
	}
	s.next(t, "CONNECT")
	s.quiet(t, "handshakes that are refused, and what came early")
}

// TestWebSocketTimes: a connection ends where nothing is said, and in any case after its time. What is said, either way, counts; pings do
// not.
func TestWebSocketTimes(t *testing.T) {
	const long = time.Hour
	for name, change := range map[string]func(*setting){
		"idle": func(c *setting) { c.IdleTimeout, c.ConnectionTimeout = 50*time.Millisecond, long },
		"old":  func(c *setting) { c.IdleTimeout, c.ConnectionTimeout = long, 50*time.Millisecond },
	} {
		s := newChat(t, chatMode, change)
		c := s.open(t)
		stop := make(chan struct{})
		go func() {
			for {
				select {
				case <-stop:
					return
				case <-time.After(10 * time.Millisecond):
					c.Ping(context.Background())
				}
			}
		}()
		_, err := c.hear()
		close(stop)
		if closed := (websocket.CloseError{}); !errors.As(err, &closed) || closed.Code != 1001 || closed.Reason != "Going away" {
			t.Errorf("%s: %v", name, err)
		}
		if e := s.next(t, "DISCONNECT").RequestContext; e.DisconnectStatusCode != 1001 || *e.DisconnectReason != "Going away" {
			t.Errorf("%s: the function is told %d %s", name, e.DisconnectStatusCode, *e.DisconnectReason)
		}
	}
}

// TestWebSocketBusy: a connection on which something is said, by either side, is not idle.
func TestWebSocketBusy(t *testing.T) {
	const idle = time.Second
	s := newChat(t, chatMode, func(c *setting) { c.IdleTimeout = idle })
	c := s.open(t)
	start := time.Now()
	for last := start; last.Sub(start) < 3*idle/2; {
		c.say(t, `{"action":"echo"}`)
		_, err := c.hear()
		if now := time.Now(); now.Sub(last) > idle/2 {
			t.Skip("this machine is too busy to tell")
		} else if last = now; err != nil {
			t.Fatal(err)
		}
		time.Sleep(idle / 20)
	}
}

// TestWebSocketEndsWhileBusy: functions that take their time keep nobody from learning that the connection has ended.
func TestWebSocketEndsWhileBusy(t *testing.T) {
	looked := make(chan struct{}, 1_000) // at the clock, as for each message that comes in
	var log safeBuffer
	s := newChat(t, chatMode, func(c *setting) {
		c.AccessLog = &log
		now := c.Now
		c.Now = func() time.Time {
			looked <- struct{}{}
			return now()
		}
	})
	c := s.open(t)
	for range 16 {
		c.say(t, `{"action":"send","do":"stuck"}`)
		s.next(t, "MESSAGE")
	}
	for len(looked) > 0 {
		<-looked
	}
	c.say(t, `{"action":"echo"}`) // for which there is no room
	<-looked
	go s.gateway.Close()
	if text, err := c.hear(); websocket.CloseStatus(err) != websocket.StatusGoingAway {
		t.Errorf("%s, error %v", text, err)
	}
	s.next(t, "DISCONNECT")
	if got := log.String(); strings.Contains(got, "MESSAGE") {
		t.Errorf("the function is told when the others have ended:\n%s", got)
	}
}

// TestWebSocketEndsWithoutTheClient: a client that does not answer a close frame sends nothing more, is not found, and holds nobody up for
// more than 5 seconds, though it begins a frame that it does not end.
func TestWebSocketEndsWithoutTheClient(t *testing.T) {
	const stalled = "\x81\xff\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00" // what begins a frame of 4 GB
	remove := func(t *testing.T, s *chat, _ *byHand, path string) {
		s.call(t, "DELETE "+path)
		for _, request := range []string{"GET ", "DELETE ", "POST "} {
			if got := s.call(t, request+path); got.status != 410 {
				t.Errorf("%s: %d %s", request, got.status, got.body)
			}
		}
	}
	for name, test := range map[string]struct {
		change func(*setting)
		end    func(t *testing.T, s *chat, w *byHand, path string)
		code   int
	}{
		"deleted": {nil, remove, 1000},
		// What ends it first is what the function is told.
		"deleted, and idle before the client is given up": {func(c *setting) { c.IdleTimeout = time.Second }, remove, 1000},
		"closed": {nil, func(_ *testing.T, s *chat, _ *byHand, _ string) { go s.gateway.Close() }, 1001},
		"idle":   {func(c *setting) { c.IdleTimeout = 50 * time.Millisecond }, func(*testing.T, *chat, *byHand, string) {}, 1001},
		"too large": {nil, func(_ *testing.T, _ *chat, w *byHand, _ string) {
			go w.Write([]byte(stalled + strings.Repeat("a", 128<<10+1)))
		}, 1009},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newPiped(t, managedChatMode, test.change)
			w, path := s.patient(t)
			test.end(t, s, w, path)
			if first, payload := w.next(); first != 0x88 || int(payload[0])<<8|int(payload[1]) != test.code {
				t.Errorf("%s: the client gets %x %q, want %d", name, first, payload, test.code)
			}
			ended := time.Now()
			if name != "too large" { // which is within a frame
				go w.Write([]byte(strings.Repeat(frameOf(0x81, `{"action":"send"}`), 100) + stalled))
			}
			if e := s.next(t, "DISCONNECT").RequestContext; e.DisconnectStatusCode != test.code {
				t.Errorf("%s: the function is told %d, want %d", name, e.DisconnectStatusCode, test.code)
			}
			if s.gateway.Close(); time.Since(ended) > 5*time.Second {
				t.Errorf("%s: it takes %v", name, time.Since(ended))
			}
			s.quiet(t, name)
		})
	}
}

// TestWebSocketDisconnectFails: what comes of telling the function that a connection has ended goes nowhere.
func TestWebSocketDisconnectFails(t *testing.T) {
	s := newChat(t, chatMode, nil)
	c := s.open(t)
	answer := s.things.code
	s.things.code = func(event []byte) (string, error) {
		answer(event)
		return "", errors.New("broken")
	}
	c.Close(websocket.StatusNormalClosure, "")
	s.next(t, "DISCONNECT")
	s.gateway.Close()
	s.quiet(t, "a function that fails")
}
