package policy

import "slices"

// Explanation says what the rules say of one request, and why.
type Explanation struct {
	Decision Decision    // what Decide says
	Rule     *Rule       // of the route that serves the request; nil: none does
	Reading  string      // how the path is read that the rule is for, where that is not as it was sent
	Open     bool        // the rule is public
	Owned    bool        // with Allow: only the caller's own paths of the route are open to it
	Holds    int         // with Allow, unless Open: the index of the first alternative that holds; otherwise -1
	Missing  []Shortfall // with Deny: for each alternative, what the caller lacks; a caller without an id has nothing
}

// Shortfall is what a caller lacks for an alternative to hold.
type Shortfall struct {
	Schemes []string // the security schemes that its credentials did not satisfy
	Scopes  []string // the scopes that it was not granted under the scheme that asks for them
	Owners  []string // the path parameters that would all have to equal its id, and do not
}

// Explain tells what Decide says of a request, and why.
func (r *Rules) Explain(caller Caller, method, path string) Explanation {
	read, decision := r.decide(&caller, method, path)
	explanation := Explanation{Decision: decision, Holds: -1}
	if !read.served {
		return explanation
	}
	if read.path != path {
		explanation.Reading = read.path
	}
	found, segments := read.entry, read.segments
	rule := r.rules[found.index].clone()
	explanation.Rule, explanation.Open = &rule, rule.Access.Public
	explanation.Owned = explanation.Decision == Allow && !r.opening(found, caller.owner(), r.vocabulary.of(&caller)).whole
	if rule.Access.Public {
		return explanation
	}
	for i, alternative := range rule.Access.Alternatives {
		missing := r.shortfall(alternative, caller, found.template, segments)
		if explanation.Decision == Deny {
			explanation.Missing = append(explanation.Missing, missing)
		} else if len(alternative) > 0 && missing.isNothing() && explanation.Holds < 0 {
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
	var owned []string
	for _, requirement := range alternative {
		if !slices.Contains(caller.Schemes, requirement.Scheme) {
			s.Schemes = append(s.Schemes, requirement.Scheme)
		}
		for _, scope := range requirement.Scopes {
			if !caller.granted(requirement.Scheme, scope) {
				s.Scopes = appendOnce(s.Scopes, scope)
			}
			if parameter, counts := r.owner[scope]; counts {
				owned = appendOnce(owned, parameter)
			}
		}
	}
	if len(owned) > 0 && !isOwner(caller, t, owned, segments) {
		s.Owners = owned
	}
	return s
}

// isOwner tells whether the path parameters equal the caller's id, all in one spelling.
func isOwner(caller Caller, t template, parameters []string, segments []string) bool {
	return slices.ContainsFunc(ownerSegments(caller.owner()), func(id string) bool {
		return t.withParameters(parameters, id).matches(segments)
	})
}
