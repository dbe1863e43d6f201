package policy

import "slices"

// Explanation says what the rules say of one request or message, and why.
type Explanation struct {
	Decision Decision    // what Decide or DecideMessage says
	Rule     *Rule       // of the route that serves it; nil: none does
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
	Owners  []string // the path parameters that would all have to equal its id, and do not; of a message the one member that would
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
	r.weigh(&explanation, caller, func(parameters []string) []string {
		if isOwner(caller, found.template, parameters, segments) {
			return nil
		}
		return parameters
	})
	return explanation
}

// ExplainMessage tells what DecideMessage says of a message, and why. That the caller's credential has ended, or that nothing is known
// of the caller, is no shortfall of any alternative.
func (r *Rules) ExplainMessage(caller Caller, m Message) Explanation {
	explanation := Explanation{Decision: r.DecideMessage(caller, m), Holds: -1}
	route, known := r.routeKeys[m.Key]
	if !known || !route.rule.isOfMessages() {
		return explanation
	}
	rule := route.rule.clone()
	explanation.Rule, explanation.Open = &rule, rule.Access.Public
	r.weigh(&explanation, caller, func([]string) []string {
		if m.isOwnedBy(&caller) {
			return nil
		}
		return []string{rule.Owner}
	})
	return explanation
}

// weigh tells which alternative of the rule holds, or what each lacks; others is as in shortfall.
func (r *Rules) weigh(e *Explanation, caller Caller, others func(parameters []string) []string) {
	if e.Open {
		return
	}
	for i, alternative := range e.Rule.Access.Alternatives {
		missing := r.shortfall(alternative, caller, others)
		if e.Decision == Deny {
			e.Missing = append(e.Missing, missing)
		} else if len(alternative) > 0 && missing.isNothing() && e.Holds < 0 {
			e.Holds = i
		}
	}
}

func (s Shortfall) isNothing() bool {
	return len(s.Schemes) == 0 && len(s.Scopes) == 0 && len(s.Owners) == 0
}

// shortfall is what the caller lacks for an alternative. others gives what is to be its id for its scopes, by the path parameters that
// these count for, and is not; nil where all is.
func (r *Rules) shortfall(alternative Alternative, caller Caller, others func(parameters []string) []string) Shortfall {
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
	if len(owned) > 0 {
		s.Owners = others(owned)
	}
	return s
}

// isOwner tells whether the path parameters equal the caller's id, all in one spelling.
func isOwner(caller Caller, t template, parameters []string, segments []string) bool {
	return slices.ContainsFunc(ownerSegments(caller.owner()), func(id string) bool {
		return t.withParameters(parameters, id).matches(segments)
	})
}
