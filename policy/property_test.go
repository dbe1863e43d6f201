package policy_test

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"portcullis/policy"
)

// chance draws from a fixed sequence, so that a failure happens again.
type chance struct{ *rand.Rand }

func newChance(seed uint64) chance { return chance{rand.New(rand.NewPCG(seed, 2))} }

func (c chance) pick(from ...string) string { return from[c.IntN(len(from))] }

var anARN = policy.MustParseARN("arn:aws:execute-api:us-east-1:123456789012:abc/v1/GET/")

// owners are the scopes of the random APIs that count for owners only.
var owners = map[string]string{"self": "id", "mine": "p"}

// table is a random API.
type table struct {
	rules  []policy.Rule
	policy *policy.Rules
}

func (c chance) table() table {
	for {
		var rules []policy.Rule
		for range 1 + c.IntN(8) {
			path := ""
			for depth := c.IntN(5); depth > 0; depth-- {
				path += "/" + c.pick("a", "b", "c", "{id}", "{p}", "{q}", "{r}")
			}
			path += c.pick("", "", "/a", "/{rest+}")
			if path == "" {
				path = "/"
			}
			rules = append(rules, rule(c.pick("GET", "GET", "PUT", "ANY"), path, c.access()))
		}
		if r, err := policy.NewRules(rules, owners); err == nil {
			return table{rules, r}
		}
	}
}

func (c chance) access() policy.Access {
	both := policy.Access{Alternatives: []policy.Alternative{{{Scheme: "bearer", Scopes: c.scopes()}, {Scheme: "apiKey", Scopes: c.scopes()}}}}
	either := policy.Access{Alternatives: []policy.Alternative{{{Scheme: "bearer", Scopes: c.scopes()}}, {{Scheme: "apiKey", Scopes: c.scopes()}}}}
	return []policy.Access{{}, {Public: true}, bearer("read"), bearer("write"), bearer("self"), bearer("write", "self"), bearer("read write"), bearer("mine read"), bearer("mine", "read write"), both, either}[c.IntN(11)]
}

func (c chance) scopes() []string {
	return strings.Fields(c.pick("", "read", "self", "write", "read self", "mine read", "mine", "write self"))
}

// caller is a random caller: with the same scopes under all its schemes, with others under each, or with both.
func (c chance) caller() policy.Caller {
	who := policy.Caller{ID: c.pick("a", "b", "*", "a/b", "c", "x|y", "..", "?", "%61", "")}
	who.Schemes = strings.Fields(c.pick("bearer", "bearer", "apiKey", "bearer apiKey", "apiKey bearer", ""))
	if c.IntN(3) > 0 {
		who.Scopes = c.scopes()
	}
	if c.IntN(2) > 0 {
		who.SchemeScopes = map[string][]string{"bearer": c.scopes(), "apiKey": c.scopes(), "other": {"read", "write"}}
	}
	return who
}

func (c chance) path() string {
	path := ""
	for range c.IntN(6) {
		path += "/" + c.pick("a", "b", "c", "a", "b", "c", "*", "?", "a%2Fb", "keys", "x|y", "x%7Cy", "$")
	}
	if c.IntN(8) == 0 {
		path += "/" + c.pick("..", ".", "", "%61")
	}
	if path == "" {
		return "/"
	}
	return path + c.pick("", "", "", "/")
}

// TestDocumentsAreExact compiles random rules for random callers and asks about random requests that API
// Gateway can route. What the document allows, the rules allow, without exception; what the rules allow, the
// document allows, but for requests of a route that a conflict names.
func TestDocumentsAreExact(t *testing.T) {
	const apis = 8000
	c := newChance(1)
	allowed, lost, exact := 0, 0, 0
	for range apis {
		table, who := c.table(), c.caller()
		losers := map[policy.Route]bool{}
		for _, conflict := range table.policy.Conflicts() {
			losers[conflict.Open] = true
		}
		if len(losers) == 0 {
			exact++
		}
		for range 30 {
			method, path := c.pick("GET", "PUT", "POST"), c.path()
			served := table.policy.Explain(who, method, path).Rule
			if served == nil {
				continue
			}
			decided := table.policy.Decide(who, method, path)
			documented := evaluate(t, table.policy, who, method, path)
			switch {
			case documented == policy.Allow && decided == policy.Deny:
				t.Fatalf("%s %s by %+v is allowed by the document and not by the rules %v", method, path, who, table.rules)
			case decided == policy.Deny || strings.HasSuffix(path, "/") || isOdd(path):
			case documented == policy.Allow:
				allowed++
			case !losers[served.Route]:
				t.Fatalf("%s %s by %+v is allowed by the rules %v, and not by the document; conflicts %v", method, path, who, table.rules, table.policy.Conflicts())
			default:
				lost++
			}
		}
	}
	if allowed < 3000 || exact < 2000 {
		t.Errorf("%d requests were allowed, %d APIs had no conflict: the test says little", allowed, exact)
	}
	t.Logf("%d of %d random APIs have no conflict; %d requests are allowed, and %d are lost to conflicts", exact, apis, allowed, lost)
}

