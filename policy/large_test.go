package policy_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"portcullis/policy"
)

// api is a random API of a given number of operations, or some more: collections below one path or several, flat or deep,
// with items, what is below them, literals beside parameters, catch-alls and owners, for either scheme or both.
type api struct {
	rules  []policy.Rule
	scopes []string
	names  []string // literals of its paths
}

func (c chance) api(operations int) api {
	var a api
	bases := [][]string{{""}, {"/orgs/{orgId}"}, {"/organizations/{orgId}/projects/{projectId}"}, {"", "/orgs/{orgId}"}, {"/v1", "/v2/{tenant}", "/users/{user}"}}[c.IntN(5)]
	shape := c.IntN(3)
	for i := 0; len(a.rules) < operations; i++ {
		name := fmt.Sprintf("%s%d", c.pick("things", "users", "k"), i)
		a.names = append(a.names, name)
		a.collection(c, bases[c.IntN(len(bases))]+"/"+name, name, shape)
	}
	if c.IntN(4) == 0 {
		a.add(c, c.pick("GET", "ANY"), c.pick("/{proxy+}", "/orgs/{orgId}/{rest+}", "/files/{path+}"), "proxy")
	}
	if c.IntN(4) == 0 {
		a.add(c, "GET", bases[0]+"/{any}", "any")
	}
	return a
}

func (a *api) collection(c chance, path, name string, shape int) {
	read, write := name+"/read", name+"/write"
	all := []string{"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}
	switch shape {
	case 0:
		a.add(c, "GET", path, read)
		a.add(c, "POST", path, write)
		a.add(c, "GET", path+"/{id}", read)
		a.add(c, "PUT", path+"/{id}", write)
		a.add(c, "DELETE", path+"/{id}", write)
	case 1:
		for _, method := range all {
			a.add(c, method, path, read)
			a.add(c, method, path+"/{id}", c.pick(read, write))
		}
	case 2:
		for _, below := range []string{"", "/{id}", "/search", "/{id}/history", "/{id}/keys/{key}"} {
			for _, method := range all[:1+c.IntN(4)] {
				a.add(c, method, path+below, c.pick(read, write, name+below+method))
			}
		}
	}
}

func (a *api) add(c chance, method, path, scope string) {
	access := bearer(scope)
	switch c.IntN(12) {
	case 0:
		access.Alternatives = append(access.Alternatives, policy.Alternative{{Scheme: "apiKey", Scopes: []string{scope}}})
	case 1:
		access.Alternatives[0] = append(access.Alternatives[0], policy.Requirement{Scheme: "apiKey"})
	case 2:
		if strings.Contains(path, "{id}") {
			access = bearer(scope, "self")
		}
	case 3:
		access = policy.Access{Public: c.IntN(2) == 0}
	}
	a.rules = append(a.rules, rule(method, path, access))
	a.scopes = append(a.scopes, scope)
}

// caller has all of the API's scopes, half of them, a few, one or none.
func (a api) caller(c chance) policy.Caller {
	who := policy.Caller{ID: c.pick("me", "x|y", "things1"), Schemes: strings.Fields(c.pick("bearer", "bearer", "apiKey", "bearer apiKey"))}
	one := []int{1, 2, 3, 20, len(a.scopes) + 1}[c.IntN(5)]
	only := c.pick("", "", "/read", "/write")
	for i, scope := range a.scopes {
		if (i == 0 || c.IntN(one) == 0) && strings.HasSuffix(scope, only) {
			who.Scopes = append(who.Scopes, scope)
		}
	}
	if c.IntN(2) == 0 {
		who.Scopes = append(who.Scopes, "self")
	}
	return who
}

// path is one of the API's, with its parameters filled in, or what a pattern for one may run over: two of them in a row, or
// one with segments put in.
func (a api) path(c chance) string {
	path := a.rules[c.IntN(len(a.rules))].Route.Path
	switch c.IntN(6) {
	case 0:
		path += a.rules[c.IntN(len(a.rules))].Route.Path
	case 1:
		path = c.pick("/orgs", "/GET", "/x", "/{a}/{b}") + path
	case 2:
		path += c.pick("/{a}", "/{a}/{b}", "/history", "/search")
	}
	segments := strings.Split(path, "/")
	for i, s := range segments {
		if strings.HasPrefix(s, "{") {
			segments[i] = c.pick("x", "7", "me", "search", "history", "x%7Cy", "a@b", "projects", a.names[c.IntN(len(a.names))], a.names[c.IntN(len(a.names))])
			if strings.HasSuffix(s, "+}") && c.IntN(2) == 0 {
				segments[i] += "/" + a.names[c.IntN(len(a.names))]
			}
		}
	}
	if path = strings.Join(segments, "/"); path == "" {
		return "/"
	}
	return path
}

// TestLargeDocumentsAreExact: the same as TestDocumentsAreExact for APIs of 1 to 2,100 operations, as they are built; and
// no document is larger than it may be.
func TestLargeDocumentsAreExact(t *testing.T) {
	c := newChance(20)
	allowed, denied, lost, odd := 0, 0, 0, 0
	for run := range 40 {
		operations := []int{1, 2, 5, 10, 20, 50, 100, 300}[run%8]
		if run%40 == 39 {
			operations = 2090
		}
		a := c.api(operations)
		rules, err := policy.NewRules(a.rules, map[string]string{"self": "id"})
		if err != nil {
			continue // a catch-all that is one of the others
		}
		losers := map[policy.Route]bool{}
		for _, conflict := range rules.Conflicts() {
			losers[conflict.Open] = true
		}
		for range 6 {
			who := a.caller(c)
			document, err := rules.Compile(who, anARN)
			if errors.As(err, new(*policy.SizeError)) && operations > 1000 && len(losers) > 100 {
				continue // where so many patterns are not told apart, there may be too many
			}
			if err != nil {
				t.Fatal(err)
			}
			for range 300 {
				method, path := c.pick("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"), a.path(c)
				if c.IntN(4) == 0 {
					path = c.oddSpelling(path)
				}
				explained := rules.Explain(who, method, path)
				arn := anARN
				arn.Method, arn.Path = method, strings.TrimPrefix(path, "/")
				documented := policy.Evaluate(document, policy.Request{Resource: arn.String()}).Decision
				switch {
				case explained.Rule == nil:
				case documented == policy.Allow && explained.Decision == policy.Deny:
					t.Fatalf("%s %s by %+v is allowed by the document and not by %v of %v", method, path, who, explained, a.rules)
				case isOdd(path) || strings.HasSuffix(path, "/"):
					odd++
				case documented == explained.Decision && documented == policy.Allow:
					allowed++
				case documented == explained.Decision:
					denied++
				case !losers[explained.Rule.Route]:
					t.Fatalf("%s %s by %+v is allowed by %v, and not by the document", method, path, who, explained.Rule)
				default:
					lost++
				}
			}
		}
	}
	if allowed < 5000 || denied < 10000 || odd < 5000 {
		t.Errorf("%d allowed, %d denied, %d odd: the test says little", allowed, denied, odd)
	}
	t.Logf("%d allowed, %d denied, %d lost to conflicts, %d odd", allowed, denied, lost, odd)
}
