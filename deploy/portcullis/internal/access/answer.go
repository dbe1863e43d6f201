package main

import (
	"bytes"
	"fmt"
	"strings"

	"portcullis/api/contract"
	"portcullis/policy"
)

// answer is what explain says of a question.
type answer struct {
	question
	contract *surface
	subject  *subject
	out      *bytes.Buffer
}

// line writes a line under a heading.
func (a *answer) line(heading, format string, args ...any) {
	fmt.Fprintf(a.out, "%-9s %s\n", heading, fmt.Sprintf(format, args...))
}

// write writes the answer, and gives the exit status: good only where the request is allowed for certain.
func (a *answer) write() (int, error) {
	a.line("request", "%s", routeName(policy.Route{Method: a.method, Path: a.path}))
	for _, known := range a.subject.lines {
		a.line(known.heading, "%s", known.text)
	}
	operation := a.operation()
	if operation == nil {
		a.noRoute()
		return statusFound, nil
	}
	a.line("route", "%s", label(operation))
	if operation.Access.Public {
		a.line("rules", "allow: the operation is open to everyone")
		a.line("decision", "allow: the gateway asks no authorizer, whatever the credentials")
		return statusGood, nil
	}
	if a.subject.trust == refused {
		a.line("decision", "deny: the authorizer refuses the token (401)")
		return statusFound, nil
	}
	return a.decide(operation)
}

// operation is the one that serves the request, nil where none does.
func (a *answer) operation() *contract.Operation {
	if a.connect {
		return a.contract.connect()
	}
	index, _, routed := a.contract.router.Route(a.method, a.path)
	if !routed {
		return nil
	}
	return &a.contract.Operations[index]
}

// explain asks the rules. They explain what is done with a path, so that connecting is asked about as if it had one.
func (a *answer) explain() (policy.Explanation, error) {
	if !a.connect {
		return a.contract.rules.Explain(a.subject.caller, a.method, a.path), nil
	}
	rules, err := policy.NewRules([]policy.Rule{{Route: policy.Route{Method: "GET", Path: "/"}, Access: a.contract.Connect}}, nil)
	if err != nil {
		return policy.Explanation{}, err
	}
	return rules.Explain(a.subject.caller, "GET", "/"), nil
}

// decide asks the rules and the document.
func (a *answer) decide(operation *contract.Operation) (int, error) {
	explanation, err := a.explain()
	if err != nil {
		return 0, err
	}
	a.rules(operation, explanation)
	result, err := a.document()
	if err != nil {
		return 0, err
	}
	a.compare(explanation.Decision, result.Decision, operation.Route)
	switch {
	case result.Decision != policy.Allow:
		a.line("decision", "deny (403)")
		return statusFound, nil
	case explanation.Decision != policy.Allow:
		a.line("decision", "the gateway lets through what the rules deny")
		return statusFound, nil
	case a.subject.trust == unverified:
		a.line("decision", "NOT KNOWN: allow if the token is good, and that has not been verified")
		return statusFound, nil
	}
	a.line("decision", "allow")
	return statusGood, nil
}

// noRoute says that nothing serves the request, and what serves others of the path.
func (a *answer) noRoute() {
	if a.connect {
		a.line("route", "none; the contract does not say who may connect (x-connect-security)")
		a.line("decision", "deny: nobody may connect")
		return
	}
	var others []string
	for _, method := range methods {
		if _, _, ok := a.contract.router.Route(method, a.path); ok {
			others = append(others, method)
		}
	}
	text := "none"
	if len(others) > 0 {
		text += "; the path is served for " + strings.Join(others, ", ")
	}
	a.line("route", "%s", text)
	a.line("decision", "deny: the gateway has no such route, and asks no authorizer")
}

// rules says what the rules say, and for each alternative that fails what is missing.
func (a *answer) rules(operation *contract.Operation, e policy.Explanation) {
	demands := a.contract.demands(operation)
	if e.Decision == policy.Allow && e.Holds >= 0 {
		a.line("rules", "allow: alternative %d of %d holds: %s", e.Holds+1, len(demands), words(demands[e.Holds:e.Holds+1]))
		return
	}
	a.line("rules", "%s: no alternative holds", e.Decision)
	for i, missing := range e.Missing {
		fmt.Fprintf(a.out, "  %d. %s: %s\n", i+1, words(demands[i:i+1]), missingText(missing))
	}
}

// missingText says what a caller lacks.
func missingText(s policy.Shortfall) string {
	var lacks []string
	for _, scheme := range s.Schemes {
		lacks = append(lacks, "there is no "+strings.TrimPrefix(strings.TrimPrefix(bringer([]string{scheme}), "a "), "an "))
	}
	for _, scope := range s.Scopes {
		lacks = append(lacks, "the scope "+scope+" is missing")
	}
	for _, owner := range s.Owners {
		lacks = append(lacks, "{"+owner+"} is not the caller's own id")
	}
	return strings.Join(lacks, ", ")
}

// document writes the policy that an authorizer answers, and evaluates it at a time before the caller's credential ends.
func (a *answer) document() (policy.Result, error) {
	document, err := a.contract.rules.Compile(a.subject.caller, a.arn)
	if err != nil {
		return policy.Result{}, fmt.Errorf("the policy cannot be written, and the authorizer fails (500): %w", err)
	}
	a.line("invokes", "%s", a.arn)
	a.out.WriteString("document\n")
	if err := encodeJSON(a.out, document); err != nil {
		return policy.Result{}, err
	}
	result := policy.Evaluate(document, policy.Request{Resource: a.arn.String()})
	a.line("evaluated", "%s", result)
	return result, nil
}

// compare says plainly where the document does not say what the rules say.
func (a *answer) compare(rules, document policy.Decision, route policy.Route) {
	switch {
	case rules == document:
		return
	case document == policy.Allow:
		a.line("CONFLICT", "the rules deny the request and the document allows it, which must never be: please report it")
		return
	}
	a.line("CONFLICT", "the rules allow the request and the document denies it; the gateway follows the document")
	for _, conflict := range a.contract.rules.Conflicts() {
		if conflict.Open == route {
			fmt.Fprintln(a.out, "  "+conflict.String())
		}
	}
}
