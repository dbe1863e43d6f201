package console

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"portcullis/deploy/desk/internal/project"
	"portcullis/deploy/gateway"
	"portcullis/deploy/internal/inquiry"
	"portcullis/deploy/plan"
	"portcullis/policy"
)

// By what a mode's gateway decides who may call.
const (
	byAuthorizer = "authorizer" // by the policy that a Lambda authorizer answers
	byScopes     = "scopes"     // by a token, of whose scopes any one that the operation lists does; groups and owners do not count
	bySignature  = "signature"  // by the policy of who signs
	byKey        = "key"        // by an API key of the usage plan
	byNothing    = "nothing"    // everybody may call
)

// decidedBy is by what the gateway of a plan decides about operations that are not public.
func decidedBy(p *plan.Plan) string {
	switch p.Authorization {
	case plan.Token, plan.Request:
		return byAuthorizer
	case plan.Cognito, plan.JWT:
		return byScopes
	case plan.IAM:
		return bySignature
	}
	if p.Keys() != nil {
		return byKey
	}
	return byNothing
}

// takes tells whether a kind of credential is one that a plan's operations are called with.
func takes(p *plan.Plan, kind string) bool {
	switch decidedBy(p) {
	case byAuthorizer:
		return kind == kindToken || (kind == kindKey || kind == kindBoth) && p.Authorization == plan.Request && p.Authorizer.Function != "jwt"
	case byScopes:
		return kind == kindToken
	case bySignature:
		return kind == kindIAM
	}
	return kind == kindKey
}

// assumed is a caller of the matrix: what it has, whoever it is.
type assumed struct {
	Schemes []string `json:"schemes"`
	Scopes  []string `json:"scopes"`
}

// question is what the page asks about one request or message.
type question struct {
	Credential *credential `json:"credential"`
	Column     *assumed    `json:"column"`   // in the credential's place
	UsageKey   string      `json:"usageKey"` // of a usage plan, that is sent in X-Api-Key beside the credential; "": none
	Mode       string      `json:"mode"`
	Method     string      `json:"method"`  // of a WebSocket API $connect, or "message KEY"
	Path       string      `json:"path"`    // as it is sent, without the stage; of a WebSocket API ""
	Message    string      `json:"message"` // its text, by which it is known whom it is about; "": it is not
}

// check says what is wrong with how a question is asked; "": nothing is.
func (q *question) check(m *project.Mode) string {
	switch {
	case (q.Credential == nil) == (q.Column == nil):
		return "want either a credential or a column"
	case q.Credential != nil && q.Credential.check() != "":
		return q.Credential.check()
	case m == nil:
		return fmt.Sprintf("mode %q: the desk serves none of this name", q.Mode)
	case m.Plan.WebSocket != nil:
		return q.checkMessage()
	case !slices.Contains(inquiry.Methods, q.Method):
		return fmt.Sprintf("method %q: want one of %s", q.Method, strings.Join(inquiry.Methods, ", "))
	case !strings.HasPrefix(q.Path, "/") || strings.ContainsFunc(q.Path, inquiry.IsNeverSent):
		return fmt.Sprintf("path %q: want a path as it is sent, with a slash first, without the stage and the query", q.Path)
	}
	decoded, err := url.PathUnescape(q.Path)
	switch {
	case err != nil:
		return fmt.Sprintf("path %q: %v: no server takes it", q.Path, err)
	case m.Plan.HTTP != nil && !utf8.ValidString(decoded):
		return fmt.Sprintf("path %q: want UTF-8: an HTTP API answers 400 to anything else", q.Path)
	}
	return ""
}

func (q *question) checkMessage() string {
	key, isMessage := strings.CutPrefix(q.Method, inquiry.MessageMethod)
	switch {
	case q.Path != "":
		return fmt.Sprintf("path %q: a WebSocket API has none", q.Path)
	case q.Method == policy.RouteConnect && q.Message != "":
		return "message: there is none at " + policy.RouteConnect
	case q.Method != policy.RouteConnect && (!isMessage || key == "" || key == policy.RouteConnect || key == policy.RouteDisconnect):
		return fmt.Sprintf("method %q: of a WebSocket API want %s, or %q and the key of a route", q.Method, policy.RouteConnect, inquiry.MessageMethod)
	case q.Message != "" && !json.Valid([]byte(q.Message)):
		return "message: want JSON"
	}
	return ""
}

