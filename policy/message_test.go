package policy_test

import (
	"errors"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"portcullis/policy"
)

// message is a rule of a WebSocket API's messages.
func message(key, owner string, access policy.Access) policy.Rule {
	return policy.Rule{Route: policy.Route{Method: key}, Access: access, Owner: owner}
}

// TestExplainMessage: a line a case: what of a message's rule holds, or what each alternative lacks.
func TestExplainMessage(t *testing.T) {
	rules := mustRules(t, rule(policy.RouteConnect, "", bearer("")), message("closed", "", policy.Access{}), message("open", "", policy.Access{Public: true}),
		message("own", "$request.body.user", policy.Access{Alternatives: []policy.Alternative{
			{{Scheme: "bearer", Scopes: []string{"self", "chat"}}},
			{{Scheme: "apiKey"}, {Scheme: "bearer", Scopes: []string{"read"}}},
			{{Scheme: "bearer", Scopes: []string{"write"}}},
		}}))
	lacks := func(schemes, scopes, owners string) policy.Shortfall {
		return policy.Shortfall{Schemes: strings.Fields(schemes), Scopes: strings.Fields(scopes), Owners: strings.Fields(owners)}
	}
	for _, test := range []struct {
		who        policy.Caller
		key, owner string
		route      bool // there is one
		holds      int
		missing    []policy.Shortfall
	}{
		{caller("7", "self chat"), "own", "7", true, 0, nil},
		{caller("7", "self chat write"), "own", "7", true, 0, nil},
		{caller("7", "self chat write"), "own", "8", true, 2, nil},
		{caller("7", "self"), "own", "8", true, -1, []policy.Shortfall{lacks("", "chat", "$request.body.user"), lacks("apiKey", "read", ""), lacks("", "write", "")}},
		{caller("7", "self"), "own", "7", true, -1, []policy.Shortfall{lacks("", "chat", ""), lacks("apiKey", "read", ""), lacks("", "write", "")}},
		{caller("*", "self chat"), "own", "*", true, -1, []policy.Shortfall{lacks("", "", "$request.body.user"), lacks("apiKey", "read", ""), lacks("", "write", "")}},
		{caller("7", "write"), "closed", "", true, -1, nil},
		{caller("7", ""), "open", "", true, -1, nil},
		{caller("7", "write"), "other", "", false, -1, nil},
		{caller("7", "write"), policy.RouteConnect, "", false, -1, nil},
	} {
		got := rules.ExplainMessage(test.who, policy.Message{Key: test.key, Owner: test.owner})
		same := slices.EqualFunc(got.Missing, test.missing, func(a, b policy.Shortfall) bool {
			return slices.Equal(a.Schemes, b.Schemes) && slices.Equal(a.Scopes, b.Scopes) && slices.Equal(a.Owners, b.Owners)
		})
		if (got.Rule != nil) != test.route || got.Holds != test.holds || !same || got.Open != (test.key == "open") {
			t.Errorf("%s of %q by %+v: %+v", test.key, test.owner, test.who, got)
		}
	}
}

