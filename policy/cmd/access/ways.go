package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"portcullis/api"
	"portcullis/policy"
)

// way is one of the ways in which a request is allowed: a caller needs all of it. The way of a public operation
// needs nothing.
type way struct {
	schemes, scopes []string // sorted
	owners          []owner
}

// owner says which part of the path must be the caller's own id.
type owner struct {
	key  string // the same for the same part
	text string // {id}, or what stands in the parameter's place, quoted
}

// ways lists an operation's, in the order of its alternatives.
func (s *surface) ways(operation *api.Operation) []way {
	if operation.Access.Public {
		return []way{{}}
	}
	ways := make([]way, len(operation.Access.Alternatives))
	for i, alternative := range operation.Access.Alternatives {
		ways[i] = s.way(operation, alternative)
	}
	return ways
}

func (s *surface) way(operation *api.Operation, alternative policy.Alternative) way {
	var w way
	for _, requirement := range alternative {
		w.schemes = append(w.schemes, requirement.Scheme)
		w.scopes = append(w.scopes, requirement.Scopes...)
	}
	w.schemes, w.scopes = sorted(w.schemes), sorted(w.scopes)
	for _, scope := range w.scopes {
		if parameter, owned := s.OwnerScopes[scope]; owned {
			w.own(slices.Index(segments(operation.Route.Path), "{"+parameter+"}"), "{"+parameter+"}")
		}
	}
	return w
}

// own adds that the part of the path at an index must be the caller's id.
func (w *way) own(index int, text string) {
	o := owner{strconv.Itoa(index), text}
	if !slices.Contains(w.owners, o) {
		w.owners = append(w.owners, o)
		slices.SortFunc(w.owners, func(a, b owner) int { return strings.Compare(a.key, b.key) })
	}
}

// within narrows the way to the requests of a class; false where they cannot go it: nobody has two ids.
func (w way) within(c class) (way, bool) {
	narrowed := way{schemes: w.schemes, scopes: w.scopes}
	literal := ""
	for _, o := range w.owners {
		index, _ := strconv.Atoi(o.key)
		if text := c[index]; text != anySegment {
			if literal != "" && literal != text {
				return way{}, false
			}
			literal = text
			o = owner{"=" + text, strconv.Quote(text)}
		}
		if !slices.Contains(narrowed.owners, o) {
			narrowed.owners = append(narrowed.owners, o)
		}
	}
	return narrowed, true
}

// waysWithin are an operation's ways for the requests of a class, without those that need more than another one.
func (s *surface) waysWithin(operation *api.Operation, c class) []way {
	var all []way
	for _, w := range s.ways(operation) {
		if narrowed, ok := w.within(c); ok {
			all = append(all, narrowed)
		}
	}
	return fewest(all)
}

// fewest leaves out the ways that need what another one needs, and more.
func fewest(ways []way) []way {
	var kept []way
	for i, w := range ways {
		redundant := false
		for j, other := range ways {
			redundant = redundant || other.isWithin(w) && (!w.isWithin(other) || j < i)
		}
		if !redundant {
			kept = append(kept, w)
		}
	}
	return kept
}

// isWithin tells whether who can go the other way can go this one.
func (w way) isWithin(other way) bool {
	return isWithin(w.schemes, other.schemes) && isWithin(w.scopes, other.scopes) && w.ownsWithin(other)
}

func (w way) ownsWithin(other way) bool {
	return !slices.ContainsFunc(w.owners, func(o owner) bool {
		return !slices.ContainsFunc(other.owners, func(p owner) bool { return p.key == o.key })
	})
}

// newWays are those of the ways that nobody could go by the earlier ones.
func newWays(before, now []way) []way {
	var opened []way
	for _, w := range now {
		if !slices.ContainsFunc(before, func(b way) bool { return b.isWithin(w) }) {
			opened = append(opened, w)
		}
	}
	return opened
}

// reach is what a caller's schemes and scopes open: ways that need no more than to be the owner.
func reach(ways []way, schemes, scopes []string) []way {
	var open []way
	for _, w := range ways {
		if isWithin(w.schemes, schemes) && isWithin(w.scopes, scopes) {
			open = append(open, way{owners: w.owners})
		}
	}
	return fewest(open)
}

// cell says in a word or two what ways from reach mean: no, yes, own {id}.
func cell(open []way) string {
	if len(open) == 0 {
		return "no"
	}
	var texts []string
	for _, w := range open {
		if len(w.owners) == 0 {
			return "yes"
		}
		texts = append(texts, w.ownersText())
	}
	return "own " + strings.Join(texts, " or ")
}

func (w way) ownersText() string {
	texts := make([]string, len(w.owners))
	for i, o := range w.owners {
		texts[i] = o.text
	}
	return strings.Join(texts, " and ")
}

// words says who can go the ways, in a phrase. Ways that differ in their schemes only are said together.
func words(ways []way) string {
	var phrases []string
	said := make([]bool, len(ways))
	for i, w := range ways {
		if said[i] {
			continue
		}
		var who []string
		for j := i; j < len(ways); j++ {
			if slices.Equal(ways[j].scopes, w.scopes) && slices.Equal(ways[j].owners, w.owners) {
				who, said[j] = append(who, bringer(ways[j].schemes)), true
			}
		}
		phrases = append(phrases, strings.Join(who, " or ")+w.needs())
	}
	if len(phrases) == 0 {
		return "nobody"
	}
	return strings.Join(phrases, "; ")
}

// bringer names who brings credentials of the schemes.
func bringer(schemes []string) string {
	switch {
	case len(schemes) == 0:
		return "everyone"
	case len(schemes) > 1:
		return "a token together with an API key"
	case schemes[0] == policy.SchemeAPIKey:
		return "an API key"
	}
	return "a token"
}

func (w way) needs() string {
	text := ""
	switch {
	case len(w.scopes) > 0:
		text = " with " + strings.Join(w.scopes, " ")
	case len(w.schemes) > 0:
		text = ", whatever its scopes"
	}
	if len(w.owners) > 0 {
		text += fmt.Sprintf(", where %s is the caller's own id", w.ownersText())
	}
	return text
}

// printable is a text as it is, or quoted where a terminal could take it for something else.
func printable(text string) string {
	if text == "" || strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return strconv.Quote(text)
	}
	return text
}
