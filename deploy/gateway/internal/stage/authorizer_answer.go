package stage

import (
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"

	"portcullis/deploy/gateway/internal/lambda"
	"portcullis/policy"
)

// ParsePolicyAnswer reads an authorizer's answer with a policy; what is malformed is an error, whatever its policy allows.
// In a REST API, and with payload format 1.0, the context holds texts, numbers and booleans, and all become texts; null
// stays null.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html.
func ParsePolicyAnswer(output []byte) (*Identity, error) {
	found, err := ParseTypedAnswer(output)
	if err != nil {
		return nil, err
	}
	for key, value := range found.Context {
		if value == nil {
			continue // as was seen in https://github.com/DefinitelyTyped/DefinitelyTyped/pull/69823
		}
		text, ok := lambda.ScalarText(value)
		if !ok {
			return nil, fmt.Errorf("the authorizer's context: %q is no text, number or boolean", key)
		}
		found.Context[key] = text
	}
	return found, nil
}

// ParseTypedAnswer reads an authorizer's answer with a policy, whose context keeps its types.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html.
func ParseTypedAnswer(output []byte) (*Identity, error) {
	var answer struct {
		PrincipalID    *string          `json:"principalId"`
		PolicyDocument *policy.Document `json:"policyDocument"`
		Context        map[string]any   `json:"context"`
		UsageKey       string           `json:"usageIdentifierKey"`
	}
	if err := lambda.DecodeObject(output, &answer, "principalId", "policyDocument", "context", "usageIdentifierKey"); err != nil {
		return nil, fmt.Errorf("the authorizer's answer: %w", err)
	}
	if answer.PrincipalID == nil || *answer.PrincipalID == "" {
		return nil, errors.New("the authorizer's answer has no principalId")
	}
	if answer.PolicyDocument == nil || len(answer.PolicyDocument.Statement) == 0 {
		return nil, errors.New("the authorizer's answer has no policyDocument with a statement")
	}
	if err := checkStatements(*answer.PolicyDocument); err != nil {
		return nil, err
	}
	return &Identity{
		PrincipalID: *answer.PrincipalID, document: *answer.PolicyDocument,
		Context: MapOrEmpty(answer.Context), usageKey: answer.UsageKey,
	}, nil
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

// ParseSimpleAnswer reads the answer of an HTTP API's authorizer with simple answers: isAuthorized, and a context
// that keeps its types. See https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html.
func ParseSimpleAnswer(output []byte) (*Identity, error) {
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
	return &Identity{simple: true, verdict: *answer.IsAuthorized, Context: MapOrEmpty(answer.Context)}, nil
}
