package authorizers

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"portcullis/policy"
)

// Answer is what a REST or WebSocket API takes from its authorizer, and an HTTP API that is answered with a
// policy. See https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html.
type Answer struct {
	PrincipalID        string          `json:"principalId"`                  // whom the credential stands for
	PolicyDocument     policy.Document `json:"policyDocument"`               // what they may call, on all routes
	Context            map[string]any  `json:"context,omitempty"`            // for the functions behind the API: texts
	UsageIdentifierKey string          `json:"usageIdentifierKey,omitempty"` // the API key of a usage plan to count by
}

// SimpleAnswer is what an HTTP API of payload format 2.0 may take in place of a policy.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html.
type SimpleAnswer struct {
	IsAuthorized bool           `json:"isAuthorized"`      // whether this request may be made
	Context      map[string]any `json:"context,omitempty"` // as of an Answer
}

// answer compiles the rules for the principal, for the API and stage of the ARN.
func answer(rules *policy.Rules, p *Principal, arn policy.ARN) (*Answer, error) {
	document, err := rules.Compile(p.Caller(), arn)
	if err != nil {
		return nil, err
	}
	return &Answer{p.ID, document, p.texts(), p.UsageKey}, nil
}

// policyAnswer answers in the form that the request's API takes.
func policyAnswer(c *Config, p *Principal, r *request) (*Answer, error) {
	if r.form == formWebSocket && p.ID != "" {
		return connectAnswer(c, p, r)
	}
	a, err := answer(c.Rules, p, r.arn)
	if err == nil && r.form == formHTTP2 {
		a.Context = p.typed()
	}
	return a, err
}

// maxConnectAnswer is how long an answer for connecting to a WebSocket API may be, in bytes of JSON.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html.
const maxConnectAnswer = policy.MaxConnectDocument

// connectAnswer answers for connecting to a WebSocket API, with the grant that messages are decided by and the names of what revokes
// it. Lists of scopes and groups, by which nothing is decided, are left out where the answer would be too long with them. The error
// is a [*connectError] where the grant, or what is left, does not fit: beside it is an answer by which the caller, who could send
// nothing, or whom nothing would stop, does not connect.
func connectAnswer(c *Config, p *Principal, r *request) (*Answer, error) {
	grant, err := c.Rules.EncodeGrant(p.Caller())
	if large := (*policy.GrantError)(nil); errors.As(err, &large) {
		return refuseConnect(c.Rules, p, r, reasonGrant, large.Bytes)
	}
	a, err := answer(c.Rules, p, r.arn)
	if err != nil {
		return nil, err
	}
	a.Context[ContextGrant] = grant
	if c.RevocationNames != nil && p.claims != nil {
		if a.Context[ContextRevocations], err = revocationsText(c.RevocationNames(p.claims), p.claims.IssuedAt); err != nil {
			return nil, err
		}
	}
	bytes := a.bytes()
	if bytes > maxConnectAnswer {
		delete(a.Context, ContextScopes)
		delete(a.Context, ContextGroups)
		bytes = a.bytes()
	}
	if bytes > maxConnectAnswer {
		return refuseConnect(c.Rules, p, r, reasonAnswer, bytes)
	}
	return a, nil
}

// maxRevocationNames is how many names [ContextRevocations] has at most: who reads it takes no more.
const maxRevocationNames = 5

// revocationsText is the text of [ContextRevocations]. Names that it cannot have are an error, since a connection opens by none of
// which would not end with its token's revocation.
func revocationsText(names []string, issuedAt time.Time) (string, error) {
	isNone := func(name string) bool { return name == "" || strings.ContainsFunc(name, unicode.IsSpace) }
	if len(names) == 0 || len(names) > maxRevocationNames || slices.ContainsFunc(names, isNone) {
		return "", fmt.Errorf("want the names of 1 to %d revocations of a token, each without spaces, got %d", maxRevocationNames, len(names))
	}
	seconds := max(0, issuedAt.Unix()) // before 1970 is as good as not known: before what any revocation is about
	return strconv.FormatInt(seconds, 10) + " " + strings.Join(names, " "), nil
}

// bytes is how long the answer is as JSON, which every answer has.
func (a *Answer) bytes() int {
	text, _ := json.Marshal(a)
	return len(text)
}

