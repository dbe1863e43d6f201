package gateway_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"portcullis/deploy/gateway"
	"portcullis/deploy/plan"
)

// The frames that the gateway sends itself, blanks as AWS has them. ID stands for ids.
const (
	forbiddenFrame = `{"message": "Forbidden", "connectionId":"ID", "requestId":"ID"}`
	failedFrame    = `{"message": "Internal server error", "connectionId":"ID", "requestId":"ID"}`
	timeOutFrame   = `{"message": "Endpoint request timed out", "connectionId":"ID", "requestId":"ID"}`
	badBodyFrame   = `{"message" : "Bad request body", "connectionId": "ID", "messageId": "ID"}`
	nothing        = "" // reaches the client
)

// TestWebSocketMessages: by which route a message goes, and what the client gets for it. What comes behind each message is an echo, so
// that nothing is seen to be nothing.
func TestWebSocketMessages(t *testing.T) {
	patient := newChat(t, chatMode, nil)
	hasty := newChat(t, chatMode, func(c *setting) { c.Timeout = 2 * time.Second })
	waiting, giving := patient.open(t), hasty.open(t)
	tests := []struct{ message, route, frame string }{
		{`{"action":"echo","a":1}`, "echo", `{"action":"echo","a":1}`},
		{`{"action":"send","a":1}`, "send", nothing},
		{`{"action":"Echo"}`, "$default", `{"action":"Echo"}`}, // keys are told apart by case
		{`{"action":"unknown"}`, "$default", `{"action":"unknown"}`},
		{`{"action":["echo"]}`, "$default", `{"action":["echo"]}`},
		{`{"action":null}`, "$default", `{"action":null}`},
		{`{"action":"$default"}`, "$default", `{"action":"$default"}`},
		{`{}`, "$default", `{}`},
		{`[]`, "$default", `[]`},
		{`"echo"`, "$default", `"echo"`},
		{`hello`, "$default", `hello`}, // no JSON
		{`{"action":"echo"} {}`, "$default", `{"action":"echo"} {}`},
		{`{"action":"echo"`, "$default", `{"action":"echo"`},
		{``, "$default", nothing}, // whose echo is empty
		{`{"action":"$connect"}`, "$default", `{"action":"$connect"}`},
		{`{"action":"$disconnect"}`, "$default", `{"action":"$disconnect"}`},
		{`{"action":"checked","text":"hello"}`, "checked", `{"action":"checked","text":"hello"}`},
		{`{"action":"checked","text":"hello!"}`, "", badBodyFrame},
		{`{"action":"checked"}`, "", badBodyFrame},
		{`{"action":"checked","text":"hello","more":1e400}`, "checked", `{"action":"checked","text":"hello","more":1e400}`},
		{`{"action":"checked","text":"hello","more":1e401}`, "", badBodyFrame}, // which takes the more time to compare, the larger it is
		{`{"action":"echo","do":"exc"}`, "echo", failedFrame},
		{`{"action":"send","do":"exc"}`, "send", failedFrame},
		{`{"action":"send","do":"null"}`, "send", failedFrame},
		{`{"action":"send","do":"nothing"}`, "send", failedFrame},
		{`{"action":"echo","do":"\"hello\""}`, "echo", failedFrame},
		{`{"action":"send","do":"401"}`, "send", nothing},
		{`{"action":"send","do":"501"}`, "send", nothing},
		{`{"action":"echo","do":"201"}`, "echo", `body of 201`},
		{`{"action":"echo","do":"401"}`, "echo", failedFrame},
		{`{"action":"echo","do":"stuck"}`, "echo", timeOutFrame},
		{`{"action":"send","do":"stuck"}`, "send", timeOutFrame},
	}
	for _, test := range tests {
		s, c := patient, waiting
		if test.frame == timeOutFrame {
			s, c = hasty, giving
		}
		c.say(t, test.message)
		if test.route != "" {
			if e := s.next(t, "MESSAGE"); e.RequestContext.RouteKey != test.route || e.Body != test.message || e.RequestContext.Authorizer["principalId"] != "me" {
				t.Errorf("%s: %s", test.message, e.text)
			}
		}
		if test.frame != nothing {
			if text, err := c.hear(); err != nil || id.ReplaceAllString(text, "ID") != test.frame {
				t.Errorf("%s: %s (%v), want %s", test.message, text, err, test.frame)
			}
		}
		if s == hasty {
			continue
		}
		c.say(t, `{"action":"echo","after":"it"}`)
		s.next(t, "MESSAGE")
		if text, err := c.hear(); err != nil || text != `{"action":"echo","after":"it"}` {
			t.Errorf("%s: then %s, error %v", test.message, text, err)
		}
	}
}

