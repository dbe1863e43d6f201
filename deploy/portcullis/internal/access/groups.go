package access

import (
	"maps"
	"slices"

	"portcullis/deploy/internal/inquiry"
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
		who := "the group " + inquiry.Printable(name)
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
	before, now := inquiry.OpenTo(c.before, schemes, inquiry.GrantsOf(tokenAlone, old)), inquiry.OpenTo(c.now, schemes, inquiry.GrantsOf(tokenAlone, new))
	return effect{Opens: len(inquiry.NewDemands(before, now)) > 0, Closes: len(inquiry.NewDemands(now, before)) > 0, Before: inquiry.Cell(before), Now: inquiry.Cell(now)}
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
	opened := inquiry.NewDemands(slices.Concat(remaining(c.before, old), remaining(c.now, old)), remaining(c.now, new))
	closed := inquiry.NewDemands(slices.Concat(remaining(c.now, new), remaining(c.before, new)), remaining(c.before, old))
	const having = ", with further scopes from elsewhere: "
	if opened = withScopes(opened); len(opened) > 0 {
		c.sayOf(who+having+inquiry.Words(opened), effect{Opens: true})
	}
	if closed = withScopes(closed); len(closed) > 0 {
		c.sayOf(who+having+inquiry.Words(closed), effect{Closes: true})
	}
}

// remaining is what the demands still ask of a token's bearer who has these scopes.
func remaining(demands []inquiry.Demand, scopes []string) []inquiry.Demand {
	var all []inquiry.Demand
	for _, d := range demands {
		d.Schemes = sorted(append(slices.Clone(d.Schemes), policy.SchemeBearer))
		had := inquiry.GrantsOf(tokenAlone, scopes)
		d.Grants = slices.DeleteFunc(slices.Clone(d.Grants), func(g string) bool { return slices.Contains(had, g) })
		d.Scopes = slices.DeleteFunc(slices.Clone(d.Scopes), func(s string) bool {
			return !slices.Contains(d.Grants, inquiry.Grant(policy.SchemeBearer, s)) && !slices.Contains(d.Grants, inquiry.Grant(policy.SchemeAPIKey, s))
		})
		all = append(all, d)
	}
	return inquiry.Fewest(all)
}

// withScopes are the demands that ask for scopes.
func withScopes(demands []inquiry.Demand) []inquiry.Demand {
	return slices.DeleteFunc(demands, func(d inquiry.Demand) bool { return len(d.Scopes) == 0 })
}
