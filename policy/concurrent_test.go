package policy_test

import (
	"encoding/json"
	"sync"
	"testing"

	"portcullis/policy"
)

// TestConcurrentCallers: goroutines that share rules get the documents and decisions that each would get alone. It is the test for the
// race detector: all others of the package compute in one goroutine.
func TestConcurrentCallers(t *testing.T) {
	c := newChance(47)
	for range 20 {
		table := c.table()
		callers := make([]policy.Caller, 8)
		want := make([]string, len(callers))
		for i := range callers {
			callers[i] = c.caller()
			alone, err := policy.NewRules(table.rules, owners)
			if err != nil {
				t.Fatal(err)
			}
			want[i] = answers(alone, callers[i])
		}
		var all sync.WaitGroup
		for i := range callers {
			for range 4 {
				all.Go(func() {
					if got := answers(table.policy, callers[i]); got != want[i] {
						t.Errorf("%v by %+v beside others: %s\nand alone %s", table.rules, callers[i], got, want[i])
					}
				})
			}
		}
		all.Wait()
	}
}

// answers is all that rules say of a caller, as text.
func answers(rules *policy.Rules, who policy.Caller) string {
	document, err := rules.Compile(who, anARN)
	size, sizeErr := rules.Size(who, anARN)
	text, _ := json.Marshal([]any{document, err, size, sizeErr, rules.Decide(who, "GET", "/a/b"), rules.Explain(who, "PUT", "/a")})
	return string(text)
}
