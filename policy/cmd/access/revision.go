package main

import (
	"maps"
	"slices"

	"portcullis/authorizers"
	"portcullis/policy"
)

// revision compares who may make certain requests before a change and after it.
type revision struct {
	sameAsBefore   bool // the operation is the same, whatever its rules are
	before, now    []way
	lines          []string
	opened, closed int
}

func (r *revision) say(line string, opened, closed int) {
	r.lines = append(r.lines, line)
	r.opened += opened
	r.closed += closed
}

// compareRules compares the rules themselves, whoever has the scopes that they ask for.
func (r *revision) compareRules() {
	opened, closed := newWays(r.before, r.now), newWays(r.now, r.before)
	anew, widened := partOwned(opened, r.before)
	if len(anew) > 0 {
		r.say("opens for "+words(anew), 1, 0)
	}
	for _, p := range widened {
		r.say("opens for "+words(p.ways)+", before only where "+p.owners+" was the caller's own id", 1, 0)
	}
	gone, narrowed := partOwned(closed, r.now)
	if len(gone) > 0 {
		r.say("closes for "+words(gone), 0, 1)
	}
	for _, p := range narrowed {
		r.say("closes for "+words(p.ways)+", now only where "+p.owners+" is the caller's own id", 0, 1)
	}
	if len(opened)+len(closed) > 0 && len(r.before) > 0 && len(r.now) > 0 {
		r.say("before: "+words(r.before), 0, 0)
		r.say("now: "+words(r.now), 0, 0)
	}
}

func isForEveryone(ways []way) bool {
	return slices.ContainsFunc(ways, func(w way) bool { return w.isWithin(way{}) })
}

// owned are ways that on the other side of the change are the owner's.
type owned struct {
	owners string
	ways   []way
}

// partOwned sets those ways apart that the owner can go on the other side of the change too.
func partOwned(ways, other []way) (whole []way, part []owned) {
	for _, w := range ways {
		i := slices.IndexFunc(other, func(o way) bool { return isWithin(o.schemes, w.schemes) && isWithin(o.scopes, w.scopes) })
		if i < 0 {
			whole = append(whole, w)
			continue
		}
		owners := other[i].ownersText()
		at := slices.IndexFunc(part, func(p owned) bool { return p.owners == owners })
		if at < 0 {
			at, part = len(part), append(part, owned{owners: owners})
		}
		part[at].ways = append(part[at].ways, w)
	}
	return whole, part
}

// compareGroups compares what the tokens of each group's members may. Where all may, or all might and nobody may,
// there is nothing to say of groups.
func (r *revision) compareGroups(old, new authorizers.GroupScopes) {
	if isForEveryone(r.now) || len(r.now) == 0 && isForEveryone(r.before) {
		return
	}
	all := maps.Clone(old)
	maps.Copy(all, new)
	schemes := []string{policy.SchemeBearer}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		before, now := reach(r.before, schemes, old[name]), reach(r.now, schemes, new[name])
		opens, closes := len(newWays(before, now)) > 0, len(newWays(now, before)) > 0
		line := " for the group " + printable(name) + ": " + cell(before) + " before, " + cell(now) + " now"
		switch {
		case opens && closes:
			r.say("opens and closes"+line, 1, 1)
		case opens:
			r.say("opens"+line, 1, 0)
		case closes:
			r.say("closes"+line, 0, 1)
		}
	}
}
