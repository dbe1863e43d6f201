package policy

// Request is what a document is evaluated against.
type Request struct {
	Action   string // "" means execute-api:Invoke
	Resource string // the ARN that is invoked

	// Keys are the condition keys that are supplied, such as "aws:CurrentTime", names in any case, each once. Besides
	// API Gateway's own, which may be missing, a condition may name those that are here, as IAM supplies for who signs.
	Keys map[string]string
}

// inquiry is a request, as a kind of policy asks about it.
type inquiry struct {
	Request
	ofResource bool // a resource policy, whose conditions may name more keys
}

// knows tells whether a condition may name a key that the request does not have.
func (q *inquiry) knows(key string) bool {
	return isGatewayKey(key) || q.ofResource && isResourceKey(key)
}

// Evaluate applies IAM's logic: a matching Deny statement wins, else a matching Allow statement allows,
// else the request is denied. What cannot be understood (a version, an effect, an operator, a key or a value)
// never widens access: such an Allow does not match, and such a Deny does. Policy variables are not
// substituted, and so not understood; the escapes ${*}, ${?} and ${$} are.
// See https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html.
func Evaluate(doc Document, request Request) Result {
	q := newInquiry(request, false)
	e := evaluation{Result{Statement: -1, Near: -1}}
	for i := range doc.Statement {
		statement := &doc.Statement[i]
		if statement.Effect == EffectAllow && e.Decision == Allow {
			continue // one is enough
		}
		if e.add(i, statement, statement.examine(&q, doc.Version)) {
			break
		}
	}
	return e.Result
}

func newInquiry(request Request, ofResource bool) inquiry {
	if request.Action == "" {
		request.Action = InvokeAction
	}
	return inquiry{request, ofResource}
}

// evaluation is the result so far.
type evaluation struct{ Result }

// add adds what came of examining a statement. It tells whether that ends the evaluation.
func (e *evaluation) add(i int, statement *Statement, found finding) (denied bool) {
	allow := statement.Effect == EffectAllow
	switch {
	case allow && found.outcome == met:
		e.Result = found.result(ReasonAllowed, i, statement)
		e.Decision, e.Statement = Allow, i
	case allow && found.reason > e.Reason:
		e.Result = found.result(found.reason, i, statement)
	case !allow && found.outcome != notMet:
		reason := ReasonUnclear
		if found.outcome == met {
			reason = ReasonDenied
		}
		e.Result = found.result(reason, i, statement)
		e.Explicit, e.Statement = true, i
		return true
	}
	return false
}

// finding is what came of examining a statement, or one condition of it: its outcome, and if that is not met,
// why.
type finding struct {
	outcome  outcome
	reason   Reason // for an Allow that is not met
	pattern  string
	operator string
	key      string
	problem  string
}

func (f *finding) result(reason Reason, i int, s *Statement) Result {
	return Result{
		Statement: -1, Reason: reason, Near: i, Sid: s.Sid,
		Pattern: f.pattern, Operator: f.operator, Key: f.key, Problem: f.problem,
	}
}

// and joins two findings that must both be met. Of two that are not, it keeps the one that is certain, or
// else the first by name, so that the order of a map does not show.
func (f finding) and(g finding) finding {
	switch {
	case g.outcome == met:
		return f
	case f.outcome == met:
		return g
	case f.outcome != g.outcome:
		if g.outcome == notMet {
			return g
		}
		return f
	case g.operator < f.operator || g.operator == f.operator && g.key < f.key:
		return g
	}
	return f
}

// examine tells whether the statement is about the request and its conditions hold.
func (s *Statement) examine(request *inquiry, version string) finding {
	if problem := s.malformed(version); problem != "" {
		return finding{outcome: unclear, reason: ReasonUnclear, problem: problem}
	}
	if !s.isAbout(request.Action) {
		return finding{outcome: notMet}
	}
	where := s.examineResource(request.Resource, version)
	if where.outcome == notMet || len(s.Condition) == 0 {
		return where
	}
	found := where.and(s.examineConditions(request, version))
	found.pattern = where.pattern
	return found
}

// malformed says what is wrong with a statement that is none; "" for others.
func (s *Statement) malformed(version string) string {
	switch {
	case s.Effect != EffectAllow && s.Effect != EffectDeny:
		return "its Effect is neither Allow nor Deny"
	case (s.Action == nil) == (s.NotAction == nil) || len(s.Action)+len(s.NotAction) == 0:
		return "it has neither Action nor NotAction, or both"
	case (s.Resource == nil) == (s.NotResource == nil) || len(s.Resource)+len(s.NotResource) == 0:
		return "it has neither Resource nor NotResource, or both"
	case version != "" && version != oldVersion && version != Version:
		return "the document's Version is unknown"
	}
	return ""
}

func (s *Statement) isAbout(action string) bool {
	for _, pattern := range s.Action {
		if matchAction(pattern, action) {
			return true
		}
	}
	for _, pattern := range s.NotAction {
		if matchAction(pattern, action) {
			return false
		}
	}
	return len(s.NotAction) > 0
}

// examineResource tells whether the statement is about the resource. One pattern that is not understood makes
// all of them so.
func (s *Statement) examineResource(resource, version string) finding {
	if len(s.Resource) > 0 {
		return firstMatch(s.Resource, resource, version)
	}
	found := firstMatch(s.NotResource, resource, version)
	switch found.outcome {
	case met:
		found.outcome, found.reason = notMet, ReasonExcluded
	case notMet:
		found.outcome = met
	}
	return found
}

// firstMatch finds the first of the patterns that matches the text.
func firstMatch(patterns []string, text, version string) finding {
	first := finding{outcome: notMet}
	for _, pattern := range patterns {
		switch matchEscaped(pattern, text, version) {
		case unclear:
			return finding{outcome: unclear, reason: ReasonUnclear, pattern: pattern, problem: "a policy variable is not substituted"}
		case met:
			if first.outcome == notMet {
				first.outcome, first.pattern = met, pattern
			}
		}
	}
	return first
}
