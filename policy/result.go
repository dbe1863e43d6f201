package policy

import "fmt"

// Decision is the answer to "may this caller make this request". Its zero value denies.
// See https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html.
type Decision uint8

// The two decisions.
const (
	Deny Decision = iota
	Allow
)

// String is "allow" or "deny".
func (d Decision) String() string {
	if d == Allow {
		return "allow"
	}
	return "deny"
}

// Reason says why an evaluation came out as it did.
type Reason uint8

// The reasons. Of several that kept Allow statements from allowing a request, the highest is given.
const (
	ReasonNoMatch   Reason = iota // no statement is about the request
	ReasonExcluded                // a statement would allow it, but for a NotResource pattern that it matches
	ReasonCondition               // a statement would allow it, but for a condition that is not met
	ReasonUnclear                 // a statement is not understood: it does not allow, or it denies
	ReasonDenied                  // a Deny statement matches
	ReasonAllowed                 // an Allow statement matches, and none denies
)

var reasons = [...]string{"no-match", "excluded", "condition-not-met", "not-understood", "denied", "allowed"}

// String is a stable code, such as "condition-not-met".
func (r Reason) String() string {
	if int(r) < len(reasons) {
		return reasons[r]
	}
	return fmt.Sprintf("reason-%d", uint8(r))
}

// Result is the outcome of an evaluation. Its zero value denies.
type Result struct {
	Decision  Decision // Allow or Deny
	Explicit  bool     // with Deny: a Deny statement (or one that is not understood) matched, rather than no Allow
	Statement int      // index of the statement that decided; -1 when none matched
	Reason    Reason   // why, of the statement that decided or came nearest

	// Near is the index of the statement that the fields below tell of: the one that decided, or else the
	// first Allow that came nearest to allowing; -1 when there is none.
	Near     int
	Sid      string // the statement's, "" when it has none
	Pattern  string // what of Resource or NotResource the request matched; "" for a NotResource it is not among
	Operator string // the condition that is not met or not understood
	Key      string // its key
	Problem  string // with ReasonUnclear: what is not understood, in words
}

// String says in a sentence what was decided and why, and counts statements from 1, as people do. It holds text of the document, quoted.
func (r Result) String() string {
	name := fmt.Sprintf("statement %d", r.Near+1)
	if r.Sid != "" {
		name += fmt.Sprintf(" (%.60q)", r.Sid)
	}
	switch {
	case r.Decision == Allow:
		return "allowed: " + name + " allows " + r.subject()
	case r.Reason == ReasonDenied:
		return "denied: " + name + " denies " + r.subject()
	case r.Reason == ReasonUnclear && r.Explicit:
		return "denied: " + name + " is not understood and so denies: " + r.problem()
	case r.Reason == ReasonUnclear:
		return "denied: " + name + " is not understood and so does not allow: " + r.problem()
	case r.Reason == ReasonCondition:
		return fmt.Sprintf("denied: %s would allow %s, but its condition %q of %q is not met", name, r.subject(), r.Operator, r.Key)
	case r.Reason == ReasonExcluded:
		return fmt.Sprintf("denied: %s allows all but its NotResource %q", name, r.Pattern)
	}
	return "denied: no statement allows it"
}

func (r Result) subject() string {
	if r.Pattern == "" {
		return "what its NotResource does not name"
	}
	return fmt.Sprintf("%q", r.Pattern)
}

func (r Result) problem() string {
	switch {
	case r.Operator != "":
		return fmt.Sprintf("%s (%q of %q)", r.Problem, r.Operator, r.Key)
	case r.Pattern != "":
		return fmt.Sprintf("%s (%q)", r.Problem, r.Pattern)
	}
	return r.Problem
}