// TestDecideMessage: what a message's rule says, for whose the message is and when it comes.
func TestDecideMessage(t *testing.T) {
	end := time.Unix(1_767_225_600, 0)
	both := policy.Access{Alternatives: []policy.Alternative{{{Scheme: "bearer", Scopes: []string{"read"}}, {Scheme: "apiKey", Scopes: []string{"write"}}}}}
	rules := mustRules(t,
		rule(policy.RouteConnect, "", bearer("")), rule("GET", "/send", policy.Access{Public: true}),
		message("send", "", bearer("write")), message("own", "$request.body.user", bearer("read", "self")), message("mine", "$request.body.to.id", bearer("self")),
		message("both", "", both), message("open", "", policy.Access{Public: true}), message("closed", "", policy.Access{}),
		message("rooms/join", "", bearer("")), message(policy.RouteDefault, "", bearer("write")))
	granted := func(key, bearer string) policy.Caller {
		return policy.Caller{ID: "7", Schemes: []string{"bearer", "apiKey"}, SchemeScopes: map[string][]string{"apiKey": strings.Fields(key), "bearer": strings.Fields(bearer)}}
	}
	ends := func(who policy.Caller, at time.Time) policy.Caller {
		who.Expires = at
		return who
	}
	tests := []struct {
		who   policy.Caller
		key   string
		owner string
		want  policy.Decision
	}{
		{caller("7", "write"), "send", "", policy.Allow},
		{caller("7", "write"), "Send", "", policy.Deny},
		{caller("7", "write"), "other", "", policy.Deny}, // $default is chosen by the gateway, not here
		{caller("7", "write"), policy.RouteDefault, "", policy.Allow},
		{caller("7", "read"), policy.RouteDefault, "", policy.Deny},
		{caller("7", "write"), "GET", "", policy.Deny},
		{caller("7", "write"), policy.RouteConnect, "", policy.Deny},
		{caller("7", "write"), policy.RouteDisconnect, "", policy.Deny},
		{caller("7", "write"), "", "", policy.Deny},
		{caller("7", "read"), "send", "", policy.Deny},
		{caller("7", ""), "rooms/join", "", policy.Allow},
		{caller("7", ""), "open", "", policy.Allow},
		{policy.Caller{}, "open", "", policy.Deny},
		{policy.Caller{Schemes: []string{"bearer"}, Scopes: []string{"write"}}, "send", "", policy.Deny},
		{caller("7", "read write self"), "closed", "", policy.Deny},
		{caller("7", "self"), "own", "7", policy.Allow},
		{caller("7", "self"), "own", "8", policy.Deny},
		{caller("7", "self"), "own", "", policy.Deny},
		{caller("7", "self"), "own", "*", policy.Deny},
		{caller("*", "self"), "own", "*", policy.Deny},
		{caller("a/b", "self"), "own", "a/b", policy.Deny},
		{caller("Ada", "self"), "own", "ada", policy.Deny},
		{caller("a@b", "self"), "own", "a%40b", policy.Deny},
		{caller("a@b", "self"), "mine", "a@b", policy.Allow},
		{policy.Caller{ID: "7", OwnsNothing: true, Schemes: []string{"bearer"}, Scopes: []string{"self"}}, "own", "7", policy.Deny},
		{policy.Caller{ID: "7", OwnsNothing: true, Schemes: []string{"bearer"}, Scopes: []string{"self"}}, "own", "*", policy.Deny},
		{policy.Caller{ID: "7", OwnsNothing: true, Schemes: []string{"bearer"}, Scopes: []string{"read"}}, "own", "7", policy.Allow},
		{caller("7", "read"), "own", "8", policy.Allow},
		{granted("write", "read"), "both", "", policy.Allow},
		{granted("read", "write"), "both", "", policy.Deny},
		{granted("write", ""), "send", "", policy.Deny},
		{ends(caller("7", "write"), end), "send", "", policy.Deny},
		{ends(caller("7", "write"), end.Add(time.Nanosecond)), "send", "", policy.Allow},
		{ends(caller("7", "write"), end.Add(-time.Hour)), "open", "", policy.Deny},
	}
	for _, test := range tests {
		m := policy.Message{Key: test.key, Owner: test.owner, At: end}
		if got := rules.DecideMessage(test.who, m); got != test.want {
			t.Errorf("%s of %q by %+v: %s", test.key, test.owner, test.who, got)
		}
		explained := rules.ExplainMessage(test.who, m)
		if holds := explained.Holds >= 0 || explained.Open; explained.Decision != test.want || test.want == policy.Allow && !holds || len(explained.Missing) > 0 && holds {
			t.Errorf("%s of %q by %+v: %+v", test.key, test.owner, test.who, explained)
		}
	}
	if got := new(policy.Rules).DecideMessage(caller("7", "write"), policy.Message{Key: "send"}); got != policy.Deny {
		t.Errorf("no rules at all: %s", got)
	}
}

