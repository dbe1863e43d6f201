package policy

import (
	"math/bits"
	"slices"
)

// verbs is a set of HTTP methods: a bit for each, in the order of methods.
type verbs uint8

// allVerbs are those that API Gateway routes by.
const allVerbs verbs = 1<<7 - 1

// count is how many there are.
func (v verbs) count() int { return bits.OnesCount8(uint8(v)) }

// each calls visit with the index of each method of the set.
func (v verbs) each(visit func(method int)) {
	for ; v != 0; v &= v - 1 {
		visit(bits.TrailingZeros8(uint8(v)))
	}
}

// hit says that a pattern matches paths that are routed to a resource, for these methods.
type hit struct {
	resource int32
	verbs    verbs
}

// set is a set of resources, a bit for each.
type set []uint64

func newSet(resources int) set { return make(set, (resources+63)/64) }

func (s set) add(i int32) { s[i/64] |= 1 << (i % 64) }

func (s set) meets(other set) bool {
	for i, word := range s {
		if word&other[i] != 0 {
			return true
		}
	}
	return false
}

// addCommon adds what two others have in common.
func (s set) addCommon(a, b set) {
	for i := range s {
		s[i] |= a[i] & b[i]
	}
}

func (s set) each(visit func(i int32)) {
	for i, word := range s {
		for ; word != 0; word &= word - 1 {
			visit(int32(64*i + bits.TrailingZeros64(word)))
		}
	}
}

// resource is a path template that routes of an API have, with all that is known of its patterns before a caller is:
// which other resources they meet.
type resource struct {
	template template
	verbs    verbs
	place    [7]int32 // by method: which of its entries this is
	allowed  string   // the pattern of its paths
	denied   string   // the same, of paths only that have something in the place of a last parameter

	parent  int32   // the resource of the path without the last segment; -1: none
	covered []int32 // resources whose pattern covers this one's
	covers  []int32 // resources whose pattern this one's covers
	runs    []int32 // resources whose pattern this one's covers behind the method and any segments
	reach   []hit   // what its pattern matches, its own routes included
	run     set     // what its pattern matches behind the method and any segments, as in */users; nil if it is not known
	others  set     // routes for any method that may take what it matches for all methods, of methods that are none of the seven
	slash   []hit   // what the pattern matches with nothing in the place of its last parameter
	greedy  []hit   // the {name+} that take what the pattern matches and ends with a slash, where only they do
	empty   []int32 // what it matches where a parameter may stand for nothing
	shares  []int32 // the shared patterns that cover it
}

// shared is a pattern that covers several resources; denying it may stand for denying each of them.
type shared struct {
	denied string
	covers []int32 // resources all of whose paths it matches
	reach  []hit   // what it matches
	run    set     // and behind the method and any segments
}

// surface are the paths of an API.
type surface struct {
	resources []resource // in the order of their templates' shapes
	shared    []shared
	methods   [7]*methodRoutes
	anyMethod map[int32]int // the resources with a route for any method: the index of its rule
	shadowed  []verbs       // by resource: the methods for which a more specific route takes some of its paths
	tree      *tree
	walker    *walker // while it is made
}

// newSurface finds out which patterns of an API's routes meet which routes.
func newSurface(router *Router, routes []Route) *surface {
	s := &surface{anyMethod: map[int32]int{}}
	s.collect(router, routes)
	s.walker = s.tree.walker()
	s.shadowed = make([]verbs, len(s.resources))
	for i := range s.resources {
		s.findShadows(int32(i))
	}
	for i := range s.resources {
		s.findReach(int32(i))
	}
	for i := range s.resources {
		s.findCovered(int32(i))
	}
	s.findShared()
	s.walker = nil
	return s
}