// explained is why a request or a message is allowed or denied in a mode.
type explained struct {
	Decision string        `json:"decision"` // allow, deny or unknown
	Text     string        `json:"text"`     // the decision for people
	Status   int           `json:"status"`   // that a refusal has; 0: there is none, or it is a message
	By       string        `json:"by"`       // by what the mode decides: authorizer, scopes, signature, key or nothing
	Mode     string        `json:"mode"`
	Caller   inquiry.Known `json:"caller"`

	Route       *string         `json:"route"` // the operation's key, as "GET /users/{id}"; nil: nothing serves the request
	OperationID string          `json:"operationId"`
	Rules       *inquiry.Ruling `json:"rules"` // what the contract's rules say, whatever the mode decides by; nil: they are not asked

	ARN            string                 `json:"arn"`      // that the request invokes
	Document       *policy.Document       `json:"document"` // that the authorizer answers, or of who signs
	Size           int                    `json:"size"`     // of that, in bytes of JSON
	Limit          int                    `json:"limit"`    // the most that it may have; 0: none is known
	Evaluated      *inquiry.Evaluated     `json:"evaluated"`
	Conflict       *inquiry.Disagreement  `json:"conflict"`
	ResourcePolicy *gateway.ResourceTrace `json:"resourcePolicy"` // nil: the API has none
	Wanted         []string               `json:"wanted"`         // by scopes: any one of them does
	Key            *gateway.KeyTrace      `json:"key"`            // of the usage plan; nil: none is asked for
	Message        *inquiry.Sending       `json:"message"`        // nil: it is about a request
}

// serveExplain tells why one request or message is allowed or denied.
func (c *Console) serveExplain(w http.ResponseWriter, r *http.Request) {
	var q question
	if !read(w, r, &q) {
		return
	}
	d := c.shown()
	m := d.mode(q.Mode)
	if wrong := q.check(m); wrong != "" {
		refuse(w, http.StatusBadRequest, wrong)
		return
	}
	who := d.whoAsks(r.Context(), &q, r.RemoteAddr)
	e, err := d.explain(r.Context(), &q, m, &who, r.RemoteAddr)
	if err != nil {
		refuse(w, http.StatusConflict, err.Error())
		return
	}
	answer(w, http.StatusOK, e)
}

// mode is the one of a name; nil: there is none.
func (d *Desk) mode(name string) *project.Mode {
	for i := range d.Project.Modes {
		if d.Project.Modes[i].Name == name {
			return &d.Project.Modes[i]
		}
	}
	return nil
}

// caller is who makes the request that is asked about.
type caller struct {
	identified
	*credential // nil: it is assumed
	subject     inquiry.Subject
}

// whoAsks finds out about whom it is asked.
func (d *Desk) whoAsks(ctx context.Context, q *question, from string) caller {
	if q.Column != nil {
		someone := policy.Caller{ID: "nobody", Schemes: q.Column.Schemes, Scopes: slices.Sorted(slices.Values(q.Column.Scopes))}
		for strings.Contains(q.Path+q.Message, someone.ID) {
			someone.ID += "-else"
		}
		return caller{subject: inquiry.Subject{Trust: inquiry.Assumed, Caller: someone}}
	}
	brought := q.Credential
	if m := d.mode(q.Mode); m != nil {
		brought = brought.heededBy(m.Plan)
	}
	c := caller{credential: brought, identified: d.identify(ctx, brought, q.Mode, from)}
	c.subject = inquiry.Subject{Trust: inquiry.Refused, Caller: c.identified.caller()}
	switch c.Status {
	case statusVerified:
		c.subject.Trust = inquiry.Verified
	case statusUnknown:
		c.subject.Trust = inquiry.Unverified
	}
	return c
}

// explain says why, in a mode, for who calls from an address.
func (d *Desk) explain(ctx context.Context, q *question, m *project.Mode, who *caller, from string) (*explained, error) {
	s, err := d.surface()
	if err != nil {
		return nil, err
	}
	of := gateway.Who{Key: q.UsageKey}
	e := &explained{Decision: inquiry.Deny, By: decidedBy(m.Plan), Mode: m.Name, Caller: inquiry.NewKnown(&who.subject), Wanted: []string{}}
	request := d.request(ctx, m, q, from)
	found := d.Gateways[m.Name].Judge(request, of)
	e.ARN = found.ARN
	if found.Operation == nil {
		e.notServed(m.Plan, found.ARN != "")
		return e, nil
	}
	a, err := d.ask(s, q, found.ARN, &who.subject)
	if err != nil {
		return nil, err
	}
	e.take(a, found.Operation)
	if m.Plan.WebSocket != nil && q.Method != policy.RouteConnect {
		return e, d.explainMessage(ctx, e, q, m, who, from)
	}
	e.ResourcePolicy, e.Key = found.Resource, found.Key
	switch {
	case found.TooLong:
		e.deny(http.StatusRequestURITooLong, "the path is longer than what a policy is evaluated for")
	case found.Operation.Public:
		e.byPolicy(found, "allow: the gateway asks nobody who calls", "the API's resource policy does not let everybody in")
	default:
		e.judge(d.Gateways[m.Name], request, of, m.Plan, who, a)
	}
	return e, nil
}

