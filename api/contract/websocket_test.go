package contract_test

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"

	"portcullis/api/contract"
	"portcullis/policy"
)

func TestWebSocket(t *testing.T) {
	read, err := contract.Load("testdata/websocket.yaml")
	if err != nil {
		t.Fatal(err)
	}
	w := read.WebSocket
	got := []string{fmt.Sprint(w.RouteSelectionExpression, " ", w.Function, " ", w.Connect)}
	for _, r := range w.Routes {
		got = append(got, fmt.Sprintf("%d: %s: %s %v, owner %q, message %q, reply %q, schema %s", r.Line, r.Key, r.Function, r.Access, r.Owner, r.Message, r.Reply, r.Schema))
	}
	want := []string{
		"${request.body.service}/${request.body.action} lobby {false [[{bearer [chat]}]]}",
		`24: chat/send: chat {false [[{bearer [chat self]}] [{apiKey [send]} {bearer []}]]}, owner "$request.body.to.user", message "#/components/schemas/Send", reply "", ` +
			`schema {"type":"object","properties":{"text":{"type":"string","maxLength":1000},"to":{"type":"object","properties":{"user":{"type":"string","maxLength":1000}}}},"required":["to","text"]}`,
		`29: chat/time: clock {true []}, owner "", message "", reply "#/x-websocket/routes/chat~1time/reply", schema `,
		`30: 1: chat {false [[{bearer [chat]}]]}, owner "", message "#/x-websocket/routes/1/message", reply "#/components/schemas/Text", schema {"enum":[1]}`,
		`33: $default: other {false [[{bearer [chat]}]]}, owner "", message "", reply "", schema `,
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	rules, err := read.Rules()
	if err != nil {
		t.Fatal(err)
	}
	who := policy.Caller{ID: "7", Schemes: []string{policy.SchemeBearer}, Scopes: []string{"chat", "self"}}
	for _, test := range []struct {
		key, owner string
		want       policy.Decision
	}{{"chat/send", "7", policy.Allow}, {"chat/send", "8", policy.Deny}, {"chat/time", "", policy.Allow}, {"1", "", policy.Allow}, {"$default", "", policy.Allow}, {"chat", "7", policy.Deny}} {
		if got := rules.DecideMessage(who, policy.Message{Key: test.key, Owner: test.owner}); got != test.want {
			t.Errorf("%s of %q: %s", test.key, test.owner, got)
		}
	}
	if rules.Decide(who, policy.RouteConnect, "") != policy.Allow {
		t.Error("who has the document's own scope may not connect")
	}
}

// TestNoWebSocket: where the contract has none, nobody may connect, or send.
func TestNoWebSocket(t *testing.T) {
	read, err := contract.Load("testdata/inheriting.yaml")
	if err != nil {
		t.Fatal(err)
	}
	rules, err := read.Rules()
	if err != nil || read.WebSocket != nil {
		t.Fatal(read.WebSocket, err)
	}
	who := policy.Caller{ID: "7", Schemes: []string{policy.SchemeBearer}, Scopes: []string{"read"}}
	if rules.Decide(who, policy.RouteConnect, "") != policy.Deny || rules.DecideMessage(who, policy.Message{Key: policy.RouteDefault}) != policy.Deny {
		t.Error("somebody may connect, or send")
	}
}

// TestTooManyRoutes: API Gateway has 300, of which two are not for messages.
func TestTooManyRoutes(t *testing.T) {
	document := func(routes int) []byte {
		text := "openapi: 3.1.0\nx-function: f\ncomponents: {securitySchemes: {bearer: {type: http, scheme: bearer}}}\nsecurity: [bearer: []]\npaths: {/a: {get: {}}}\nx-websocket:\n  routes:\n"
		for i := range routes {
			text += fmt.Sprintf("    route%d: {}\n", i)
		}
		return []byte(text)
	}
	if _, err := contract.Parse("contract", document(298)); err != nil {
		t.Error(err)
	}
	if _, err := contract.Parse("contract", document(299)); err == nil || !strings.HasPrefix(err.Error(), "contract:306: x-websocket: routes: there are more than 298") {
		t.Errorf("error %v", err)
	}
}

// TestMessagesAreRuledAsOperations: the same security is the same rule for an operation and for a message, whoever calls.
func TestMessagesAreRuledAsOperations(t *testing.T) {
	draw := rand.New(rand.NewPCG(1, 2))
	pick := func(from ...string) string { return from[draw.IntN(len(from))] }
	counts := map[policy.Decision]int{}
	for range 1500 {
		var alternatives []string
		for range draw.IntN(4) {
			alternatives = append(alternatives, pick("{bearer: [read]}", "{bearer: [self]}", "{key: []}", "{bearer: [read], key: [write]}", "{key: [self]}", "{bearer: [self, read]}", "{bearer: []}"))
		}
		security := "[" + strings.Join(alternatives, ", ") + "]"
		owner := ""
		if strings.Contains(security, "self") {
			owner = ", owner: $request.body.id"
		}
		text := fmt.Sprintf(`openapi: 3.1.0
x-function: f
x-owner-scopes: {self: id}
components: {securitySchemes: {bearer: {type: http, scheme: bearer}, key: {type: apiKey, in: header, name: X-Api-Key}}}
paths: {"/things/{id}": {get: {security: %s}, put: {security: [{bearer: [self]}]}}}
x-websocket: {connect: {security: []}, routes: {get: {security: %s%s}}}
`, security, security, owner)
		read, err := contract.Parse("contract", []byte(text))
		if err != nil {
			t.Fatalf("%v of\n%s", err, text)
		}
		if !reflect.DeepEqual(read.Operations[0].Access, read.WebSocket.Routes[0].Access) {
			t.Fatalf("%v and %v are one security", read.Operations[0].Access, read.WebSocket.Routes[0].Access)
		}
		rules, err := read.Rules()
		if err != nil {
			t.Fatal(err)
		}
		for range 20 {
			who := policy.Caller{ID: pick("a", "b", "*", "a/b", ""), OwnsNothing: draw.IntN(3) == 0, Schemes: strings.Fields(pick("bearer", "apiKey", "bearer apiKey", ""))}
			who.SchemeScopes = map[string][]string{"bearer": strings.Fields(pick("", "read", "self", "read self")), "apiKey": strings.Fields(pick("", "write", "self"))}
			id := pick("a", "b", "c")
			want := rules.Decide(who, "GET", "/things/"+url.PathEscape(id))
			if got := rules.DecideMessage(who, policy.Message{Key: "get", Owner: id}); got != want {
				t.Fatalf("%s of %s by %+v: %s, and %s of an operation", security, id, who, got, want)
			}
			counts[want]++
		}
	}
	if counts[policy.Allow] < 5000 || counts[policy.Deny] < 5000 {
		t.Errorf("%v: the test says little", counts)
	}
}

// TestTheContractsMessages pins who may send what to the API that ships: everybody who may connect, by whatever credential, but that being
// told of users asks for what reading them does.
func TestTheContractsMessages(t *testing.T) {
	read, err := contract.Load("../openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	rules, err := read.Rules()
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	for _, r := range read.WebSocket.Routes {
		keys = append(keys, r.Key)
		if r.Function != "live" || r.Reply == "" || r.Message == "" {
			t.Errorf("%+v: want a two-way route of the function live, with a schema", r)
		}
	}
	if !slices.Equal(keys, []string{"whoami", "ping", "subscribe", "unsubscribe"}) || read.WebSocket.Function != "live" {
		t.Errorf("routes %v, connections to %s", keys, read.WebSocket.Function)
	}
	for scheme, want := range map[string]policy.Decision{"bearer": policy.Allow, "apiKey": policy.Allow, "other": policy.Deny} {
		who := policy.Caller{ID: "7", Schemes: []string{scheme}}
		for _, key := range []string{"whoami", "ping", "unsubscribe"} {
			if got := rules.DecideMessage(who, policy.Message{Key: key}); got != want || rules.Decide(who, policy.RouteConnect, "") != want {
				t.Errorf("%s with %s: %s", key, scheme, got)
			}
		}
		for _, test := range []struct {
			scopes      string
			ownsNothing bool
			users       string // that are subscribed to
			want        policy.Decision
		}{
			{"users/read", false, "*", want},
			{"users/read", false, "8", want},
			{"users/read", true, "*", want},
			{"users/self", false, "7", want},
			{"users/self", false, "8", policy.Deny},
			{"users/self", false, "*", policy.Deny},
			{"users/self", true, "*", policy.Deny},
			{"users/self", true, "7", policy.Deny},
			{"users/self", false, "", policy.Deny},
			{"users/write", false, "7", policy.Deny},
			{"", false, "7", policy.Deny},
		} {
			who := policy.Caller{ID: "7", Schemes: []string{scheme}, Scopes: strings.Fields(test.scopes), OwnsNothing: test.ownsNothing}
			if got := rules.DecideMessage(who, policy.Message{Key: "subscribe", Owner: test.users}); got != test.want {
				t.Errorf("%+v with %s: %s", test, scheme, got)
			}
		}
	}
}
