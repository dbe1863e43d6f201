package main

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"portcullis/api"
	"portcullis/authorizers"
	"portcullis/policy"
)

// TestCellsAgreeWithDecide: what the matrix says of an operation is what the rules decide for every request that is
// routed to it.
func TestCellsAgreeWithDecide(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	paths, callers := everyPath(), everyCaller()
	for range 30 {
		s := randomSurface(r, 6)
		reached := map[*api.Operation]bool{}
		for _, path := range paths {
			index, _, ok := s.router.Route("GET", path)
			if !ok {
				continue
			}
			operation := &s.Operations[index]
			reached[operation] = true
			for _, caller := range callers {
				open := opens(s, operation, caller, path)
				if got := s.rules.Decide(caller, "GET", path) == policy.Allow; got != open {
					t.Fatalf("%s: GET %s by %+v: the rules say %v, the cell %v\n%v", operation.Route, path, caller, got, open, s.Operations)
				}
			}
		}
		for i := range s.Operations {
			o := &s.Operations[i]
			if o.Route.Method == "GET" && s.isReachable(o) != reached[o] {
				t.Fatalf("%s: reachable: %v, want %v\n%v", o.Route, s.isReachable(o), reached[o], s.Operations)
			}
		}
	}
}

// opens reads a cell: whether the caller may make the request, by what must be its own id.
func opens(s *surface, operation *api.Operation, caller policy.Caller, path string) bool {
	return slices.ContainsFunc(reach(s.ways(operation), caller.Schemes, caller.Scopes), func(w way) bool {
		for _, o := range w.owners {
			if index, err := strconv.Atoi(o.key); err != nil || segments(path)[index] != caller.ID {
				return false
			}
		}
		return true
	})
}

// TestDiffAgreesWithDecide: something opens exactly where some caller may make some request that it might not, and
// likewise for what closes.
func TestDiffAgreesWithDecide(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	paths, callers := everyPath(), everyCaller()
	seen := map[[2]bool]int{}
	for range 60 {
		old := randomSurface(r, 5)
		now := changed(r, old)
		d := difference{old: &side{old, authorizers.GroupScopes{}}, new: &side{now, authorizers.GroupScopes{}}}
		d.compare()
		got, want := [2]bool{d.opened > 0, d.closed > 0}, changes(old, now, paths, callers)
		if got != want {
			t.Fatalf("opens, closes: %v, want %v\nold %v\nnew %v\n%v", got, want, old.Operations, now.Operations, d.changes)
		}
		seen[want]++
	}
	if len(seen) != 4 {
		t.Errorf("not every kind of change was met: %v", seen)
	}
}

// TestDiffOfGroups is the same for what groups may.
func TestDiffOfGroups(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	paths := everyPath()
	seen := map[[2]bool]int{}
	for range 250 {
		s := randomSurface(r, 5)
		before, now := []string{scopes[r.IntN(3)]}, []string{scopes[r.IntN(3)], scopes[r.IntN(3)]}
		d := difference{old: &side{s, authorizers.GroupScopes{"g": before}}, new: &side{s, authorizers.GroupScopes{"g": now}}}
		d.compare()
		var want [2]bool
		for _, id := range ids {
			a := policy.Caller{ID: id, Schemes: schemes[0], Scopes: before}
			b := policy.Caller{ID: id, Schemes: schemes[0], Scopes: now}
			for _, path := range paths {
				for _, method := range verbs[:2] {
					was, is := s.rules.Decide(a, method, path), s.rules.Decide(b, method, path)
					want[0] = want[0] || is > was
					want[1] = want[1] || is < was
				}
			}
		}
		if got := [2]bool{d.opened > 0, d.closed > 0}; got != want {
			t.Fatalf("opens, closes: %v, want %v\n%v -> %v\n%v\n%v", got, want, before, now, s.Operations, d.changes)
		}
		seen[want]++
	}
	if len(seen) != 4 {
		t.Errorf("not every kind of change was met: %v", seen)
	}
}

// changes tries every request by every caller.
func changes(old, now *surface, paths []string, callers []policy.Caller) (want [2]bool) {
	for _, method := range []string{"GET", "PUT", "POST"} {
		for _, path := range paths {
			for _, caller := range callers {
				before, after := old.rules.Decide(caller, method, path), now.rules.Decide(caller, method, path)
				want[0] = want[0] || after > before
				want[1] = want[1] || after < before
			}
		}
	}
	return want
}
