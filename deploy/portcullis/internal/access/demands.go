package access

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"portcullis/api/contract"
	"portcullis/policy"
)

// demand is what one alternative of an operation's rules asks of a caller, all of it; a public operation asks nothing.
type demand struct {
	schemes, scopes []string // sorted
	grants          []string // the scopes again, each with the scheme that it is asked for under, see grant
	owners          []owner
}

// grant is a scope under the scheme whose credential has to have it.
func grant(scheme, scope string) string { return scheme + " " + scope }

// grantsOf are the scopes under each of the schemes.
func grantsOf(schemes, scopes []string) []string {
	var grants []string
	for _, scheme := range schemes {
		for _, scope := range scopes {
			grants = append(grants, grant(scheme, scope))
		}
	}
	return grants
}

// owner is a part of the path, or a member of a message, that must be the caller's own id.
type owner struct {
	key  string // the same for the same part: its index, or the member
	text string // {id}, or what stands in the parameter's place, quoted, or the member
}

// demands lists what an operation's alternatives ask, in their order; any one of them is enough.
func (s *surface) demands(operation *contract.Operation) []demand {
	if operation.Access.Public {
		return []demand{{}}
	}
	demands := make([]demand, len(operation.Access.Alternatives))
	for i, alternative := range operation.Access.Alternatives {
		demands[i] = s.demand(operation, alternative)
	}
	return demands
}

func (s *surface) demand(operation *contract.Operation, alternative policy.Alternative) demand {
	var d demand
	for _, requirement := range alternative {
		d.schemes = append(d.schemes, requirement.Scheme)
		d.scopes = append(d.scopes, requirement.Scopes...)
		d.grants = append(d.grants, grantsOf([]string{requirement.Scheme}, requirement.Scopes)...)
	}
	d.schemes, d.scopes, d.grants = sorted(d.schemes), sorted(d.scopes), sorted(d.grants)
	for _, scope := range d.scopes {
		parameter, owned := s.OwnerScopes[scope]
		switch member := s.owners[operation.Route.Method]; {
		case owned && member != "":
			d.own(owner{member, member})
		case owned:
			d.own(owner{strconv.Itoa(slices.Index(segments(operation.Route.Path), "{"+parameter+"}")), "{" + parameter + "}"})
		}
	}
	return d
}

// own adds what must be the caller's id.
func (d *demand) own(o owner) {
	if !slices.Contains(d.owners, o) {
		d.owners = append(d.owners, o)
		slices.SortFunc(d.owners, func(a, b owner) int { return strings.Compare(a.key, b.key) })
	}
}

