package policy

import (
	"slices"
	"strings"
)

// denied is the template as an IAM pattern that matches no path with nothing in the place of its last
// segment: a '*' alone would, and the root of an API is such a path.
func (t template) denied() string {
	pattern := t.pattern()
	if strings.HasSuffix(pattern, "*") {
		return strings.TrimSuffix(pattern, "*") + "?*"
	}
	return pattern
}

// pattern is the template as an IAM pattern of the path; every parameter becomes a '*'.
func (t template) pattern() string {
	parts := make([]string, len(t))
	for i, s := range t {
		parts[i] = s.text
		if s.kind != static {
			parts[i] = "*"
		}
	}
	return strings.Join(parts, "/")
}

// prefix is the part of the pattern before its first wildcard; whole tells that it is all of it.
func (t template) prefix() (prefix string, whole bool) {
	pattern := t.pattern()
	if end := strings.IndexByte(pattern, '*'); end >= 0 {
		return pattern[:end], false
	}
	return pattern, true
}

// contains tells whether the template stands for all paths of the other one. It may say no where it does:
// the caller then denies a path twice.
func (t template) contains(other template) bool {
	for i, s := range t {
		switch {
		case i >= len(other):
			return false
		case s.kind == greedy:
			return true
		case s.kind == single && other[i].kind == greedy:
			return false
		case s.kind == static && other[i] != s:
			return false
		}
	}
	return len(t) == len(other)
}

// maxReach bounds how many narrowed templates reach lists.
const maxReach = 64

// reach lists what the IAM pattern of one template reaches of another: the other one narrowed, in every way
// in which each '*' can stand for one or more of its segments. In the result a greedy segment may stand
// before others, but not before another wildcard. Where there are too many ways it is the whole of the other
// one, which is more than is reached.
func reach(pattern, of template) []template {
	if !mayReach(pattern, of) {
		return nil
	}
	var all []template
	found := reachWith(map[[2]int][]template{}, pattern, of)
	if len(found) > maxReach {
		return []template{of.normal()}
	}
	for _, paths := range found {
		all = appendNew(all, paths.normal())
	}
	return all
}

// normal is the one way to write a template, among those that stand for the same paths: of wildcards in a row
// the last one is greedy, if any is, and parameters have no names.
func (t template) normal() template {
	normal := slices.Clone(t)
	many := false
	for i, s := range normal {
		if s.kind == static {
			many = false
			continue
		}
		many = many || s.kind == greedy
		normal[i] = segment{kind: single}
		if last := i == len(t)-1 || t[i+1].kind == static; last && many {
			normal[i].kind = greedy
		}
	}
	return normal
}

// mayReach tells, quickly, whether reach may find anything. It follows all ways at once: the bit i stands for a
// way that has come to the i-th segment.
func mayReach(pattern, of template) bool {
	greedyAt := uint64(0) // where a way may stay
	for i, s := range of {
		if s.kind == greedy {
			greedyAt |= 1 << i
		}
	}
	ways := uint64(1)
	for _, p := range pattern {
		next := uint64(0)
		for i, s := range of {
			if ways>>i&1 == 0 {
				continue
			}
			switch {
			case p.kind != static: // one segment or more
				next |= ^uint64(0) << (i + 1)
				next |= greedyAt &^ (1<<i - 1)
			case s.kind != static || s.text == p.text || s.text == anyID || p.text == anyID:
				next |= 1<<(i+1) | greedyAt&(1<<i)
			}
		}
		ways = next
	}
	return ways>>len(of)&1 == 1
}

// reachWith remembers what was found for the tails of both templates, by their lengths.
func reachWith(known map[[2]int][]template, pattern, of template) []template {
	if len(pattern) == 0 || len(of) == 0 {
		if len(pattern) == 0 && len(of) == 0 {
			return []template{{}}
		}
		return nil
	}
	key := [2]int{len(pattern), len(of)}
	if found, ok := known[key]; ok {
		return found
	}
	found := reachHead(known, pattern, of)
	known[key] = found
	return found
}

func reachHead(known map[[2]int][]template, pattern, of template) []template {
	p, head, rest := pattern[0], of[0], pattern[1:]
	if p.kind == static && head.kind == static && p.text != head.text && p.text != anyID && head.text != anyID {
		return nil
	}
	tails := slices.Clone(reachWith(known, rest, of[1:]))
	if head.kind == greedy {
		tails = append(tails, reachWith(known, rest, of)...)
	}
	if p.kind == static {
		return prepend(p, tails)
	}
	return prepend(head, append(tails, reachWith(known, pattern, of[1:])...))
}

// prepend puts a segment before each of the templates. More than maxReach of them are not all needed: reach
// does without them.
func prepend(head segment, tails []template) []template {
	var all []template
	for _, tail := range tails {
		if len(all) > maxReach {
			break
		}
		all = appendNew(all, append(template{head}, tail...))
	}
	return all
}

// appendNew appends a template that is not there yet.
func appendNew(all []template, t template) []template {
	if slices.ContainsFunc(all, func(other template) bool { return slices.Equal(other, t) }) {
		return all
	}
	return append(all, t)
}
