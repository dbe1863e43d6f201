package policy_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"portcullis/policy"
)

// bearer is a rule's access for the bearer scheme: an alternative for each list of scopes.
func bearer(alternatives ...string) policy.Access {
	var access policy.Access
	for _, scopes := range alternatives {
		access.Alternatives = append(access.Alternatives, policy.Alternative{{Scheme: "bearer", Scopes: strings.Fields(scopes)}})
	}
	return access
}

func rule(method, path string, access policy.Access) policy.Rule {
	return policy.Rule{Route: policy.Route{Method: method, Path: path}, Access: access}
}

func mustRules(t *testing.T, rules ...policy.Rule) *policy.Rules {
	t.Helper()
	return newRules(t, rules, map[string]string{"self": "id"})
}

func caller(id, scopes string) policy.Caller {
	return policy.Caller{ID: id, Schemes: []string{"bearer"}, Scopes: strings.Fields(scopes)}
}

// things is an API of the usual kind, with what makes IAM patterns leak.
func things(t *testing.T) *policy.Rules {
	return mustRules(t,
		rule("GET", "/", policy.Access{Public: true}),
		rule("GET", "/things", bearer("read")),
		rule("POST", "/things", bearer("write")),
		rule("GET", "/things/{id}", bearer("read", "self")),
		rule("PUT", "/things/{id}", bearer("write", "self audit")),
		rule("GET", "/things/all", bearer("write")),
		rule("GET", "/things/{id}/keys", bearer("write")),
		rule("GET", "/files/{path+}", bearer("files")),
		rule("DELETE", "/things/{id}", policy.Access{}),
		rule("PATCH", "/things/{id}", policy.Access{Alternatives: []policy.Alternative{{}}}),
		rule("ANY", "/any", bearer("any")),
		rule("GET", "/any", bearer("read")),
		rule("PATCH", "/things", policy.Access{Alternatives: []policy.Alternative{{{Scheme: "bearer"}, {Scheme: "apiKey"}}}}),
	)
}

func TestDecideAndCompileAgree(t *testing.T) {
	rules := things(t)
	tests := []struct {
		caller  policy.Caller
		request string
		want    policy.Decision
	}{
		{caller("a", "read"), "GET /things", policy.Allow},
		{caller("a", "read"), "GET /things/", policy.Allow},
		{caller("a", "read"), "GET /things/7", policy.Allow},
		{caller("a", "read"), "GET /things/all", policy.Deny},
		{caller("a", "read"), "GET /things/all/", policy.Deny},
		{caller("a", "read"), "GET /things/7/keys", policy.Deny},
		{caller("a", "read"), "GET /things/all/keys", policy.Deny},
		{caller("a", "read"), "GET /things/7/keys/", policy.Deny},
		{caller("a", "read"), "POST /things", policy.Deny},
		{caller("a", "read"), "GET /files/a", policy.Deny},
		{caller("a", "files"), "GET /files/a", policy.Allow},
		{caller("a", "files"), "GET /files/a/b/c", policy.Allow},
		{caller("a", "files"), "GET /things", policy.Deny},
		{caller("a", ""), "GET /", policy.Allow},
		{caller("a", "read write"), "DELETE /things/7", policy.Deny},
		{caller("a", "read write"), "PATCH /things/7", policy.Deny},
		{caller("a", "read write"), "PATCH /things", policy.Deny},
		{caller("a", "read write"), "GET /nowhere", policy.Deny},
		{caller("a", "any"), "PUT /any", policy.Allow},
		{caller("a", "any"), "GET /any", policy.Deny}, // it has a route of its own
		{caller("a", "any"), "FOO /any", policy.Deny},
		{caller("a", "any"), "ANY /any", policy.Deny},
		{caller("a", "read"), "GET /any", policy.Allow},
		{caller("a", "read"), "PUT /any", policy.Deny},
		{caller("7", "self"), "GET /things/7", policy.Allow},
		{caller("7", "self"), "GET /things/8", policy.Deny},
		{caller("7", "self"), "GET /things", policy.Deny},
		{caller("7", "self"), "PUT /things/7", policy.Deny},
		{caller("7", "self audit"), "PUT /things/7", policy.Allow},
		{caller("7", "self audit"), "PUT /things/77", policy.Deny},
		{caller("all", "self"), "GET /things/all", policy.Deny},
		{caller("a|b", "self"), "GET /things/a|b", policy.Allow},
		{caller("a|b", "self"), "GET /things/a%7Cb", policy.Allow},
		{caller("*", "self"), "GET /things/7", policy.Deny},
		{caller("*", "self"), "GET /things/*", policy.Deny},
		{caller("?", "self"), "GET /things/7", policy.Deny},
		{caller("${aws:username}", "self"), "GET /things/x", policy.Deny},
		{caller("7/keys", "self"), "GET /things/7/keys", policy.Deny},
		{caller("%37", "self"), "GET /things/%37", policy.Deny}, // the API would decode it to 7
		{caller("..", "self"), "GET /things/..", policy.Deny},
		{caller(strings.Repeat("a", 129), "self"), "GET /things/" + strings.Repeat("a", 129), policy.Deny},
		{policy.Caller{}, "GET /", policy.Deny},
		{policy.Caller{Scopes: []string{"read"}}, "GET /things", policy.Deny},
		{policy.Caller{ID: "a", Schemes: []string{"apiKey"}, Scopes: []string{"read"}}, "GET /things", policy.Deny},
		{policy.Caller{ID: "a", Schemes: []string{"apiKey", "bearer"}}, "PATCH /things", policy.Allow},
		{policy.Caller{ID: "a", Schemes: []string{"apiKey"}}, "PATCH /things", policy.Deny},
	}
	for _, test := range tests {
		method, path, _ := strings.Cut(test.request, " ")
		got := evaluate(t, rules, test.caller, method, path)
		if got != test.want {
			t.Errorf("%s with %q: the document says %s", test.request, test.caller.Scopes, got)
		}
		if decided := rules.Decide(test.caller, method, path); decided != test.want {
			t.Errorf("%s with %q: Decide says %s", test.request, test.caller.Scopes, decided)
		}
	}
}

