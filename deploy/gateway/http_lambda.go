package gateway

import "portcullis/policy"

// httpLambdaGuard lets a Lambda authorizer's policy or verdict decide. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html.
type httpLambdaGuard struct {
	*lambdaAuthorizer
}

func newHTTPLambdaGuard(s *stage) (httpGuard, error) {
	a, err := newLambdaAuthorizer(s, httpAuthorizerTimeout)
	if err != nil {
		return nil, err
	}
	a.payload, a.parse, a.event = "2.0", parseTypedAnswer, authorizerEvent
	switch {
	case s.mode.Authorizer.PayloadFormatVersion == "1.0":
		a.payload, a.parse, a.event = "1.0", parsePolicyAnswer, authorizerEventV1
	case s.mode.Authorizer.EnableSimpleResponses:
		a.simple, a.parse = true, parseSimpleAnswer
	}
	return &httpLambdaGuard{a}, nil
}

func (g *httpLambdaGuard) authorize(x *exchange) *httpRefusal {
	found, err := g.identify(x)
	switch {
	case isUnauthorized(err):
		return &httpRefusal{failure: httpUnauthorized, reason: err.Error()}
	case err != nil:
		return &httpRefusal{failure: authorizerError, reason: err.Error()}
	}
	x.identity = found
	if result := x.judge(found.document, found.permits); result.Decision != policy.Allow {
		return &httpRefusal{failure: forbidden, reason: forbidden.message}
	}
	return nil
}
