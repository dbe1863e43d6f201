package policy

import "strings"

// Decision is the answer to "may this caller make this request". Its zero value denies.
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

// Request is what a document is evaluated against.
type Request struct {
	Action   string            // "" means execute-api:Invoke
	Resource string            // the ARN that is invoked
	Keys     map[string]string // condition keys that the gateway supplies, such as "aws:CurrentTime", names in any case
}

// Result is the outcome of an evaluation. Its zero value denies.
type Result struct {
	Decision  Decision
	Explicit  bool // with Deny: a Deny statement (or a malformed one) matched, rather than no Allow
	Statement int  // index of the statement that decided; -1 when none matched
}

// Evaluate applies IAM's logic: a matching Deny statement wins, else a matching Allow statement allows,
// else the request is denied. What cannot be understood (an effect, an operator or a value) never widens
// access: such an Allow does not match, and such a Deny does.
// See https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html.
func Evaluate(doc Document, request Request) Result {
	if request.Action == "" {
		request.Action = InvokeAction
	}
	result := Result{Statement: -1}
	for i := range doc.Statement {
		statement := &doc.Statement[i]
		if !statement.matches(&request) {
			continue
		}
		if statement.Effect != EffectAllow {
			return Result{Decision: Deny, Explicit: true, Statement: i}
		}
		if result.Decision == Deny {
			result = Result{Decision: Allow, Statement: i}
		}
	}
	return result
}

// matches tells whether the statement applies to the request, on the safe side for its effect.
func (s *Statement) matches(request *Request) bool {
	allow := s.Effect == EffectAllow
	if !s.wellFormed() {
		return !allow
	}
	if !s.matchesAction(request.Action) || !s.matchesResource(request.Resource) {
		return false
	}
	switch s.conditions(request.Keys) {
	case met:
		return true
	case notMet:
		return false
	default:
		return !allow
	}
}

func (s *Statement) wellFormed() bool {
	return (len(s.Action) == 0) != (len(s.NotAction) == 0) &&
		(len(s.Resource) == 0) != (len(s.NotResource) == 0) &&
		(s.Effect == EffectAllow || s.Effect == EffectDeny)
}

func (s *Statement) matchesAction(action string) bool {
	if len(s.Action) > 0 {
		return anyMatch(s.Action, action, true)
	}
	return !anyMatch(s.NotAction, action, true)
}

func (s *Statement) matchesResource(resource string) bool {
	if len(s.Resource) > 0 {
		return anyMatch(s.Resource, resource, false)
	}
	return !anyMatch(s.NotResource, resource, false)
}

// anyMatch tells whether one of the patterns matches the text, for actions without regard to case.
func anyMatch(patterns []string, text string, fold bool) bool {
	if fold {
		text = strings.ToLower(text)
	}
	for _, pattern := range patterns {
		if fold {
			pattern = strings.ToLower(pattern)
		}
		if Match(pattern, text) {
			return true
		}
	}
	return false
}

// Match tells whether an IAM pattern matches the whole text: '*' stands for any run of characters, slashes
// and nothing at all included, '?' for exactly one character, everything else for itself.
func Match(pattern, text string) bool {
	p, t := 0, 0
	star, resume := -1, 0
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, resume = p, t
			p++
		case p < len(pattern) && pattern[p] == '?':
			p++
			t += runeLen(text[t:])
		case p < len(pattern) && pattern[p] == text[t]:
			p++
			t++
		case star >= 0:
			resume += runeLen(text[resume:])
			p, t = star+1, resume
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}

// runeLen is the length in bytes of the character that a non-empty text begins with.
func runeLen(text string) int {
	for i := range text {
		if i > 0 {
			return i
		}
	}
	return len(text)
}
