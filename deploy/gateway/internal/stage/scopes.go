package stage

import (
	"fmt"
	"slices"

	"portcullis/policy"
)

// methodScopes are the scopes of which a token needs any one, as the gateway's own authorizers have it; none: any token
// will do. A rule that they cannot express would open more than it says, and is refused.
func methodScopes(s *Stage, m *Method) ([]string, error) {
	if anyToken(m) {
		return nil, nil
	}
	refuse := func(reason string) ([]string, error) {
		return nil, s.Mode.Wrong(fmt.Sprintf("%s cannot express the rule of %s: %s", s.Mode.Authorization, m.Key(), reason), "authorization")
	}
	var all []string
	for _, alternative := range m.Operation.Access.Alternatives {
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
		case len(scopes) == 1 && s.Config.Contract.OwnerScopes[scopes[0]] != "":
			continue // the gateway does not know owners: the scope opens nothing
		}
		all = append(all, scopes...)
	}
	if len(all) == 0 {
		return refuse("no scope of a token opens it")
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}

// anyToken tells whether the method is open to every token.
func anyToken(m *Method) bool {
	return slices.ContainsFunc(m.Operation.Access.Alternatives, func(a policy.Alternative) bool {
		return len(a) == 1 && a[0].Scheme == policy.SchemeBearer && len(a[0].Scopes) == 0
	})
}

// scopesByMethod are the scopes of each method that is not public. Every one of them has an entry, an empty one where any
// token opens it.
func scopesByMethod(s *Stage) (map[*Method][]string, error) {
	all := map[*Method][]string{}
	for _, m := range s.Methods {
		if m.Public {
			continue
		}
		scopes, err := methodScopes(s, m)
		if err != nil {
			return nil, err
		}
		all[m] = scopes
	}
	return all, nil
}

// hasAny tells whether a token has any of the scopes.
func hasAny(have, want []string) bool {
	return slices.ContainsFunc(want, func(scope string) bool { return slices.Contains(have, scope) })
}