// within is the demand as it is for some of the operation's requests; false where nobody meets it: nobody has two ids.
func (d demand) within(set requestSet) (demand, bool) {
	narrowed := demand{schemes: d.schemes, scopes: d.scopes, grants: d.grants}
	literal := ""
	for _, o := range d.owners {
		index, err := strconv.Atoi(o.key)
		if err != nil { // of a message
			narrowed.owners = append(narrowed.owners, o)
			continue
		}
		if text := set[index]; text != anySegment {
			if literal != "" && literal != text {
				return demand{}, false
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

// demandsOn are an operation's demands for some of its requests, without those that ask more than another one.
func (s *surface) demandsOn(operation *contract.Operation, set requestSet) []demand {
	var all []demand
	for _, d := range s.demands(operation) {
		if narrowed, ok := d.within(set); ok {
			all = append(all, narrowed)
		}
	}
	return fewest(all)
}

// fewest leaves out the demands that ask what another one asks, and more.
func fewest(demands []demand) []demand {
	var kept []demand
	for i, d := range demands {
		redundant := false
		for j, other := range demands {
			redundant = redundant || other.asksNoMoreThan(d) && (!d.asksNoMoreThan(other) || j < i)
		}
		if !redundant {
			kept = append(kept, d)
		}
	}
	return kept
}

// asksNoMoreThan tells whether who meets the other demand meets this one.
func (d demand) asksNoMoreThan(other demand) bool {
	return d.bringsWithin(other) && d.ownsWithin(other)
}

// bringsWithin tells whether who has the other demand's credentials has this one's.
func (d demand) bringsWithin(other demand) bool {
	return isWithin(d.schemes, other.schemes) && isWithin(d.grants, other.grants)
}

func (d demand) ownsWithin(other demand) bool {
	return !slices.ContainsFunc(d.owners, func(o owner) bool {
		return !slices.ContainsFunc(other.owners, func(p owner) bool { return p.key == o.key })
	})
}

// newDemands are those of the demands now that can be met without meeting any from before.
func newDemands(before, now []demand) []demand {
	var opened []demand
	for _, d := range now {
		if !slices.ContainsFunc(before, func(b demand) bool { return b.asksNoMoreThan(d) }) {
			opened = append(opened, d)
		}
	}
	return opened
}

// openTo is what is left to ask of a caller with these schemes and grants: nothing, or to be the owner. Without any
// demand nothing is open to it.
func openTo(demands []demand, schemes, grants []string) []demand {
	var open []demand
	for _, d := range demands {
		if d.bringsWithin(demand{schemes: schemes, grants: grants}) {
			open = append(open, demand{owners: d.owners})
		}
	}
	return fewest(open)
}

// cell says in a word or two what demands from openTo mean: no, yes, own {id}.
func cell(open []demand) string {
	if len(open) == 0 {
		return "no"
	}
	var texts []string
	for _, d := range open {
		if len(d.owners) == 0 {
			return "yes"
		}
		texts = append(texts, d.ownersText())
	}
	return "own " + strings.Join(texts, " or ")
}

func (d demand) ownersText() string {
	texts := make([]string, len(d.owners))
	for i, o := range d.owners {
		texts[i] = o.text
	}
	return strings.Join(texts, " and ")
}

// words says who meets any of the demands, in a phrase. Those that differ in their schemes only are said together.
func words(demands []demand) string {
	var phrases []string
	said := make([]bool, len(demands))
	for i, d := range demands {
		if said[i] {
			continue
		}
		var who []string
		for j := i; j < len(demands); j++ {
			if slices.Equal(demands[j].scopes, d.scopes) && slices.Equal(demands[j].owners, d.owners) && (i == j || len(d.schemes) == 1 && len(demands[j].schemes) == 1) {
				who, said[j] = append(who, demands[j].bringer()), true
			}
		}
		phrases = append(phrases, strings.Join(who, " or ")+d.needs())
	}
	if len(phrases) == 0 {
		return "nobody"
	}
	return strings.Join(phrases, "; ")
}

// bringer names who brings the credentials: with the scopes of each, where there are several.
func (d demand) bringer() string {
	if len(d.schemes) < 2 || len(d.scopes) == 0 {
		return bringer(d.schemes)
	}
	var texts []string
	for _, c := range schemeWords {
		if !slices.Contains(d.schemes, c.scheme) {
			continue
		}
		var scopes []string
		for _, scope := range d.scopes {
			if slices.Contains(d.grants, grant(c.scheme, scope)) {
				scopes = append(scopes, scope)
			}
		}
		text := c.text
		if len(scopes) > 0 {
			text += " with " + strings.Join(scopes, " ")
		}
		texts = append(texts, text)
	}
	return strings.Join(texts, " together with ")
}

// schemeWords are what is said of who brings a scheme's, those that are said first in front.
var schemeWords = []struct{ scheme, text string }{
	{policy.SchemeBearer, "a token"}, {policy.SchemeAPIKey, "an API key"}, {contract.SchemeSigV4, "a signed request"},
}

// bringer names who brings credentials of the schemes.
func bringer(schemes []string) string {
	var texts []string
	for _, c := range schemeWords {
		if slices.Contains(schemes, c.scheme) {
			texts = append(texts, c.text)
		}
	}
	if len(texts) == 0 {
		return "everyone"
	}
	return strings.Join(texts, " together with ")
}

func (d demand) needs() string {
	text := ""
	switch {
	case len(d.scopes) > 0 && len(d.schemes) > 1: // said of each
	case len(d.scopes) > 0:
		text = " with " + strings.Join(d.scopes, " ")
	case slices.Contains(d.schemes, contract.SchemeSigV4):
		text = ", as IAM's policies say"
	case len(d.schemes) > 0:
		text = ", whatever its scopes"
	}
	if len(d.owners) > 0 {
		text += fmt.Sprintf(", where %s is the caller's own id", d.ownersText())
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
