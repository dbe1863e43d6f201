package main

import (
	"slices"
	"strings"

	"portcullis/authorizers/verify/vectors"
)

// outcome is what became of a fault. Of several cases, the greatest counts.
type outcome int

const (
	unjudged   outcome = iota // no case of it could be judged
	refused                   // all that could be judged are refused
	letThrough                // at least one is not
)

// verdict is what became of each fault that a contestant was tried with.
type verdict struct {
	result
	clock       bool
	faults      map[string]outcome
	let, judged map[string][]string // algorithms, by faults: of cases that were let through, and of all that could be judged
	goodRefused []goodToken
	unsupported []string // algorithms of which no token is accepted
}

// goodToken is a good token that was refused.
type goodToken struct {
	name, why string
	with      []string // algorithms, or the group of an odd key
}

// control is the case that shows by its acceptance that refusals of others say something.
const control = "good"

// judge judges a result by the vectors. A bad token that is accepted was let through, whatever else became of it. One that is refused says
// something only where the good token of the same keys is accepted, and only where the contestant's clock can be set, if it is about
// seconds.
func judge(v *vectors.Vectors, r result, clock bool) *verdict {
	d := &verdict{
		result: r, clock: clock, faults: map[string]outcome{},
		let: map[string][]string{}, judged: map[string][]string{},
	}
	for i, set := range v.Sets {
		groups, tried := r.Accepted[v.Index.Files[i].Name]
		if !tried {
			continue
		}
		supported := d.acceptsGood(v, set)
		if !supported && !slices.Contains(d.unsupported, set.Algorithm) {
			d.unsupported = append(d.unsupported, set.Algorithm)
		}
		for _, g := range set.Groups {
			accepted := strings.Fields(groups[g.Name])
			d.judgeBad(set, g, accepted, supported)
			if supported {
				d.judgeGood(set, g, accepted)
			}
		}
	}
	return d
}

// acceptsGood tells whether the good token of a set's kind and algorithm is accepted, with keys that nothing is wrong with.
func (d *verdict) acceptsGood(v *vectors.Vectors, like vectors.Set) bool {
	for i, set := range v.Sets {
		accepted := strings.Fields(d.Accepted[v.Index.Files[i].Name]["good-keys"])
		if set.Kind == like.Kind && set.Algorithm == like.Algorithm && slices.Contains(accepted, control) {
			return true
		}
	}
	return false
}

// judgeBad judges the bad tokens of a group. Supported tells whether good ones of the algorithm are accepted anywhere, which has to do
// for a group that has none.
func (d *verdict) judgeBad(set vectors.Set, g vectors.Group, accepted []string, supported bool) {
	controlled := supported && (!hasControl(g) || slices.Contains(accepted, control))
	for _, c := range g.Cases {
		is := unjudged
		switch {
		case c.Result == vectors.Accept:
			continue
		case slices.Contains(accepted, c.Name):
			is = letThrough
			d.let[c.Name] = with(d.let[c.Name], set.Algorithm)
		case controlled && (d.clock || !c.NoSkew):
			is = refused
		}
		if is != unjudged {
			d.judged[c.Name] = with(d.judged[c.Name], set.Algorithm)
		}
		d.faults[c.Name] = max(d.faults[c.Name], is)
	}
}

func hasControl(g vectors.Group) bool {
	return slices.ContainsFunc(g.Cases, func(c vectors.Case) bool { return c.Name == control && c.Result == vectors.Accept })
}

// judgeGood notes the good tokens of a group that are refused: with which algorithm, or beside which odd key.
func (d *verdict) judgeGood(set vectors.Set, g vectors.Group, accepted []string) {
	place := set.Algorithm
	if g.Name != "good-keys" {
		place = g.Name
	}
	for _, c := range g.Cases {
		if c.Result != vectors.Accept || slices.Contains(accepted, c.Name) {
			continue
		}
		n := slices.IndexFunc(d.goodRefused, func(g goodToken) bool { return g.name == c.Name && g.why == c.Why })
		if n < 0 {
			n = len(d.goodRefused)
			d.goodRefused = append(d.goodRefused, goodToken{name: c.Name, why: c.Why})
		}
		d.goodRefused[n].with = with(d.goodRefused[n].with, place)
	}
}

// with is a list with a text in it, once.
func with(list []string, text string) []string {
	if slices.Contains(list, text) {
		return list
	}
	return append(list, text)
}

// count counts the faults with an outcome for which a condition holds.
func (d *verdict) count(faults []vectors.Fault, is outcome, holds func(vectors.Fault) bool) (n int) {
	for _, f := range faults {
		if o, tried := d.faults[f.Name]; tried && o == is && holds(f) {
			n++
		}
	}
	return n
}
