package policy

import (
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
	partial verbs   // those for which anything is not

	silenced verbs // those of them that are denied as a whole, whatever else is
	anyOpen  set   // the resources of which anything is open
	anyShut  set   // those of which anything is not

	anyOther map[int32]bool // the resources with a route for any method: whether it is open

	allows, denies []methodPattern
	slashes        []methodPattern // denied paths that end with a slash
	tooMany        bool            // paths must be denied one by one, more than fit in a document: some are not among the denies
}

// ownedPaths are paths of a resource that are open to their owner.
type ownedPaths struct {
	resource int32
	template template
	path     string // the pattern
	verbs    verbs
	running  bool // for all methods, with a '*' in their place
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
	if c.surface == nil { // of the zero Rules
		c.surface = &surface{}
	}
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
	c.sumUp()
	c.write()
	c.findNeeds()
	c.runOverMethods()
	c.deny()
	c.allow()
	return c
}

// sumUp finds where anything is open, and where anything is not.
func (c *choice) sumUp() {
	c.anyOpen, c.anyShut = newSet(len(c.resources)), newSet(len(c.resources))
	open := verbs(0)
	for i := range c.resources {
		here := c.whole[i] | c.partly[i]
		open |= here
		c.silent |= c.resources[i].verbs
		if here != 0 {
			c.anyOpen.add(int32(i))
		}
		if shut := c.shut(int32(i)); shut != 0 {
			c.anyShut.add(int32(i))
			c.partial |= shut
		}
	}
	c.silent &^= open
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
				c.own(r, int32(i), m, spellings, has)
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
func (c *choice) own(r *Rules, i int32, m int, spellings []string, has capabilities) {
	methodRoutes := c.methods[m]
	place := c.resources[i].place[m]
	opening := r.ownersOpening(methodRoutes.entries[place], spellings, has)
	if c.open[m] == nil {
		c.open[m] = slices.Clone(methodRoutes.nobody)
	}
	c.open[m][place] = opening
	for _, open := range opening.templates {
		if !methodRoutes.covered(open, int(place), methodRoutes.nobody, byAll) {
			c.addOwned(i, m, open)
		}
	}
}

// addOwned notes paths that are open to their owner, once for all methods.
func (c *choice) addOwned(i int32, m int, open template) {
	path := open.pattern()
	for k := len(c.owned) - 1; k >= 0 && c.owned[k].resource == i; k-- {
		if o := &c.owned[k]; o.path == path {
			o.verbs |= 1 << m
			return
		}
	}
	c.owned = append(c.owned, ownedPaths{resource: i, template: open, path: path, verbs: 1 << m})
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
	for k := range c.owned {
		o := &c.owned[k]
		for _, by := range c.resources[o.resource].covered {
			o.verbs &^= c.whole[by]
		}
	}
}

// findNeeds finds what the written patterns match and is not open.
func (c *choice) findNeeds() {
	for i, written := range c.written {
		if written&c.partial == 0 {
			continue
		}
		for _, h := range c.resources[i].reach {
			c.needs(h, written, endsWild(c.resources[i].allowed))
		}
	}
	for _, o := range c.owned {
		if !strings.Contains(o.path, "*") {
			continue
		}
		for _, h := range c.resources[o.resource].reach {
			if h.verbs&o.verbs != 0 && mayReach(o.template, c.resources[h.resource].template) {
				c.needs(h, o.verbs, endsWild(o.path))
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
	of &= c.partial
	return of != 0 && slices.ContainsFunc(hits, func(h hit) bool { return h.verbs&of&^c.whole[h.resource] != 0 })
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
func (p methodPattern) appendPatterns(all []string, three bool) []string {
	if p.running {
		return append(all, "*/"+p.path)
	}
	left := p.verbs
	if three && left&ofThree == ofThree {
		all, left = append(all, "???/"+p.path), left&^ofThree
	}
	left.each(func(m int) { all = append(all, methods[m]+"/"+p.path) })
	return all
}

// isAnyClosed tells whether a route for any method is closed: it may serve others of three letters than GET and PUT.
func (c *choice) isAnyClosed() bool {
	for _, open := range c.anyOther {
		if !open {
			return true
		}
	}
	return false
}

// shut are the methods of a resource that are not open.
func (c *choice) shut(i int32) verbs { return c.resources[i].verbs &^ c.whole[i] }

// allow makes the patterns of what is open.
func (c *choice) allow() {
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
		path := o.path
		if endsWild(path) && (o.running || c.closed(c.resources[o.resource].slash, o.verbs)) {
			path = o.template.denied()
		}
		c.allows = append(c.allows, methodPattern{path, o.verbs, o.running})
	}
}
