package access

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"portcullis/api/contract"
	"portcullis/deploy/internal/inquiry"
	"portcullis/policy"
)

// TestCellsAgreeWithDecide: what the matrix says of an operation is what the rules decide for every request that is
// routed to it.
func TestCellsAgreeWithDecide(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	paths, callers := everyPath(), everyCaller()
	for range 30 {
		s := randomSurface(r, 6)
		reached := map[*contract.Operation]bool{}
		for _, path := range paths {
			index, _, ok := s.Router.Route("GET", path)
			if !ok {
				continue
			}
			operation := &s.Operations[index]
			reached[operation] = true
			for _, caller := range callers {
				open := opens(s, operation, caller, path)
				if got := s.Compiled.Decide(caller, "GET", path) == policy.Allow; got != open {
					t.Fatalf("%s: GET %s by %+v: the rules say %v, the cell %v\n%v", operation.Route, path, caller, got, open, s.Operations)
				}
			}
		}
		for i := range s.Operations {
			o := &s.Operations[i]
			if o.Route.Method == "GET" && s.IsReachable(o) != reached[o] {
				t.Fatalf("%s: reachable: %v, want %v\n%v", o.Route, s.IsReachable(o), reached[o], s.Operations)
			}
		}
	}
}

// opens reads a cell: whether the caller may make the request, by what must be its own id.
func opens(s *inquiry.Surface, operation *contract.Operation, caller policy.Caller, path string) bool {
	var grants []string
	for _, scheme := range caller.Schemes {
		grants = append(grants, inquiry.GrantsOf([]string{scheme}, append(slices.Clone(caller.Scopes), caller.SchemeScopes[scheme]...))...)
	}
	return slices.ContainsFunc(inquiry.OpenTo(s.Demands(operation), caller.Schemes, grants), func(d inquiry.Demand) bool {
		for _, o := range d.Owners {
			if index, err := strconv.Atoi(o.Key); err != nil || inquiry.Segments(path)[index] != caller.ID {
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
	for range 30 {
		old := randomSurface(r, 5)
		now := changed(r, old)
		d := difference{old: &side{old, map[string][]string{}}, new: &side{now, map[string][]string{}}}
		d.compare()
		got, want := [2]bool{d.Opens > 0, d.Closes > 0}, changes(old, now, paths, callers, callers)
		if got != want {
			t.Fatalf("opens, closes: %v, want %v\nold %v\nnew %v\n%v", got, want, old.Operations, now.Operations, d.Changes)
		}
		seen[want]++
	}
	if len(seen) != 4 {
		t.Errorf("not every kind of change was met: %v", seen)
	}
}

// TestDiffOfGroups is the same where a group changes, and perhaps the contract with it: for members, whatever scopes
// they have elsewhere, with an API key and without, and for others.
func TestDiffOfGroups(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	paths, callers := everyPath(), everyCaller()
	seen := map[[2]bool]int{}
	for i := range 24 {
		old := randomSurface(r, 5)
		now := old
		if i%2 == 1 {
			now = changed(r, old)
		}
		had, has := []string{scopes[r.IntN(3)]}, []string{scopes[r.IntN(3)], scopes[r.IntN(3)]}
		d := difference{old: &side{old, map[string][]string{"g": had}}, new: &side{now, map[string][]string{"g": has}}}
		d.compare()
		got, want := [2]bool{d.Opens > 0, d.Closes > 0}, changes(old, now, paths, members(callers, had), members(callers, has))
		if got != want {
			t.Fatalf("opens, closes: %v, want %v\n%v -> %v\nold %v\nnew %v\n%v", got, want, had, has, old.Operations, now.Operations, d.Changes)
		}
		seen[want]++
	}
	if len(seen) != 4 {
		t.Errorf("not every kind of change was met: %v", seen)
	}
}

// members are the callers, and those with a token once more with a group's scopes besides.
func members(callers []policy.Caller, granted []string) []policy.Caller {
	all := slices.Clone(callers)
	for _, caller := range callers {
		if slices.Contains(caller.Schemes, policy.SchemeBearer) {
			ofToken := slices.Concat(caller.SchemeScopes[policy.SchemeBearer], granted)
			caller.SchemeScopes = map[string][]string{policy.SchemeBearer: ofToken, policy.SchemeAPIKey: caller.SchemeScopes[policy.SchemeAPIKey]}
			all = append(all, caller)
		}
	}
	return all
}

// changes tries every request by every caller, as it was and as it is now.
func changes(old, now *inquiry.Surface, paths []string, before, after []policy.Caller) (want [2]bool) {
	for _, method := range []string{"GET", "PUT", "POST"} {
		for _, path := range paths {
			_, _, served := old.Router.Route(method, path)
			_, _, serves := now.Router.Route(method, path)
			for i := 0; i < len(before) && (served || serves); i++ {
				was, is := old.Compiled.Decide(before[i], method, path), now.Compiled.Decide(after[i], method, path)
				want[0] = want[0] || is > was
				want[1] = want[1] || is < was
			}
		}
	}
	return want
}
