package policy_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
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
	r, err := policy.NewRules(rules, map[string]string{"self": "id"})
	if err != nil {
		t.Fatal(err)
	}
	return r
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
		`{"Effect":"Allow","Action":["execute-api:Invoke"],"Resource":["%[1]s","%[1]sthings","%[1]sthings/*"],"Condition":{"DateLessThanIfExists":{"aws:CurrentTime":["2030-01-01T00:00:00Z"]}}},`+
		`{"Effect":"Deny","Action":["execute-api:Invoke"],"Resource":["%[1]sthings/*/keys","%[1]sthings/*/keys/","%[1]sthings/all","%[1]sthings/all/"]}]}`, prefix)
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

func TestCompileRefusesLongResources(t *testing.T) {
	rules := mustRules(t, rule("GET", "/"+strings.Repeat("long/", 100)+"end", policy.Access{Public: true}))
	_, err := rules.Compile(caller("a", ""), policy.MustParseARN("arn:aws:execute-api:us-east-1:123456789012:abc/v1/GET/"))
	if long := (*policy.ResourceError)(nil); !errors.As(err, &long) {
		t.Errorf("error %v, want a ResourceError", err)
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
		{"ANY /things", "no HTTP method"},
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

// TestNeverOverAllows compiles random rules for random callers and asks about random requests: what the
// document allows, the rules allow, for every request that API Gateway can route.
func TestNeverOverAllows(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	pick := func(from ...string) string { return from[random.IntN(len(from))] }
	allowed, missed := 0, 0
	for range 3000 {
		rules, router := randomRules(random, pick)
		who := caller(pick("a", "b", "*", "a/b", "c"), pick("", "read", "self", "write", "read self"))
		for range 30 {
			method, path := pick("GET", "PUT"), randomPath(random, pick)
			decided := rules.Decide(who, method, path)
			documented := evaluate(t, rules, who, method, path)
			if documented == policy.Allow && decided == policy.Deny && routes(router, method, path) {
				t.Fatalf("%s %s by %+v is allowed by the document and not by the rules", method, path, who)
			}
			if decided == policy.Allow && !strings.HasSuffix(path, "/") {
				allowed++
				if documented == policy.Deny {
					missed++
				}
			}
		}
	}
	if allowed < 1000 {
		t.Errorf("only %d requests were allowed: the test says little", allowed)
	}
	if missed*10 > allowed {
		t.Errorf("of %d requests that the rules allow, %d are in no document", allowed, missed)
	}
	t.Logf("of %d requests that random rules allow, %d are in no document because no IAM patterns tell them apart", allowed, missed)
}

func routes(router *policy.Router, method, path string) bool {
	_, _, ok := router.Route(method, path)
	return ok
}

func randomRules(random *rand.Rand, pick func(...string) string) (*policy.Rules, *policy.Router) {
	for {
		var rules []policy.Rule
		var routes []policy.Route
		for range 1 + random.IntN(8) {
			path := ""
			for depth := random.IntN(4); depth > 0; depth-- {
				path += "/" + pick("a", "b", "c", "{id}", "{p}", "{q}")
			}
			path += pick("", "", "/a", "/{rest+}")
			if path == "" {
				path = "/"
			}
			added := rule(pick("GET", "PUT"), path, randomAccess(random))
			rules, routes = append(rules, added), append(routes, added.Route)
		}
		if r, err := policy.NewRules(rules, map[string]string{"self": "id"}); err == nil {
			router, _ := policy.NewRouter(routes)
			return r, router
		}
	}
}

func randomAccess(random *rand.Rand) policy.Access {
	return []policy.Access{{}, {Public: true}, bearer("read"), bearer("write"), bearer("self"), bearer("write", "self"), bearer("read write")}[random.IntN(7)]
}

func randomPath(random *rand.Rand, pick func(...string) string) string {
	path := ""
	for range random.IntN(5) {
		path += "/" + pick("a", "b", "c", "*", "a%2Fb", "..", "keys")
	}
	if path == "" {
		return "/"
	}
	return path + pick("", "", "", "/")
}
