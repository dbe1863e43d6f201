package live_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/url"
	"strings"
	"testing"
	"time"

	"portcullis/api/contract"
	"portcullis/api/live"
	"portcullis/policy"
)

// mirror is a random API: for each route of messages it has an operation of the same security, with the same owner.
type mirror struct {
	text   string        // of the contract
	rules  *policy.Rules // as functions read them
	routes []mirrorRoute
	open   bool // everybody may connect
}

// mirrorRoute is a route of messages, and the path of its operation.
type mirrorRoute struct {
	key, path string
	public    bool
	owned     bool // the owner is the message's to.id, and the path's {id}
	schema    bool // a message's n has to be at most 5
}

// chance draws lots.
type chance struct{ *rand.Rand }

func (c chance) pick(from ...string) string { return from[c.IntN(len(from))] }

// some draws up to two of these, each once.
func (c chance) some(from ...string) []string {
	first, second := c.pick(from...), c.pick(from...)
	drawn := []string{first, second}[:c.IntN(3)]
	if len(drawn) == 2 && first == second {
		return drawn[:1]
	}
	return drawn
}

// security draws what is asked for, as a contract says it: nothing, or alternatives of one scheme or both.
func (c chance) security(scopes ...string) string {
	alternatives := []string{}
	for range c.IntN(4) {
		alternative := []string{}
		for _, scheme := range [][]string{{"bearer"}, {"apiKey"}, {"bearer", "apiKey"}}[c.IntN(3)] {
			alternative = append(alternative, scheme+": ["+strings.Join(c.some(scopes...), ", ")+"]")
		}
		alternatives = append(alternatives, "{"+strings.Join(alternative, ", ")+"}")
	}
	return "[" + strings.Join(alternatives, ", ") + "]"
}

// mirror draws an API.
func (c chance) mirror(t *testing.T) mirror {
	t.Helper()
	connect := c.security("read", "write")
	m := mirror{open: connect == "[]"}
	var paths, routes strings.Builder
	used := ""
	for i := range 1 + c.IntN(4) {
		security := c.security("read", "write", "self", "mine")
		r := mirrorRoute{key: fmt.Sprint("r", i), path: fmt.Sprint("/r", i, "/"), public: security == "[]", owned: strings.Contains(security, "self") || strings.Contains(security, "mine"), schema: c.IntN(3) == 0}
		if i == 0 && c.IntN(3) == 0 {
			r.key = "$default"
		}
		fmt.Fprintf(&paths, "  %s{id}: {parameters: [{name: id, in: path, required: true}], get: {security: %s}}\n", r.path, security)
		fmt.Fprintf(&routes, "    %s: {security: %s", r.key, security)
		if r.owned {
			routes.WriteString(", owner: $request.body.to.id")
		}
		if r.schema {
			routes.WriteString(", message: {type: object, properties: {to: {properties: {id: {}}}, n: {maximum: 5}}}")
		}
		routes.WriteString("}\n")
		used += security
		m.routes = append(m.routes, r)
	}
	owners := []string{}
	for _, scope := range []string{"self", "mine"} {
		if strings.Contains(used, scope) {
			owners = append(owners, scope+": id")
		}
	}
	m.text = "openapi: 3.1.0\nx-function: f\n"
	if len(owners) > 0 {
		m.text += "x-owner-scopes: {" + strings.Join(owners, ", ") + "}\n"
	}
	m.text += "components: {securitySchemes: {bearer: {type: http, scheme: bearer}, apiKey: {type: apiKey, in: header, name: X-Api-Key}}}\n" +
		"paths:\n" + paths.String() + "x-websocket:\n  connect: {security: " + connect + "}\n  routes:\n" + routes.String()
	m.rules = rulesAsRead(t, m.text)
	return m
}

// rulesAsRead are the rules of a contract as functions have them, from rules.json.
func rulesAsRead(t *testing.T, text string) *policy.Rules {
	t.Helper()
	read, err := contract.Parse("contract.yaml", []byte(text))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	rules, err := read.Rules()
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	encoded, err := rules.Encode(policy.Source{Name: "contract.yaml", SHA256: strings.Repeat("0", 64)})
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if rules, _, err = policy.DecodeRules(encoded); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return rules
}

// caller draws somebody of whom something is known.
func (c chance) caller() policy.Caller {
	who := policy.Caller{ID: c.pick("a", "b", "é|", "A"), OwnsNothing: c.IntN(4) == 0, Schemes: [][]string{{"bearer"}, {"apiKey"}, {"apiKey", "bearer"}}[c.IntN(3)]}
	if c.IntN(2) == 0 {
		who.Expires = end
	}
	if c.IntN(2) == 0 {
		who.Scopes = c.some("read", "write", "self", "mine")
		return who
	}
	who.SchemeScopes = map[string][]string{}
	for _, scheme := range []string{"bearer", "apiKey"} { // also of one that the caller has no credential of
		who.SchemeScopes[scheme] = c.some("read", "write", "self", "mine")
	}
	return who
}

// TestMessagesPassAsRequestsWould: of random contracts, a message passes the guard where the rules let the caller make the request that
// has the same security and owner, before the caller's credential ends, and nowhere else. Of public routes of an API that asks
// nobody who connects, they do of everybody.
func TestMessagesPassAsRequestsWould(t *testing.T) {
	c := chance{rand.New(rand.NewPCG(90, 1))}
	counts := map[string]int{}
	for range 150 {
		m := c.mirror(t)
		now, next := before, &handler{}
		guard, err := live.New(live.Config{Rules: m.rules, Next: next, Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatalf("%v\n%s", err, m.text)
		}
		for range 50 {
			r, who, n := m.routes[c.IntN(len(m.routes))], c.caller(), c.IntN(8)
			id := c.pick("a", "b", "é|", "A", "stranger")
			sent, err := json.Marshal(map[string]any{"action": r.key, "to": map[string]string{"id": id}, "n": n})
			if err != nil {
				t.Fatal(err)
			}
			granted, err := m.rules.EncodeGrant(who)
			if err != nil {
				t.Fatal(err)
			}
			now = []time.Time{before, before, end}[c.IntN(3)]
			want := m.rules.Decide(who, "GET", r.path+url.PathEscape(id)) == policy.Allow && (who.Expires.IsZero() || now.Before(who.Expires))
			changes, kind := []change{key(r.key), body(string(sent)), grant(granted)}, "known"
			if c.IntN(4) == 0 {
				changes, kind, want = append(changes, func(c, _ map[string]any) { delete(c, "authorizer") }), "nobody", m.open && r.public
			}
			want = want && (!r.schema || n <= 5)
			calls := next.calls
			if _, err := guard.Invoke(t.Context(), eventOf(t, "message", changes...)); err != nil {
				t.Fatal(err)
			}
			if got := next.calls > calls; got != want {
				t.Fatalf("%s by %s %+v at %v passes: %v, want %v, in\n%s", sent, kind, who, now, got, want, m.text)
			}
			counts[fmt.Sprintf("%s, owned %v, public %v: %v", kind, r.owned, r.public, want)]++
		}
	}
	for _, kind := range []string{
		"known, owned true, public false: true", "known, owned true, public false: false", "known, owned false, public false: true",
		"known, owned false, public false: false", "known, owned false, public true: true", "nobody, owned false, public true: true",
	} {
		if counts[kind] < 70 {
			t.Errorf("%v: the test says little", counts)
		}
	}
}
