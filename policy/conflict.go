package policy

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Conflict says that no set of IAM patterns can tell two routes apart for some caller, to whom one is open
// and the other is not. Requests of Open that the denied patterns of Closed cover are then denied too.
type Conflict struct {
	Closed  Route    // not open to the caller, or only as far as it is the owner
	Open    Route    // open to the caller, perhaps only as far as it is the owner
	Through Route    // open to the caller as well, with a pattern that reaches into Closed; may be Open itself
	Paths   string   // requests of Open that are lost, as an IAM pattern of their paths
	Scopes  []string // what Closed asks for and the caller lacks; none where nobody may call Closed
}

// String says it in a sentence.
func (c Conflict) String() string {
	if c.Closed == c.Open {
		return fmt.Sprintf("%s loses %s for its owner who may call %s: IAM patterns cannot tell the owner's requests from those of others",
			c.Open, c.Paths, c.Through)
	}
	who := "a caller"
	if len(c.Scopes) > 0 {
		who += " without " + strings.Join(c.Scopes, " and ")
	}
	through := ""
	if c.Through != c.Open {
		through = fmt.Sprintf(" who may also call %s", c.Through)
	}
	return fmt.Sprintf("%s loses %s for %s%s: IAM patterns cannot tell them from %s, which is closed to that caller",
		c.Open, c.Paths, who, through, c.Closed)
}

// Conflicts lists the pairs of routes that no set of IAM patterns can tell apart for some caller, sorted, each
// pair once. Where there is none, a compiled document is exact for every route.
func (r *Rules) Conflicts() []Conflict { return slices.Clone(r.conflicts) }

func (r *Rules) findConflicts() []Conflict {
	var all []Conflict
	for _, m := range r.methods {
		found := map[[2]int]bool{}
		for through, leaks := range m.leaks {
			for _, leak := range leaks {
				for _, loss := range m.losses(leak) {
					pair := [2]int{leak.to, loss.to}
					if missing, possible := r.separated(m, through, leak.to, loss.to); possible && !found[pair] {
						found[pair] = true
						all = append(all, Conflict{r.route(m, leak.to), r.route(m, loss.to), r.route(m, through), "/" + loss.paths.pattern(), missing})
					}
				}
			}
		}
	}
	slices.SortStableFunc(all, func(a, b Conflict) int {
		return cmp.Or(strings.Compare(a.Closed.String(), b.Closed.String()), strings.Compare(a.Open.String(), b.Open.String()))
	})
	// A route of all methods meets the same other one once for each of them.
	return slices.CompactFunc(all, func(a, b Conflict) bool { return a.Closed == b.Closed && a.Open == b.Open })
}

func (r *Rules) route(m *methodRoutes, i int) Route { return r.rules[m.entries[i].index].Route }

// losses lists the routes with paths that the pattern of a leak covers, and such paths: the route that it leaks
// into is among them, since part of that may be open. Paths with a trailing slash do not count.
func (m *methodRoutes) losses(l leak) []leak {
	if _, whole := l.paths.prefix(); whole || l.paths[len(l.paths)-1] == trailingSlash {
		return nil // one path, of that route
	}
	nobody := make([]opening, len(m.entries))
	var losses []leak
	for _, k := range m.index.near(l.paths) {
		for _, paths := range reach(l.paths, m.entries[k].template) {
			if lost := m.uncovered(paths, k, nobody); len(lost) > 0 {
				losses = append(losses, leak{k, lost[0]})
				break
			}
		}
	}
	return losses
}

// separated tells whether some caller has through and open, at least as an owner, and not the whole of closed;
// and what such a caller lacks for it.
func (r *Rules) separated(m *methodRoutes, through, closed, open int) (missing []string, possible bool) {
	for _, a := range r.needs[m.entries[through].index] {
		for _, b := range r.needs[m.entries[open].index] {
			if open == closed && len(b.owned) == 0 {
				continue
			}
			if has := a.capabilities.with(b.capabilities); !r.wholly(m, closed, has) {
				return r.lacks(m, closed, has), true
			}
		}
	}
	return nil, false
}

// wholly tells whether a caller that has no more than this may call all of a route.
func (r *Rules) wholly(m *methodRoutes, i int, has capabilities) bool {
	return slices.ContainsFunc(r.needs[m.entries[i].index], func(n need) bool { return len(n.owned) == 0 && has.has(n.capabilities) })
}

// lacks lists the scopes, and schemes, that the caller lacks of the route's alternative with the fewest of them.
func (r *Rules) lacks(m *methodRoutes, i int, has capabilities) []string {
	var fewest []string
	for _, alternative := range r.rules[m.entries[i].index].Access.Alternatives {
		var lacks []string
		for _, requirement := range alternative {
			if !has.meets(r.vocabulary.one(r.vocabulary.schemes[requirement.Scheme])) {
				lacks = append(lacks, "the scheme "+requirement.Scheme)
			}
			for _, scope := range requirement.Scopes {
				if !has.meets(r.vocabulary.one(r.vocabulary.scopes[scope])) {
					lacks = append(lacks, scope)
				}
			}
		}
		if len(lacks) > 0 && (fewest == nil || len(lacks) < len(fewest)) {
			fewest = lacks
		}
	}
	return fewest
}
