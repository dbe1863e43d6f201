package live_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"portcullis/api/live"
	"portcullis/policy"
)

// handler counts what reaches it, and says who the guard says it is.
type handler struct {
	calls  int
	event  []byte
	caller policy.Caller
	err    error
}

func (h *handler) Invoke(ctx context.Context, event []byte) ([]byte, error) {
	h.calls, h.event = h.calls+1, event
	h.caller, h.err = live.CallerOf(ctx)
	return []byte(`{"statusCode":200,"body":"next"}`), nil
}

// change changes an event.
type change func(context map[string]any, event map[string]any)

// eventOf is one of testdata/events, changed.
func eventOf(t testing.TB, name string, changes ...change) []byte {
	t.Helper()
	text, err := os.ReadFile("testdata/events/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var event map[string]any
	if err := json.Unmarshal(text, &event); err != nil {
		t.Fatal(err)
	}
	for _, c := range changes {
		c(event["requestContext"].(map[string]any), event)
	}
	if text, err = json.Marshal(event); err != nil {
		t.Fatal(err)
	}
	return text
}

func key(key string) change   { return func(c, _ map[string]any) { c["routeKey"] = key } }
func body(text string) change { return func(_, e map[string]any) { e["body"] = text } }
func grant(text any) change {
	return func(c, _ map[string]any) { c["authorizer"].(map[string]any)["grant"] = text }
}
func set(name string, value any) change { return func(c, _ map[string]any) { c[name] = value } }

// access reads alternatives such as "bearer:chat,users/self" and "bearer:chat apiKey:".
func access(alternatives ...string) policy.Access {
	var a policy.Access
	for _, alternative := range alternatives {
		var requirements policy.Alternative
		for requirement := range strings.FieldsSeq(alternative) {
			scheme, scopes, _ := strings.Cut(requirement, ":")
			requirements = append(requirements, policy.Requirement{Scheme: scheme, Scopes: strings.FieldsFunc(scopes, func(r rune) bool { return r == ',' })})
		}
		a.Alternatives = append(a.Alternatives, requirements)
	}
	return a
}

func rule(key string, access policy.Access, owner, schema string) policy.Rule {
	return policy.Rule{Route: policy.Route{Method: key}, Access: access, Owner: owner, Message: schema}
}

func rulesOf(t testing.TB, rules ...policy.Rule) *policy.Rules {
	t.Helper()
	made, err := policy.NewRules(rules, map[string]string{"users/self": "id"})
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// chat are the rules of the tests.
func chat(t testing.TB) *policy.Rules {
	return rulesOf(t,
		rule("$connect", access("bearer:", "apiKey:"), "", ""),
		rule("send", access("bearer:chat"), "", `{"type":"object","required":["text"],"properties":{"action":{},"text":{"type":"string","maxLength":10}},"additionalProperties":false}`),
		rule("rename", access("bearer:admin", "bearer:users/self"), "$request.body.user", ""),
		rule("move", access("bearer:users/self"), "$request.body.to.user", ""),
		rule("both", access("bearer:chat apiKey:chat"), "", ""),
		rule("open", policy.Access{Public: true}, "", ""),
		rule("closed", policy.Access{}, "", ""),
		rule("$default", access("apiKey:"), "", ""))
}

// The end of the events' grant, and a time before it.
var (
	end    = time.Unix(1_705_755_297, 0)
	before = end.Add(-time.Nanosecond)
)

const (
	forbidden = `{"message": "Forbidden", "connectionId":"R1kmxc2VNjMCFIA=", "requestId":"R1knPH17NjMFftw="}`
	badBody   = `{"message" : "Bad request body", "connectionId": "R1kmxc2VNjMCFIA=", "messageId": "R1knPc2ntjMCFIA="}`
)

// TestGuard: what is let through, and what is answered where it is not, with the reason in the log.
func TestGuard(t *testing.T) {
	const sent = "1;1705755297;7;bearer=chat,users/self;"
	tests := []struct {
		name   string
		change []change
		at     time.Time
		reason string
		detail string
	}{
		{"as it is", nil, before, "allowed", ""},
		{"at the grant's end", nil, end, "grant-ended", ""},
		{"after it", nil, end.Add(time.Hour), "grant-ended", ""},
		{"without an end", []change{grant("1;;7;bearer=chat;")}, end.Add(100 * 365 * 24 * time.Hour), "allowed", ""},
		{"other scopes", []change{grant("1;;7;bearer=users/self;")}, before, "not-allowed", ""},
		{"the scope of another scheme", []change{grant("1;;7;apiKey=chat;bearer=;")}, before, "not-allowed", ""},
		{"no grant", []change{func(c, _ map[string]any) { delete(c["authorizer"].(map[string]any), "grant") }}, before, "grant-missing", ""},
		{"no authorizer", []change{func(c, _ map[string]any) { delete(c, "authorizer") }}, before, "grant-missing", ""},
		{"another case", []change{func(c, _ map[string]any) { c["authorizer"] = map[string]any{"Grant": sent} }}, before, "grant-missing", ""},
		{"an empty grant", []change{grant("")}, before, "grant-invalid", ""},
		{"no text", []change{grant(7)}, before, "grant-invalid", ""},
		{"null", []change{grant(nil)}, before, "grant-invalid", ""},
		{"a list", []change{grant([]string{sent})}, before, "grant-invalid", ""},
		{"a cut grant", []change{grant(sent[:len(sent)-1])}, before, "grant-invalid", ""},
		{"another version", []change{grant("2" + sent[1:])}, before, "grant-invalid", ""},
		{"what people are told decides nothing", []change{grant("1;;7;bearer=;"), func(c, _ map[string]any) { c["authorizer"].(map[string]any)["scopes"] = "chat" }}, before, "not-allowed", ""},

		{"a route without a rule", []change{key("other")}, before, "route-unknown", ""},
		{"a route of another case", []change{key("Send")}, before, "route-unknown", ""},
		{"nobody's route", []change{key("closed")}, before, "not-allowed", ""},
		{"a public route", []change{key("open"), grant("1;;;")}, before, "allowed", ""},
		{"a public route, after the end", []change{key("open")}, end, "grant-ended", ""},
		{"a public route without a grant", []change{key("open"), func(c, _ map[string]any) { delete(c, "authorizer") }}, before, "grant-missing", ""},
		{"the default route, which asks for a key", []change{key("$default")}, before, "not-allowed", ""},
		{"the default route with a key", []change{key("$default"), grant("1;;7;apiKey=;"), body("no JSON")}, before, "allowed", ""},
		{"a message to $connect", []change{key("$connect"), body(`{"action":"$connect"}`)}, before, "route-unknown", ""},
		{"a message to $disconnect", []change{key("$disconnect"), body(`{"action":"$disconnect"}`)}, before, "route-unknown", ""},
		{"one that says it is no message", []change{key("$connect"), set("eventType", "CONNECT")}, before, "route-unknown", ""},
		{"one that says it is no message, and has no body", []change{key("$disconnect"), set("eventType", "DISCONNECT"), body("")}, before, "route-unknown", ""},
		{"one with a body alone", []change{key("$connect"), set("eventType", "CONNECT"), func(c, _ map[string]any) { delete(c, "messageId") }}, before, "route-unknown", ""},
		{"one that says it is a message, and has neither id nor body", []change{key("closed"), body(""), func(c, _ map[string]any) { delete(c, "messageId") }}, before, "not-allowed", ""},
		{"both schemes", []change{key("both"), grant("1;;7;apiKey=chat;bearer=chat;")}, before, "allowed", ""},
		{"one of both", []change{key("both"), grant("1;;7;apiKey=;bearer=chat;")}, before, "not-allowed", ""},

		{"one's own", []change{key("rename"), body(`{"action":"rename","user":"7"}`)}, before, "allowed", ""},
		{"another's", []change{key("rename"), body(`{"action":"rename","user":"8"}`)}, before, "not-allowed", ""},
		{"another's, with the scope for all", []change{key("rename"), body(`{"user":"8"}`), grant("1;;7;bearer=admin;")}, before, "allowed", ""},
		{"nobody's: absent", []change{key("rename"), body(`{"action":"rename"}`)}, before, "not-allowed", ""},
		{"nobody's: null", []change{key("rename"), body(`{"user":null}`)}, before, "not-allowed", ""},
		{"nobody's: a list", []change{key("rename"), body(`{"user":["7"]}`)}, before, "not-allowed", ""},
		{"nobody's: an object", []change{key("rename"), body(`{"user":{"7":"7"}}`)}, before, "not-allowed", ""},
		{"nobody's: a number", []change{key("rename"), body(`{"user":7}`)}, before, "not-allowed", ""},
		{"nobody's: *", []change{key("rename"), body(`{"user":"*"}`)}, before, "not-allowed", ""},
		{"nobody's: * of who owns nothing", []change{key("rename"), body(`{"user":"*"}`), grant("1;;;bearer=users/self;")}, before, "not-allowed", ""},
		{"nobody's: empty", []change{key("rename"), body(`{"user":""}`), grant("1;;;bearer=users/self;")}, before, "not-allowed", ""},
		{"nobody's: twice", []change{key("rename"), body(`{"user":"7","user":"7"}`)}, before, "not-allowed", ""},
		{"nobody's: once more in another case", []change{key("rename"), body(`{"user":"7","User":"8"}`)}, before, "not-allowed", ""},
		{"nobody's: once more in letters that fold", []change{key("rename"), body(`{"user":"7","u\u017fer":"8"}`)}, before, "not-allowed", ""},
		{"nobody's: in another case", []change{key("rename"), body(`{"User":"7"}`)}, before, "not-allowed", ""},
		{"nobody's: no JSON", []change{key("rename"), body(`{"user":"7"`)}, before, "not-allowed", ""},
		{"nobody's: more behind it", []change{key("rename"), body(`{"user":"7"}{"user":"8"}`)}, before, "not-allowed", ""},
		{"nobody's: a list of messages", []change{key("rename"), body(`[{"user":"7"}]`)}, before, "not-allowed", ""},
		{"nobody's: binary", []change{key("rename"), body(`{"user":"7"}`), func(_, e map[string]any) { e["isBase64Encoded"] = true }}, before, "not-allowed", ""},
		{"spelt by escapes", []change{key("rename"), body(`{"\u0075ser":"\u0037"}`)}, before, "allowed", ""},
		{"percent-encoded", []change{key("rename"), body(`{"user":"%37"}`)}, before, "not-allowed", ""},
		{"one's own further in", []change{key("move"), body(`{"to":{"user":"7"}}`)}, before, "allowed", ""},
		{"another's further in", []change{key("move"), body(`{"to":{"user":"8"},"user":"7"}`)}, before, "not-allowed", ""},
		{"nobody's further in", []change{key("move"), body(`{"to":{"user":"7"},"To":{"user":"8"}}`)}, before, "not-allowed", ""},
		{"nobody's: by a dotted name", []change{key("move"), body(`{"to.user":"7"}`)}, before, "not-allowed", ""},

		{"a body that lacks something", []change{body(`{"action":"send"}`)}, before, "body-invalid", `the message lacks "text"`},
		{"a body that is too long", []change{body(`{"text":"01234567890"}`)}, before, "body-invalid", "/text has more than 10 characters"},
		{"a body with more", []change{body(`{"text":"a","secret":1}`)}, before, "body-invalid", "the message has a member that it may not have"},
		{"a body with a member twice", []change{body(`{"text":"a","text":"b"}`)}, before, "body-invalid", "want one JSON value in UTF-8, with each member once"},
		{"no JSON", []change{body("hello")}, before, "body-invalid", "want one JSON value in UTF-8, with each member once"},
		{"no body", []change{func(_, e map[string]any) { delete(e, "body") }}, before, "body-invalid", "want one JSON value in UTF-8, with each member once"},
		{"a bad body of who may not send", []change{body("hello"), grant("1;;7;bearer=;")}, before, "not-allowed", ""},
	}
	for _, test := range tests {
		var log bytes.Buffer
		next := &handler{}
		guard, err := live.New(live.Config{Rules: chat(t), Next: next, Now: func() time.Time { return test.at }, Log: slog.New(slog.NewJSONHandler(&log, nil))})
		if err != nil {
			t.Fatal(err)
		}
		event := eventOf(t, "message", test.change...)
		output, err := guard.Invoke(t.Context(), event)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		var answer struct {
			StatusCode int
			Body       string
		}
		if err := json.Unmarshal(output, &answer); err != nil || answer.StatusCode != 200 {
			t.Errorf("%s: %s, %v", test.name, output, err)
		}
		want := map[string]string{"allowed": "next", "body-invalid": badBody}[test.reason]
		if want == "" {
			want = forbidden
		}
		passed := test.reason == "allowed"
		if answer.Body != want || (next.calls == 1) != passed || passed && !bytes.Equal(next.event, event) {
			t.Errorf("%s: %s; the next handler was called %d times", test.name, answer.Body, next.calls)
		}
		var line map[string]any
		if err := json.Unmarshal(log.Bytes(), &line); err != nil {
			t.Fatalf("%s: %s: %v", test.name, &log, err)
		}
		decision := map[bool]string{true: "allow", false: "deny"}[passed]
		detail, _ := line["detail"].(string)
		if line["decision"] != decision || line["reason"] != test.reason || detail != test.detail || line["connectionId"] != "R1kmxc2VNjMCFIA=" {
			t.Errorf("%s: logged %s; want %s, %s", test.name, &log, test.reason, test.detail)
		}
		if strings.Contains(log.String(), "secret") || strings.Contains(log.String(), "1;17") {
			t.Errorf("%s: the log holds a message, or a grant: %s", test.name, &log)
		}
	}
}

// TestLifecycle: events of connections, which no client wrote, reach the next handler, and no sender with them.
func TestLifecycle(t *testing.T) {
	for _, name := range []string{"connect", "disconnect"} {
		next := &handler{}
		guard, err := live.New(live.Config{Rules: chat(t), Next: next, Now: func() time.Time { return end }})
		if err != nil {
			t.Fatal(err)
		}
		output, err := guard.Invoke(t.Context(), eventOf(t, name))
		if err != nil || next.calls != 1 || !strings.Contains(string(output), "next") || !errors.Is(next.err, live.ErrNoCaller) {
			t.Errorf("%s: %s, %v; calls %d, caller %+v, %v", name, output, err, next.calls, next.caller, next.err)
		}
	}
}

// TestConnectingWithoutGrant: who connects where no authorizer was asked, or another one, is refused, unless everybody may connect.
func TestConnectingWithoutGrant(t *testing.T) {
	open := rulesOf(t, rule("$connect", policy.Access{Public: true}, "", ""))
	nobody := func(c, _ map[string]any) { delete(c, "authorizer") }
	for _, test := range []struct {
		name   string
		rules  *policy.Rules
		change change
		reason string
	}{
		{"no authorizer", chat(t), nobody, "grant-missing"},
		{"another authorizer", chat(t), func(c, _ map[string]any) { delete(c["authorizer"].(map[string]any), "grant") }, "grant-missing"},
		{"another form", chat(t), grant("2;;7;bearer=;"), "grant-invalid"},
		{"rules without $connect", rulesOf(t, rule("send", access("bearer:"), "", "")), nobody, "grant-missing"},
		{"a grant", chat(t), grant("1;;7;bearer=;"), ""},
		{"open to everyone", open, nobody, ""},
	} {
		var log bytes.Buffer
		next := &handler{}
		guard, err := live.New(live.Config{Rules: test.rules, Next: next, Log: slog.New(slog.NewJSONHandler(&log, nil))})
		if err != nil {
			t.Fatal(err)
		}
		output, err := guard.Invoke(t.Context(), eventOf(t, "connect", test.change))
		if refused := string(output) == `{"statusCode":403,"body":"{\"message\":\"Forbidden\"}"}`; err != nil || refused != (test.reason != "") || refused != (next.calls == 0) {
			t.Errorf("%s: %s, %v; the next handler was called %d times", test.name, output, err, next.calls)
		}
		if line := log.String(); test.reason != "" && !strings.Contains(line, `"msg":"connect","decision":"deny","reason":"`+test.reason+`","route":"$connect"`) || test.reason == "" && line != "" {
			t.Errorf("%s: logged %s", test.name, line)
		}
	}
	guard, err := live.New(live.Config{Rules: chat(t), Next: &handler{}})
	if err != nil {
		t.Fatal(err)
	}
	if output, err := guard.Invoke(t.Context(), eventOf(t, "disconnect", nobody)); err != nil || !strings.Contains(string(output), "next") {
		t.Errorf("the end of a connection without a grant: %s, %v", output, err)
	}
}

// TestOtherEvents: an event of another kind is an error, and goes nowhere.
func TestOtherEvents(t *testing.T) {
	next := &handler{}
	guard, err := live.New(live.Config{Rules: chat(t), Next: next})
	if err != nil {
		t.Fatal(err)
	}
	for _, event := range [][]byte{
		nil, []byte("null"), []byte("[]"), []byte("{"), []byte(`{"requestContext":[]}`), []byte(`{"httpMethod":"GET","resource":"/","requestContext":{}}`),
		eventOf(t, "connect", key("send")), eventOf(t, "connect", set("eventType", "DISCONNECT")), eventOf(t, "disconnect", key("$connect")),
		eventOf(t, "connect", set("eventType", "")), eventOf(t, "message", set("connectionId", "")), eventOf(t, "message", key("")),
	} {
		if output, err := guard.Invoke(t.Context(), event); !errors.As(err, new(*live.EventError)) || next.calls != 0 {
			t.Errorf("%s: %s, %v", event, output, err)
		}
	}
}

// TestOpenToEveryone: where nobody is asked for a credential to connect, there is no grant, and what is public may be sent.
func TestOpenToEveryone(t *testing.T) {
	rules := rulesOf(t, rule("$connect", policy.Access{Public: true}, "", ""), rule("open", policy.Access{Public: true}, "", `{"required":["a"]}`), rule("send", access("bearer:"), "", ""))
	nobody := func(c, _ map[string]any) { delete(c, "authorizer") }
	for _, test := range []struct {
		change []change
		calls  int
	}{
		{[]change{key("open"), body(`{"a":1}`), nobody}, 1},
		{[]change{key("open"), body(`{}`), nobody}, 0},
		{[]change{key("open"), body(`{"a":1}`), grant("1;;;")}, 1},
		{[]change{key("open"), body(`{"a":1}`), grant("bad")}, 0},
		{[]change{key("open"), body(`{"a":1}`)}, 0}, // with a grant that has ended
		{[]change{key("send"), nobody}, 0},
	} {
		next := &handler{}
		guard, err := live.New(live.Config{Rules: rules, Next: next, Now: func() time.Time { return end }})
		if err != nil {
			t.Fatal(err)
		}
		if output, err := guard.Invoke(t.Context(), eventOf(t, "message", test.change...)); err != nil || next.calls != test.calls {
			t.Errorf("%s, %v; %d calls, want %d", output, err, next.calls, test.calls)
		}
	}
}

// TestCallerOf: the next handler knows who sends, as the grant has it.
func TestCallerOf(t *testing.T) {
	next := &handler{}
	guard, err := live.New(live.Config{Rules: chat(t), Next: next, Now: func() time.Time { return before }})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := guard.Invoke(t.Context(), eventOf(t, "message")); err != nil {
		t.Fatal(err)
	}
	who := next.caller
	if next.err != nil || who.ID != "7" || !who.Expires.Equal(end) || strings.Join(who.Schemes, " ") != "bearer" || strings.Join(who.SchemeScopes["bearer"], " ") != "chat users/self" {
		t.Errorf("%+v, %v", who, next.err)
	}
}

// TestNew: what cannot be decided by is refused at the start, and a guard that was not made lets nothing through.
func TestNew(t *testing.T) {
	next := &handler{}
	for want, c := range map[string]live.Config{
		"live: Config.Rules: are missing":                                           {Next: next},
		"live: Config.Next: is missing":                                             {Rules: chat(t)},
		"live: Config.Rules: send: the schema of its messages: pattern: is no word": {Next: next, Rules: rulesOf(t, rule("send", access("bearer:"), "", `{"pattern":"a"}`))},
	} {
		if guard, err := live.New(c); !errors.As(err, new(*live.ConfigError)) || !strings.HasPrefix(err.Error(), want) || guard != nil {
			t.Errorf("error %v; want %s", err, want)
		}
	}
	if output, err := new(live.Guard).Invoke(t.Context(), eventOf(t, "message")); err == nil {
		t.Errorf("a guard of nothing answers %s", output)
	}
}

// FuzzGuard: whatever an event holds, what reaches the next handler is no message, or one with a good grant to a route that
// has a rule.
func FuzzGuard(f *testing.F) {
	for _, name := range []string{"connect", "message", "disconnect"} {
		f.Add(eventOf(f, name))
	}
	f.Add(eventOf(f, "message", key("rename"), body(`{"user":"7"}`)))
	f.Add(eventOf(f, "message", key("$disconnect"), set("eventType", "DISCONNECT")))
	rules := chat(f)
	f.Fuzz(func(t *testing.T, event []byte) {
		next := &handler{}
		guard, err := live.New(live.Config{Rules: rules, Next: next, Now: func() time.Time { return before }, Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := guard.Invoke(t.Context(), event); err != nil || next.calls == 0 {
			return
		}
		var read struct {
			Body           string
			RequestContext struct {
				RouteKey, EventType, MessageID string
				Authorizer                     map[string]any
			}
		}
		if err := json.Unmarshal(event, &read); err != nil {
			t.Fatal(err)
		}
		c := read.RequestContext
		if read.Body == "" && c.MessageID == "" && (c.EventType == "CONNECT" && c.RouteKey == "$connect" || c.EventType == "DISCONNECT" && c.RouteKey == "$disconnect") {
			return
		}
		text, _ := c.Authorizer["grant"].(string)
		who, err := policy.DecodeGrant(text)
		owner := policy.Message{Key: c.RouteKey, Owner: "7", At: before}
		if owner.Owner = who.ID; err != nil || rules.DecideMessage(who, owner) != policy.Allow {
			t.Errorf("%s reaches the next handler", event)
		}
	})
}

// reader is a handler that reads messages as most in Go do, by encoding/json, which takes names in any case and the last of two.
type reader struct {
	t     *testing.T
	calls map[string]int // by route
}

func (h *reader) Invoke(ctx context.Context, event []byte) ([]byte, error) {
	var read struct {
		Body           string
		RequestContext struct{ RouteKey string }
	}
	var sent struct {
		User string
		To   struct{ User string }
		Kind string
	}
	who, err := live.CallerOf(ctx)
	if err != nil || json.Unmarshal(event, &read) != nil {
		h.t.Fatalf("%s: %v", event, err)
	}
	_ = json.Unmarshal([]byte(read.Body), &sent) // what it can read it has read
	key := read.RequestContext.RouteKey
	if got := map[string]string{"rename": sent.User, "move": sent.To.User, "kind": sent.Kind}[key]; got != who.ID {
		h.t.Fatalf("%s: %s of %q, and not of %q, reaches the handler", read.Body, key, got, who.ID)
	}
	h.calls[key]++
	return nil, nil
}

// TestHandlersReadWhatWasDecided: whatever a message holds besides, a handler finds the owner, or what the schema asks for, that the
// guard has found.
func TestHandlersReadWhatWasDecided(t *testing.T) {
	draw := rand.New(rand.NewPCG(80, 1))
	pick := func(from ...string) string { return from[draw.IntN(len(from))] }
	member := func(value string) string {
		return pick(`"user"`, `"user"`, `"User"`, `"u\u017fer"`, `"\u0075ser"`, `"to"`, `"to"`, `"TO"`, `"kind"`, `"kind"`, `"\u212aind"`, `"other"`, `"\ud800"`) + ":" + value
	}
	value := func() string {
		return pick(`"7"`, `"7"`, `"8"`, `null`, `7`, `["7"]`, `"\u0037"`, `"７"`, `{`+member(`"7"`)+`}`, `{`+member(`"7"`)+`,`+member(`"8"`)+`}`)
	}
	next := &reader{t, map[string]int{}}
	rules := rulesOf(t, rule("rename", access("bearer:users/self"), "$request.body.user", ""), rule("move", access("bearer:users/self"), "$request.body.to.user", ""),
		rule("kind", access("bearer:"), "", `{"type":"object","required":["kind"],"properties":{"kind":{"const":"7"}}}`))
	guard, err := live.New(live.Config{Rules: rules, Next: next, Now: func() time.Time { return before }, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	for range 10000 {
		key := pick("rename", "move", "kind")
		members := []string{map[string]string{"rename": `"user":"7"`, "move": `"to":{"user":"7"}`, "kind": `"kind":"7"`}[key]}
		for range draw.IntN(3) {
			members = slices.Insert(members, draw.IntN(len(members)+1), member(value()))
		}
		event, err := json.Marshal(map[string]any{"body": "{" + strings.Join(members, ",") + "}", "requestContext": map[string]any{
			"routeKey": key, "eventType": "MESSAGE", "connectionId": "c", "authorizer": map[string]any{"grant": "1;;7;bearer=users/self;"}}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := guard.Invoke(t.Context(), event); err != nil {
			t.Fatal(err)
		}
	}
	if next.calls["rename"] < 1000 || next.calls["move"] < 1000 || next.calls["kind"] < 1000 {
		t.Errorf("%v messages are let through: the test says little", next.calls)
	}
}