// evaluate asks the compiled document about a request.
func evaluate(t *testing.T, rules *policy.Rules, caller policy.Caller, method, path string) policy.Decision {
	t.Helper()
	arn := policy.MustParseARN("arn:aws:execute-api:us-east-1:123456789012:abc/v1/GET/")
	doc, err := rules.Compile(caller, arn)
	if err != nil {
		t.Fatal(err)
	}
	arn.Method, arn.Path = method, strings.TrimPrefix(path, "/")
	return policy.Evaluate(doc, policy.Request{Resource: arn.String()}).Decision
}

func TestCompiledDocument(t *testing.T) {
	rules := things(t)
	arn := policy.MustParseARN("arn:aws-cn:execute-api:cn-north-1:123456789012:abc/$default/GET/things/7")
	reader := caller("7", "read")
	reader.Expires = time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	doc, err := rules.Compile(reader, arn)
	if err != nil {
		t.Fatal(err)
	}
	text, _ := json.Marshal(doc)
	const prefix = "arn:aws-cn:execute-api:cn-north-1:123456789012:abc/$default/GET/"
	want := fmt.Sprintf(`{"Version":"2012-10-17","Statement":[`+
		`{"Effect":"Allow","Action":["execute-api:Invoke"],"Resource":["%[1]s","%[1]sany","%[1]sthings","%[1]sthings/*"],"Condition":{"DateLessThanIfExists":{"aws:CurrentTime":["2030-01-01T00:00:00Z"]}}},`+
		`{"Effect":"Deny","Action":["execute-api:Invoke"],"Resource":["%[2]s*%%2E*","%[2]s*%%2e*","%[2]s*%%6?*","%[2]s*%%73*","%[2]s*%%79*","%[2]s*/.","%[2]s*/..","%[2]s*/../*","%[2]s*/./*","%[2]s*//*",`+
		`"%[2]s/*/keys","%[2]s/*/keys/","%[2]s/all","%[2]s/all/"]}]}`, prefix, prefix+"things")
	if string(text) != want {
		t.Errorf("got  %s\nwant %s", text, want)
	}
	nobody, err := rules.Compile(policy.Caller{}, arn)
	if err != nil {
		t.Fatal(err)
	}
	text, _ = json.Marshal(nobody)
	want = `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":["execute-api:Invoke"],"Resource":["arn:aws-cn:execute-api:cn-north-1:123456789012:abc/$default/*"]}]}`
	if string(text) != want {
		t.Errorf("got  %s\nwant %s", text, want)
	}
}

