package policy_test

import (
	"strings"
	"testing"

	"portcullis/policy"
)

// shortPaths are all paths of up to four segments of a few texts, and of up to three of odd ones.
func shortPaths() []string {
	ordinary := words([]string{"/a", "/b", "/c", "/x", "/x|y", "/"}, 4)
	odd := words([]string{"/a", "/b", "/%61", "/..", "/.", "/%2e"}, 3)
	return append(ordinary[1:], odd[1:]...) // without the empty one
}

// withMethods gives each path of a random API most methods, with rules that are often the same.
func (c chance) withMethods(t table) table {
	var rules []policy.Rule
	for _, r := range t.rules {
		for _, method := range allMethods {
			if c.IntN(3) > 0 {
				access := r.Access
				if c.IntN(4) == 0 {
					access = c.access()
				}
				rules = append(rules, rule(method, r.Route.Path, access))
			}
		}
	}
	if r, err := policy.NewRules(rules, owners); err == nil {
		return table{rules, r}
	}
	return t
}

// TestEveryShortPath asks about all short paths, odd ones and those with a slash at the end too: the document never allows what
// a reading of them denies, and of ordinary paths it loses none but to conflicts.
func TestEveryShortPath(t *testing.T) {
	c := newChance(50)
	all, allowed := shortPaths(), 0
	for range 400 {
		table, who := c.table(), c.caller()
		if c.IntN(2) == 0 {
			table = c.withMethods(table)
		}
		losers := map[policy.Route]bool{}
		for _, conflict := range table.policy.Conflicts() {
			losers[conflict.Open] = true
		}
		document, err := table.policy.Compile(who, anARN)
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range all {
			arn := anARN
			arn.Method, arn.Path = c.pick(allMethods...), path[1:]
			documented := policy.Evaluate(document, policy.Request{Resource: arn.String()}).Decision
			switch explained := table.policy.Explain(who, arn.Method, path); {
			case explained.Rule == nil:
			case documented == policy.Allow && explained.Decision == policy.Deny:
				t.Fatalf("%s %s by %+v is allowed by the document, and not by %+v of %v", arn.Method, path, who, explained, table.rules)
			case documented == policy.Allow:
				allowed++
			case explained.Decision == policy.Allow && !isOdd(path) && !strings.HasSuffix(path, "/") && !losers[explained.Rule.Route]:
				t.Fatalf("%s %s by %+v is allowed by the rules %v, and not by the document", arn.Method, path, who, table.rules)
			}
		}
	}
	if allowed < 5000 {
		t.Errorf("%d allowed: the test says little", allowed)
	}
	t.Logf("%d allowed", allowed)
}