// isOdd tells whether a path may be read in several ways.
func isOdd(path string) bool { return len(plainReadings(path)) > 1 }

// TestDocumentsWithSlashes: an HTTP API routes a path with a slash at its end to greedy routes alone. What the document
// allows of such paths, the rule of that route allows.
func TestDocumentsWithSlashes(t *testing.T) {
	c := newChance(9)
	allowed, denied := 0, 0
	for range 3000 {
		table, who := c.table(), c.caller()
		greedy := slices.DeleteFunc(slices.Clone(table.rules), func(r policy.Rule) bool { return !strings.HasSuffix(r.Route.Path, "+}") })
		served, err := policy.NewRules(greedy, owners)
		if err != nil {
			t.Fatal(err)
		}
		for range 30 {
			method, path := c.pick("GET", "PUT", "POST"), strings.TrimSuffix(c.path(), "/")+"/"
			if path == "/" || served.Explain(who, method, path).Rule == nil {
				continue
			}
			decided, documented := served.Decide(who, method, path), evaluate(t, table.policy, who, method, path)
			if documented == policy.Allow && decided == policy.Deny && !isOdd(path) {
				t.Fatalf("%s %s by %+v is allowed by the document and not by the greedy ones of the rules %v", method, path, who, table.rules)
			}
			if documented == policy.Allow {
				allowed++
			} else {
				denied++
			}
		}
	}
	if allowed < 500 || denied < 500 {
		t.Errorf("%d requests allowed and %d denied: the test says little", allowed, denied)
	}
}

// TestDocumentsAreDeterministic: the same rules and caller give the same bytes, in whatever order the rules
// and scopes stand.
func TestDocumentsAreDeterministic(t *testing.T) {
	c := newChance(3)
	for range 1000 {
		table, who := c.table(), c.caller()
		shuffled := slices.Clone(table.rules)
		c.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		again, err := policy.NewRules(shuffled, owners)
		if err != nil {
			t.Fatal(err)
		}
		first, err := table.policy.Compile(who, anARN)
		if err != nil {
			t.Fatal(err)
		}
		slices.Reverse(who.Scopes)
		slices.Reverse(who.Schemes)
		second, err := again.Compile(who, anARN)
		if err != nil {
			t.Fatal(err)
		}
		one, _ := json.Marshal(first)
		two, _ := json.Marshal(second)
		if string(one) != string(two) {
			t.Fatalf("%v by %+v: %s\nand %s", table.rules, who, one, two)
		}
	}
}

// TestDecisionsAgree compares Decide and Explain with a simpler reading of the rules.
func TestDecisionsAgree(t *testing.T) {
	c := newChance(5)
	counts := map[policy.Decision]int{}
	for range 3000 {
		table := c.table()
		for range 20 {
			who, method, path := c.caller(), c.pick("GET", "PUT", "POST"), c.path()
			served := plainRoute(table.rules, method, path)
			if served == nil || isOdd(path) {
				continue
			}
			want := plainDecision(served, who, path)
			got, explained := table.policy.Decide(who, method, path), table.policy.Explain(who, method, path)
			if got != want || explained.Decision != want || who.ID != "" && !explains(explained, served) {
				t.Fatalf("%s %s by %+v of %+v: got %s, explained as %+v; a simpler reading gives %s", method, path, who, served, got, explained, want)
			}
			counts[got]++
		}
	}
	if counts[policy.Allow] < 1000 || counts[policy.Deny] < 1000 {
		t.Errorf("%v: the test says little", counts)
	}
}

// explains tells whether an explanation names what holds, or of each alternative what is missing.
func explains(e policy.Explanation, rule *policy.Rule) bool {
	if e.Decision == policy.Allow {
		return e.Open == (e.Holds < 0) && e.Missing == nil
	}
	lacking := func(s policy.Shortfall) bool { return len(s.Schemes)+len(s.Scopes)+len(s.Owners) > 0 }
	return e.Open || len(e.Missing) == len(rule.Access.Alternatives) && !slices.ContainsFunc(e.Missing, func(s policy.Shortfall) bool { return !lacking(s) })
}