// TestNetworks: the document holds the caller to its networks, whatever the rules say.
func TestNetworks(t *testing.T) {
	rules := things(t)
	arn := policy.MustParseARN("arn:aws:execute-api:us-east-1:123456789012:abc/v1/GET/things")
	who := caller("7", "read")
	who.Networks = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("2001:db8::/32")}
	doc, err := rules.Compile(who, arn)
	if err != nil {
		t.Fatal(err)
	}
	for from, want := range map[string]policy.Decision{"10.1.2.3": policy.Allow, "2001:db8::1": policy.Allow, "11.1.2.3": policy.Deny, "": policy.Deny} {
		keys := map[string]string{"aws:SourceIp": from}
		if from == "" {
			keys = nil
		}
		if got := policy.Evaluate(doc, policy.Request{Resource: arn.String(), Keys: keys}).Decision; got != want {
			t.Errorf("from %q: %s", from, got)
		}
	}
	who.Networks = []netip.Prefix{{}}
	if doc, err = rules.Compile(who, arn); err != nil {
		t.Fatal(err)
	}
	request := policy.Request{Resource: arn.String(), Keys: map[string]string{"aws:SourceIp": "10.1.2.3"}}
	if policy.Evaluate(doc, request).Decision != policy.Deny {
		t.Error("a network that is none lets the caller in")
	}
}

// TestSchemesHaveScopesOfTheirOwn: a requirement is met by what the credential of its scheme was granted, and by
// nothing that another one was.
func TestSchemesHaveScopesOfTheirOwn(t *testing.T) {
	either := policy.Access{Alternatives: []policy.Alternative{{{Scheme: "bearer", Scopes: []string{"write"}}}, {{Scheme: "apiKey", Scopes: []string{"write"}}}}}
	both := policy.Access{Alternatives: []policy.Alternative{{{Scheme: "bearer", Scopes: []string{"read"}}, {Scheme: "apiKey", Scopes: []string{"app"}}}}}
	rules := mustRules(t, rule("GET", "/token", bearer("write")), rule("GET", "/either", either), rule("GET", "/both", both),
		rule("GET", "/odd", policy.Access{Alternatives: []policy.Alternative{{{Scheme: "bearer", Scopes: []string{""}}}}}))
	tests := []struct {
		caller policy.Caller
		want   string
	}{
		{policy.Caller{Schemes: []string{"bearer"}, Scopes: []string{"write"}}, "/token /either"},
		{policy.Caller{Schemes: []string{"apiKey"}, Scopes: []string{"write"}}, "/either"},
		{policy.Caller{Schemes: []string{"bearer", "apiKey"}, Scopes: []string{"read", "app"}}, "/both"},
		{policy.Caller{Schemes: []string{"bearer", "apiKey"}, SchemeScopes: map[string][]string{"apiKey": {"write"}}}, "/either"},
		{policy.Caller{Schemes: []string{"bearer", "apiKey"}, SchemeScopes: map[string][]string{"bearer": {"write"}}}, "/token /either"},
		{policy.Caller{Schemes: []string{"bearer", "apiKey"}, SchemeScopes: map[string][]string{"bearer": {"read"}, "apiKey": {"app"}}}, "/both"},
		{policy.Caller{Schemes: []string{"bearer", "apiKey"}, SchemeScopes: map[string][]string{"bearer": {"app"}, "apiKey": {"read"}}}, ""},
		{policy.Caller{Schemes: []string{"bearer", "apiKey"}, Scopes: []string{"app"}, SchemeScopes: map[string][]string{"bearer": {"read"}}}, "/both"},
		{policy.Caller{Schemes: []string{"apiKey"}, SchemeScopes: map[string][]string{"bearer": {"write", "read"}, "apiKey": {"app"}}}, ""},
		{policy.Caller{SchemeScopes: map[string][]string{"bearer": {"write"}}}, ""},
		{policy.Caller{Schemes: []string{"bearer"}, SchemeScopes: map[string][]string{"": {"write"}}}, ""},
	}
	for _, test := range tests {
		test.caller.ID = "me"
		var open []string
		for _, path := range []string{"/token", "/either", "/both", "/odd"} {
			decided := rules.Decide(test.caller, "GET", path)
			if documented := evaluate(t, rules, test.caller, "GET", path); documented != decided {
				t.Errorf("%s by %+v: Decide says %s and the document %s", path, test.caller, decided, documented)
			}
			if decided == policy.Allow {
				open = append(open, path)
			}
		}
		if got := strings.Join(open, " "); got != test.want {
			t.Errorf("%+v may call %q, want %q", test.caller, got, test.want)
		}
	}
}