// collect lists the resources and grows the tree of them.
func (s *surface) collect(router *Router, routes []Route) {
	shapes := map[string]template{}
	for _, entries := range router.byMethod {
		for _, e := range entries {
			shapes[e.template.shape()] = e.template
		}
	}
	index := make(map[string]int32, len(shapes))
	ordered := make([]string, 0, len(shapes))
	for shape := range shapes {
		ordered = append(ordered, shape)
	}
	slices.Sort(ordered)
	s.tree = newTree()
	for i, shape := range ordered {
		t := shapes[shape]
		index[shape] = int32(i)
		s.resources = append(s.resources, resource{template: t, allowed: t.pattern(), denied: t.denied(), parent: -1})
		s.tree.add(t, int32(i))
	}
	for i := range s.resources {
		if t := s.resources[i].template; len(t) > 0 {
			if parent, known := index[t[:len(t)-1].shape()]; known {
				s.resources[i].parent = parent
			}
		}
	}
	for rule, route := range routes {
		if route.Method != MethodAny {
			continue
		}
		if t, err := parseTemplate(route.Path); err == nil {
			s.anyMethod[index[t.shape()]] = rule
		}
	}
	for m, method := range methods {
		entries := router.byMethod[method]
		s.methods[m] = newMethodRoutes(entries)
		for place, e := range entries {
			i := index[e.template.shape()]
			r := &s.resources[i]
			r.verbs |= 1 << m
			r.place[m] = int32(place)
			s.methods[m].resource = append(s.methods[m].resource, i)
		}
	}
}

// findShadows finds the more specific routes that take paths of a resource.
func (s *surface) findShadows(i int32) {
	r := &s.resources[i]
	if _, whole := r.template.prefix(); whole {
		return
	}
	for _, j := range s.walker.paths(r.template) {
		other := &s.resources[j]
		if j == i || compareSpecificity(other.template, r.template) >= 0 {
			continue
		}
		common := other.verbs & r.verbs
		s.shadowed[i] |= common
		common.each(func(m int) {
			s.methods[m].shadows[r.place[m]] = append(s.methods[m].shadows[r.place[m]], other.place[m])
		})
	}
}

// findReach finds what the pattern of a resource matches.
func (s *surface) findReach(i int32) {
	r := &s.resources[i]
	last := len(r.template) - 1
	met := s.walker.pattern(r.template)
	r.reach = s.routed(r.template, slices.Clone(met), i)
	r.run = s.findRun(r.template)
	r.others = s.findOthers(i, met)
	r.empty = s.walker.emptied(r.template)
	if last < 0 || r.template[last].kind == static {
		return
	}
	met = s.walker.pattern(r.template[:last])
	r.slash = s.routed(r.template[:last], met, -1)
	for _, j := range met {
		if other := &s.resources[j]; other.template.endsGreedy() {
			r.slash = append(r.slash, hit{j, other.verbs})
		}
	}
	for _, j := range r.empty {
		if other := &s.resources[j]; other.template.endsGreedy() {
			if taken := s.takesSlash(r.template, other); taken != 0 {
				r.greedy = append(r.greedy, hit{j, taken})
			}
		}
	}
}

// routed tells for which methods paths that a pattern matches are routed to each of the resources whose templates it
// meets, and to no more specific one. The pattern of a resource itself, if it is one's, is routed there.
func (s *surface) routed(pattern template, met []int32, own int32) []hit {
	hits := make([]hit, 0, len(met))
	if _, whole := pattern.prefix(); whole {
		slices.SortFunc(met, func(i, j int32) int {
			return compareSpecificity(s.resources[i].template, s.resources[j].template)
		})
		taken := verbs(0)
		for _, j := range met {
			if free := s.resources[j].verbs &^ taken; free != 0 {
				hits = append(hits, hit{j, free})
				taken |= free
			}
		}
		return hits
	}
	for _, j := range met {
		other := &s.resources[j]
		h := hit{j, other.verbs}
		if shadowed := other.verbs & s.shadowed[j]; shadowed != 0 && j != own {
			paths := reach(pattern, other.template)
			shadowed.each(func(m int) {
				if !s.methods[m].routes(paths, int(other.place[m])) {
					h.verbs &^= 1 << m
				}
			})
		}
		if h.verbs != 0 {
			hits = append(hits, h)
		}
	}
	return hits
}

