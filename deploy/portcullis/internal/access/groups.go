package access

import (
	"maps"
	"slices"

	"portcullis/policy"
)

var (
	tokenAlone  = []string{policy.SchemeBearer}
	keyAlone    = []string{policy.SchemeAPIKey}
	tokenAndKey = []string{policy.SchemeAPIKey, policy.SchemeBearer}
)

// compareGroups compares what each group's members may, with their token alone and with an API key besides. Where all
// may, or all might and nobody may, there is nothing to say of groups.
func (c *comparison) compareGroups(old, new scopesOfGroups) {
	if isForEveryone(c.now) || len(c.now) == 0 && isForEveryone(c.before) {
		return
	}
	all := maps.Clone(old)
	maps.Copy(all, new)
	keyHolder := c.changeFor(keyAlone, nil, nil)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		who := "the group " + printable(name)
		member, both := c.changeFor(tokenAlone, old[name], new[name]), c.changeFor(tokenAndKey, old[name], new[name])
		c.sayOf(who, member)
		if both != member && both != keyHolder { // neither said already nor the key's alone
			c.sayOf(who+" with an API key", both)
		}
		c.compareElsewhere(who, old[name], new[name])
	}
}

// changeFor is what the change makes of the requests for a caller with these schemes, whose token has these scopes before
// and now, and whose API key has none: its cells in a matrix.
func (c *comparison) changeFor(schemes, old, new []string) effect {
	before, now := openTo(c.before, schemes, grantsOf(tokenAlone, old)), openTo(c.now, schemes, grantsOf(tokenAlone, new))
	return effect{Opens: len(newDemands(before, now)) > 0, Closes: len(newDemands(now, before)) > 0, Before: cell(before), Now: cell(now)}
}

// sayOf adds an effect, if it is one, for whom it is.
func (c *comparison) sayOf(who string, e effect) {
	if e.For = who; e.Opens || e.Closes {
		c.change.Groups = append(c.change.Groups, e)
	}
}

// compareElsewhere compares what a group adds to the scopes that its members have elsewhere: from the token's own
// scope claim, or an API key.
func (c *comparison) compareElsewhere(who string, old, new []string) {
	opened := newDemands(slices.Concat(remaining(c.before, old), remaining(c.now, old)), remaining(c.now, new))
	closed := newDemands(slices.Concat(remaining(c.now, new), remaining(c.before, new)), remaining(c.before, old))
	const having = ", with further scopes from elsewhere: "
	if opened = withScopes(opened); len(opened) > 0 {
		c.sayOf(who+having+words(opened), effect{Opens: true})
	}
	if closed = withScopes(closed); len(closed) > 0 {
		c.sayOf(who+having+words(closed), effect{Closes: true})
	}
}

// remaining is what the demands still ask of a token's bearer who has these scopes.
func remaining(demands []demand, scopes []string) []demand {
	var all []demand
	for _, d := range demands {
		d.schemes = sorted(append(slices.Clone(d.schemes), policy.SchemeBearer))
		had := grantsOf(tokenAlone, scopes)
		d.grants = slices.DeleteFunc(slices.Clone(d.grants), func(g string) bool { return slices.Contains(had, g) })
		d.scopes = slices.DeleteFunc(slices.Clone(d.scopes), func(s string) bool {
			return !slices.Contains(d.grants, grant(policy.SchemeBearer, s)) && !slices.Contains(d.grants, grant(policy.SchemeAPIKey, s))
		})
		all = append(all, d)
	}
	return fewest(all)
}

// withScopes are the demands that ask for scopes.
func withScopes(demands []demand) []demand {
	return slices.DeleteFunc(demands, func(d demand) bool { return len(d.scopes) == 0 })
}
