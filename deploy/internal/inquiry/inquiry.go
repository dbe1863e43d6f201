package inquiry

import (
	"fmt"
	"strings"
	"time"

	"portcullis/api/contract"
	"portcullis/policy"
)

// notVerified is the decision about a caller that may not be who its token says.
const notVerified = "NOT KNOWN: allow if the token is good, and that has not been verified"

// Inquiry is a question about a contract and a caller.
type Inquiry struct {
	Question
	Surface *Surface
	Subject *Subject
}

// Answer says why the request, or the message that is sent now, is allowed or denied.
func (q *Inquiry) Answer(now time.Time) (*Answer, error) {
	if q.Key != "" {
		return q.answerMessage(now)
	}
	a := newAnswer(q)
	operation := q.Operation()
	if operation == nil {
		a.NoRoute, a.Text = q.noRoute()
		return a, nil
	}
	a.Route = NewServed(operation)
	switch {
	case operation.Access.Public:
		a.Rules = openRuling()
		a.Decision, a.Text = Allow, "allow: the gateway asks no authorizer, whatever the credentials"
		return a, nil
	case q.Subject.Trust == Refused:
		a.Text = "deny: the authorizer refuses the token (401)"
		return a, nil
	}
	return a, q.decide(a, operation)
}

// Operation is the one that serves the request, nil where none does.
func (q *Inquiry) Operation() *contract.Operation {
	if q.Connect {
		return q.Surface.connect()
	}
	index, _, routed := q.Surface.Router.Route(q.Method, q.Path)
	if !routed {
		return nil
	}
	return &q.Surface.Operations[index]
}

// noRoute says that nothing serves the request, and what serves others of the path, and what follows.
func (q *Inquiry) noRoute() (route, decision string) {
	if q.Connect {
		return "none; the contract does not say who may connect (x-websocket)", "deny: nobody may connect"
	}
	var others []string
	for _, method := range Methods {
		if _, _, ok := q.Surface.Router.Route(method, q.Path); ok {
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
func (q *Inquiry) decide(a *Answer, operation *contract.Operation) error {
	explanation, err := q.Explain()
	if err != nil {
		return err
	}
	a.Rules = newRuling(explanation, q.Surface.Demands(operation))
	document, err := q.Surface.Compiled.Compile(q.Subject.Caller, q.ARN)
	if err != nil {
		return fmt.Errorf("the policy cannot be written, and the authorizer fails (500): %w", err)
	}
	result := policy.Evaluate(document, policy.Request{Resource: q.ARN.String()})
	a.ARN, a.Document = q.ARN.String(), &document
	a.Evaluated = &Evaluated{DecisionOf(result.Decision), result.Statement, result.String()}
	a.Conflict = q.compare(explanation.Decision, result.Decision, operation.Route)
	switch {
	case result.Decision != policy.Allow:
		a.Text = "deny (403)"
	case q.Connect && q.tooLarge() != "":
		a.Text = "deny (403): " + q.tooLarge()
	case explanation.Decision != policy.Allow:
		a.Decision, a.Text = Unknown, "the gateway lets through what the rules deny"
	case q.Subject.isTrusted():
		a.Decision, a.Text = Allow, "allow"
	default:
		a.Decision, a.Text = Unknown, notVerified
	}
	return nil
}

// Explain asks the rules. They explain what is done with a path, so that connecting is asked about as if it had one.
func (q *Inquiry) Explain() (policy.Explanation, error) {
	if !q.Connect {
		return q.Surface.Compiled.Explain(q.Subject.Caller, q.Method, q.Path), nil
	}
	rules, err := policy.NewRules([]policy.Rule{{Route: policy.Route{Method: "GET", Path: "/"}, Access: q.Surface.WebSocket.Connect}}, nil)
	if err != nil {
		return policy.Explanation{}, err
	}
	return rules.Explain(q.Subject.Caller, "GET", "/"), nil
}

// compare says plainly where the document does not say what the rules say; nil where it does.
func (q *Inquiry) compare(rules, document policy.Decision, route policy.Route) *Disagreement {
	switch {
	case rules == document:
		return nil
	case document == policy.Allow:
		return &Disagreement{"the rules deny the request and the document allows it, which must never be: please report it", []string{}}
	}
	d := &Disagreement{"the rules allow the request and the document denies it; the gateway follows the document", []string{}}
	for _, conflict := range q.Surface.Compiled.Conflicts() {
		if conflict.Open == route {
			d.Of = append(d.Of, conflict.String())
		}
	}
	return d
}