// TestOwnsNothing: an id that owns nothing opens no owner's path, in the document and in the decision, and takes nothing else away.
func TestOwnsNothing(t *testing.T) {
	rules := things(t)
	for _, path := range []string{"/things", "/things/7", "/things/8", "/things/*"} {
		for _, scopes := range [][]string{nil, {"self"}, {"read"}, {"self", "read"}} {
			owner := caller("7", strings.Join(scopes, " "))
			nobody := owner
			nobody.OwnsNothing = true
			reader := caller("nobody", strings.Join(scopes, " "))
			decided := rules.Decide(nobody, "GET", path)
			if documented := evaluate(t, rules, nobody, "GET", path); documented != decided || decided != rules.Decide(reader, "GET", path) {
				t.Errorf("%s with %v: Decide says %s, the document %s, and another id has %s", path, scopes, decided, documented, rules.Decide(reader, "GET", path))
			}
		}
	}
	if nobody := (policy.Caller{OwnsNothing: true, Schemes: []string{policy.SchemeBearer}, Scopes: []string{"read"}}); rules.Decide(nobody, "GET", "/things") != policy.Deny {
		t.Error("a caller without an id may call")
	}
}

// TestBesideAProxy: what is open beside a {proxy+} that is not stays open.
func TestBesideAProxy(t *testing.T) {
	rules := mustRules(t, rule("GET", "/things/{id}", bearer("read")), rule("GET", "/{proxy+}", bearer("admin")), rule("GET", "/a/{b}/{rest+}", bearer("admin")))
	for path, want := range map[string]policy.Decision{
		"/things/7": policy.Allow, "/things": policy.Deny, "/things/": policy.Deny, "/things/7/keys": policy.Deny,
		"/things/7/keys/": policy.Deny, "/other": policy.Deny, "/a/b/c": policy.Deny, "/a/b": policy.Deny,
	} {
		if got := evaluate(t, rules, caller("me", "read"), "GET", path); got != want {
			t.Errorf("GET %s: the document says %s", path, got)
		}
	}
}

// TestBesideAClosedProxy: routes with several parameters stay open beside a catch-all that is not, for owners too.
func TestBesideAClosedProxy(t *testing.T) {
	rules := mustRules(t,
		rule("GET", "/", policy.Access{Public: true}), rule("GET", "/{id}", bearer("admin")),
		rule("GET", "/orgs/{o}/users/{u}", bearer("read")), rule("GET", "/{a}/{id}/{c}/k", bearer("self")), rule("GET", "/{p+}", bearer("admin")))
	tests := []struct {
		caller policy.Caller
		path   string
		want   policy.Decision
	}{
		{caller("7", "read"), "/orgs/1/users/2", policy.Allow},
		{caller("7", "read"), "/orgs/1/2/users/3", policy.Deny},
		{caller("7", "read"), "/orgs/1/users/2/3", policy.Deny},
		{caller("7", "read"), "/orgs/1/users", policy.Deny},
		{caller("7", "read"), "/", policy.Allow},
		{caller("7", "read"), "/x", policy.Deny},
		{caller("7", "self"), "/x/7/y/k", policy.Allow},
		{caller("7", "self"), "/x/8/y/k", policy.Deny},
		{caller("7", "self"), "/x/7/y/z/k", policy.Deny},
		{caller("7", "self"), "/x/y/7/z/k", policy.Deny},
		{caller("7", "self"), "/", policy.Allow},
	}
	for _, test := range tests {
		if got := evaluate(t, rules, test.caller, "GET", test.path); got != test.want {
			t.Errorf("GET %s with %q: the document says %s", test.path, test.caller.Scopes, got)
		}
	}
}

