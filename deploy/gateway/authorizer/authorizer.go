// Package authorizer reads what a Lambda authorizer answers as API Gateway does: which answers it takes, and which are malformed, so that
// the caller gets a 500 whatever they allow. It does not decide by them; see package policy.
package authorizer

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"

	"portcullis/deploy/gateway/internal/lambda"
	"portcullis/policy"
)

// Policy is an answer with a policy.
type Policy struct {
	PrincipalID string          // never empty; of a number its text
	Document    policy.Document // has a statement
	Context     map[string]any  // texts, and of [ParseTyped] any JSON value, numbers as json.Number; nil stands for null
	UsageKey    string          // usageIdentifierKey, the API key that requests are counted for; "": none
}

// Simple is an answer with a verdict in place of a policy.
type Simple struct {
	Authorized bool
	Context    map[string]any // as the Context of [ParseTyped]
}

// ParsePolicy reads an answer with a policy; what is malformed is an error, whatever its policy allows.
// In a REST API, and with payload format 1.0, the context holds texts, numbers and booleans, and all become texts; null
// stays null.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html.
func ParsePolicy(output []byte) (*Policy, error) {
	found, err := ParseTyped(output)
	if err != nil {
		return nil, err
	}
	for key, value := range found.Context {
		if value == nil {
			continue // as was seen in https://github.com/DefinitelyTyped/DefinitelyTyped/pull/69823
		}
		text, ok := lambda.ScalarText(value)
		if !ok {
			return nil, fmt.Errorf("the authorizer's context: %q is %s: want text, a number or a boolean", key, lambda.Shown(value))
		}
		found.Context[key] = text
	}
	return found, nil
}

// ParseTyped reads an answer with a policy to payload format 2.0, whose context keeps its types; errors are as ParsePolicy's.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html.
func ParseTyped(output []byte) (*Policy, error) {
	var answer struct {
		PrincipalID    any              `json:"principalId"`
		PolicyDocument *policy.Document `json:"policyDocument"`
		Context        map[string]any   `json:"context"`
		UsageKey       string           `json:"usageIdentifierKey"`
	}
	if err := lambda.DecodeObject(output, &answer, "principalId", "policyDocument", "context", "usageIdentifierKey"); err != nil {
		return nil, fmt.Errorf("the authorizer's answer: %w", err)
	}
	principal, err := principalOf(answer.PrincipalID)
	if err != nil {
		return nil, err
	}
	if answer.PolicyDocument == nil || len(answer.PolicyDocument.Statement) == 0 {
		return nil, errors.New("the authorizer's answer has no policyDocument with a statement")
	}
	if err := checkStatements(*answer.PolicyDocument); err != nil {
		return nil, err
	}
	return &Policy{PrincipalID: principal, Document: *answer.PolicyDocument, Context: orEmpty(answer.Context), UsageKey: answer.UsageKey}, nil
}

// principalOf is who calls: a text, or a number, of which REST APIs take the text. That HTTP APIs do is a choice.
func principalOf(value any) (string, error) {
	switch value := value.(type) {
	case json.Number:
		return value.String(), nil
	case string:
		if value != "" {
			return value, nil
		}
	case nil:
	default:
		return "", fmt.Errorf("the authorizer's principalId is %s: want text or a number", lambda.Shown(value))
	}
	return "", errors.New("the authorizer's answer has no principalId")
}

// maxResource is the most characters of a Resource in a policy. That a longer one makes the whole answer malformed is a
// choice. See https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html.
const maxResource = 512

// checkStatements refuses what makes a policy an invalid one, and an answer malformed. An Effect is Allow or Deny, to
// the letter.
func checkStatements(document policy.Document) error {
	for _, statement := range document.Statement {
		if statement.Effect != policy.EffectAllow && statement.Effect != policy.EffectDeny {
			return fmt.Errorf("the authorizer's policy: the Effect is %.20q", statement.Effect)
		}
		for _, resource := range slices.Concat(statement.Resource, statement.NotResource) {
			if utf8.RuneCountInString(resource) > maxResource {
				return fmt.Errorf("the authorizer's policy: a Resource has more than %d characters: %.60q…", maxResource, resource)
			}
		}
	}
	return nil
}

// ParseSimple reads the answer of an HTTP API's authorizer with simple answers: isAuthorized, and a context
// that keeps its types. See https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html.
func ParseSimple(output []byte) (*Simple, error) {
	var answer struct {
		IsAuthorized *bool          `json:"isAuthorized"`
		Context      map[string]any `json:"context"`
	}
	if err := lambda.DecodeObject(output, &answer, "isAuthorized", "context"); err != nil {
		return nil, fmt.Errorf("the authorizer's answer: %w", err)
	}
	if answer.IsAuthorized == nil {
		return nil, errors.New("the authorizer's answer has no isAuthorized")
	}
	return &Simple{Authorized: *answer.IsAuthorized, Context: orEmpty(answer.Context)}, nil
}

func orEmpty(context map[string]any) map[string]any {
	if context == nil {
		return map[string]any{}
	}
	return context
}
