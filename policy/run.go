package policy

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
	c.runOwned()
}

// runOwned writes the patterns of an owner's paths for all methods where nothing else that they match is closed, but for
// methods for which nothing is open, which are then denied as a whole.
func (c *choice) runOwned() {
	var w *walker
	var more []*ownedPaths
	saves := 0
	for k := range c.owned {
		o := &c.owned[k]
		if o.verbs.patterns() < 2 || o.verbs|c.whole[o.resource]|c.silent != c.resources[o.resource].verbs|c.silent {
			continue
		}
		if w == nil {
			w = c.tree.walker()
		}
		switch c.lookOwned(o, w) {
		case runsFree:
			o.running = true
		case runsForMore:
			more = append(more, o)
			saves += o.verbs.patterns() - 1
		}
	}
	if saves <= c.silent.count() {
		return
	}
	c.silenced = c.silent
	for _, o := range more {
		o.running = true
	}
}

// lookOwned tells what comes of the pattern of an owner's paths for all methods.
func (c *choice) lookOwned(o *ownedPaths, w *walker) int {
	comes := runsFree
	look := func(i int32, own bool) {
		shut := c.shut(i)
		if own {
			shut &^= o.verbs
		}
		whole, other := c.anyOther[i]
		switch {
		case other && !whole || shut&^c.silent != 0:
			comes = runsNot
		case shut != 0 && comes == runsFree:
			comes = runsForMore
		}
	}
	for _, i := range w.pattern(o.template) {
		look(i, i == o.resource && !o.template.endsGreedy())
	}
	for _, i := range w.pattern(append(template{{kind: greedy}}, o.template...)) {
		look(i, false)
	}
	return comes
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

// What comes of a pattern for all methods.
const (
	runsNot     = iota // something that is open would be lost
	runsForMore        // more must be denied
	runsFree           // it is shorter by itself
)

// look tells what comes of the pattern of a resource for all methods, and notes what must be denied besides.
func (r *runner) look(i int32) int {
	resource := &r.resources[i]
	if r.partial == 0 && !resource.others.meets(r.others) {
		return runsFree
	}
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
		if !running || c.partial == 0 {
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

// runsOpen tells whether the pattern of a resource, for all methods, matches nothing that is not open.
func (c *choice) runsOpen(i int32) bool {
	return i >= 0 && !c.closed(c.resources[i].reach, allVerbs) && !c.resources[i].run.meets(c.anyShut)
}
