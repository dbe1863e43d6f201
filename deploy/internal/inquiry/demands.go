package inquiry

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"portcullis/api/contract"
	"portcullis/policy"
)

// Demand is what one alternative of an operation's rules asks of a caller, all of it; a public operation asks nothing.
type Demand struct {
	Schemes, Scopes []string // sorted
	Grants          []string // the scopes again, each with the scheme that it is asked for under, see grant
	Owners          []Owner
}

// Grant is a scope under the scheme whose credential has to have it.
func Grant(scheme, scope string) string { return scheme + " " + scope }

// GrantsOf are the scopes under each of the schemes.
func GrantsOf(schemes, scopes []string) []string {
	var grants []string
	for _, scheme := range schemes {
		for _, scope := range scopes {
			grants = append(grants, Grant(scheme, scope))
		}
	}
	return grants
}

// CallerGrants are a caller's scopes, each under the schemes whose credentials were granted it.
func CallerGrants(c *policy.Caller) []string {
	grants := GrantsOf(c.Schemes, c.Scopes)
	for _, scheme := range c.Schemes {
		grants = append(grants, GrantsOf([]string{scheme}, c.SchemeScopes[scheme])...)
	}
	return grants
}

// CallerScopes are all scopes of a caller, in order, whichever of its credentials was granted them.
func CallerScopes(c *policy.Caller) []string {
	all := slices.Clone(c.Scopes)
	for _, scopes := range c.SchemeScopes {
		all = append(all, scopes...)
	}
	return sorted(all)
}

// Owner is a part of the path, or a member of a message, that must be the caller's own id.
type Owner struct {
	Key  string // the same for the same part: its index, or the member
	text string // {id}, or what stands in the parameter's place, quoted, or the member
}

// Demands lists what an operation's alternatives ask, in their order; any one of them is enough.
func (s *Surface) Demands(operation *contract.Operation) []Demand {
	if operation.Access.Public {
		return []Demand{{}}
	}
	demands := make([]Demand, len(operation.Access.Alternatives))
	for i, alternative := range operation.Access.Alternatives {
		demands[i] = s.demand(operation, alternative)
	}
	return demands
}

func (s *Surface) demand(operation *contract.Operation, alternative policy.Alternative) Demand {
	var d Demand
	for _, requirement := range alternative {
		d.Schemes = append(d.Schemes, requirement.Scheme)
		d.Scopes = append(d.Scopes, requirement.Scopes...)
		d.Grants = append(d.Grants, GrantsOf([]string{requirement.Scheme}, requirement.Scopes)...)
	}
	d.Schemes, d.Scopes, d.Grants = sorted(d.Schemes), sorted(d.Scopes), sorted(d.Grants)
	for _, scope := range d.Scopes {
		parameter, owned := s.OwnerScopes[scope]
		switch member := s.Owners[operation.Route.Method]; {
		case owned && member != "":
			d.own(Owner{member, member})
		case owned:
			d.own(Owner{strconv.Itoa(slices.Index(Segments(operation.Route.Path), "{"+parameter+"}")), "{" + parameter + "}"})
		}
	}
	return d
}

// own adds what must be the caller's id.
func (d *Demand) own(o Owner) {
	if !slices.Contains(d.Owners, o) {
		d.Owners = append(d.Owners, o)
		slices.SortFunc(d.Owners, func(a, b Owner) int { return strings.Compare(a.Key, b.Key) })
	}
}

// within is the demand as it is for some of the operation's requests; false where nobody meets it: nobody has two ids.
func (d Demand) within(set RequestSet) (Demand, bool) {
	narrowed := Demand{Schemes: d.Schemes, Scopes: d.Scopes, Grants: d.Grants}
	literal := ""
	for _, o := range d.Owners {
		index, err := strconv.Atoi(o.Key)
		if err != nil { // of a message
			narrowed.Owners = append(narrowed.Owners, o)
			continue
		}
		if text := set[index]; text != AnySegment {
			if literal != "" && literal != text {
				return Demand{}, false
			}
			literal = text
			o = Owner{"=" + text, strconv.Quote(text)}
		}
		if !slices.Contains(narrowed.Owners, o) {
			narrowed.Owners = append(narrowed.Owners, o)
		}
	}
	return narrowed, true
}

// DemandsOn are an operation's demands for some of its requests, without those that ask more than another one.
func (s *Surface) DemandsOn(operation *contract.Operation, set RequestSet) []Demand {
	var all []Demand
	for _, d := range s.Demands(operation) {
		if narrowed, ok := d.within(set); ok {
			all = append(all, narrowed)
		}
	}
	return Fewest(all)
}

