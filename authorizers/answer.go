package authorizers

import "portcullis/policy"

// Answer is what a REST API takes from its authorizer.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html.
type Answer struct {
	PrincipalID        string            `json:"principalId"`
	PolicyDocument     policy.Document   `json:"policyDocument"`
	Context            map[string]string `json:"context,omitempty"`
	UsageIdentifierKey string            `json:"usageIdentifierKey,omitempty"`
}

// answer compiles the rules for the principal, for the API and stage of the ARN.
func answer(rules *policy.Rules, p *Principal, arn policy.ARN) (*Answer, error) {
	document, err := rules.Compile(p.caller(), arn)
	if err != nil {
		return nil, err
	}
	return &Answer{p.ID, document, p.Context, p.UsageKey}, nil
}