// takesSlash tells for which methods a greedy route takes paths that a pattern matches and that end with a slash, where
// only greedy routes take such paths.
func (s *surface) takesSlash(pattern template, greedy *resource) (taken verbs) {
	greedy.verbs.each(func(m int) {
		for _, paths := range reach(pattern, append(slices.Clone(greedy.template), trailingSlash)) {
			if len(s.methods[m].uncovered(paths[:len(paths)-1], int(greedy.place[m]), s.methods[m].nobody, byGreedy)) > 0 {
				taken |= 1 << m
				return
			}
		}
	})
	return taken
}

// findRun finds what a pattern matches behind the method and any segments.
func (s *surface) findRun(pattern template) set {
	if !s.runs() {
		return nil
	}
	run := newSet(len(s.resources))
	behind := append(template{{kind: greedy}}, pattern...)
	for _, h := range s.routed(behind, s.walker.pattern(behind), -1) {
		run.add(h.resource)
	}
	return run
}

// findOthers finds the routes for any method that the pattern of a resource meets, which is met by those resources; an HTTP
// API has them for methods that are none of the seven. Its own one takes its paths.
func (s *surface) findOthers(i int32, met []int32) set {
	if len(s.anyMethod) == 0 || !s.runs() {
		return nil
	}
	others := newSet(len(s.resources))
	t := s.resources[i].template
	_, own := s.anyMethod[i]
	if _, whole := t.prefix(); whole && own {
		met = nil
	}
	for _, list := range [][]int32{met, s.walker.pattern(append(template{{kind: greedy}}, t...))} {
		for _, j := range list {
			if _, is := s.anyMethod[j]; is {
				others.add(j)
			}
		}
	}
	if own {
		others.add(i)
	}
	return others
}

// maxRunning bounds the APIs whose patterns may begin with a '*' in the place of the method: finding out what such a
// pattern meets takes a look at every resource. API Gateway's own limit is 300 resources.
const maxRunning = 1000

func (s *surface) runs() bool { return len(s.resources) <= maxRunning }

// findCovered finds whose pattern covers those of others.
func (s *surface) findCovered(i int32) {
	pattern := s.resources[i].allowed
	r := &s.resources[i]
	for _, h := range r.reach {
		other := &s.resources[h.resource]
		if h.resource == i || !Match(pattern, other.allowed) || pattern == other.allowed && h.resource < i {
			continue
		}
		other.covered = append(other.covered, i)
		r.covers = append(r.covers, h.resource)
	}
	behind := "*/" + pattern
	r.run.each(func(j int32) {
		if j != i && Match(behind, s.resources[j].allowed) {
			r.runs = append(r.runs, j)
		}
	})
}

// findShared finds the patterns that cover several resources: all below a path, and all that end alike.
func (s *surface) findShared() {
	index := map[string]int{}
	var patterns []template
	var covers [][]int32
	for i := range s.resources {
		for _, wider := range widerPatterns(s.resources[i].template) {
			text := wider.denied()
			at, known := index[text]
			if !known {
				at = len(patterns)
				index[text] = at
				patterns, covers = append(patterns, wider), append(covers, nil)
			}
			if n := len(covers[at]); n == 0 || covers[at][n-1] != int32(i) {
				covers[at] = append(covers[at], int32(i))
			}
		}
	}
	for at, pattern := range patterns {
		if len(covers[at]) < 2 {
			continue
		}
		for _, i := range covers[at] {
			s.resources[i].shares = append(s.resources[i].shares, int32(len(s.shared)))
		}
		s.shared = append(s.shared, s.newShared(pattern, covers[at]))
	}
}

func (s *surface) newShared(pattern template, covers []int32) shared {
	return shared{denied: pattern.denied(), covers: covers, run: s.findRun(pattern), reach: s.routed(pattern, s.walker.pattern(pattern), -1)}
}

// widerPatterns are patterns that cover all paths of a template, and more: what is below each segment that leads to it,
// and what has any segments in the place of its first ones.
func widerPatterns(t template) []template {
	var wider []template
	for i := range t {
		wider = append(wider, append(slices.Clone(t[:i]), segment{kind: greedy}))
	}
	for i := 1; i < len(t); i++ {
		if t[i-1].kind == static { // otherwise it is the same again
			wider = append(wider, append(slices.Repeat(template{{kind: single}}, i), t[i:]...))
		}
	}
	return wider
}
