package policy

import (
	"cmp"
	"slices"
	"strings"
)

// choice is what is open to one caller, and the patterns that say so.
type choice struct {
	*surface
	whole  []verbs // by resource: the methods that are open
	partly []verbs // those that are open as far as the caller is the owner
	owned  []ownedPaths
	open   [7][]opening // by method: what is open of its routes, as far as it is open partly

	written []verbs // by resource: for which methods its pattern is written
	running []bool  // for all methods, with a '*' in their place
	need    []verbs // what a written pattern matches and is not open
	unsafe  []verbs // those of it for which the pattern of the whole route would also match what is open
	slashed []verbs // those that are matched with a slash at the end, too
	blocked []verbs // by resource: for which methods its pattern matches what is open; see isBlocked
	known   []bool  // whether blocked is known
	silent  verbs   // the methods for which nothing is open
	anyOpen set     // the resources of which anything is open
	anyShut set     // those of which anything is not

	anyOther map[int32]bool // the resources with a route for any method: whether it is open

	allows, denies []methodPattern
	slashes        []methodPattern // denied paths that end with a slash
}

// ownedPaths are paths of a route that are open to their owner.
type ownedPaths struct {
	resource int32
	method   int
	template template
}

// methodPattern is a pattern of paths, for some methods.
type methodPattern struct {
	path    string
	verbs   verbs
	running bool // for all methods, with a '*' in their place
}

// choose finds the patterns for a caller with this id, "" for one of whom nothing is known.
func (r *Rules) choose(id string, has capabilities) *choice {
	c := &choice{surface: r.surface}
	n := len(c.resources)
	sets := make([]verbs, 7*n)
	for i, set := range []*[]verbs{&c.whole, &c.partly, &c.written, &c.need, &c.unsafe, &c.slashed, &c.blocked} {
		*set = sets[i*n : (i+1)*n : (i+1)*n]
	}
	flags := make([]bool, 2*n)
	c.running, c.known = flags[:n:n], flags[n:]
	if id == "" {
		return c
	}
	r.findOpen(c, id, has)
	c.silent, c.anyOpen, c.anyShut = allVerbs, newSet(n), newSet(n)
	for i := range c.resources {
		open := c.whole[i] | c.partly[i]
		c.silent &^= open
		if open != 0 {
			c.anyOpen.add(int32(i))
		}
		if c.resources[i].verbs&^c.whole[i] != 0 {
			c.anyShut.add(int32(i))
		}
	}
	c.write()
	c.findNeeds()
	c.runOverMethods()
	c.deny()
	c.allow()
	return c
}

// findOpen finds what is open to the caller.
func (r *Rules) findOpen(c *choice, id string, has capabilities) {
	spellings := ownerSegments(id)
	if len(c.anyMethod) > 0 {
		c.anyOther = make(map[int32]bool, len(c.anyMethod))
		for i, rule := range c.anyMethod {
			c.anyOther[i], _ = opens(r.needs[rule], has)
		}
	}
	for i := range c.resources {
		resource := &c.resources[i]
		resource.verbs.each(func(m int) {
			needs := r.needs[c.methods[m].entries[resource.place[m]].index]
			switch whole, partly := opens(needs, has); {
			case whole:
				c.whole[i] |= 1 << m
			case partly && len(spellings) > 0:
				c.partly[i] |= 1 << m
				c.own(r, int32(i), m, id, has)
			}
		})
	}
}

// opens tells whether what the caller has is enough for all paths of a route, or for those that it owns.
func opens(needs []need, has capabilities) (whole, partly bool) {
	for i := range needs {
		if !has.has(needs[i].capabilities) {
			continue
		}
		if len(needs[i].owned) == 0 {
			return true, false
		}
		partly = true
	}
	return false, partly
}

