package authorizers

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"portcullis/policy"
)

// Answer is what a REST or WebSocket API takes from its authorizer, and an HTTP API that is answered with a
// policy. See https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html.
type Answer struct {
	PrincipalID        string          `json:"principalId"`
	PolicyDocument     policy.Document `json:"policyDocument"`
	Context            map[string]any  `json:"context,omitempty"`
	UsageIdentifierKey string          `json:"usageIdentifierKey,omitempty"`
}

// SimpleAnswer is what an HTTP API of payload format 2.0 may take in place of a policy.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html.
type SimpleAnswer struct {
	IsAuthorized bool           `json:"isAuthorized"`
	Context      map[string]any `json:"context,omitempty"`
}

// answer compiles the rules for the principal, for the API and stage of the ARN.
func answer(rules *policy.Rules, p *Principal, arn policy.ARN) (*Answer, error) {
	document, err := rules.Compile(p.caller(), arn)
	if err != nil {
		return nil, err
	}
	return &Answer{p.ID, document, p.texts(), p.UsageKey}, nil
}

// policyAnswer answers in the form that the request's API takes.
func policyAnswer(rules *policy.Rules, p *Principal, r *request) (*Answer, error) {
	a, err := answer(rules, p, r.arn)
	if err == nil && r.form == formHTTP2 {
		a.Context = p.typed()
	}
	return a, err
}

// simpleAnswer answers for the request at hand. A gateway that keeps such an answer gives it to every request with
// the same identity sources, whatever its path, address and time. So where it may keep it, the route's key has to be
// among them, and nothing is opened that is open to an owner only or from some networks only.
func simpleAnswer(rules *policy.Rules, p *Principal, r *request) (*SimpleAnswer, error) {
	explanation := rules.Explain(p.caller(), r.arn.Method, "/"+r.arn.Path)
	allow := explanation.Decision == policy.Allow
	if len(r.identitySource) > 0 {
		switch {
		case !slices.Contains(r.identitySource, r.route):
			return nil, &CacheError{r.route, "needs $context.routeKey among the identity sources"}
		case allow && explanation.Owned:
			return nil, &CacheError{r.route, "is open to this caller as an owner only"}
		case allow && len(p.Networks) > 0:
			return nil, &CacheError{r.route, "is open to this caller from some networks only"}
		}
	}
	return &SimpleAnswer{allow, p.typed()}, nil
}

// CacheError says that the gateway might use a simple answer for requests that it is not right for.
type CacheError struct {
	Route  string
	Reason string
}

func (e *CacheError) Error() string {
	return fmt.Sprintf("authorizers: a simple answer for %s cannot be kept: it %s; answer with a policy instead (RESPONSE=policy), or without identity sources",
		e.Route, e.Reason)
}

// texts is the context where its values are texts.
func (p *Principal) texts() map[string]any {
	context := map[string]any{}
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
