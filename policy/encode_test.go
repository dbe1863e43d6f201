package policy_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"portcullis/policy"
)

var update = flag.Bool("update", false, "write testdata/users.rules.json anew")

const usersFile = "testdata/users.rules.json"

// aSource is a contract, as far as a file of rules knows it.
var aSource = policy.Source{Name: "openapi.yaml", SHA256: fmt.Sprintf("%x", sha256.Sum256([]byte("openapi: 3.1.0\n")))}

// users are the rules of the users API, and of a WebSocket API beside it.
func users() []policy.Rule {
	either := func(alternatives ...string) policy.Access {
		access := bearer(alternatives...)
		for _, scopes := range alternatives {
			access.Alternatives = append(access.Alternatives, policy.Alternative{{Scheme: "apiKey", Scopes: strings.Fields(scopes)}})
		}
		return access
	}
	public := policy.Access{Public: true}
	return []policy.Rule{
		rule("GET", "/users", either("users/read")), rule("POST", "/users", either("users/write")),
		rule("GET", "/users/{id}", either("users/read", "users/self")), rule("PUT", "/users/{id}", either("users/write", "users/self")),
		rule("DELETE", "/users/{id}", either("users/write")),
		rule("POST", "/tokens", public), rule("POST", "/tokens/refresh", public), rule("POST", "/tokens/revoke", public), rule("POST", "/tokens/sign-out", public),
		rule("$connect", "", bearer("users/read")),
		{Route: policy.Route{Method: "watch"}, Access: either("users/read", "users/self"), Owner: "$request.body.user",
			Message: `{"properties":{"user":{"type":"string"}},"type":"object"}`},
		{Route: policy.Route{Method: "ping"}, Access: public},
	}
}

var usersOwners = map[string]string{"users/self": "id"}

func newRules(tb testing.TB, rules []policy.Rule, owners map[string]string) *policy.Rules {
	tb.Helper()
	r, err := policy.NewRules(rules, owners)
	if err != nil {
		tb.Fatal(err)
	}
	return r
}

func encoded(tb testing.TB, rules *policy.Rules) []byte {
	tb.Helper()
	text, err := rules.Encode(aSource)
	if err != nil {
		tb.Fatal(err)
	}
	return text
}

