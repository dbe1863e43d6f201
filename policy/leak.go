package policy

import "slices"

// methodRoutes are the routes of one method, the most specific ones first, with what is known of their
// patterns before a caller is.
type methodRoutes struct {
	method  string
	entries []entry
	index   *index
	longest int      // how many segments the longest template has
	leaks   [][]leak // for each route, what its pattern reaches of others
}

// leak is a set of paths that are routed to one route and reached by the pattern of another.
type leak struct {
	to    int
	paths template
}

// trailingSlash is the empty segment that a path with a slash at its end has there.
var trailingSlash = segment{static, ""}

func newMethodRoutes(method string, entries []entry) *methodRoutes {
	templates := make([]template, len(entries))
	m := &methodRoutes{method: method, entries: entries}
	for i, e := range entries {
		templates[i] = e.template
		m.longest = max(m.longest, len(e.template))
	}
	m.index = newIndex(templates)
	nobody := make([]opening, len(entries))
	for i, t := range templates {
		m.leaks = append(m.leaks, m.leaksOf(t, i, nobody))
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
			for _, closed := range m.uncovered(paths, j, openings) {
				leaks = append(leaks, leak{j, closed})
			}
		}
		// API Gateway routes a path with a trailing slash as without it; the ARN may have it.
		for _, paths := range reach(open, append(slices.Clone(of), trailingSlash)) {
			for _, closed := range m.uncovered(paths[:len(paths)-1], j, openings) {
				leaks = append(leaks, leak{j, append(slices.Clone(closed), trailingSlash)})
			}
		}
	}
	return leaks
}

// uncovered narrows paths of route j to what is neither open nor routed to a more specific route. A greedy
// segment is one segment or more: where the one is covered, only two or more are left.
func (m *methodRoutes) uncovered(paths template, j int, openings []opening) []template {
	if m.covered(paths, j, openings) {
		return nil
	}
	for k, s := range paths {
		if s.kind != greedy || len(paths) > m.longest {
			continue
		}
		one := slices.Clone(paths)
		one[k].kind = single
		if m.covered(one, j, openings) {
			return m.uncovered(slices.Insert(one, k+1, s), j, openings)
		}
	}
	return []template{paths}
}

// covered tells whether all the paths are open, or are routed to a more specific route than j.
func (m *methodRoutes) covered(paths template, j int, openings []opening) bool {
	for _, open := range openings[j].templates {
		if open.contains(paths) {
			return true
		}
	}
	for _, other := range m.index.near(paths) {
		if other >= j {
			break
		}
		if m.entries[other].template.contains(paths) {
			return true
		}
	}
	return false
}