// refuseConnect answers so that the caller does not connect, with the error that says why.
func refuseConnect(rules *policy.Rules, p *Principal, r *request, reason string, bytes int) (*Answer, error) {
	document, err := rules.Compile(policy.Caller{}, r.arn)
	if err != nil {
		return nil, err
	}
	return &Answer{PrincipalID: p.ID, PolicyDocument: document, UsageIdentifierKey: p.UsageKey}, &connectError{reason, bytes}
}

// connectError says why somebody with a good credential does not connect: something is too long for API Gateway.
type connectError struct {
	reason string // a code
	bytes  int    // how long it is
}

// Error is the code and the length.
func (e *connectError) Error() string {
	return fmt.Sprintf("authorizers: %s: %d bytes", e.reason, e.bytes)
}

// simpleAnswer answers for the request at hand. A gateway that keeps such an answer gives it to every request with
// the same identity sources, whatever its path, address and time.
func simpleAnswer(rules *policy.Rules, p *Principal, r *request) (*SimpleAnswer, error) {
	if r.arn.Method == "" {
		return nil, &EventError{"the ARN names the route $default and no request, which a simple answer would be for"}
	}
	explanation := rules.Explain(p.Caller(), r.arn.Method, "/"+r.arn.Path)
	if len(r.identitySource) > 0 {
		if reason := whyNotKept(&explanation, p, r); reason != "" {
			return nil, &CacheError{r.route, reason}
		}
	}
	allow := explanation.Decision == policy.Allow && (!endsInSlash(r.arn.Path) || explanation.Rule.Route.IsGreedy())
	return &SimpleAnswer{allow, p.typed()}, nil
}

// endsInSlash tells whether a path is one that an HTTP API routes to a greedy route or nowhere, whatever rule is
// that of the path without its last slash.
func endsInSlash(path string) bool { return strings.HasSuffix(path, "/") }

// whyNotKept says why a simple answer is not right for every request that a gateway might give it to; "" where it is.
// All requests of one route key have to have one rule: the route's key has to be among the identity sources, to be
// the gateway's own word there, and to be that of the rule. And nothing of the answer may be an owner's, or for some
// networks only.
func whyNotKept(e *policy.Explanation, p *Principal, r *request) string {
	allow := e.Decision == policy.Allow
	ownersOnly := func(s policy.Shortfall) bool { return len(s.Schemes)+len(s.Scopes) == 0 }
	switch {
	case !slices.Contains(r.identitySource, r.route):
		return "needs $context.routeKey among the identity sources"
	case r.isSaidByClient(r.route):
		return "stands in a header, cookie or parameter too, which may be the identity source in place of $context.routeKey"
	case e.Rule == nil || e.Rule.Route.String() != r.route:
		return "is not the route whose rule the request has"
	case e.Owned, slices.ContainsFunc(e.Missing, ownersOnly):
		return "is open to this caller as an owner only"
	case allow && len(p.Networks) > 0:
		return "is open to this caller from some networks only"
	}
	return ""
}

// CacheError says that the gateway might use a simple answer for requests that it is not right for.
type CacheError struct {
	Route  string // as the gateway's event names it
	Reason string // goes on with "it …"
}

// Error names the route, cut to 200 bytes, and says which setting would do in place of this one.
func (e *CacheError) Error() string {
	return fmt.Sprintf("authorizers: a simple answer for %.200q cannot be kept: it %s; answer with a policy instead (RESPONSE=policy), or without identity sources",
		e.Route, e.Reason)
}

// texts is the context where its values are texts.
func (p *Principal) texts() map[string]any {
	context := make(map[string]any, len(p.Context))
	for key, value := range p.Context {
		context[key] = value
	}
	return context
}

// typed is the context where values keep their types: lists are lists, and expires is a number.
func (p *Principal) typed() map[string]any {
	context := p.texts()
	for _, key := range []string{ContextScopes, ContextGroups} {
		if text, there := p.Context[key]; there {
			context[key] = strings.Fields(text)
		}
	}
	if seconds, err := strconv.ParseInt(p.Context[ContextExpires], 10, 64); err == nil {
		context[ContextExpires] = seconds
	}
	return context
}
