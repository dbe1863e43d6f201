package policy

import "slices"

// methodRoutes are the routes of one method, the most specific ones first, with what is known of their paths before a
// caller is.
type methodRoutes struct {
	entries  []entry
	resource []int32   // by entry: the resource of its template
	shadows  [][]int32 // by entry: the more specific ones that take some of its paths
	longest  int       // how many segments the longest template has
	nobody   []opening // what is open to nobody of each route: nothing
}

func newMethodRoutes(entries []entry) *methodRoutes {
	m := &methodRoutes{entries: entries, shadows: make([][]int32, len(entries)), nobody: make([]opening, len(entries))}
	for _, e := range entries {
		m.longest = max(m.longest, len(e.template))
	}
	return m
}

// routing is which routes take a path. REST APIs pass over a slash at its end; HTTP APIs do not, so that only a greedy
// segment stands for what ends with one.
type routing bool

const (
	byAll    routing = false
	byGreedy routing = true
)

// trailingSlash is the empty segment that a path with a slash at its end has there.
var trailingSlash = segment{static, ""}

// routes tells whether any of these paths of route j is routed to it.
func (m *methodRoutes) routes(reached []template, j int) bool {
	return slices.ContainsFunc(reached, func(paths template) bool {
		return len(m.uncovered(paths, j, m.nobody, byAll)) > 0
	})
}

// leaks lists the paths of route j that are not open, of those that the pattern of an open template reaches, without a slash
// at their end.
func (m *methodRoutes) leaks(reached []template, j int, openings []opening) []template {
	var leaks []template
	for _, paths := range reached {
		for _, closed := range m.uncovered(paths, j, openings, byAll) {
			leaks = appendNew(leaks, closed)
		}
	}
	return leaks
}

// uncovered narrows paths of route j to what is neither open nor routed to a more specific route.
func (m *methodRoutes) uncovered(paths template, j int, openings []opening, by routing) []template {
	n := narrowing{m, j, openings, by, maxNarrowing}
	return n.from(0, paths)
}

// maxNarrowing bounds how many templates one narrowing looks at. Past that a template stays as it is.
const maxNarrowing = 500

// narrowing leaves out of paths of route j what is covered.
type narrowing struct {
	m        *methodRoutes
	j        int
	openings []opening
	by       routing
	left     int
}

// from narrows the greedy segments from the k-th segment on. A greedy segment is one segment, or one and more:
// each half may be covered, or be narrowed further, where the whole is not. Templates longer than all of the
// routes' need not be cut up: only greedy routes stand for them, and those for all of them.
func (n *narrowing) from(k int, paths template) []template {
	if n.left--; n.m.covered(paths, n.j, n.openings, n.by) {
		return nil
	}
	for k < len(paths) && paths[k].kind != greedy {
		k++
	}
	if k == len(paths) || len(paths) > n.m.longest || n.left <= 0 {
		return []template{paths}
	}
	one := slices.Clone(paths)
	one[k].kind = single
	more := slices.Insert(slices.Clone(one), k+1, paths[k])
	a, b := n.from(k+1, one), n.from(k+1, more)
	if len(a) == 1 && len(b) == 1 && slices.Equal(a[0], one) && slices.Equal(b[0], more) {
		return []template{paths}
	}
	return append(a, b...)
}

// covered tells whether all the paths are open, or are routed to a more specific route than j.
func (m *methodRoutes) covered(paths template, j int, openings []opening, by routing) bool {
	for _, open := range openings[j].templates {
		if open.contains(paths) {
			return true
		}
	}
	for _, other := range m.shadows[j] {
		t := m.entries[other].template
		if by == byGreedy && !t.endsGreedy() {
			continue
		}
		if t.contains(paths) {
			return true
		}
	}
	return false
}
