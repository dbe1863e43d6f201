package policy

import (
	"maps"
	"slices"
	"strconv"
)

// methodRoutes are the routes of one method, the most specific ones first, with what is known of their
// patterns before a caller is.
type methodRoutes struct {
	method  string
	key     string // the same for methods with the same routes
	entries []entry
	index   *index
	longest int       // how many segments the longest template has
	nobody  []opening // what is open to nobody of each route: nothing
	leaks   [][]leak  // for each route, what its pattern reaches of others
}

// leak is a set of paths that are routed to one route and reached by the pattern of another.
type leak struct {
	to    int
	paths template
	by    routing
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

// methodsOf finds out about the routes of each method, once for methods with the same routes.
func methodsOf(router *Router) []*methodRoutes {
	known := map[string]*methodRoutes{}
	var methods []*methodRoutes
	for _, method := range slices.Sorted(maps.Keys(router.byMethod)) {
		entries := router.byMethod[method]
		key := ""
		for _, e := range entries {
			key += strconv.Itoa(e.index) + " "
		}
		if known[key] == nil {
			known[key] = newMethodRoutes(key, entries)
		}
		m := *known[key]
		m.method = method
		methods = append(methods, &m)
	}
	return methods
}

func newMethodRoutes(key string, entries []entry) *methodRoutes {
	templates := make([]template, len(entries))
	m := &methodRoutes{key: key, entries: entries}
	for i, e := range entries {
		templates[i] = e.template
		m.longest = max(m.longest, len(e.template))
	}
	m.index = newIndex(templates)
	m.nobody = make([]opening, len(entries))
	for i, t := range templates {
		m.leaks = append(m.leaks, m.leaksOf(t, i, m.nobody))
	}
	return m
}

// leaksOf lists what the pattern of an open template, which is of route i, reaches of routes as far as they
// are not open.
func (m *methodRoutes) leaksOf(open template, i int, openings []opening) []leak {
	var leaks []leak
	if _, whole := open.prefix(); whole && slices.Equal(open, m.entries[i].template) {
		return nil // one path, and its own
	}
	for _, j := range m.index.near(open) {
		of := m.entries[j].template
		if j == i && slices.Equal(open, of) {
			continue
		}
		for _, paths := range reach(open, of) {
			for _, closed := range m.uncovered(paths, j, openings, byAll) {
				leaks = append(leaks, leak{j, closed, byAll})
			}
		}
		leaks = m.slashLeaks(leaks, open, j, openings, byAll)
		if of.endsGreedy() {
			leaks = m.slashLeaks(leaks, open, j, openings, byGreedy)
		}
	}
	return leaks
}

// slashLeaks appends what the pattern of an open template reaches of route j with a slash at the end, which the ARN may
// have.
func (m *methodRoutes) slashLeaks(leaks []leak, open template, j int, openings []opening, by routing) []leak {
	for _, paths := range reach(open, append(slices.Clone(m.entries[j].template), trailingSlash)) {
		for _, closed := range m.uncovered(paths[:len(paths)-1], j, openings, by) {
			leaks = append(leaks, leak{j, append(slices.Clone(closed), trailingSlash), by})
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
	for _, other := range m.index.near(paths) {
		if other >= j {
			break
		}
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
