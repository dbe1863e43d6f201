package gateway

import "portcullis/policy"

// lambdaGuard lets a Lambda authorizer's policy decide.
type lambdaGuard struct {
	*lambdaAuthorizer
}

// tokenEvent is the event of a TOKEN authorizer, whole: the value as sent, with any "Bearer " in it.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html.
type tokenEvent struct {
	Type               string `json:"type"`
	AuthorizationToken string `json:"authorizationToken"`
	MethodARN          string `json:"methodArn"`
}

func newTokenGuard(s *stage) (guard, error) {
	a, err := newLambdaAuthorizer(s, restTimeout)
	if err != nil {
		return nil, err
	}
	a.parse = parsePolicyAnswer
	a.event = func(x *exchange, values []string) any { return tokenEvent{"TOKEN", values[0], x.arn()} }
	return &lambdaGuard{a}, nil
}

// requestEvent is the event of a REST API's REQUEST authorizer: a function's without a body, and with what is invoked.
// Its maps are empty objects where they are empty.
type requestEvent struct {
	Type      string `json:"type"`
	MethodARN string `json:"methodArn"`
	restRequest
}

func newRequestGuard(s *stage) (guard, error) {
	a, err := newLambdaAuthorizer(s, restTimeout)
	if err != nil {
		return nil, err
	}
	a.parse = parsePolicyAnswer
	a.event = func(x *exchange, _ []string) any { return x.requestEvent() }
	return &lambdaGuard{a}, nil
}

func (x *exchange) requestEvent() requestEvent {
	e := requestEvent{"REQUEST", x.arn(), x.restRequest()}
	e.QueryStringParameters = notNilMap(e.QueryStringParameters)
	e.MultiValueQueryStringParameters = notNilMap(e.MultiValueQueryStringParameters)
	e.PathParameters, e.StageVariables = notNilMap(e.PathParameters), notNilMap(e.StageVariables)
	return e
}

func (g *lambdaGuard) authorize(x *exchange) *refusal {
	found, err := g.identify(x)
	switch {
	case isUnauthorized(err):
		return refuse(unauthorized)
	case err != nil:
		return refuse(authorizerFailed)
	}
	x.identity = found
	return denial(x.judge(found.document, found.permits))
}

// denial is what a policy's result means: nil where it allows.
func denial(result policy.Result) *refusal {
	switch {
	case result.Decision == policy.Allow:
		return nil
	case result.Explicit:
		return refuseWith(accessDenied, accessDenied.message+" with an explicit deny")
	}
	return refuse(accessDenied)
}