// request is the one that is asked about, as the gateway gets it.
func (d *Desk) request(ctx context.Context, m *project.Mode, q *question, from string) *http.Request {
	target, method := "/"+m.Name+q.Path, q.Method
	if m.Plan.WebSocket != nil {
		method = http.MethodGet
	}
	_, host, _ := strings.Cut(d.Base, "://")
	r := &http.Request{
		Method: method, URL: &url.URL{Path: target}, RequestURI: target, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Host: host, Header: http.Header{}, Body: http.NoBody, RemoteAddr: from,
	}
	return r.WithContext(ctx)
}

// ask asks the rules about the request, or the message, whose ARN the gateway tells.
func (d *Desk) ask(s *inquiry.Surface, q *question, arn string, who *inquiry.Subject) (*inquiry.Answer, error) {
	parsed, err := policy.ParseARN(arn)
	if err != nil {
		return nil, err
	}
	asked := inquiry.Question{Method: q.Method, Path: q.Path, Message: q.Message, ARN: parsed}
	switch {
	case parsed.RouteKey == "":
		asked.Path = "/" + strings.TrimLeft(parsed.Path, "/") // a REST API passes over slashes in front, and an HTTP API's has none such
	case q.Method == policy.RouteConnect:
		asked.Connect = true
	default:
		asked.Key = strings.TrimPrefix(q.Method, inquiry.MessageMethod)
	}
	return (&inquiry.Inquiry{Question: asked, Surface: s, Subject: who}).Answer(time.Now())
}

// take takes what the rules say.
func (e *explained) take(a *inquiry.Answer, o *plan.Operation) {
	key := strings.TrimSpace(o.Method + " " + o.Path)
	if a.Route != nil {
		e.OperationID = a.Route.ID
		key = strings.TrimSpace(a.Route.Method + " " + a.Route.Path)
	}
	e.Route, e.Rules = &key, a.Rules
}

func (e *explained) deny(status int, why string) {
	e.Decision, e.Status, e.Text = inquiry.Deny, status, fmt.Sprintf("deny (%d): %s", status, why)
}

func (e *explained) unknown(why string) { e.Decision, e.Text = inquiry.Unknown, "NOT KNOWN: "+why }

// notServed is that no operation of the contract is asked for; the gateway may answer a preflight.
func (e *explained) notServed(p *plan.Plan, itself bool) {
	switch {
	case itself:
		e.Decision, e.Text = inquiry.Allow, "allow: the gateway answers the preflight itself"
	case p.HTTP != nil:
		e.deny(http.StatusNotFound, "the mode serves no such route, and asks nobody who calls")
	default:
		e.deny(http.StatusForbidden, "the mode serves no such route (Missing Authentication Token), and asks nobody who calls")
	}
}

// byPolicy is the decision of policies.
func (e *explained) byPolicy(j gateway.Judgement, allow, deny string) {
	if j.Decision != policy.Allow {
		e.deny(http.StatusForbidden, deny)
		return
	}
	e.Decision, e.Text = inquiry.Allow, allow
}

// judge decides about an operation that is not public.
func (e *explained) judge(g *gateway.Gateway, r *http.Request, of gateway.Who, p *plan.Plan, who *caller, a *inquiry.Answer) {
	switch e.By {
	case byAuthorizer:
		e.judgeAuthorizer(g, r, of, p, who, a)
	case byScopes:
		e.judgeScopes(g, r, of, who)
	case bySignature:
		e.judgeSignature(g, r, of, who)
	default:
		if who.credential != nil && who.credential.Kind == kindKey && of.Key == "" {
			of.Key = who.credential.Key
		}
		j := g.Judge(r, of)
		e.byPolicy(j, "allow", "the API's resource policy does not let everybody in")
		e.counted(j.Key)
	}
}

// counted takes it into account that a key of the usage plan is asked for, once the caller is let in.
func (e *explained) counted(key *gateway.KeyTrace) {
	if e.Key = key; key != nil && key.Refused != "" && e.Decision == inquiry.Allow {
		e.deny(http.StatusForbidden, key.Refused)
	}
}

