package access

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"testing"

	"portcullis/deploy/internal/inquiry"
	"portcullis/policy"
)

// TestEvaluationFindsWhatThereIs: over-grants and false 403s are found exactly where some request of some operation that is not public
// is one. The answers are policies of another caller of other rules, some with a pattern made wider.
func TestEvaluationFindsWhatThereIs(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	callers := slices.DeleteFunc(everyCaller(), func(c policy.Caller) bool { return c.ID == "other" }) // which is in none of the paths
	paths := everyPath()
	seen := map[[2]bool]int{}
	for range 100 {
		s, caller := randomSurface(r, 5), callers[r.IntN(len(callers))]
		document := randomDocument(t, r, changed(r, s), callers)
		text, err := json.Marshal(document)
		if err != nil {
			t.Fatal(err)
		}
		e, err := newEvaluation(asked{stage: defaultARN}, text)
		if err != nil {
			t.Fatal(err)
		}
		if e.contract, e.subject = s, (&inquiry.Subject{Caller: caller, Trust: inquiry.Assumed}); e.Answer.Malformed != "" {
			t.Fatalf("%s: %s", text, e.Answer.Malformed)
		}
		e.ask()
		got, want := [2]bool{e.Counts.OverGrant > 0, e.Counts.False403 > 0}, disagreements(s, caller, document, paths)
		if got != want {
			t.Fatalf("over-grants, false 403s: %v, want %v\n%v\nby %+v\n%s\n%+v", got, want, s.Operations, caller, text, e.Requests)
		}
		seen[want]++
	}
	if len(seen) != 4 {
		t.Errorf("not every kind of answer was met: %v", seen)
	}
}

// randomDocument is a policy that an authorizer could answer for some caller by the rules.
func randomDocument(t *testing.T, r *rand.Rand, s *inquiry.Surface, callers []policy.Caller) policy.Document {
	t.Helper()
	document, err := s.Compiled.Compile(callers[r.IntN(len(callers))], defaultARN)
	if err != nil {
		t.Fatal(err)
	}
	if first := &document.Statement[0]; r.IntN(3) == 0 && len(first.Resource) > 0 {
		first.Resource[0] = []string{"*/GET/a/*", "*/stage/*/b", "*/GET/?", "*"}[r.IntN(4)]
	}
	return document
}

// disagreements asks the document and the rules about every path: whether there is an over-grant, and a false 403.
func disagreements(s *inquiry.Surface, caller policy.Caller, document policy.Document, paths []string) (found [2]bool) {
	for _, method := range inquiry.Methods {
		for _, path := range paths {
			index, _, routed := s.Router.Route(method, path)
			if !routed || s.Operations[index].Access.Public {
				continue
			}
			arn := defaultARN
			arn.Method, arn.Path = method, path[1:]
			answer := policy.Evaluate(document, policy.Request{Resource: arn.String()}).Decision
			switch rules := s.Compiled.Decide(caller, method, path); {
			case answer == rules:
			case answer == policy.Allow:
				found[0] = true
			default:
				found[1] = true
			}
		}
	}
	return found
}