// own notes what of a route is open to its owner. Paths that a more specific route takes are not.
func (c *choice) own(r *Rules, i int32, m int, id string, has capabilities) {
	methodRoutes := c.methods[m]
	place := c.resources[i].place[m]
	opening := r.opening(methodRoutes.entries[place], id, has)
	if c.open[m] == nil {
		c.open[m] = slices.Clone(methodRoutes.nobody)
	}
	c.open[m][place] = opening
	for _, open := range opening.templates {
		if !methodRoutes.covered(open, int(place), methodRoutes.nobody, byAll) {
			c.owned = append(c.owned, ownedPaths{i, m, open})
		}
	}
}

// write notes the patterns of open routes, without those that others cover.
func (c *choice) write() {
	for i := range c.resources {
		written := c.whole[i]
		if written == 0 {
			continue
		}
		for _, by := range c.resources[i].covered {
			written &^= c.whole[by]
		}
		c.written[i] = written
	}
	c.owned = slices.DeleteFunc(c.owned, func(o ownedPaths) bool {
		return slices.ContainsFunc(c.resources[o.resource].covered, func(by int32) bool { return c.whole[by]>>o.method&1 != 0 })
	})
}

// findNeeds finds what the written patterns match and is not open.
func (c *choice) findNeeds() {
	for i, written := range c.written {
		if written == 0 {
			continue
		}
		for _, h := range c.resources[i].reach {
			c.needs(h, written, endsWild(c.resources[i].allowed))
		}
	}
	for _, o := range c.owned {
		if _, whole := o.template.prefix(); whole {
			continue
		}
		for _, h := range c.resources[o.resource].reach {
			if h.verbs>>o.method&1 != 0 && mayReach(o.template, c.resources[h.resource].template) {
				c.needs(h, 1<<o.method, endsWild(o.template.pattern()))
			}
		}
	}
	for i, need := range c.need {
		if need != 0 {
			c.unsafe[i] = need & c.isBlocked(int32(i))
		}
	}
}

// needs notes that a pattern for these methods matches what a hit says.
func (c *choice) needs(h hit, by verbs, wild bool) {
	closed := h.verbs & by &^ c.whole[h.resource]
	c.need[h.resource] |= closed
	if wild && !endsWild(c.resources[h.resource].allowed) {
		c.slashed[h.resource] |= closed
	}
}

func endsWild(pattern string) bool { return strings.HasSuffix(pattern, "*") }

// isBlocked tells for which methods the pattern of a whole resource matches anything that is open, so that it cannot be
// denied without loss.
func (c *choice) isBlocked(i int32) verbs {
	if !c.known[i] {
		c.known[i] = true
		c.blocked[i] = c.opened(c.resources[i].reach)
	}
	return c.blocked[i]
}

// opened are the methods for which any of the hits is open, at least partly.
func (c *choice) opened(hits []hit) (open verbs) {
	for _, h := range hits {
		open |= h.verbs & (c.whole[h.resource] | c.partly[h.resource])
	}
	return open
}

// closed tells whether any of the hits is not open.
func (c *choice) closed(hits []hit, of verbs) bool {
	return slices.ContainsFunc(hits, func(h hit) bool { return h.verbs&of&^c.whole[h.resource] != 0 })
}

// ofThree are the methods GET and PUT, for which the pattern ??? stands. For HEAD and POST there is none: ????/x would match
// GET//x.
const ofThree verbs = 1<<1 | 1<<6

// patterns is how many patterns say a set of methods.
func (v verbs) patterns() int {
	if v&ofThree == ofThree {
		return v.count() - 1
	}
	return v.count()
}

// appendPatterns appends the patterns.
func (p methodPattern) appendPatterns(all []string) []string {
	if p.running {
		return append(all, "*/"+p.path)
	}
	left := p.verbs
	if left&ofThree == ofThree {
		all, left = append(all, "???/"+p.path), left&^ofThree
	}
	left.each(func(m int) { all = append(all, methods[m]+"/"+p.path) })
	return all
}