// plainDecision reads a rule for a request that it serves: OpenAPI's meaning, with owners.
func plainDecision(rule *policy.Rule, who policy.Caller, path string) policy.Decision {
	if who.ID == "" {
		return policy.Deny
	}
	holds := func(alternative policy.Alternative) bool {
		return len(alternative) > 0 && !slices.ContainsFunc(alternative, func(r policy.Requirement) bool { return !plainHolds(r, rule.Route.Path, who, path) })
	}
	if rule.Access.Public || slices.ContainsFunc(rule.Access.Alternatives, holds) {
		return policy.Allow
	}
	return policy.Deny
}

func plainHolds(r policy.Requirement, template string, who policy.Caller, path string) bool {
	for _, scope := range r.Scopes {
		granted := append(slices.Clone(who.Scopes), who.SchemeScopes[r.Scheme]...)
		if !slices.Contains(granted, scope) || owners[scope] != "" && !plainOwner(template, owners[scope], who.ID, path) {
			return false
		}
	}
	return slices.Contains(who.Schemes, r.Scheme)
}

// plainOwner tells whether a parameter's segment of the path is the caller's id, of those that may stand in a path.
func plainOwner(template, parameter, id, path string) bool {
	i := slices.Index(strings.Split(template, "/"), "{"+parameter+"}")
	segment := strings.Split(path, "/")[i]
	return slices.Contains([]string{"a", "b", "c"}, id) && segment == id || id == "x|y" && (segment == "x|y" || segment == "x%7Cy")
}

// TestDocumentsAreTheCallersOwn: what is remembered for one caller never answers for another one.
func TestDocumentsAreTheCallersOwn(t *testing.T) {
	c := newChance(6)
	for range 500 {
		table := c.table()
		for range 8 {
			who := c.caller()
			fresh, err := policy.NewRules(table.rules, owners)
			if err != nil {
				t.Fatal(err)
			}
			want, wantErr := fresh.Compile(who, anARN)
			got, gotErr := table.policy.Compile(who, anARN)
			one, _ := json.Marshal(want)
			two, _ := json.Marshal(got)
			if string(one) != string(two) || (wantErr == nil) != (gotErr == nil) {
				t.Fatalf("%v by %+v: %s %v\nand, after others, %s %v", table.rules, who, one, wantErr, two, gotErr)
			}
		}
	}
}

// TestRoutesAgree compares the router with a simpler reading of API Gateway's rule: of the routes that stand
// for the path and have the method, the one whose segments are, from left to right, more literal.
func TestRoutesAgree(t *testing.T) {
	c := newChance(4)
	routed := 0
	for range 3000 {
		table := c.table()
		for range 30 {
			method, path := c.pick("GET", "PUT", "POST"), c.path()
			got := table.policy.Explain(policy.Caller{}, method, path).Rule
			if isOdd(path) {
				continue // it may be served as another path is
			}
			want := plainRoute(table.rules, method, path)
			if (got == nil) != (want == nil) || got != nil && got.Route != want.Route {
				t.Fatalf("%s %s of %v: got %v, a simpler reading gives %v", method, path, table.rules, got, want)
			}
			if got != nil {
				routed++
			}
		}
	}
	if routed < 5000 {
		t.Errorf("only %d requests were routed: the test says little", routed)
	}
}

func plainRoute(rules []policy.Rule, method, path string) *policy.Rule {
	var best *policy.Rule
	bestRank := ""
	for i := range rules {
		rank, ok := plainRank(rules[i].Route.Path, path)
		switch rules[i].Route.Method {
		case method:
			rank += "0"
		case "ANY":
			rank += "1"
		default:
			ok = false
		}
		if ok && (best == nil || rank < bestRank) {
			best, bestRank = &rules[i], rank
		}
	}
	return best
}

// plainRank tells whether a template stands for a path, and writes a digit for each segment of the path, a
// smaller one for a more literal segment.
func plainRank(template, path string) (rank string, ok bool) {
	if !strings.HasPrefix(path, "/") {
		return "", false
	}
	want := strings.Split(strings.Trim(template, "/"), "/")
	if path == "/" || template == "/" {
		return "", path == template
	}
	got := strings.Split(strings.TrimSuffix(path[1:], "/"), "/")
	for i, segment := range got {
		switch {
		case segment == "" || i >= len(want):
			return "", false
		case strings.HasSuffix(want[i], "+}"):
			return rank + "2", !slices.Contains(got[i:], "")
		case strings.HasPrefix(want[i], "{"):
			rank += "1"
		case want[i] != segment:
			return "", false
		default:
			rank += "0"
		}
	}
	return rank, len(got) == len(want)
}
