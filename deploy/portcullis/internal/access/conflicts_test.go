package access

import (
	"math/rand/v2"
	"strings"
	"testing"

	"portcullis/deploy/internal/inquiry"
	"portcullis/policy"
)

// TestConflictsThatEnd: where a change ends all conflicts, something opens if the gateway allows any request that it
// denied, and where there were none, something closes if it denies any that it allowed.
func TestConflictsThatEnd(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	paths, callers := everyPath()[:85], everyCaller()
	met := 0
	for range 400 {
		old := randomSurface(r, 6)
		now := changed(r, old)
		ends, begins := len(conflictsOf(now)) == 0, len(conflictsOf(old)) == 0
		if ends == begins {
			continue
		}
		d := difference{old: &side{old, map[string][]string{}}, new: &side{now, map[string][]string{}}}
		d.compare()
		d.compareConflicts()
		opens, closes := gatewayChanges(t, old, now, paths, callers)
		if ends && opens && d.Opens == 0 || begins && closes && d.Closes == 0 {
			t.Fatalf("opens, closes: %v, %v; found %d, %d\nold %v\nnew %v\n%v", opens, closes, d.Opens, d.Closes, old.Operations, now.Operations, d.Changes)
		}
		met++
	}
	if met < 10 {
		t.Errorf("only %d conflicts ended or began", met)
	}
}

// gatewayChanges evaluates the documents of every caller for every request.
func gatewayChanges(t *testing.T, old, now *inquiry.Surface, paths []string, callers []policy.Caller) (opens, closes bool) {
	t.Helper()
	for _, caller := range callers {
		before, now := lets(t, old, caller), lets(t, now, caller)
		for _, path := range paths {
			was, is := before(path), now(path)
			opens, closes = opens || is && !was, closes || was && !is
		}
	}
	return opens, closes
}

// lets tells which paths the gateway lets a caller GET.
func lets(t *testing.T, s *inquiry.Surface, caller policy.Caller) func(path string) bool {
	t.Helper()
	document, err := s.Compiled.Compile(caller, defaultARN)
	if err != nil {
		t.Fatal(err)
	}
	return func(path string) bool {
		operation := s.Serving("GET", inquiry.Segments(path))
		if operation == nil || operation.Access.Public {
			return operation != nil
		}
		arn := defaultARN
		arn.Path = strings.TrimPrefix(path, "/")
		return policy.Evaluate(document, policy.Request{Resource: arn.String()}).Decision == policy.Allow
	}
}