// runOverMethods writes patterns with a '*' in the place of the method where that is shorter. Such a '*' runs over
// segments too: whatever it then matches and is not open is denied.
func (c *choice) runOverMethods() {
	if !c.runs() {
		return
	}
	r := newRunner(c)
	var pool []int32
	for i, written := range c.written {
		saves := c.saves(int32(i))
		if written == 0 || saves < 1 || len(c.resources[i].template) == 0 {
			continue // the root for all methods would be all paths that end with a slash
		}
		switch r.look(int32(i)) {
		case runsFree:
			c.run(int32(i))
		case runsForMore:
			pool = append(pool, int32(i))
			r.gain += saves
		}
	}
	if r.gain > r.cost() {
		for _, i := range pool {
			c.run(i)
		}
	}
	c.denyRun()
}

// runner weighs what patterns for all methods cost.
type runner struct {
	*choice
	odd     bool    // odd paths are denied anyway
	lost    set     // resources that cannot be denied without loss
	others  set     // those with a route for any method that is not open
	fresh   set     // those of which there is anything that is not denied yet
	further []verbs // by resource: what must be denied besides
	runs    set     // resources of which all that is not open must be
	gain    int     // how many patterns fewer are written
}

func newRunner(c *choice) *runner {
	n := len(c.resources)
	r := &runner{choice: c, odd: c.isOdd(), lost: newSet(n), others: newSet(n), fresh: newSet(n), further: make([]verbs, n), runs: newSet(n)}
	c.anyShut.each(func(i int32) {
		shut := c.shut(i)
		if shut&(c.partly[i]|c.isBlocked(i)) != 0 {
			r.lost.add(i)
		}
		if shut&^c.need[i] != 0 {
			r.fresh.add(i)
		}
	})
	for i, whole := range c.anyOther {
		if !whole {
			r.others.add(i)
		}
	}
	return r
}

// shut are the methods of a resource that are not open.
func (c *choice) shut(i int32) verbs { return c.resources[i].verbs &^ c.whole[i] }

// What comes of a pattern for all methods.
const (
	runsNot     = iota // something that is open would be lost
	runsForMore        // more must be denied
	runsFree           // it is shorter by itself
)

// look tells what comes of the pattern of a resource for all methods, and notes what must be denied besides.
func (r *runner) look(i int32) int {
	resource := &r.resources[i]
	if resource.run.meets(r.lost) || resource.others.meets(r.others) {
		return runsNot
	}
	closed, far, cost := resource.run.meets(r.anyShut), resource.run.meets(r.fresh), 0
	for _, h := range resource.reach {
		shut := h.verbs &^ r.whole[h.resource]
		if shut&(r.partly[h.resource]|r.isBlocked(h.resource)) != 0 {
			return runsNot
		}
		closed = closed || shut != 0
		if fresh := shut &^ r.need[h.resource]; fresh != 0 {
			far = far || h.resource != i || fresh&r.silent != 0
			cost += r.denials(h.resource, fresh)
		}
	}
	if (r.odd || !closed) && !far && cost < r.saves(i) {
		return runsFree
	}
	for _, h := range resource.reach {
		r.further[h.resource] |= h.verbs &^ r.whole[h.resource] &^ r.need[h.resource]
	}
	r.runs.addCommon(resource.run, r.fresh)
	return runsForMore
}

// cost is how many patterns more it takes to deny all that was noted.
func (r *runner) cost() (cost int) {
	r.runs.each(func(i int32) { r.further[i] |= r.shut(i) &^ r.need[i] })
	whole := verbs(0)
	for i, further := range r.further {
		if further != 0 {
			cost += r.denials(int32(i), further)
			whole |= further & r.silent
		}
	}
	if cost += whole.count(); !r.odd {
		cost += oddPatterns
	}
	return cost
}

// denials is how many patterns more it takes to deny a resource for these methods besides. Those for which nothing is open
// are denied for all resources at once.
func (c *choice) denials(i int32, of verbs) int {
	r := &c.resources[i]
	patterns := func(v verbs) int {
		if v &^= c.silent; v.patterns() > 1 && c.mayRun(r.reach, r.run) {
			return 1
		}
		return v.patterns()
	}
	return patterns(c.need[i]|of) - patterns(c.need[i])
}

