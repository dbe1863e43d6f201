package access

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"portcullis/deploy/gateway/authorizer"
	"portcullis/deploy/internal/inquiry"
	"portcullis/deploy/portcullis/internal/cli"
	"portcullis/policy"
)

// evaluation is what an authorizer's answer means.
type evaluation struct {
	Answer   answered        `json:"answer"`
	ARN      string          `json:"arn"`    // of the one invocation, or of the stage
	Caller   *inquiry.Known  `json:"caller"` // nil: none is given
	Requests []judged        `json:"requests"`
	Counts   evaluatedCounts `json:"counts"`
	Notes    []string        `json:"notes"`

	asked    asked
	document policy.Document
	simple   *authorizer.Simple // in place of the document
	contract *inquiry.Surface   // nil: only the answer counts
	isOpen   bool               // the one request is let through without an answer
	subject  *inquiry.Subject   // nil: only the answer counts
}

// answered is an answer as API Gateway takes it.
type answered struct {
	Form        string `json:"form"` // answer, document or simple
	PrincipalID string `json:"principalId"`
	Bytes       int    `json:"bytes"`     // of the policy document, without white space
	Malformed   string `json:"malformed"` // why the gateway answers 500; "": it does not
}

// judged is a request, and what is said of it.
type judged struct {
	inquiry.Served
	Request   string `json:"request"` // method and path
	ARN       string `json:"arn"`
	Decision  string `json:"decision"`
	Statement int    `json:"statement"`
	Text      string `json:"text"`    // the decision for people
	Rules     string `json:"rules"`   // "": they are not asked
	Finding   string `json:"finding"` // "": none
}

type evaluatedCounts struct {
	Allow     int `json:"allow"`
	Deny      int `json:"deny"`
	OverGrant int `json:"overGrant"`
	False403  int `json:"false403"`
}

// The findings.
const (
	overGrant = "over-grant"
	false403  = "false-403"
)

// newEvaluation takes an answer in one of its three forms.
func newEvaluation(asked asked, text []byte) (*evaluation, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(text, &members); err != nil {
		return nil, cli.Usage("--policy: %w; want the JSON of an authorizer's answer, or of its policy document", err)
	}
	e := &evaluation{asked: asked, Requests: []judged{}, Notes: []string{}}
	_, isSimple := members["isAuthorized"]
	_, isDocument := members["Statement"]
	switch {
	case isSimple:
		e.Answer.Form = "simple"
		e.readSimple(text)
	case isDocument:
		e.Answer.Form = "document"
		e.readDocument(text)
	default:
		e.Answer.Form = "answer"
		e.readPolicy(text, members["policyDocument"])
	}
	return e, nil
}

func (e *evaluation) readSimple(text []byte) {
	simple, err := authorizer.ParseSimple(text)
	if err != nil {
		e.Answer.Malformed = err.Error()
		return
	}
	e.simple = simple
	e.note("only an HTTP API with simple answers takes isAuthorized; to others it is malformed (500)")
}

// readDocument takes a bare document as the policy of an answer that has nothing wrong beside.
func (e *evaluation) readDocument(text []byte) {
	e.readPolicy(slices.Concat([]byte(`{"principalId":"caller","policyDocument":`), text, []byte("}")), text)
	e.Answer.PrincipalID = ""
	e.note("it is a policy document; what the gateway takes is an answer with principalId and policyDocument")
}

func (e *evaluation) readPolicy(text, document []byte) {
	var short bytes.Buffer
	if json.Compact(&short, document) == nil {
		e.Answer.Bytes = short.Len()
	}
	typed, err := authorizer.ParseTyped(text)
	if err != nil {
		e.Answer.Malformed = err.Error()
		return
	}
	if _, err := authorizer.ParsePolicy(text); err != nil {
		e.note("only an HTTP API with payload format 2.0 takes it; to others it is malformed (500): " + err.Error())
	}
	e.document, e.Answer.PrincipalID = typed.Document, typed.PrincipalID
}

func (e *evaluation) note(text string) { e.Notes = append(e.Notes, text) }

// ask asks about the one request, or about those of all routes.
func (e *evaluation) ask() {
	if e.subject != nil {
		caller := inquiry.NewKnown(e.subject)
		e.Caller = &caller
		e.Notes = append(e.Notes, e.Caller.Notes...)
	}
	switch {
	case e.Answer.Malformed != "":
		e.ARN = ""
	case e.asked.one != nil:
		e.ARN = e.asked.one.String()
		e.askOne(*e.asked.one)
	default:
		e.askAll()
	}
	for _, r := range e.Requests {
		e.Counts.add(r)
	}
}

