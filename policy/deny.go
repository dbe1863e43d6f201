package policy

import (
	"cmp"
	"slices"
	"strings"
)

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
	whole := twice&c.silent | c.silenced
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

// maxNarrowed bounds how many paths are denied one by one: with ARNs of the usual length no more fit in a document, and each
// is compared with all others.
const maxNarrowed = 4000

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
			if c.tooMany = len(narrowed.paths) > maxNarrowed; c.tooMany {
				return
			}
			narrowed.add(c.resources[i].template, h.resource, h.verbs&written&c.unsafe[h.resource])
		}
	}
	for _, o := range c.owned {
		for _, h := range c.resources[o.resource].reach {
			if c.tooMany = len(narrowed.paths) > maxNarrowed; c.tooMany {
				return
			}
			narrowed.add(o.template, h.resource, h.verbs&o.verbs&c.unsafe[h.resource])
		}
	}
	c.denies = narrowed.appendTo(c.denies, narrowed.paths)
	c.slashes = narrowed.appendTo(c.slashes, narrowed.slashes)
}

type narrowedDenies struct {
	c              *choice
	paths, slashes map[string]verbs
}

// add adds what the pattern of an open template matches of a resource, for these methods, and is not open.
func (n *narrowedDenies) add(open template, to int32, of verbs) {
	if of == 0 {
		return
	}
	reached := reach(open, n.c.resources[to].template)
	of.each(func(m int) {
		routes := n.c.methods[m]
		openings := n.c.open[m]
		if openings == nil {
			openings = routes.nobody
		}
		for _, closed := range routes.leaks(reached, int(n.c.resources[to].place[m]), openings) {
			path, beside := n.c.besideOwner(closed, to, m)
			if !beside {
				path = closed.denied()
			}
			n.paths[path] |= 1 << m
			if !endsWild(path) && endsWild(open.pattern()) {
				n.slashes[path+"/"] |= 1 << m
			}
		}
	})
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
	if at == len(widened)-1 {
		return widened.pattern(), true // the text itself is among them
	}
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
	greedyShut := c.isGreedyShut()
	for i, written := range c.written {
		if written == 0 || !endsWild(c.resources[i].allowed) {
			continue
		}
		path := c.resources[i].denied + "/"
		if c.running[i] {
			if greedyShut {
				c.slashes = append(c.slashes, methodPattern{path, allVerbs, true})
			}
			continue
		}
		for _, h := range c.resources[i].greedy {
			if closed := h.verbs & written &^ c.whole[h.resource]; closed != 0 {
				c.slashes = append(c.slashes, methodPattern{path: path, verbs: closed})
			}
		}
	}
	for _, o := range c.owned {
		switch path := o.template.denied() + "/"; {
		case !endsWild(o.path):
		case o.running:
			if greedyShut {
				c.slashes = append(c.slashes, methodPattern{path, allVerbs, true})
			}
		case c.closed(c.resources[o.resource].greedy, o.verbs):
			c.slashes = append(c.slashes, methodPattern{path: path, verbs: o.verbs})
		}
	}
}

// isGreedyShut tells whether a greedy route is not open: it may take what a pattern for all methods matches and ends with a
// slash.
func (c *choice) isGreedyShut() (shut bool) {
	c.anyShut.each(func(i int32) { shut = shut || c.resources[i].template.endsGreedy() })
	return shut
}