// oddPatterns is about how many patterns deny odd paths.
const oddPatterns = 12

// saves is how many patterns fewer are written if that of a resource is for all methods.
func (c *choice) saves(i int32) int {
	saves := c.written[i].patterns() - 1
	for _, others := range [][]int32{c.resources[i].covers, c.resources[i].runs} {
		for _, j := range others {
			saves += c.written[j].patterns()
		}
	}
	return saves
}

// run writes the pattern of a resource for all methods.
func (c *choice) run(i int32) {
	if c.written[i] == 0 {
		return // another one that runs does for it
	}
	c.running[i] = true
	for _, others := range [][]int32{c.resources[i].covers, c.resources[i].runs} {
		for _, j := range others {
			c.written[j], c.running[j] = 0, false
		}
	}
}

// denyRun notes what the patterns for all methods match.
func (c *choice) denyRun() {
	run, slashed := newSet(len(c.resources)), newSet(len(c.resources))
	for i, running := range c.running {
		if !running {
			continue
		}
		resource := &c.resources[i]
		wild := endsWild(resource.allowed)
		for _, h := range resource.reach {
			c.needs(h, allVerbs, wild)
		}
		run.addCommon(resource.run, c.anyShut)
		if wild {
			slashed.addCommon(resource.run, c.anyShut)
		}
	}
	run.each(func(i int32) { c.needs(hit{i, c.resources[i].verbs}, allVerbs, false) })
	slashed.each(func(i int32) { c.needs(hit{i, c.resources[i].verbs}, allVerbs, true) })
}

// deny chooses the patterns of what must be denied.
func (c *choice) deny() {
	c.denyMethods()
	c.denyShared()
	for i := range c.resources {
		if safe := c.need[i] &^ c.unsafe[i]; safe != 0 {
			for _, j := range c.resources[i].covers {
				c.need[j] &^= safe
			}
		}
	}
	for i := range c.resources {
		if safe := c.need[i] &^ c.unsafe[i]; safe != 0 {
			resource := &c.resources[i]
			c.denies = append(c.denies, c.denial(resource.denied, safe, resource.reach, resource.run))
			if slashed := c.slashed[i] & safe; slashed != 0 {
				c.slashes = append(c.slashes, methodPattern{path: resource.denied + "/", verbs: slashed})
			}
		}
	}
	c.denyNarrowed()
	c.denySlashes()
}

// denyMethods denies all paths but the root for methods for which nothing is open, where several resources need it.
func (c *choice) denyMethods() {
	var once, twice verbs
	for i, need := range c.need {
		if len(c.resources[i].template) > 0 {
			twice |= once & need
			once |= need
		}
	}
	whole := twice & c.silent
	if whole == 0 {
		return
	}
	for i := range c.need {
		if len(c.resources[i].template) > 0 {
			c.need[i] &^= whole
		}
	}
	c.denies = append(c.denies, methodPattern{path: "?*", verbs: whole})
}

// denial is a pattern to be denied: for all methods, if several are meant and none of what that matches is open.
func (c *choice) denial(path string, of verbs, reach []hit, run set) methodPattern {
	return methodPattern{path, of, of.patterns() > 1 && c.mayRun(reach, run)}
}

// mayRun tells whether a pattern may be denied for all methods: nothing that it then matches is open.
func (c *choice) mayRun(reach []hit, run set) bool {
	return run != nil && !run.meets(c.anyOpen) && c.opened(reach) == 0
}

