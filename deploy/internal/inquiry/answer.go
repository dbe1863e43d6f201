package inquiry

import (
	"fmt"
	"strings"

	"portcullis/api/contract"
	"portcullis/policy"
)

// The decisions. Unknown is what cannot be told: of a token that was not verified, or of a credential that nobody can check now.
const (
	Allow   = "allow"
	Deny    = "deny"
	Unknown = "unknown"
)

// DecisionOf is the decision of a policy or of the rules.
func DecisionOf(d policy.Decision) string {
	if d == policy.Allow {
		return Allow
	}
	return Deny
}

// Answer is what is said of a question. Its members in JSON are those that `portcullis access explain --help` tells of.
type Answer struct {
	Decision  string           `json:"decision"`
	Text      string           `json:"text"` // the decision for people
	Request   Requested        `json:"request"`
	Caller    Known            `json:"caller"`
	Message   *Sending         `json:"message"`  // nil: it is about a request
	Route     *Served          `json:"route"`    // nil: nothing serves the request
	Rules     *Ruling          `json:"rules"`    // nil: they are not asked
	ARN       string           `json:"arn"`      // that the request invokes; "" where no authorizer is asked
	Document  *policy.Document `json:"document"` // that an authorizer answers
	Evaluated *Evaluated       `json:"evaluated"`
	Conflict  *Disagreement    `json:"conflict"`

	Lines   []Line `json:"-"` // what is known of the caller
	NoRoute string `json:"-"` // what is said of the route where there is none
}

// Requested is the request that is asked about.
type Requested struct {
	Method string `json:"method"`
	Path   string `json:"path"`
}

// Known is what is known of a caller.
type Known struct {
	Trust       Trust    `json:"trust"`
	ID          string   `json:"id"`
	OwnsNothing bool     `json:"ownsNothing"`
	Schemes     []string `json:"schemes"`
	Scopes      []string `json:"scopes"`
	Notes       []string `json:"notes"` // in words
}

// Served is the operation that serves the request.
type Served struct {
	Method string `json:"method"`
	Path   string `json:"path"`
	ID     string `json:"operationId"`
	Label  string `json:"-"` // method, path and, where it has one, its id
}

// Ruling is what the rules say.
type Ruling struct {
	Decision     string        `json:"decision"`
	Text         string        `json:"text"`  // the same for people
	Holds        int           `json:"holds"` // the index of the first alternative that holds, -1 where none does
	Alternatives []Alternative `json:"alternatives"`
}

// Alternative is one of those that an operation has.
type Alternative struct {
	For     string   `json:"for"`     // who meets it, in words
	Missing *Missing `json:"missing"` // nil where one of them holds, which is enough
}

// Missing is what a caller lacks.
type Missing struct {
	Schemes []string `json:"schemes"`
	Scopes  []string `json:"scopes"`
	Owners  []string `json:"owners"` // the path parameters, or the member of a message, that are not the caller's id
}

// Evaluated is what the document says.
type Evaluated struct {
	Decision  string `json:"decision"`
	Statement int    `json:"statement"` // the index of the one that decides, -1 where none does
	Text      string `json:"text"`
}

// Disagreement is that the document does not say what the rules say.
type Disagreement struct {
	Text string   `json:"text"`
	Of   []string `json:"of"` // the conflicts of the operation
}

// NewServed takes the operation that serves a request.
func NewServed(operation *contract.Operation) *Served {
	return &Served{operation.Route.Method, operation.Route.Path, operation.ID, Label(operation)}
}

// openRuling is what the rules say of a public operation.
func openRuling() *Ruling {
	return &Ruling{Decision: Allow, Text: "the operation is open to everyone", Holds: -1, Alternatives: []Alternative{}}
}

// newAnswer is that the request is denied, and nothing else known.
func newAnswer(q *Inquiry) *Answer {
	return &Answer{Decision: Deny, Request: Requested{q.Method, q.Path}, Lines: q.Subject.Lines, Caller: NewKnown(q.Subject)}
}

// NewKnown takes what is known of who makes a request.
func NewKnown(who *Subject) Known {
	caller := who.Caller
	k := Known{Trust: who.Trust, ID: caller.ID, OwnsNothing: caller.OwnsNothing, Schemes: list(caller.Schemes), Scopes: list(CallerScopes(&caller)), Notes: []string{}}
	for _, line := range who.Lines {
		k.Notes = append(k.Notes, line.Text)
	}
	return k
}

// list is a list that JSON does not make null of.
func list(texts []string) []string { return append([]string{}, texts...) }

// newRuling takes what the rules explain, and what their alternatives demand.
func newRuling(e policy.Explanation, demands []Demand) *Ruling {
	r := &Ruling{Decision: DecisionOf(e.Decision), Text: "no alternative holds", Holds: e.Holds, Alternatives: []Alternative{}}
	if e.Decision == policy.Allow && e.Holds >= 0 {
		r.Text = fmt.Sprintf("alternative %d of %d holds: %s", e.Holds+1, len(demands), Words(demands[e.Holds:e.Holds+1]))
	}
	for i := range demands {
		one := Alternative{For: Words(demands[i : i+1])}
		if i < len(e.Missing) {
			lacks := e.Missing[i]
			one.Missing = &Missing{list(lacks.Schemes), list(lacks.Scopes), list(lacks.Owners)}
		}
		r.Alternatives = append(r.Alternatives, one)
	}
	return r
}

// String says what a caller lacks.
func (m *Missing) String() string {
	var lacks []string
	for _, scheme := range m.Schemes {
		lacks = append(lacks, "there is no "+strings.TrimPrefix(strings.TrimPrefix(Bringer([]string{scheme}), "a "), "an "))
	}
	for _, scope := range m.Scopes {
		lacks = append(lacks, "the scope "+scope+" is missing")
	}
	for _, owner := range m.Owners {
		if _, isMember := policy.MessageMember(owner); !isMember {
			owner = "{" + owner + "}"
		}
		lacks = append(lacks, owner+" is not the caller's own id")
	}
	return strings.Join(lacks, ", ")
}