func (c *evaluatedCounts) add(r judged) {
	switch {
	case r.Finding == overGrant:
		c.OverGrant++
	case r.Finding == false403:
		c.False403++
	}
	if r.Decision == inquiry.Allow {
		c.Allow++
	} else {
		c.Deny++
	}
}

func (e *evaluation) askOne(arn policy.ARN) {
	q := requestOf(arn)
	of := inquiry.Served{Method: q.Method, Path: q.Path, Label: q.String()}
	if e.contract != nil {
		operation := (&inquiry.Inquiry{Question: q, Surface: e.contract}).Operation()
		switch {
		case operation == nil:
			e.note("the contract has no such route, and the gateway asks no authorizer")
			return
		case operation.Access.Public:
			e.isOpen = true
			e.note("the operation is public: the gateway asks no authorizer, and lets everybody through")
			return
		}
		of = *inquiry.NewServed(operation)
	}
	e.Requests = append(e.Requests, e.judge(of, arn))
}

// requestOf is what an ARN invokes.
func requestOf(arn policy.ARN) inquiry.Question {
	if arn.RouteKey != "" {
		return inquiry.Question{Connect: true, Method: arn.RouteKey}
	}
	return inquiry.Question{Method: arn.Method, Path: "/" + arn.Path}
}

// judge says what the answer, and the rules, make of a request that is routed to an operation.
func (e *evaluation) judge(of inquiry.Served, arn policy.ARN) judged {
	q := requestOf(arn)
	j := judged{Served: of, Request: q.String(), ARN: arn.String(), Statement: -1}
	if e.simple != nil {
		j.Decision, j.Text = inquiry.Deny, "denied: isAuthorized is false"
		if e.simple.Authorized {
			j.Decision, j.Text = inquiry.Allow, "allowed: isAuthorized is true"
		}
	} else {
		result := policy.Evaluate(e.document, policy.Request{Resource: j.ARN})
		j.Decision, j.Statement, j.Text = inquiry.DecisionOf(result.Decision), result.Statement, result.String()
	}
	if e.contract == nil || e.subject == nil {
		return j
	}
	rules, err := (&inquiry.Inquiry{Question: q, Surface: e.contract, Subject: e.subject}).Explain()
	if err != nil {
		j.Text += "; the rules: " + err.Error()
		return j
	}
	switch j.Rules = inquiry.DecisionOf(rules.Decision); {
	case j.Rules == j.Decision:
	case j.Decision == inquiry.Allow:
		j.Finding = overGrant
	default:
		j.Finding = false403
	}
	return j
}

// isGood tells whether all is as it should be.
func (e *evaluation) isGood() bool {
	return e.Answer.Malformed == "" && e.Counts.OverGrant+e.Counts.False403 == 0 && (e.asked.one == nil || e.isOpen || e.Counts.Allow == 1)
}

// print writes what was found to stdout.
func (e *evaluation) print(s *cli.Session, format string) error {
	table := cli.Table{Head: []string{"operation", "request", "answer", "rules", "finding", "why"}, Code: true, JSON: e}
	for _, r := range e.Requests {
		table.Rows = append(table.Rows, []string{r.Label, inquiry.Printable(r.Request), r.Decision, r.Rules, findingText[r.Finding], r.Text})
	}
	table.Notes = e.notes()
	return s.PrintTable(&table, format)
}

var findingText = map[string]string{overGrant: "OVER-GRANT", false403: "FALSE 403"}

// notes say below the table what it is about.
func (e *evaluation) notes() []string {
	if e.Answer.Malformed != "" {
		return append([]string{"MALFORMED: " + e.Answer.Malformed + ": the gateway answers 500, whatever it allows"}, e.Notes...)
	}
	said := fmt.Sprintf("%d allowed, %d denied", e.Counts.Allow, e.Counts.Deny)
	if e.subject != nil {
		said += fmt.Sprintf("; %s, %s", count(e.Counts.OverGrant, "over-grant", "over-grants"), count(e.Counts.False403, "false 403", "false 403s"))
	}
	var answer []string
	if e.Answer.PrincipalID != "" {
		answer = append(answer, "principalId "+inquiry.Printable(e.Answer.PrincipalID))
	}
	if e.simple == nil {
		answer = append(answer, count(len(e.document.Statement), "statement", "statements"), count(e.Answer.Bytes, "byte", "bytes"))
	}
	lines := []string{said, "of " + e.ARN}
	if len(answer) > 0 {
		lines = append(lines, "answer: "+strings.Join(answer, ", "))
	}
	return append(lines, e.Notes...)
}
