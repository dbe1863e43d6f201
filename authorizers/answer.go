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

// simpleAnswer answers for the request at hand. The gateway keeps such an answer by its identity sources and
// knows nothing of the path, so an owner's path is opened only where the answer cannot be taken for another's.
func simpleAnswer(rules *policy.Rules, p *Principal, r *request) (*SimpleAnswer, error) {
	path := "/" + r.arn.Path
	explanation := rules.Explain(p.caller(), r.arn.Method, path)
	if explanation.Decision == policy.Allow && explanation.Owned && !r.keptBy(path) {
		return nil, &CacheError{r.route}
	}
	return &SimpleAnswer{explanation.Decision == policy.Allow, p.typed()}, nil
}

// keptBy tells whether the gateway keeps answers by the request's path, among others, or keeps none.
func (r *request) keptBy(path string) bool {
	return len(r.identitySource) == 0 || slices.ContainsFunc(r.identitySource, func(value string) bool {
		return value == path || value == "/"+r.arn.Stage+path
	})
}

// CacheError says that a simple answer would be right for one owner's path, and that the gateway might use it
// for others.
type CacheError struct {
	Route string
}

func (e *CacheError) Error() string {
	return fmt.Sprintf("authorizers: %s is open to this caller as an owner only: a simple answer for it needs $context.path among the identity sources; "+
		"answer with a policy instead (RESPONSE=policy)", e.Route)
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