// TestUsersFile holds the file to one that a person has read.
func TestUsersFile(t *testing.T) {
	text := encoded(t, newRules(t, users(), usersOwners))
	if *update {
		if err := os.WriteFile(usersFile, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(usersFile)
	if err != nil || !bytes.Equal(text, want) {
		t.Errorf("got\n%s\nwant\n%s, %v", text, want, err)
	}
}

// sameAnswers tells how two rules answer otherwise, if they do: for this caller and these requests, and of themselves.
func sameAnswers(a, b *policy.Rules, who policy.Caller, arn policy.ARN, requests [][2]string) error {
	for _, request := range requests {
		method, path := request[0], request[1]
		if x, y := a.Decide(who, method, path), b.Decide(who, method, path); x != y {
			return fmt.Errorf("%s %s by %+v: %s and %s", method, path, who, x, y)
		}
		if x, y := a.Explain(who, method, path), b.Explain(who, method, path); !sameExplanation(x, y) {
			return fmt.Errorf("%s %s by %+v: %+v and %+v", method, path, who, x, y)
		}
	}
	x, errA := a.Compile(who, arn)
	y, errB := b.Compile(who, arn)
	if !reflect.DeepEqual(x, y) || fmt.Sprint(errA) != fmt.Sprint(errB) {
		return fmt.Errorf("documents for %+v: %v, %v and %v, %v", who, x, errA, y, errB)
	}
	return nil
}

// sameExplanation compares explanations, and takes no scopes for an empty list of them.
func sameExplanation(a, b policy.Explanation) bool {
	return fmt.Sprintf("%+v %+v", a.Rule, a.Missing) == fmt.Sprintf("%+v %+v", b.Rule, b.Missing) &&
		a.Decision == b.Decision && a.Reading == b.Reading && a.Open == b.Open && a.Owned == b.Owned && a.Holds == b.Holds
}

// decoded encodes and decodes rules, and fails where what they say of themselves differs.
func decoded(t *testing.T, rules *policy.Rules) *policy.Rules {
	t.Helper()
	text := encoded(t, rules)
	again, source, err := policy.DecodeRules(text)
	if err != nil || source != aSource {
		t.Fatalf("%+v, %v of\n%s", source, err, text)
	}
	if !bytes.Equal(encoded(t, again), text) || !bytes.Equal(encoded(t, rules), text) {
		t.Fatalf("the bytes are others the second time:\n%s", text)
	}
	if !slices.EqualFunc(rules.Conflicts(), again.Conflicts(), func(a, b policy.Conflict) bool { return reflect.DeepEqual(a, b) }) {
		t.Fatalf("%v and %v are the conflicts of\n%s", rules.Conflicts(), again.Conflicts(), text)
	}
	for _, arn := range []policy.ARN{anARN, connectARN} {
		groups := map[string][]string{"readers": {"read"}, "all": {"read", "write", "self"}}
		a, errA := rules.Sizes(arn, groups)
		b, errB := again.Sizes(arn, groups)
		if errA != nil || errB != nil || !reflect.DeepEqual(a, b) {
			t.Fatalf("%+v, %v and %+v, %v are the sizes of\n%s", a, errA, b, errB, text)
		}
	}
	for scope := range map[string]bool{"self": true, "mine": true, "read": true, "users/self": true} {
		if rules.CountsForOwners(scope) != again.CountsForOwners(scope) {
			t.Fatalf("%s does not count for owners as before in\n%s", scope, text)
		}
	}
	return again
}

var connectARN = policy.MustParseARN("arn:aws:execute-api:us-east-1:123456789012:abc/v1/$connect")

// TestDecodedRulesAnswerTheSame, for random APIs of few routes, with route keys, and random callers.
func TestDecodedRulesAnswerTheSame(t *testing.T) {
	c := newChance(60)
	conflicts, allowed := 0, 0
	for range 700 {
		table := c.table()
		for i := range c.IntN(3) {
			table.rules = append(table.rules, rule([]string{"$connect", "message", "$default"}[i], "", c.connectAccess()))
		}
		if c.IntN(2) == 0 {
			table.rules = append(table.rules, policy.Rule{Route: policy.Route{Method: "own"}, Access: bearer("read", "self"), Owner: "$request.body.a", Message: "{}"})
		}
		c.Shuffle(len(table.rules), func(i, j int) { table.rules[i], table.rules[j] = table.rules[j], table.rules[i] })
		rules := newRules(t, table.rules, owners)
		again := decoded(t, rules)
		conflicts += len(again.Conflicts())
		for range 4 {
			who, requests := c.caller(), [][2]string{{"$connect", ""}, {"message", ""}, {"$connect", "/"}}
			for range 15 {
				requests = append(requests, [2]string{c.pick("GET", "PUT", "POST", "PATCH"), c.path()})
			}
			for _, key := range []string{"$connect", "message", "$default", "own"} {
				m := policy.Message{Key: key, Owner: who.ID}
				if fmt.Sprint(rules.RouteKeys()) != fmt.Sprint(again.RouteKeys()) || rules.DecideMessage(who, m) != again.DecideMessage(who, m) {
					t.Fatalf("%s: %v and %v by %+v", key, rules.RouteKeys(), again.RouteKeys(), who)
				}
			}
			for _, arn := range []policy.ARN{anARN, connectARN} {
				if err := sameAnswers(rules, again, who, arn, requests); err != nil {
					t.Fatalf("%v for %v", err, table.rules)
				}
			}
			for _, request := range requests {
				if again.Decide(who, request[0], request[1]) == policy.Allow {
					allowed++
				}
			}
		}
	}
	if conflicts < 150 || allowed < 1500 {
		t.Errorf("%d conflicts, %d requests allowed: the test says little", conflicts, allowed)
	}
}

// connectAccess is who may call a route key: nobody's own, since it has no path.
func (c chance) connectAccess() policy.Access {
	return []policy.Access{{}, {Public: true}, bearer("read"), bearer("read", "write"), {Alternatives: []policy.Alternative{{}}}}[c.IntN(5)]
}

// TestLargeDecodedRulesAnswerTheSame, for random APIs of up to 2,100 operations, and the largest ones that are usual.
func TestLargeDecodedRulesAnswerTheSame(t *testing.T) {
	c := newChance(61)
	var apis []api
	for run := range 24 {
		apis = append(apis, c.api([]int{1, 5, 20, 50, 100, 300}[run%6]))
	}
	for _, below := range []string{"", "/orgs/{orgId}", "/organizations/{orgId}/projects/{projectId}"} {
		rules, scopes := crud(below, 150, below == "")
		apis = append(apis, api{rules, scopes, []string{"resource1", "resource2"}})
	}
	apis = append(apis, api{ofOwners(), []string{"admin", "read", "write"}, []string{"resource1"}})
	for _, a := range apis {
		rules, err := policy.NewRules(a.rules, map[string]string{"self": "id"})
		if err != nil {
			continue // a catch-all that is one of the others
		}
		again := decoded(t, rules)
		for range 5 {
			who, requests := a.caller(c), [][2]string(nil)
			for range 100 {
				requests = append(requests, [2]string{c.pick(allMethods...), a.path(c)})
			}
			if err := sameAnswers(rules, again, who, anARN, requests); err != nil {
				t.Fatalf("%v, for %d operations", err, len(a.rules))
			}
		}
	}
}

// ofOwners is an API of 2,100 operations that callers may use for what is theirs.
func ofOwners() (all []policy.Rule) {
	for i := range 150 {
		for _, path := range []string{fmt.Sprintf("/users/{id}/resource%d", i), fmt.Sprintf("/users/{id}/resource%d/{key}", i)} {
			for _, method := range allMethods {
				scope := "self write"
				if method == "GET" {
					scope = "self read"
				}
				all = append(all, rule(method, path, bearer("admin", scope)))
			}
		}
	}
	return all
}

// sealed is a file in canonical form with the digest that its other members have.
func sealed(text []byte) []byte {
	body, _, _ := bytes.Cut(text, []byte(`  "digest": `))
	return fmt.Appendf(slices.Clone(body), "  \"digest\": \"%x\"\n}\n", sha256.Sum256(body))
}

// TestConflictsDecideNothing: a file whose conflicts were taken out, with the digest that it then has, decides as before.
func TestConflictsDecideNothing(t *testing.T) {
	c := newChance(62)
	without := 0
	for range 500 {
		table := c.table()
		text := encoded(t, table.policy)
		before, _, _ := bytes.Cut(text, []byte(`"conflicts": [`))
		forged := append(before, "\"conflicts\": [],\n  \"digest\": "...)
		rules, _, err := policy.DecodeRules(sealed(forged))
		if err != nil || len(rules.Conflicts()) > 0 {
			t.Fatal(rules, err)
		}
		without += len(table.policy.Conflicts())
		for range 4 {
			var requests [][2]string
			for range 15 {
				requests = append(requests, [2]string{c.pick("GET", "PUT", "POST"), c.path()})
			}
			if err := sameAnswers(table.policy, rules, c.caller(), anARN, requests); err != nil {
				t.Fatalf("%v for %v", err, table.rules)
			}
		}
	}
	if without < 100 {
		t.Errorf("%d conflicts were taken out: the test says little", without)
	}
}

// TestEncodeRefuses what no file can hold, and tells which member that would be.
func TestEncodeRefuses(t *testing.T) {
	once, named := bearer("read"), aSource
	once.Alternatives[0] = append(once.Alternatives[0], policy.Requirement{Scheme: "bearer", Scopes: []string{"write"}})
	named.Name = strings.Repeat("a", policy.MaxRulesFile)
	for _, test := range []struct {
		access policy.Access
		source policy.Source
		want   string
	}{
		{once, aSource, `operations[0].anyOf[0]: "bearer" stands twice`},
		{bearer("a\xff"), aSource, `operations[0].anyOf[0].bearer[0]: a string is not UTF-8`},
		{bearer("a"), policy.Source{SHA256: aSource.SHA256}, "contract.name: is empty"},
		{bearer("a"), policy.Source{Name: "a"}, "contract.sha256: want 64 lower-case"},
		{bearer("a"), policy.Source{Name: "a", SHA256: strings.ToUpper(aSource.SHA256)}, "contract.sha256: want 64 lower-case"},
		{bearer("a"), named, "bytes, and 8388608 are the most"},
	} {
		_, err := newRules(t, []policy.Rule{rule("GET", "/a", test.access)}, nil).Encode(test.source)
		if wrong := (*policy.RulesError)(nil); !errors.As(err, &wrong) || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "made by") {
			t.Errorf("error %.200v, want %q", err, test.want)
		}
	}
	odd := bearer("a")
	odd.Alternatives[0][0].Scopes = []string{"\" \\ \x01 é \u2028 </a>", ""}
	decoded(t, newRules(t, []policy.Rule{rule("GET", "/a", odd)}, nil))
	if none := decoded(t, newRules(t, nil, nil)); !bytes.Equal(encoded(t, none), encoded(t, new(policy.Rules))) {
		t.Errorf("the zero rules are encoded as\n%s", encoded(t, new(policy.Rules)))
	}
}