// TestWebSocketFrameIDs: a frame names the connection, and the request or the message, as the trace and the events do.
func TestWebSocketFrameIDs(t *testing.T) {
	s := newChat(t, chatMode, nil)
	c := s.open(t)
	c.say(t, `{"action":"send","do":"exc"}`)
	e := s.next(t, "MESSAGE").RequestContext
	want := fmt.Sprintf(`{"message": "Internal server error", "connectionId":"%s", "requestId":"%s"}`, e.ConnectionID, e.RequestID)
	if text, err := c.hear(); err != nil || text != want {
		t.Errorf("%s, error %v, want %s", text, err, want)
	}
	c.say(t, `{"action":"checked"}`)
	text, err := c.hear()
	if message := id.FindAllString(text, -1); err != nil || len(message) != 2 || message[0] != e.ConnectionID || message[1][9:] != e.ConnectionID[9:] || message[1] == message[0] {
		t.Errorf("%s, error %v, of %s", text, err, e.ConnectionID)
	}
}

// TestWebSocketNoDefault: without $default, what no route is for is forbidden, and lifecycle routes are for no message.
func TestWebSocketNoDefault(t *testing.T) {
	s := newChat(t, chatMode, withContract(t, with(chatContract, "    $default: {reply: {}}\n", "")))
	c := s.open(t)
	for _, message := range []string{`{"action":"unknown"}`, `hello`, `{"action":"$connect"}`, `{"action":"$disconnect"}`, `{"action":"$Connect"}`, `{"action":""}`, ``} {
		c.say(t, message)
		if text, err := c.hear(); err != nil || id.ReplaceAllString(text, "ID") != forbiddenFrame {
			t.Errorf("%s: %s, error %v", message, text, err)
		}
	}
	s.quiet(t, "messages for no route")
}

// TestWebSocketSelection: what route selection expressions give.
func TestWebSocketSelection(t *testing.T) {
	tests := []struct{ expression, message, route string }{
		{`${request.body.service}/${request.body.action}`, `{"service":"chat","action":"join"}`, "chat/join"},
		{`${request.body.service}/${request.body.action}`, `{"service":"chat"}`, "chat/"},
		{`${request.body.action}-${request.body.more}`, `{"action":"join"}`, "join-"},
		{`$request.body.a.b-c._d`, `{"a":{"b-c":{"_d":"deep"}}}`, "deep"},
		{`$request.body.a.b`, `{"a":[{"b":"join"}]}`, "$default"},
		{`$request.body.a`, `{"a":["item1","item2"]}`, "[item1,item2]"}, // as a key would have no blanks
		{`$request.body.a`, `{"a":1.50}`, "1.50"},
		{`$request.body.a`, `{"a":true}`, "true"},
		{`$request.body.a`, `{"a":"${request.body.b}","b":"join"}`, "$default"}, // read once
		{`\$${request.body.a}`, `{"a":"join"}`, "$default"},
		{`\$default${request.body.a}`, `{}`, "$default"},
		{`all${request.body.a}`, `{}`, "all"},
		{`all${request.body.a}`, `no JSON`, "$default"},
	}
	for _, test := range tests {
		key := strings.ReplaceAll(test.route, ",", ", ")
		s := newChat(t, chatMode, func(c *setting) {
			c.Contract.WebSocket.RouteSelectionExpression = test.expression
			for i := range c.Contract.WebSocket.Routes {
				if r := &c.Contract.WebSocket.Routes[i]; r.Key == "send" && test.route != "$default" {
					r.Key = key
				}
			}
		})
		c := s.open(t)
		c.say(t, test.message)
		if got := s.next(t, "MESSAGE").RequestContext.RouteKey; got != key {
			t.Errorf("%s of %s: %s, want %s", test.expression, test.message, got, key)
		}
	}
	for _, expression := range []string{"$action", "${request.body.a", "${context.a}", "a$"} {
		p := compiledChat(t)
		p.WebSocket.RouteSelectionExpression = expression
		s := &stage{token: &function{}, things: &function{}}
		config := s.config(t, modeText, nil)
		config.Plan = p
		if _, err := gateway.New(config.Config); err == nil || !strings.Contains(err.Error(), "routeSelectionExpression") {
			t.Errorf("%s: error %v", expression, err)
		}
	}
}

