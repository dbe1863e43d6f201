package access

import (
	"fmt"
	"strings"
	"time"

	"portcullis/api/contract"
	"portcullis/policy"
)

// notVerified is the decision about a caller that may not be who its token says.
const notVerified = "NOT KNOWN: allow if the token is good, and that has not been verified"

// inquiry is a question about a contract and a caller.
type inquiry struct {
	question
	contract *surface
	subject  *subject
}

// answer says why the request, or the message that is sent now, is allowed or denied.
func (q *inquiry) answer(now time.Time) (*answer, error) {
	if q.key != "" {
		return q.answerMessage(now)
	}
	a := newAnswer(q)
	operation := q.operation()
	if operation == nil {
		a.noRoute, a.Text = q.noRoute()
		return a, nil
	}
	a.Route = newServed(operation)
	switch {
	case operation.Access.Public:
		a.Rules = openRuling()
		a.Decision, a.Text = decisionAllow, "allow: the gateway asks no authorizer, whatever the credentials"
		return a, nil
	case q.subject.trust == refused:
		a.Text = "deny: the authorizer refuses the token (401)"
		return a, nil
	}
	return a, q.decide(a, operation)
}

// operation is the one that serves the request, nil where none does.
func (q *inquiry) operation() *contract.Operation {
	if q.connect {
		return q.contract.connect()
	}
	index, _, routed := q.contract.router.Route(q.method, q.path)
	if !routed {
		return nil
	}
	return &q.contract.Operations[index]
}

// noRoute says that nothing serves the request, and what serves others of the path, and what follows.
func (q *inquiry) noRoute() (route, decision string) {
	if q.connect {
		return "none; the contract does not say who may connect (x-websocket)", "deny: nobody may connect"
	}
	var others []string
	for _, method := range methods {
		if _, _, ok := q.contract.router.Route(method, q.path); ok {
			others = append(others, method)
		}
	}
	route = "none"
	if len(others) > 0 {
		route += "; the path is served for " + strings.Join(others, ", ")
	}
	return route, "deny: the gateway has no such route, and asks no authorizer"
}

// decide asks the rules and the document.
func (q *inquiry) decide(a *answer, operation *contract.Operation) error {
	explanation, err := q.explain()
	if err != nil {
		return err
	}
	a.Rules = newRuling(explanation, q.contract.demands(operation))
	document, err := q.contract.rules.Compile(q.subject.caller, q.arn)
	if err != nil {
		return fmt.Errorf("the policy cannot be written, and the authorizer fails (500): %w", err)
	}
	result := policy.Evaluate(document, policy.Request{Resource: q.arn.String()})
	a.ARN, a.Document = q.arn.String(), &document
	a.Evaluated = &evaluated{decisionOf(result.Decision), result.Statement, result.String()}
	a.Conflict = q.compare(explanation.Decision, result.Decision, operation.Route)
	switch {
	case result.Decision != policy.Allow:
		a.Text = "deny (403)"
	case q.connect && q.tooLarge() != "":
		a.Text = "deny (403): " + q.tooLarge()
	case explanation.Decision != policy.Allow:
		a.Decision, a.Text = decisionUnknown, "the gateway lets through what the rules deny"
	case q.subject.isTrusted():
		a.Decision, a.Text = decisionAllow, "allow"
	default:
		a.Decision, a.Text = decisionUnknown, notVerified
	}
	return nil
}

// explain asks the rules. They explain what is done with a path, so that connecting is asked about as if it had one.
func (q *inquiry) explain() (policy.Explanation, error) {
	if !q.connect {
		return q.contract.rules.Explain(q.subject.caller, q.method, q.path), nil
	}
	rules, err := policy.NewRules([]policy.Rule{{Route: policy.Route{Method: "GET", Path: "/"}, Access: q.contract.WebSocket.Connect}}, nil)
	if err != nil {
		return policy.Explanation{}, err
	}
	return rules.Explain(q.subject.caller, "GET", "/"), nil
}

// compare says plainly where the document does not say what the rules say; nil where it does.
func (q *inquiry) compare(rules, document policy.Decision, route policy.Route) *disagreement {
	switch {
	case rules == document:
		return nil
	case document == policy.Allow:
		return &disagreement{"the rules deny the request and the document allows it, which must never be: please report it", []string{}}
	}
	d := &disagreement{"the rules allow the request and the document denies it; the gateway follows the document", []string{}}
	for _, conflict := range q.contract.rules.Conflicts() {
		if conflict.Open == route {
			d.Of = append(d.Of, conflict.String())
		}
	}
	return d
}
