package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"time"

	"portcullis/policy"
)

// authorizer is a TOKEN Lambda authorizer, with the cache of its answers.
type authorizer struct {
	function   Invoker
	header     string
	validation *regexp.Regexp // nil: anything will do
	timeout    time.Duration
	cache      *cache
}

const defaultTTL = 300 * time.Second

func newAuthorizer(mode *Authorizer, function Invoker, config Config) (*authorizer, error) {
	validation, err := mode.validation()
	if err != nil {
		return nil, &ConfigError{"identityValidationExpression: " + err.Error()}
	}
	ttl := defaultTTL
	if mode.ResultTTLInSeconds != nil {
		ttl = time.Duration(*mode.ResultTTLInSeconds) * time.Second
	}
	return &authorizer{function, mode.header(), validation, config.Timeout, newCache(ttl, config.Now)}, nil
}

// identity is what an authorizer's answer says of a caller.
type identity struct {
	principalID string
	document    policy.Document
	context     map[string]string

	cached  bool
	latency time.Duration // of the authorizer, zero where its answer was cached
}

// authorize tells whether the request may go on, after answering it where it may not. The policy is
// evaluated for each request, whether it is new or from the cache.
func (x *exchange) authorize() bool {
	if x.method.operation.Access.Public {
		return true
	}
	arn := x.arn().String()
	if len(arn) > maxARN {
		x.fail(uriTooLong, "")
		return false
	}
	// Of a header that is sent twice the last one counts, as in the event's headers.
	token := ""
	if values := x.r.Header.Values(x.authorizer.header); len(values) > 0 {
		token = values[len(values)-1]
	}
	var err error
	x.identity, err = x.authorizer.identify(x.r.Context(), token, arn)
	switch {
	case err != nil && err.Error() == errUnauthorized.Error():
		x.fail(unauthorized, "")
		return false
	case err != nil:
		x.fail(authorizerFailed, "")
		return false
	}
	return x.permitted(arn)
}

// maxARN is the longest methodArn, in bytes, that a policy is evaluated for.
const maxARN = 1600

func (x *exchange) permitted(arn string) bool {
	result := policy.Evaluate(x.identity.document, policy.Request{Resource: arn, Keys: x.conditionKeys()})
	if result.Decision == policy.Allow {
		return true
	}
	message := accessDenied.message
	if result.Explicit {
		message += " with an explicit deny"
	}
	x.fail(accessDenied, message)
	return false
}

// conditionKeys are the keys that API Gateway supplies without IAM.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html.
func (x *exchange) conditionKeys() map[string]string {
	keys := map[string]string{
		"aws:CurrentTime":     x.start.UTC().Format(time.RFC3339),
		"aws:EpochTime":       strconv.FormatInt(x.start.Unix(), 10),
		"aws:SecureTransport": "true", // API Gateway serves https only
		"aws:SourceIp":        x.sourceIP,
	}
	for key, value := range map[string]string{"aws:Referer": x.r.Referer(), "aws:UserAgent": x.r.UserAgent()} {
		if value != "" {
			keys[key] = value
		}
	}
	return keys
}

// tokenEvent is the event of a TOKEN authorizer.
type tokenEvent struct {
	Type               string `json:"type"`
	AuthorizationToken string `json:"authorizationToken"`
	MethodARN          string `json:"methodArn"`
}

// errUnauthorized has the text by which an authorizer says 401.
var errUnauthorized = errors.New("Unauthorized")

// identify gives the authorizer's answer for a token, from the cache or from the function. A token that is
// missing, or that the validation expression does not match, reaches neither: none such is ever cached.
func (a *authorizer) identify(ctx context.Context, token, arn string) (*identity, error) {
	if known, ok := a.cache.get(token); ok {
		known.cached, known.latency = true, 0
		return &known, nil
	}
	if token == "" || a.validation != nil && !a.validation.MatchString(token) {
		return nil, errUnauthorized
	}
	event, err := json.Marshal(tokenEvent{"TOKEN", token, arn})
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, a.timeout)
	defer cancel()
	start := time.Now()
	output, err := a.function.Invoke(ctx, event)
	if err != nil {
		return nil, err
	}
	found, err := parseIdentity(output)
	if err != nil {
		return nil, err
	}
	found.latency = time.Since(start)
	a.cache.put(token, *found)
	return found, nil
}

// parseIdentity reads an authorizer's answer; what is malformed is an error, whatever its policy allows.
func parseIdentity(output []byte) (*identity, error) {
	var answer struct {
		PrincipalID    *string          `json:"principalId"`
		PolicyDocument *policy.Document `json:"policyDocument"`
		Context        map[string]any   `json:"context"`
	}
	if err := decodeObject(output, &answer, "principalId", "policyDocument", "context", "usageIdentifierKey"); err != nil {
		return nil, fmt.Errorf("gateway: the authorizer's answer: %w", err)
	}
	if answer.PrincipalID == nil || *answer.PrincipalID == "" {
		return nil, errors.New("gateway: the authorizer's answer has no principalId")
	}
	if answer.PolicyDocument == nil || len(answer.PolicyDocument.Statement) == 0 {
		return nil, errors.New("gateway: the authorizer's answer has no policyDocument with a statement")
	}
	found := &identity{principalID: *answer.PrincipalID, document: *answer.PolicyDocument, context: map[string]string{}}
	for key, value := range answer.Context {
		text, ok := scalarText(value)
		if !ok {
			return nil, fmt.Errorf("gateway: the authorizer's context: %q is no text, number or boolean", key)
		}
		found.context[key] = text
	}
	return found, nil
}

// scalarText is the text of a JSON text, number or boolean.
func scalarText(value any) (string, bool) {
	switch value := value.(type) {
	case string:
		return value, true
	case json.Number:
		return value.String(), true
	case bool:
		return strconv.FormatBool(value), true
	}
	return "", false
}
