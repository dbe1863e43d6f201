package access

import (
	"slices"

	"portcullis/deploy/internal/inquiry"
)

// comparison compares who may make certain requests before a change and after it.
type comparison struct {
	sameAsBefore bool // the operation is the same, whatever its rules are
	before, now  []inquiry.Demand
	change       change // what was found
}

// compareRules compares the rules themselves, whoever has the scopes that they ask for.
func (c *comparison) compareRules() {
	opened, closed := inquiry.NewDemands(c.before, c.now), inquiry.NewDemands(c.now, c.before)
	anew, widened := splitOwners(opened, c.before)
	say := func(e effect) { c.change.Rules = append(c.change.Rules, e) }
	if len(anew) > 0 {
		say(effect{Opens: true, For: inquiry.Words(anew)})
	}
	for _, p := range widened {
		say(effect{Opens: true, For: inquiry.Words(p.demands) + ", before only where " + p.owners + " was the caller's own id"})
	}
	gone, narrowed := splitOwners(closed, c.now)
	if len(gone) > 0 {
		say(effect{Closes: true, For: inquiry.Words(gone)})
	}
	for _, p := range narrowed {
		say(effect{Closes: true, For: inquiry.Words(p.demands) + ", now only where " + p.owners + " is the caller's own id"})
	}
	if len(opened)+len(closed) > 0 && len(c.before) > 0 && len(c.now) > 0 {
		c.change.Before, c.change.Now = inquiry.Words(c.before), inquiry.Words(c.now)
	}
}

func isForEveryone(demands []inquiry.Demand) bool {
	return slices.ContainsFunc(demands, func(d inquiry.Demand) bool { return d.AsksNoMoreThan(inquiry.Demand{}) })
}

// ownerOnly are demands that the same credentials meet on the other side of the change for the owner only.
type ownerOnly struct {
	owners  string
	demands []inquiry.Demand
}

// splitOwners sets those demands apart that the other side of the change has for the owner only.
func splitOwners(demands, other []inquiry.Demand) (whole []inquiry.Demand, part []ownerOnly) {
	for _, d := range demands {
		i := slices.IndexFunc(other, func(o inquiry.Demand) bool { return o.BringsWithin(d) })
		if i < 0 {
			whole = append(whole, d)
			continue
		}
		owners := other[i].OwnersText()
		at := slices.IndexFunc(part, func(p ownerOnly) bool { return p.owners == owners })
		if at < 0 {
			at, part = len(part), append(part, ownerOnly{owners: owners})
		}
		part[at].demands = append(part[at].demands, d)
	}
	return whole, part
}