// Fewest leaves out the demands that ask what another one asks, and more.
func Fewest(demands []Demand) []Demand {
	var kept []Demand
	for i, d := range demands {
		redundant := false
		for j, other := range demands {
			redundant = redundant || other.AsksNoMoreThan(d) && (!d.AsksNoMoreThan(other) || j < i)
		}
		if !redundant {
			kept = append(kept, d)
		}
	}
	return kept
}

// AsksNoMoreThan tells whether who meets the other demand meets this one.
func (d Demand) AsksNoMoreThan(other Demand) bool {
	return d.BringsWithin(other) && d.ownsWithin(other)
}

// BringsWithin tells whether who has the other demand's credentials has this one's.
func (d Demand) BringsWithin(other Demand) bool {
	return isWithin(d.Schemes, other.Schemes) && isWithin(d.Grants, other.Grants)
}

func (d Demand) ownsWithin(other Demand) bool {
	return !slices.ContainsFunc(d.Owners, func(o Owner) bool {
		return !slices.ContainsFunc(other.Owners, func(p Owner) bool { return p.Key == o.Key })
	})
}

// NewDemands are those of the demands now that can be met without meeting any from before.
func NewDemands(before, now []Demand) []Demand {
	var opened []Demand
	for _, d := range now {
		if !slices.ContainsFunc(before, func(b Demand) bool { return b.AsksNoMoreThan(d) }) {
			opened = append(opened, d)
		}
	}
	return opened
}

// OpenTo is what is left to ask of a caller with these schemes and grants: nothing, or to be the owner. Without any
// demand nothing is open to it.
func OpenTo(demands []Demand, schemes, grants []string) []Demand {
	var open []Demand
	for _, d := range demands {
		if d.BringsWithin(Demand{Schemes: schemes, Grants: grants}) {
			open = append(open, Demand{Owners: d.Owners})
		}
	}
	return Fewest(open)
}

// Cell says in a word or two what demands from openTo mean: no, yes, own {id}.
func Cell(open []Demand) string {
	if len(open) == 0 {
		return "no"
	}
	var texts []string
	for _, d := range open {
		if len(d.Owners) == 0 {
			return "yes"
		}
		texts = append(texts, d.OwnersText())
	}
	return "own " + strings.Join(texts, " or ")
}

// OwnersText names what must be the caller's own id.
func (d Demand) OwnersText() string {
	texts := make([]string, len(d.Owners))
	for i, o := range d.Owners {
		texts[i] = o.text
	}
	return strings.Join(texts, " and ")
}

// Words says who meets any of the demands, in a phrase. Those that differ in their schemes only are said together.
func Words(demands []Demand) string {
	var phrases []string
	said := make([]bool, len(demands))
	for i, d := range demands {
		if said[i] {
			continue
		}
		var who []string
		for j := i; j < len(demands); j++ {
			if slices.Equal(demands[j].Scopes, d.Scopes) && slices.Equal(demands[j].Owners, d.Owners) && (i == j || len(d.Schemes) == 1 && len(demands[j].Schemes) == 1) {
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
func (d Demand) bringer() string {
	if len(d.Schemes) < 2 || len(d.Scopes) == 0 {
		return Bringer(d.Schemes)
	}
	var texts []string
	for _, c := range schemeWords {
		if !slices.Contains(d.Schemes, c.scheme) {
			continue
		}
		var scopes []string
		for _, scope := range d.Scopes {
			if slices.Contains(d.Grants, Grant(c.scheme, scope)) {
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

// Bringer names who brings credentials of the schemes.
func Bringer(schemes []string) string {
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

func (d Demand) needs() string {
	text := ""
	switch {
	case len(d.Scopes) > 0 && len(d.Schemes) > 1: // said of each
	case len(d.Scopes) > 0:
		text = " with " + strings.Join(d.Scopes, " ")
	case slices.Contains(d.Schemes, contract.SchemeSigV4):
		text = ", as IAM's policies say"
	case len(d.Schemes) > 0:
		text = ", whatever its scopes"
	}
	if len(d.Owners) > 0 {
		text += fmt.Sprintf(", where %s is the caller's own id", d.OwnersText())
	}
	return text
}

// Printable is a text as it is, or quoted where a terminal could take it for something else.
func Printable(text string) string {
	if text == "" || strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return strconv.Quote(text)
	}
	return text
}

// sorted is the list sorted, each element once; it changes the list.
func sorted(list []string) []string {
	slices.Sort(list)
	return slices.Compact(list)
}

// isWithin tells whether all elements of a list are in another one.
func isWithin(list, whole []string) bool {
	return !slices.ContainsFunc(list, func(s string) bool { return !slices.Contains(whole, s) })
}
