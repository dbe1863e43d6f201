package policy

import (
	"cmp"
	"fmt"
	"maps"
	"math/bits"
	"slices"
	"strings"
)

// Conflict says that IAM patterns do not tell two routes apart for some caller, to whom one is open and the
// other is not. Requests of Open that the denied patterns of Closed cover are then denied too.
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

// Conflicts lists the pairs of routes that IAM patterns do not tell apart for some caller, sorted, each pair
// once. Where there is none, a compiled document is exact for every route, trailing slashes and odd paths excepted.
func (r *Rules) Conflicts() []Conflict { return slices.Clone(r.conflicts) }

func (r *Rules) findConflicts() []Conflict {
	var all []Conflict
	for number, m := range r.surface.methods {
		if !slices.ContainsFunc(r.surface.methods[:number], m.sameRoutes) {
			search := conflictSearch{rules: r, m: m, method: 1 << number, found: map[[2]int]Conflict{}}
			search.run()
			all = slices.AppendSeq(all, maps.Values(search.found))
		}
	}
	slices.SortStableFunc(all, compareConflicts) // of several methods the first one stays
	// A route of all methods meets the same other one for several of them.
	return slices.CompactFunc(all, func(a, b Conflict) bool { return compareConflicts(a, b) == 0 })
}

// compareConflicts orders conflicts by their routes.
func compareConflicts(a, b Conflict) int {
	return cmp.Or(strings.Compare(a.Closed.String(), b.Closed.String()), strings.Compare(a.Open.String(), b.Open.String()))
}

// part is what of a route is open to callers with one of these needs: the whole, or an owner's paths.
type part struct {
	template template
	needs    []need
	owned    bool
}

// parts are the parts of a route that may be open.
func (r *Rules) parts(e entry) []part {
	var parts []part
	index := map[string]int{}
	for _, n := range r.needs[e.index] {
		key := strings.Join(slices.Sorted(slices.Values(n.owned)), "/")
		i, known := index[key]
		if !known {
			i, index[key] = len(parts), len(parts)
			parts = append(parts, part{template: e.template.withParameters(n.owned, anyID), owned: len(n.owned) > 0})
		}
		parts[i].needs = append(parts[i].needs, n)
	}
	return parts
}

// sameRoutes tells whether another method has the very same routes, as those have that are for any method.
func (m *methodRoutes) sameRoutes(other *methodRoutes) bool {
	return slices.EqualFunc(m.entries, other.entries, func(a, b entry) bool { return a.index == b.index })
}

// conflictSearch finds the conflicts among the routes of one method.
type conflictSearch struct {
	rules  *Rules
	m      *methodRoutes
	method verbs
	parts  [][]part // of each route
	lossy  []bool   // of each route: see mayLose
	asked  [][]int  // by route: those that its pattern matches paths of and that no conflict with it names yet
	found  map[[2]int]Conflict
}

func (s *conflictSearch) run() {
	for _, e := range s.m.entries {
		s.parts = append(s.parts, s.rules.parts(e))
	}
	for j := range s.m.entries {
		s.lossy = append(s.lossy, s.mayLose(j))
		s.asked = append(s.asked, s.met(j))
	}
	for i := range s.m.entries {
		met := s.met(i)
		for _, through := range s.parts[i] {
			openings := s.m.nobody
			if through.owned {
				openings = make([]opening, len(s.m.entries))
				openings[i].templates = []template{through.template}
			}
			for _, j := range met {
				if j == i && !through.owned || len(s.asked[j]) == 0 || !s.lossy[j] {
					continue
				}
				for _, paths := range s.m.leaks(reach(through.template, s.m.entries[j].template), j, openings) {
					s.leak(i, through, j, paths)
				}
			}
		}
	}
}

// met are the routes that the pattern of a route matches paths of.
func (s *conflictSearch) met(i int) []int {
	var all []int
	for _, h := range s.rules.surface.resources[s.m.resource[i]].reach {
		if h.verbs&s.method != 0 {
			all = append(all, int(s.place(h.resource)))
		}
	}
	slices.Sort(all) // the most specific ones first
	return all
}

// place is which of the method's routes that of a resource is.
func (s *conflictSearch) place(resource int32) int32 {
	return s.rules.surface.resources[resource].place[bits.TrailingZeros8(uint8(s.method))]
}

// mayLose tells whether anything may be lost where paths of a route are denied: another route's, or an owner's.
func (s *conflictSearch) mayLose(j int) bool {
	for _, h := range s.rules.surface.resources[s.m.resource[j]].reach {
		if h.verbs&s.method != 0 && int(s.place(h.resource)) != j {
			return true
		}
	}
	return slices.ContainsFunc(s.parts[j], func(p part) bool { return p.owned })
}

// leak looks for routes of which a caller loses requests when paths of a route are denied, which it may not
// call, because a pattern of one that it may call reaches them.
func (s *conflictSearch) leak(i int, through part, to int, paths template) {
	if !strings.Contains(paths.pattern(), "*") {
		return // one path, of that route
	}
	s.asked[to] = slices.DeleteFunc(s.asked[to], func(k int) bool {
		for _, open := range s.parts[k] {
			if !mayReach(paths, open.template) {
				continue
			}
			missing, possible := s.separated(through, to, open)
			if !possible {
				continue
			}
			if lost, loses := s.m.loses(paths, open.template, k); loses {
				route := func(i int) Route { return s.rules.rules[s.m.entries[i].index].Route }
				s.found[[2]int{to, k}] = Conflict{route(to), route(k), route(i), "/" + strings.ReplaceAll(lost.pattern(), anyID, "*"), missing}
				return true
			}
		}
		return false
	})
}

// loses tells whether the pattern of denied paths covers paths that are open of route k, and which.
func (m *methodRoutes) loses(denied, open template, k int) (lost template, loses bool) {
	for _, paths := range reach(denied, open) {
		if lost := m.uncovered(paths, k, m.nobody, byAll); len(lost) > 0 {
			return lost[0], true
		}
	}
	return nil, false
}

// separated tells whether some caller has what both parts need, and not what the whole of the closed route
// does; and what such a caller lacks for it.
func (s *conflictSearch) separated(through part, closed int, open part) (missing []string, possible bool) {
	for _, a := range through.needs {
		for _, b := range open.needs {
			if has := a.capabilities.with(b.capabilities); !s.rules.wholly(s.m, closed, has) {
				return s.rules.lacks(s.m, closed, has), true
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
				lacks = appendOnce(lacks, "the scheme "+requirement.Scheme)
			}
			for _, scope := range requirement.Scopes {
				if !has.meets(r.vocabulary.one(r.vocabulary.scopes[requirement.Scheme][scope])) {
					lacks = appendOnce(lacks, scope)
				}
			}
		}
		if len(lacks) > 0 && (fewest == nil || len(lacks) < len(fewest)) {
			fewest = lacks
		}
	}
	return fewest
}

func appendOnce(list []string, text string) []string {
	if slices.Contains(list, text) {
		return list
	}
	return append(list, text)
}