func (e *explained) judgeAuthorizer(g *gateway.Gateway, r *http.Request, of gateway.Who, p *plan.Plan, who *caller, a *inquiry.Answer) {
	switch {
	case e.isExplicit():
		e.deny(http.StatusForbidden, "the API's resource policy denies it before the authorizer is asked")
		return
	case who.credential != nil && !takes(p, who.credential.Kind):
		e.deny(http.StatusUnauthorized, "the mode's authorizer takes no such credential")
		return
	case who.Status == statusUnknown:
		e.unknown(who.Reason)
		return
	case who.subject.Trust == inquiry.Refused:
		e.deny(http.StatusUnauthorized, "the authorizer refuses the credential: "+who.Reason)
		return
	}
	e.Document, e.Conflict = a.Document, a.Conflict
	e.Size, e.Limit = sizeOf(a.Document), policy.MaxDocument
	if p.WebSocket != nil {
		e.Limit = policy.MaxConnectDocument
	}
	of.Document = a.Document
	if p.REST != nil && p.REST.APIKeySource == "AUTHORIZER" && who.principal != nil {
		of.Key = who.principal.UsageKey
	}
	j := g.Judge(r, of)
	e.evaluate(j)
	e.byPolicy(j, "allow", "the policy does not allow it")
	if p.WebSocket != nil && e.Decision == inquiry.Allow && a.Decision == inquiry.Deny { // who connects with too large a grant
		e.deny(http.StatusForbidden, strings.TrimPrefix(strings.TrimPrefix(a.Text, "deny (403)"), ": "))
	}
	e.counted(j.Key)
}

// isExplicit tells whether a Deny of the resource policy decides.
func (e *explained) isExplicit() bool {
	t := e.ResourcePolicy
	return t != nil && t.Decision != policy.Allow.String() && t.Statement != nil && t.Statement.Effect == policy.EffectDeny && t.Pattern != ""
}

// evaluate takes what the caller's policy says.
func (e *explained) evaluate(j gateway.Judgement) {
	e.Evaluated = &inquiry.Evaluated{Decision: inquiry.DecisionOf(j.Own.Decision), Statement: j.Own.Statement, Text: j.Own.String()}
	e.ResourcePolicy = j.Resource
}

func sizeOf(document *policy.Document) int {
	text, _ := json.Marshal(document)
	return len(text)
}

func (e *explained) judgeScopes(g *gateway.Gateway, r *http.Request, of gateway.Who, who *caller) {
	if who.credential != nil && who.credential.Kind == kindToken {
		of.Token = who.credential.bare()
	}
	j := g.Judge(r, of)
	t := j.Token
	e.Wanted = append(e.Wanted, t.Wanted...)
	good := t.Good
	if who.credential == nil {
		good = slices.Contains(who.subject.Caller.Schemes, policy.SchemeBearer) && (len(t.Wanted) == 0 || slices.ContainsFunc(t.Wanted, func(s string) bool { return slices.Contains(who.subject.Caller.Scopes, s) }))
	}
	lacks := http.StatusUnauthorized // of REST APIs
	if j.Operation.AuthorizationType == plan.JWT {
		lacks = http.StatusForbidden
	}
	switch {
	case good:
		e.byPolicy(j, "allow: the gateway takes the token", "the API's resource policy does not let everybody in")
	case who.credential == nil || t.Lacks:
		e.deny(lacks, "the token has none of the scopes, by its claim scope, of which any one would do: "+strings.Join(t.Wanted, " "))
	case t.Unknown:
		e.unknown(t.Reason)
	default:
		e.deny(http.StatusUnauthorized, "the gateway refuses the token: "+t.Reason)
	}
	e.counted(j.Key)
}

func (e *explained) judgeSignature(g *gateway.Gateway, r *http.Request, of gateway.Who, who *caller) {
	if who.signer == nil {
		e.deny(http.StatusForbidden, "the request has to be signed by a caller whom the mode knows")
		return
	}
	of.AccessKeyID = who.signer.AccessKeyID
	j := g.Judge(r, of)
	e.Document, e.Size = j.Document, sizeOf(j.Document)
	e.evaluate(j)
	e.byPolicy(j, "allow: the policy of who signs allows it", "the policy of who signs does not allow it")
	e.counted(j.Key)
}

// explainMessage decides about a message: who does not get a connection sends none, and the rules decide by the grant of who gets one.
func (d *Desk) explainMessage(ctx context.Context, e *explained, q *question, m *project.Mode, who *caller, from string) error {
	connect := *q
	connect.Method, connect.Message = policy.RouteConnect, ""
	connecting, err := d.explain(ctx, &connect, m, who, from)
	if err != nil {
		return err
	}
	s, err := d.surface()
	if err != nil {
		return err
	}
	a, err := d.ask(s, q, e.ARN, &who.subject)
	if err != nil {
		return err
	}
	e.Decision, e.Text, e.Rules, e.Message = a.Decision, a.Text, a.Rules, a.Message
	if a.Route == nil {
		e.Route = nil
	}
	e.Document, e.Size, e.Limit, e.Evaluated = connecting.Document, connecting.Size, connecting.Limit, connecting.Evaluated
	if e.Message != nil {
		e.Message.Connect = inquiry.Consent{Decision: connecting.Decision, Text: connecting.Text}
	}
	if connecting.Decision != inquiry.Allow {
		e.Decision, e.Text, e.Status = connecting.Decision, "no connection: "+connecting.Text, connecting.Status
	}
	return nil
}