// denyShared denies what several resources have in common, where that does for several of them and nothing of it is open.
func (c *choice) denyShared() {
	count := make([]int32, len(c.shared))
	var found []int32
	for i, need := range c.need {
		if need&^c.unsafe[i] == 0 {
			continue
		}
		for _, at := range c.resources[i].shares {
			if count[at]++; count[at] == 2 {
				found = append(found, at)
			}
		}
	}
	slices.SortFunc(found, func(a, b int32) int {
		return cmp.Or(cmp.Compare(count[b], count[a]), cmp.Compare(len(c.shared[a].denied), len(c.shared[b].denied)), cmp.Compare(a, b))
	})
	for _, at := range found {
		shared := &c.shared[at]
		if safe := ^c.opened(shared.reach); safe&allVerbs != 0 {
			c.denyIfShorter(shared, safe)
		}
	}
}

// denyIfShorter denies what resources have in common for the methods for which that is safe.
func (c *choice) denyIfShorter(shared *shared, safe verbs) {
	saves, of := 0, verbs(0)
	does := func(i int32) verbs {
		need := c.need[i] &^ c.unsafe[i]
		if need&^safe != 0 {
			return 0
		}
		return need
	}
	for _, i := range shared.covers {
		need := does(i)
		saves += need.patterns()
		of |= need
	}
	denial := c.denial(shared.denied, of, shared.reach, shared.run)
	if cost := of.patterns(); saves <= 1 || saves <= cost && !denial.running {
		return
	}
	for _, i := range shared.covers {
		need := does(i)
		if slashed := c.slashed[i] & need; slashed != 0 && !endsWild(shared.denied) {
			c.slashes = append(c.slashes, methodPattern{path: shared.denied + "/", verbs: slashed})
		}
		c.need[i] &^= need
	}
	c.denies = append(c.denies, denial)
}

// denyNarrowed denies the paths of routes that written patterns match, where the whole route cannot be denied.
func (c *choice) denyNarrowed() {
	if !slices.ContainsFunc(c.unsafe, func(v verbs) bool { return v != 0 }) {
		return
	}
	narrowed := narrowedDenies{c, map[string]verbs{}, map[string]verbs{}}
	for i, written := range c.written {
		if written == 0 {
			continue
		}
		for _, h := range c.resources[i].reach {
			(h.verbs & written & c.unsafe[h.resource]).each(func(m int) { narrowed.add(c.resources[i].template, h.resource, m) })
		}
	}
	for _, o := range c.owned {
		for _, h := range c.resources[o.resource].reach {
			if (h.verbs&c.unsafe[h.resource])>>o.method&1 != 0 {
				narrowed.add(o.template, h.resource, o.method)
			}
		}
	}
	c.denies = narrowed.appendTo(c.denies, narrowed.paths)
	c.slashes = narrowed.appendTo(c.slashes, narrowed.slashes)
}

type narrowedDenies struct {
	c              *choice
	paths, slashes map[string]verbs
}

func (n *narrowedDenies) add(open template, to int32, m int) {
	routes := n.c.methods[m]
	openings := n.c.open[m]
	if openings == nil {
		openings = routes.nobody
	}
	for _, closed := range routes.leaks(open, int(n.c.resources[to].place[m]), openings) {
		path, beside := n.c.besideOwner(closed, to, m)
		if !beside {
			path = closed.denied()
		}
		n.paths[path] |= 1 << m
		if !endsWild(path) && endsWild(open.pattern()) {
			n.slashes[path+"/"] |= 1 << m
		}
	}
}

// besideOwner widens denied paths of a route of which nothing is open but its owner's: those that have this text in the place
// of the owner's id to those that begin like it and not like the id, so that many such patterns become one.
func (c *choice) besideOwner(closed template, to int32, m int) (path string, ok bool) {
	place := c.resources[to].place[m]
	all := c.methods[m].entries[place].template
	at := differs(closed, all)
	if at < 0 || all.endsGreedy() || c.partly[to]>>m&1 == 0 || c.openBeside(to)>>m&1 != 0 {
		return "", false
	}
	begin := 1
	for _, own := range c.open[m][place].templates {
		if own[at].kind != static {
			return "", false
		}
		for begin <= len(closed[at].text) && strings.HasPrefix(own[at].text, closed[at].text[:begin]) {
			begin++
		}
	}
	if begin > len(closed[at].text) {
		return "", false
	}
	widened := slices.Clone(closed)
	widened[at].text = closed[at].text[:begin] + "*"
	return widened.denied(), true
}