// TestRouteKeysAreChecked: a rule of a route key that cannot be decided by is refused.
func TestRouteKeysAreChecked(t *testing.T) {
	connect := func(access policy.Access) policy.Rule { return rule(policy.RouteConnect, "", access) }
	schema := func(key, schema string) policy.Rule {
		return policy.Rule{Route: policy.Route{Method: key}, Access: bearer("read"), Message: schema}
	}
	withPath := rule("GET", "/a", bearer("self"))
	withPath.Owner = "$request.body.a"
	for want, refused := range map[string][]policy.Rule{
		"$connect: stands there twice":                     {connect(bearer("a")), connect(bearer("b"))},
		"send: stands there twice":                         {message("send", "", bearer("a")), message("send", "", bearer("b"))},
		"$connect: a scope that counts for owners":         {connect(bearer("self"))},
		"send: a scope that counts for owners":             {message("send", "", bearer("read", "read self"))},
		"$connect /things: want a route key":               {rule("$connect", "/things", bearer("a"))},
		"$*: want $connect":                                {rule("$*", "", bearer("a"))},
		"$other: want $connect":                            {rule("$other", "", bearer("a"))},
		"$disconnect: want $connect":                       {rule("$disconnect", "", bearer("a"))},
		"a*: want $connect":                                {message("a*", "", bearer("a"))},
		"a b: want $connect":                               {message("a b", "", bearer("a"))},
		"é: want $connect":                                 {message("é", "", bearer("a"))},
		strings.Repeat("k", 129) + ": want $connect":       {message(strings.Repeat("k", 129), "", bearer("a"))},
		": want $connect":                                  {message("", "", bearer("a"))},
		"send: the owner $request.body.user restricts":     {message("send", "$request.body.user", bearer("read"))},
		"open: the owner $request.body.user restricts":     {message("open", "$request.body.user", policy.Access{Public: true})},
		`send: the owner "user" is no member`:              {message("send", "user", bearer("self"))},
		`send: the owner "$request.body." is no member`:    {message("send", "$request.body.", bearer("self"))},
		`send: the owner "$request.body.a..b" is no m`:     {message("send", "$request.body.a..b", bearer("self"))},
		`send: the owner "$request.body.a[0]" is no m`:     {message("send", "$request.body.a[0]", bearer("self"))},
		`send: the owner "$request.header.a" is no m`:      {message("send", "$request.header.a", bearer("self"))},
		"send: the schema of its messages is no JSON":      {schema("send", "[]")},
		"spaced: the schema of its messages is no JSON":    {schema("spaced", "{ }")},
		"broken: the schema of its messages is no JSON":    {schema("broken", "{")},
		"binary: the schema of its messages is no JSON":    {schema("binary", "{\"a\":\"\xff\"}")},
		"$connect: is no route of messages":                {schema("$connect", "{}")},
		"GET /a: has a path, and an owner or a message is": {withPath},
	} {
		_, err := policy.NewRules(refused, map[string]string{"self": "id"})
		if !errors.As(err, new(*policy.RouteError)) || !strings.HasPrefix(err.Error(), "policy: "+want) {
			t.Errorf("error %v; want %s", err, want)
		}
	}
	mustRules(t, message(strings.Repeat("k", 128), "", bearer("a")), message("a/b", "", bearer("a")), schema("send", "{}"))
}

// TestRouteKeys: the rules of route keys are given as they were, and changing them changes nothing.
func TestRouteKeys(t *testing.T) {
	rules := mustRules(t, message("own", "$request.body.user", bearer("read", "self")), message("all", "", policy.Access{Public: true}), rule("GET", "/a", bearer("read")), rule("$connect", "", bearer("read")))
	got := rules.RouteKeys()
	if len(got) != 3 || got[0].Route.Method != "$connect" || !got[1].Access.Public || got[2].Owner != "$request.body.user" || len(got[2].Access.Alternatives) != 2 {
		t.Fatalf("%+v", got)
	}
	got[2].Access.Alternatives[0][0].Scopes[0] = "other"
	if again := rules.RouteKeys(); again[2].Access.Alternatives[0][0].Scopes[0] != "read" {
		t.Errorf("%+v was changed from outside", again)
	}
}

// messageOwner is a scope under which a message's owner counts, in an API of random rules: those of one parameter.
var messageOwner = map[string]string{"self": "id", "mine": "id"}

// TestMessagesAreDecidedAsRequests: a rule allows a message to whom it allows the request of a REST API whose path names the same
// owner, and to nobody else.
func TestMessagesAreDecidedAsRequests(t *testing.T) {
	c := newChance(70)
	counts := map[policy.Decision]int{}
	for range 4000 {
		access := c.access()
		owner := "$request.body.id"
		owned := slices.ContainsFunc(access.Alternatives, func(a policy.Alternative) bool {
			return slices.ContainsFunc(a, func(r policy.Requirement) bool {
				return slices.ContainsFunc(r.Scopes, func(s string) bool { return messageOwner[s] != "" })
			})
		})
		if access.Public || !owned {
			owner = ""
		}
		rest := newRules(t, []policy.Rule{rule("GET", "/things/{id}", access)}, messageOwner)
		live := newRules(t, []policy.Rule{message("get", owner, access), rule("$connect", "", bearer("read"))}, messageOwner)
		for range 10 {
			who, id := c.caller(), c.pick("a", "b", "c", "x|y", "A", "é")
			who.OwnsNothing = c.IntN(4) == 0
			want := rest.Decide(who, "GET", "/things/"+url.PathEscape(id))
			got := live.DecideMessage(who, policy.Message{Key: "get", Owner: id, At: time.Unix(1_767_225_600, 0)})
			if got != want {
				t.Fatalf("%v of %q by %+v: %s, and %s as a request", access, id, who, got, want)
			}
			if nobodys := live.DecideMessage(who, policy.Message{Key: "get", Owner: c.pick("", "*", "a/b", "..", "?")}); nobodys == policy.Allow && want == policy.Deny {
				t.Fatalf("%v of nobody's by %+v is allowed", access, who)
			}
			counts[got]++
		}
	}
	if counts[policy.Allow] < 5000 || counts[policy.Deny] < 5000 {
		t.Errorf("%v: the test says little", counts)
	}
}