// compiledChat is the plan of the fixture.
func compiledChat(t *testing.T) *plan.Plan {
	t.Helper()
	var p *plan.Plan
	newChat(t, chatMode, func(c *setting) {
		var err error
		if p, err = plan.Compile(c.Contract, c.Mode); err != nil {
			t.Fatal(err)
		}
	})
	return p
}

// TestWebSocketAtOnce: a message is not kept waiting by another one that takes its time.
func TestWebSocketAtOnce(t *testing.T) {
	s := newChat(t, chatMode, nil)
	c := s.open(t)
	c.say(t, `{"action":"send","do":"stuck"}`)
	s.next(t, "MESSAGE")
	c.say(t, `{"action":"echo"}`)
	if text, err := c.hear(); err != nil || text != `{"action":"echo"}` {
		t.Errorf("%s, error %v", text, err)
	}
}

// TestWebSocketRouteThrottle: a route has a limit of its own, and the others the stage's.
func TestWebSocketRouteThrottle(t *testing.T) {
	s := newChat(t, chatMode+"throttle: {rateLimit: 0, burstLimit: 10, methods: {echo: {rateLimit: 0, burstLimit: 1}}}\n", nil)
	c := s.open(t)
	for i, want := range []string{`{"action":"echo"}`, `{"message": "Too Many Requests", "connectionId":"ID", "requestId":"ID"}`} {
		c.say(t, `{"action":"echo"}`)
		if text, err := c.hear(); err != nil || id.ReplaceAllString(text, "ID") != want {
			t.Errorf("message %d: %s, error %v", i, text, err)
		}
	}
	c.say(t, `{"action":"other"}`)
	if text, err := c.hear(); err != nil || text != `{"action":"other"}` {
		t.Errorf("%s, error %v", text, err)
	}
}

// FuzzWebSocketMessage: whatever a message is, exactly one function is told of it, unchanged, or the connection ends since it is no text.
func FuzzWebSocketMessage(f *testing.F) {
	for _, text := range []string{`{"action":"echo"}`, `{"action":{"a":[1,null]}}`, "", "\x00", "\xff", `{"action":"$connect"}`, strings.Repeat("[", 10_000), `{"action":1e400}`} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s := newChat(t, chatMode, nil)
		wire := s.wire(t, upgradeRequest)
		s.next(t, "CONNECT")
		wire.frame(0x81, text)
		wire.frame(0x88, "")
		var messages []string
		for ended := false; !ended; {
			first, payload := wire.next()
			switch ended = first == 0x88; {
			case !ended && payload != text && !strings.Contains(payload, "Bad request body"):
				t.Errorf("%q: the client gets %q", text, payload)
			case ended && !utf8.ValidString(text) && payload[:2] != "\x03\xef":
				t.Errorf("%q: the connection ends with %q", text, payload)
			}
		}
		wire.Close()
		s.gateway.Close()
		close(s.events)
		for got := range s.events {
			if e := (event{}); json.Unmarshal([]byte(got), &e) == nil && e.RequestContext.EventType == "MESSAGE" {
				messages = append(messages, e.Body)
			}
		}
		if len(messages) > 1 || len(messages) == 1 && messages[0] != text || !utf8.ValidString(text) && len(messages) > 0 {
			t.Errorf("%q: the function is told %q", text, messages)
		}
		if len(messages) == 0 && utf8.ValidString(text) && !strings.Contains(text, "checked") {
			t.Errorf("%q: the function is told nothing", text)
		}
	})
}
