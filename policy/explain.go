package policy

import "slices"

// Explanation says what the rules say of one request, and why.
type Explanation struct {
	Decision Decision
	Rule     *Rule       // of the route that serves the request; nil: none does
	Open     bool        // the rule is public
	Holds    int         // with Allow, unless Open: the index of the first alternative that holds; otherwise -1
	Missing  []Shortfall // with Deny: for each alternative, what the caller lacks
}

// Shortfall is what a caller lacks for an alternative to hold.
type Shortfall struct {
	Schemes []string // the security schemes that its credentials did not satisfy
	Scopes  []string // the scopes that it was not granted
	Owners  []string // the path parameters that would have to equal its id
}

// Explain tells what Decide says of a request, and why.
func (r *Rules) Explain(caller Caller, method, path string) Explanation {
	explanation := Explanation{Decision: r.Decide(caller, method, path), Holds: -1}
	segments, ok := splitPath(path)
	if !ok {
		return explanation
	}
	found, ok := r.router.find(method, segments)
	if !ok {
		return explanation
	}
	rule := r.rules[found.index]
	explanation.Rule, explanation.Open = &rule, rule.Access.Public
	if rule.Access.Public {
		return explanation
	}
	for i, alternative := range rule.Access.Alternatives {
		missing := r.shortfall(alternative, caller, found.template, segments)
		if explanation.Decision == Deny {
			explanation.Missing = append(explanation.Missing, missing)
		} else if missing.isNothing() && explanation.Holds < 0 {
			explanation.Holds = i
		}
	}
	return explanation
}

func (s Shortfall) isNothing() bool {
	return len(s.Schemes) == 0 && len(s.Scopes) == 0 && len(s.Owners) == 0
}

func (r *Rules) shortfall(alternative Alternative, caller Caller, t template, segments []string) Shortfall {
	var s Shortfall
	for _, requirement := range alternative {
		if !slices.Contains(caller.Schemes, requirement.Scheme) {
			s.Schemes = append(s.Schemes, requirement.Scheme)
		}
		for _, scope := range requirement.Scopes {
			if !slices.Contains(caller.Scopes, scope) {
				s.Scopes = append(s.Scopes, scope)
			}
			if parameter, owned := r.owner[scope]; owned && !isOwner(caller, t, parameter, segments) {
				s.Owners = append(s.Owners, parameter)
			}
		}
	}
	return s
}

// isOwner tells whether a path parameter equals the caller's id.
func isOwner(caller Caller, t template, parameter string, segments []string) bool {
	return slices.ContainsFunc(ownerSegments(caller.ID), func(id string) bool {
		return t.withParameters([]string{parameter}, id).matches(segments)
	})
}