// TestManyParameters: long templates of parameters cost no more than others.
func TestManyParameters(t *testing.T) {
	path := func(length int) (path string) {
		for i := range length {
			path += fmt.Sprintf("/{p%d}", i)
		}
		return path
	}
	rules := mustRules(t, rule("GET", path(14), bearer("read")), rule("GET", path(28), bearer("admin")))
	if got := evaluate(t, rules, caller("me", "read"), "GET", strings.Repeat("/x", 28)); got != policy.Deny {
		t.Errorf("the document says %s", got)
	}
}

func TestNewRulesRefuses(t *testing.T) {
	tests := []struct{ route, reason string }{
		{"GET things", "must begin with a slash"},
		{"get /things", "no HTTP method"},
		{"any /things", "no HTTP method"},
		{"* /things", "no HTTP method"},
		{"GET /things/", "is empty"},
		{"GET /things//a", "is empty"},
		{"GET /things/*", "cannot stand for"},
		{"GET /things/a?b", "cannot stand for"},
		{"GET /things/${a}", "cannot stand for"},
		{"GET /things/{}", "no parameter"},
		{"GET /things/{id", "no parameter"},
		{"GET /things/{id}x", "no parameter"},
		{"GET /{id}/{id}", "stands twice"},
		{"GET /{all+}/x", "must be the last"},
		{"GET /things/{other}", "same requests as GET /things/{id}"},
		{"GET /other/{name}", "path has no such parameter"},
	}
	for _, test := range tests {
		method, path, _ := strings.Cut(test.route, " ")
		_, err := policy.NewRules([]policy.Rule{rule("GET", "/things/{id}", bearer("read")), rule(method, path, bearer("self"))}, map[string]string{"self": "id"})
		refused := (*policy.RouteError)(nil)
		if !errors.As(err, &refused) || refused.Route.String() != test.route || !strings.Contains(err.Error(), test.reason) {
			t.Errorf("%s: error %v, want one with %q", test.route, err, test.reason)
		}
	}
}

// TestOtherMethods: an HTTP API's route for any method serves methods besides the seven. No pattern lets them through to
// one that is closed.
func TestOtherMethods(t *testing.T) {
	rules := []policy.Rule{rule("ANY", "/{proxy+}", bearer("admin"))}
	for _, method := range allMethods {
		rules = append(rules, rule(method, "/a/{id}", bearer("read")), rule(method, "/b", bearer("read")))
	}
	api := mustRules(t, append(rules, rule("ANY", "/b", bearer("admin")))...)
	for _, path := range []string{"/a/7", "/b"} {
		if got := evaluate(t, api, caller("me", "read"), "TRACE", path); got != policy.Deny {
			t.Errorf("TRACE %s: the document says %s", path, got)
		}
		for _, method := range allMethods {
			if got := evaluate(t, api, caller("me", "read"), method, path); got != policy.Allow {
				t.Errorf("%s %s: the document says %s", method, path, got)
			}
		}
	}
}

// TestDeniesForAllMethods: a deny is for all methods only where that loses nothing behind other segments.
func TestDeniesForAllMethods(t *testing.T) {
	rules := mustRules(t, rule("GET", "/{x}", bearer("read")), rule("POST", "/{x}", bearer("read")),
		rule("GET", "/b/{id}", bearer("admin")), rule("POST", "/b/{id}", bearer("admin")), rule("GET", "/a/b/{id}", bearer("read")))
	for request, want := range map[string]policy.Decision{
		"GET /b": policy.Allow, "POST /b": policy.Allow, "GET /b/7": policy.Deny, "POST /b/7": policy.Deny, "GET /a/b/7": policy.Allow,
	} {
		method, path, _ := strings.Cut(request, " ")
		if got := evaluate(t, rules, caller("me", "read"), method, path); got != want {
			t.Errorf("%s: the document says %s", request, got)
		}
	}
}

