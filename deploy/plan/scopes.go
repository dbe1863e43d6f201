package plan

import (
	"slices"

	"portcullis/api/contract"
	"portcullis/deploy/modes"
	"portcullis/policy"
)

// mostScopes is how many scopes a route of an HTTP API can have. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html.
const mostScopes = 10

// tokenScopes are the scopes of which a token needs any one, as the gateway's own authorizers have it; none: any token will do.
// A rule that they cannot express would open more than it says, and is refused.
func (b *builder) tokenScopes(o *contract.Operation) []string {
	all := []string{}
	if anyToken(o) {
		return all
	}
	refuse := func(reason string) []string {
		b.refuse(o.Position, "%s: %s cannot express this rule: %s", keyOf(o), b.mode.Authorization, reason)
		return nil
	}
	for _, alternative := range o.Access.Alternatives {
		if len(alternative) != 1 || alternative[0].Scheme != policy.SchemeBearer {
			if slices.ContainsFunc(alternative, func(r policy.Requirement) bool { return r.Scheme == policy.SchemeBearer }) {
				return refuse("an alternative asks for another scheme beside the token")
			}
			continue // no token meets it
		}
		scopes := alternative[0].Scopes
		switch {
		case len(scopes) > 1:
			return refuse("an alternative asks for several scopes at once")
		case len(scopes) == 1 && b.contract.OwnerScopes[scopes[0]] != "":
			continue // the gateway does not know owners: the scope opens nothing
		}
		all = append(all, scopes...)
	}
	slices.Sort(all)
	all = slices.Compact(all)
	switch {
	case len(all) == 0:
		return refuse("no scope of a token opens it")
	case b.mode.Gateway == modes.HTTP && len(all) > mostScopes:
		return refuse("more than ten scopes open it, and a route of an HTTP API has ten at most")
	case b.mode.Gateway == modes.HTTP && slices.ContainsFunc(all, func(scope string) bool { return len(scope) > mostScope }):
		return refuse("a scope is longer than the 64 characters that those of a route of an HTTP API have at most")
	}
	return all
}

// anyToken tells whether the operation is open to every token.
func anyToken(o *contract.Operation) bool {
	return slices.ContainsFunc(o.Access.Alternatives, func(a policy.Alternative) bool {
		return len(a) == 1 && a[0].Scheme == policy.SchemeBearer && len(a[0].Scopes) == 0
	})
}
