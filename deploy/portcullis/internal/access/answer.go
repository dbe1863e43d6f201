package access

import (
	"fmt"
	"strings"

	"portcullis/api/contract"
	"portcullis/deploy/portcullis/internal/cli"
	"portcullis/policy"
)

// The decisions.
const (
	decisionAllow   = "allow"
	decisionDeny    = "deny"
	decisionUnknown = "unknown"
)

func decisionOf(d policy.Decision) string {
	if d == policy.Allow {
		return decisionAllow
	}
	return decisionDeny
}

// answer is what explain says of a question.
type answer struct {
	Decision  string           `json:"decision"`
	Text      string           `json:"text"` // the decision for people
	Request   requested        `json:"request"`
	Caller    known            `json:"caller"`
	Message   *sending         `json:"message"`  // nil: it is about a request
	Route     *served          `json:"route"`    // nil: nothing serves the request
	Rules     *ruling          `json:"rules"`    // nil: they are not asked
	ARN       string           `json:"arn"`      // that the request invokes; "" where no authorizer is asked
	Document  *policy.Document `json:"document"` // that an authorizer answers
	Evaluated *evaluated       `json:"evaluated"`
	Conflict  *disagreement    `json:"conflict"`

	lines   []headed // what is known of the caller
	noRoute string   // what is said of the route where there is none
}

type requested struct {
	Method string `json:"method"`
	Path   string `json:"path"`
}

// known is what is known of a caller.
type known struct {
	Trust       trust    `json:"trust"`
	ID          string   `json:"id"`
	OwnsNothing bool     `json:"ownsNothing"`
	Schemes     []string `json:"schemes"`
	Scopes      []string `json:"scopes"`
	Notes       []string `json:"notes"` // in words
}

// served is the operation that serves the request.
type served struct {
	Method string `json:"method"`
	Path   string `json:"path"`
	ID     string `json:"operationId"`
	label  string
}

// ruling is what the rules say.
type ruling struct {
	Decision     string        `json:"decision"`
	Text         string        `json:"text"`  // the same for people
	Holds        int           `json:"holds"` // the index of the first alternative that holds, -1 where none does
	Alternatives []alternative `json:"alternatives"`
}

// alternative is one of those that an operation has.
type alternative struct {
	For     string   `json:"for"`     // who meets it, in words
	Missing *missing `json:"missing"` // nil where one of them holds, which is enough
}

// missing is what a caller lacks.
type missing struct {
	Schemes []string `json:"schemes"`
	Scopes  []string `json:"scopes"`
	Owners  []string `json:"owners"` // the path parameters, or the member of a message, that are not the caller's id
}

// evaluated is what the document says.
type evaluated struct {
	Decision  string `json:"decision"`
	Statement int    `json:"statement"` // the index of the one that decides, -1 where none does
	Text      string `json:"text"`
}

// disagreement is that the document does not say what the rules say.
type disagreement struct {
	Text string   `json:"text"`
	Of   []string `json:"of"` // the conflicts of the operation
}

func newServed(operation *contract.Operation) *served {
	return &served{operation.Route.Method, operation.Route.Path, operation.ID, label(operation)}
}

// openRuling is what the rules say of a public operation.
func openRuling() *ruling {
	return &ruling{Decision: decisionAllow, Text: "the operation is open to everyone", Holds: -1, Alternatives: []alternative{}}
}

// newAnswer is that the request is denied, and nothing else known.
func newAnswer(q *inquiry) *answer {
	return &answer{Decision: decisionDeny, Request: requested{q.method, q.path}, lines: q.subject.lines, Caller: newKnown(q.subject)}
}

func newKnown(who *subject) known {
	caller := who.caller
	k := known{Trust: who.trust, ID: caller.ID, OwnsNothing: caller.OwnsNothing, Schemes: list(caller.Schemes), Scopes: list(caller.Scopes), Notes: []string{}}
	for _, line := range who.lines {
		k.Notes = append(k.Notes, line.text)
	}
	return k
}

// list is a list that JSON does not make null of.
func list(texts []string) []string { return append([]string{}, texts...) }

// newRuling takes what the rules explain, and what their alternatives demand.
func newRuling(e policy.Explanation, demands []demand) *ruling {
	r := &ruling{Decision: decisionOf(e.Decision), Text: "no alternative holds", Holds: e.Holds, Alternatives: []alternative{}}
	if e.Decision == policy.Allow && e.Holds >= 0 {
		r.Text = fmt.Sprintf("alternative %d of %d holds: %s", e.Holds+1, len(demands), words(demands[e.Holds:e.Holds+1]))
	}
	for i := range demands {
		one := alternative{For: words(demands[i : i+1])}
		if i < len(e.Missing) {
			lacks := e.Missing[i]
			one.Missing = &missing{list(lacks.Schemes), list(lacks.Scopes), list(lacks.Owners)}
		}
		r.Alternatives = append(r.Alternatives, one)
	}
	return r
}

// String says what a caller lacks.
func (m *missing) String() string {
	var lacks []string
	for _, scheme := range m.Schemes {
		lacks = append(lacks, "there is no "+strings.TrimPrefix(strings.TrimPrefix(bringer([]string{scheme}), "a "), "an "))
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

// print writes the answer to stdout.
func (a *answer) print(s *cli.Session, format string) error {
	if format == cli.FormatJSON {
		return s.PrintJSON(a)
	}
	text, err := a.text()
	if err != nil {
		return err
	}
	return s.Print(text)
}

// text is the answer for people.
func (a *answer) text() (string, error) {
	var b strings.Builder
	line := func(heading, text string) { fmt.Fprintf(&b, "%-9s %s\n", heading, text) }
	line("request", routeName(policy.Route{Method: a.Request.Method, Path: a.Request.Path}))
	for _, known := range a.lines {
		line(known.heading, known.text)
	}
	if a.Message != nil {
		line("connect", a.Message.Connect.Text)
	}
	if a.Route != nil {
		line("route", a.Route.label)
	} else {
		line("route", a.noRoute)
	}
	if a.Message != nil && a.Message.Grant != "" {
		line("grant", a.Message.Grant)
	}
	if a.Message != nil && a.Message.Owner != nil {
		line("owner", a.Message.Owner.String())
	}
	if a.Rules != nil {
		line("rules", a.Rules.Decision+": "+a.Rules.Text)
		for i, one := range a.Rules.Alternatives {
			if one.Missing != nil {
				fmt.Fprintf(&b, "  %d. %s: %s\n", i+1, one.For, one.Missing)
			}
		}
	}
	if a.Document != nil {
		line("invokes", a.ARN)
		b.WriteString("document\n")
		if err := cli.WriteJSON(&b, a.Document); err != nil {
			return "", err
		}
		line("evaluated", a.Evaluated.Text)
	}
	if a.Conflict != nil {
		line("CONFLICT", a.Conflict.Text)
		for _, conflict := range a.Conflict.Of {
			b.WriteString("  " + conflict + "\n")
		}
	}
	line("decision", a.Text)
	return b.String(), nil
}