// TestBesideAnOwner: what leaks beside an owner's own path is denied by how it begins, and neither the owner's path nor what is
// open below others' is lost.
func TestBesideAnOwner(t *testing.T) {
	below := rule("GET", "/a/{id}/b", bearer("read"))
	rules := []policy.Rule{rule("GET", "/{x}/k", bearer("read")), rule("GET", "/{x}/kin", bearer("read")), rule("GET", "/a/{id}", bearer("self"))}
	tests := []struct {
		rules  []policy.Rule
		id     string
		allows string
		denies string
	}{
		{rules, "me", "/a/me /x/k /x/kin", "/a/k /a/kin"},
		{rules, "k", "/a/k /x/k /x/kin", "/a/kin /a/me"},
		{rules, "kin", "/a/kin /x/k /x/kin", "/a/k /a/me"},
		{rules, "kind", "/a/kind /x/k /x/kin", "/a/k /a/kin"},
		{append(rules[:len(rules):len(rules)], below), "me", "/a/me /a/kilo/b /x/k /x/kin", "/a/k /a/kin"},
	}
	for _, test := range tests {
		api := mustRules(t, test.rules...)
		for paths, want := range map[string]policy.Decision{test.allows: policy.Allow, test.denies: policy.Deny} {
			for _, path := range strings.Fields(paths) {
				if got := evaluate(t, api, caller(test.id, "self read"), "GET", path); got != want {
					t.Errorf("GET %s by %s: the document says %s", path, test.id, got)
				}
			}
		}
	}
}

// TestOwnersForAllMethods: an owner's paths are written for all methods only where nothing closed is behind other segments.
func TestOwnersForAllMethods(t *testing.T) {
	all := []policy.Rule{rule("GET", "/z/{a}/{b}", bearer("admin"))}
	for _, method := range allMethods {
		all = append(all, rule(method, "/u/{id}", bearer("self")), rule(method, "/v/{id}/w", bearer("self")))
	}
	rules := mustRules(t, all...)
	for request, want := range map[string]policy.Decision{
		"GET /u/me": policy.Allow, "DELETE /u/me": policy.Allow, "GET /z/u/me": policy.Deny, "GET /z/v/w": policy.Deny,
		"PATCH /v/me/w": policy.Allow, "PATCH /v/you/w": policy.Deny, "GET /u/you": policy.Deny,
	} {
		method, path, _ := strings.Cut(request, " ")
		if got := evaluate(t, rules, caller("me", "self"), method, path); got != want {
			t.Errorf("%s: the document says %s", request, got)
		}
	}
}

// TestManySlashes: one pattern for all paths that end with a slash is not for the root.
func TestManySlashes(t *testing.T) {
	all := []policy.Rule{rule("GET", "/", bearer("read"))}
	for _, method := range allMethods {
		all = append(all, rule(method, "/a/{id}", bearer("read")), rule(method, "/a/{id}/k", bearer("admin")))
	}
	rules := mustRules(t, all...)
	if size, err := rules.Size(caller("me", "read"), anARN); err != nil || size.Patterns > 21 {
		t.Errorf("%d patterns, %v", size.Patterns, err)
	}
	for request, want := range map[string]policy.Decision{
		"GET /": policy.Allow, "GET /a/7": policy.Allow, "GET /a/7/k": policy.Deny, "GET /a/7/k/": policy.Deny, "PUT /a/7/k/": policy.Deny,
		"DELETE /a/7/k/": policy.Deny, "OPTIONS /a/7": policy.Allow,
	} {
		method, path, _ := strings.Cut(request, " ")
		if got := evaluate(t, rules, caller("me", "read"), method, path); got != want {
			t.Errorf("%s: the document says %s", request, got)
		}
	}
}

