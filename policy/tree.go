package policy

import "math/bits"

// tree holds the templates of an API by their segments, so that what a pattern meets is found in one walk.
type tree struct {
	root     *node
	literals map[string]int32
}

// node is where templates go apart; -1 stands for no resource.
type node struct {
	literal  int32
	resource int32 // whose template ends here
	greedy   int32 // whose template has {name+} next
	single   *node // after a parameter
	static   []*node
	by       map[int32]*node // static, by literal
}

func newNode(literal int32) *node { return &node{literal: literal, resource: -1, greedy: -1} }

func newTree() *tree { return &tree{newNode(-1), map[string]int32{}} }

func (t *tree) add(path template, resource int32) {
	n := t.root
	for _, s := range path {
		switch s.kind {
		case greedy:
			n.greedy = resource
			return
		case single:
			if n.single == nil {
				n.single = newNode(-1)
			}
			n = n.single
		case static:
			n = n.child(t.number(s.text))
		}
	}
	n.resource = resource
}

func (t *tree) number(literal string) int32 {
	number, known := t.literals[literal]
	if !known {
		number = int32(len(t.literals))
		t.literals[literal] = number
	}
	return number
}

func (n *node) child(literal int32) *node {
	child := n.by[literal]
	if child == nil {
		if n.by == nil {
			n.by = map[int32]*node{}
		}
		child = newNode(literal)
		n.by[literal] = child
		n.static = append(n.static, child)
	}
	return child
}

// walker walks a tree. It may not be used concurrently.
type walker struct {
	tree *tree
	walk
}

func (t *tree) walker() *walker { return &walker{t, walk{at: make([]uint64, len(t.literals))}} }

// paths lists the resources whose templates have a path in common with this one, in the tree's order.
func (w *walker) paths(t template) []int32 { return w.find(t, false) }

// pattern lists those that have a path in common with its pattern, in which a parameter may stand for several segments.
func (w *walker) pattern(t template) []int32 { return w.find(t, true) }

// emptied is the same, where a parameter may stand for nothing.
func (w *walker) emptied(t template) []int32 {
	w.optional = true
	defer func() { w.optional = false }()
	return w.find(t, true)
}

func (w *walker) find(t template, long bool) []int32 {
	w.numbers, w.one, w.more, w.end, w.found = w.numbers[:0], 0, 0, 1<<len(t), nil
	for i, s := range t {
		bit, number := uint64(1)<<i, int32(-1)
		known := false
		switch {
		case s.kind == static:
			if number, known = w.tree.literals[s.text]; known {
				w.at[number] |= bit
			} else {
				number = -1
			}
		case s.kind == single && !long:
			w.one |= bit
		default:
			w.more |= bit
		}
		w.numbers = append(w.numbers, number)
	}
	w.from(w.tree.root, w.passed(1))
	for _, number := range w.numbers {
		if number >= 0 {
			w.at[number] = 0
		}
	}
	return w.found
}

// walk follows all ways at once in which segments may be those of a template: the bit i of ways is set where the segments so
// far are as the first i of it.
type walk struct {
	at       []uint64 // by literal: where the template has it
	numbers  []int32  // the literals of the template, by position; -1: none, or one that the tree does not have
	one      uint64   // positions that stand for one segment
	more     uint64   // positions that stand for one and more
	optional bool     // or for none
	end      uint64
	found    []int32
}

// passed adds the ways in which wildcards stand for nothing.
func (w *walk) passed(ways uint64) uint64 {
	for w.optional {
		further := ways | (ways&w.more)<<1
		if further == ways {
			break
		}
		ways = further
	}
	return ways
}

func (w *walk) from(n *node, ways uint64) {
	if n.resource >= 0 && ways&w.end != 0 {
		w.found = append(w.found, n.resource)
	}
	ways &^= w.end
	if ways == 0 {
		return
	}
	if n.greedy >= 0 {
		w.found = append(w.found, n.greedy)
	}
	if n.single != nil {
		w.from(n.single, w.passed(ways<<1|ways&w.more))
	}
	if ways&(w.one|w.more) == 0 {
		w.literal(n, ways)
		return
	}
	any := (ways&(w.one|w.more))<<1 | ways&w.more
	for _, child := range n.static {
		w.from(child, w.passed(any|(ways&w.at[child.literal])<<1))
	}
}

// literal follows ways that all want a literal next.
func (w *walk) literal(n *node, ways uint64) {
	for left := ways; left != 0; left &= left - 1 {
		number := w.numbers[bits.TrailingZeros64(left)]
		if number < 0 || n.by[number] == nil {
			continue
		}
		if at := ways & w.at[number]; at&-at == left&-left { // each literal once
			w.from(n.by[number], w.passed(at<<1))
		}
	}
}