// differs is the one position in which paths have a text and the template a parameter; -1 where there is none, or more.
func differs(paths, from template) int {
	if len(paths) != len(from) {
		return -1
	}
	at := -1
	for i := range paths {
		switch {
		case paths[i].kind == from[i].kind:
		case paths[i].kind != static || from[i].kind != single || at >= 0:
			return -1
		default:
			at = i
		}
	}
	return at
}

// openBeside are the methods for which the pattern of a resource matches what is open of others.
func (c *choice) openBeside(i int32) (open verbs) {
	for _, h := range c.resources[i].reach {
		if h.resource != i {
			open |= h.verbs & (c.whole[h.resource] | c.partly[h.resource])
		}
	}
	return open
}

// appendTo appends patterns, without those that another one of them covers.
func (n *narrowedDenies) appendTo(all []methodPattern, paths map[string]verbs) []methodPattern {
	var texts []string
	for path := range paths {
		texts = append(texts, path)
	}
	slices.Sort(texts)
	known := newCover(texts)
	for _, path := range texts {
		left := paths[path]
		known.each(path, func(by string) { left &^= paths[by] })
		if left != 0 {
			all = append(all, methodPattern{path: path, verbs: left})
		}
	}
	return all
}

// denySlashes denies paths with a slash at the end that written patterns match. A REST API routes them like those without
// it; an HTTP API has its greedy routes alone for them.
func (c *choice) denySlashes() {
	for i, written := range c.written {
		if written == 0 || !endsWild(c.resources[i].allowed) {
			continue
		}
		if c.running[i] {
			c.denyRunningSlash(c.resources[i].denied + "/")
			continue
		}
		for _, h := range c.resources[i].greedy {
			if closed := h.verbs & written &^ c.whole[h.resource]; closed != 0 {
				c.slashes = append(c.slashes, methodPattern{path: c.resources[i].denied + "/", verbs: closed})
			}
		}
	}
	for _, o := range c.owned {
		if !endsWild(o.template.pattern()) {
			continue
		}
		if c.closed(c.resources[o.resource].greedy, 1<<o.method) {
			c.slashes = append(c.slashes, methodPattern{path: o.template.denied() + "/", verbs: 1 << o.method})
		}
	}
}

// denyRunningSlash denies paths that end with a slash where the pattern of a resource is for all methods.
func (c *choice) denyRunningSlash(path string) {
	for i := range c.resources {
		if c.resources[i].template.endsGreedy() && c.resources[i].verbs&^c.whole[i] != 0 {
			c.slashes = append(c.slashes, methodPattern{path, allVerbs, true})
			return
		}
	}
}

// allow makes the patterns of what is open.
func (c *choice) allow() {
	paths := map[string]verbs{}
	for i, written := range c.written {
		if written == 0 {
			continue
		}
		resource := &c.resources[i]
		path := resource.allowed
		if c.closed(resource.slash, written) || c.running[i] && !c.runsOpen(resource.parent) {
			path = resource.denied
		}
		c.allows = append(c.allows, methodPattern{path, written, c.running[i]})
	}
	for _, o := range c.owned {
		path := o.template.pattern()
		if endsWild(path) && c.closed(c.resources[o.resource].slash, 1<<o.method) {
			path = o.template.denied()
		}
		paths[path] |= 1 << o.method
	}
	for path, verbs := range paths {
		c.allows = append(c.allows, methodPattern{path: path, verbs: verbs})
	}
}

// runsOpen tells whether the pattern of a resource, for all methods, matches nothing that is not open.
func (c *choice) runsOpen(i int32) bool {
	return i >= 0 && !c.closed(c.resources[i].reach, allVerbs) && !c.resources[i].run.meets(c.anyShut)
}