// TestOtherMethodsOfOneRoute: the same where the closed route is for the very paths that are open for the seven, to all who
// may read or to their owner.
func TestOtherMethodsOfOneRoute(t *testing.T) {
	rules := []policy.Rule{rule("ANY", "/b", bearer("admin")), rule("ANY", "/u/{id}", bearer("admin"))}
	for _, method := range allMethods {
		rules = append(rules, rule(method, "/b", bearer("read")), rule(method, "/u/{id}", bearer("self")))
	}
	api := mustRules(t, rules...)
	for _, scopes := range []string{"read", "read self"} {
		for _, path := range []string{"/b", "/u/me"} {
			if got := evaluate(t, api, caller("me", scopes), "TRACE", path); got != policy.Deny {
				t.Errorf("TRACE %s with %s: the document says %s", path, scopes, got)
			}
		}
	}
	if got := evaluate(t, api, caller("me", "read self"), "PATCH", "/u/me"); got != policy.Allow {
		t.Errorf("PATCH: the document says %s", got)
	}
}

// TestOwnersWithSlashes: an HTTP API has its greedy route alone for an owner's path with a slash at the end.
func TestOwnersWithSlashes(t *testing.T) {
	rules := mustRules(t, rule("GET", "/u/{id}/{x}", bearer("self")), rule("GET", "/u/{p+}", bearer("admin")))
	for path, want := range map[string]policy.Decision{"/u/me/x": policy.Allow, "/u/me/x/": policy.Deny, "/u/me": policy.Deny, "/u/me/x/y": policy.Deny, "/u/you/x": policy.Deny} {
		if got := evaluate(t, rules, caller("me", "self"), "GET", path); got != want {
			t.Errorf("GET %s: the document says %s", path, got)
		}
	}
}

// TestOwnersSpellings: an owner's path is open in each spelling that clients write, and in no other's.
func TestOwnersSpellings(t *testing.T) {
	rules := things(t)
	for id, paths := range map[string]string{
		"me@example.com": "/things/me@example.com /things/me%40example.com",
		"a:b":            "/things/a:b /things/a%3Ab",
		"it's(me)!":      "/things/it's(me)! /things/it%27s%28me%29%21",
		"plain-id_1.2~":  "/things/plain-id_1.2~",
		"zoë":            "/things/zoë /things/zo%C3%AB",
	} {
		for _, path := range strings.Fields(paths) {
			for who, want := range map[string]policy.Decision{id: policy.Allow, id + "x": policy.Deny} {
				if decided := rules.Decide(caller(who, "self"), "GET", path); decided != want || evaluate(t, rules, caller(who, "self"), "GET", path) != want {
					t.Errorf("%s for %s: Decide says %s, want %s", path, who, decided, want)
				}
			}
		}
	}
}

// TestOtherMethodsOfThreeLetters: what stands for GET and PUT lets no other method through to a route for any method.
func TestOtherMethodsOfThreeLetters(t *testing.T) {
	rules := mustRules(t, rule("GET", "/x", bearer("read")), rule("PUT", "/x", bearer("read")), rule("ANY", "/x", bearer("admin")))
	for method, want := range map[string]policy.Decision{"GET": policy.Allow, "PUT": policy.Allow, "FOO": policy.Deny, "ACL": policy.Deny, "get": policy.Deny, "GETX": policy.Deny} {
		if got := evaluate(t, rules, caller("me", "read"), method, "/x"); got != want {
			t.Errorf("%s: %s, want %s", method, got, want)
		}
	}
}

// TestZeroRules: they deny everything, and so does what is compiled of them.
func TestZeroRules(t *testing.T) {
	var rules policy.Rules
	for _, arn := range []policy.ARN{anARN, connectARN} {
		document, err := rules.Compile(caller("me", "read"), arn)
		if !errors.As(err, new(*policy.SizeError)) || len(document.Statement) > 0 {
			t.Errorf("%s: %+v, %v", arn, document, err)
		}
	}
	if got := rules.Decide(caller("me", "read"), "GET", "/"); got != policy.Deny {
		t.Errorf("Decide says %s", got)
	}
}
