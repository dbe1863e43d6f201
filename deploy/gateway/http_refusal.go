package gateway

import (
	"errors"
	"strings"

	"portcullis/deploy/modes"
)

// defaultTokenSourceHTTP is where a JWT is, unless the mode says it.
const defaultTokenSourceHTTP = "$request.header.Authorization"

// newHTTPGuard makes the guard of the mode's authorization.
func newHTTPGuard(s *stage) (guard, error) {
	switch s.mode.Authorization {
	case modes.JWT:
		return newJWTGuard(s, defaultTokenSourceHTTP)
	case modes.Request:
		return newLambdaGuard(s, lambdaFormOf(s.mode.Authorizer))
	case modes.IAM:
		return newIAMGuard(s)
	}
	return nil, configError("mode %s: authorization %q is no HTTP API's", s.mode.Name, s.mode.Authorization)
}

// lambdaFormOf is how an HTTP API talks with the authorizer of a mode. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html.
func lambdaFormOf(a *modes.Authorizer) lambdaForm {
	form := lambdaForm{payload: "2.0", timeout: httpAuthorizerTimeout, event: authorizerEvent, parse: parseTypedAnswer}
	switch {
	case a.PayloadFormatVersion == "1.0":
		form.payload, form.event, form.parse = "1.0", authorizerEventV1, parsePolicyAnswer
	case a.EnableSimpleResponses:
		form.simple, form.parse = true, parseSimpleAnswer
	}
	return form
}

// httpRefusalOf is the answer that a verdict means; nil: the request may go on. Unlike a REST API, an HTTP API does not
// say what is wrong with a signature, nor whom it does not let: all are forbidden alike.
func httpRefusalOf(v verdict) *httpRefusal {
	switch v.decision {
	case allowed:
		return nil
	case cannotTell:
		return &httpRefusal{failure: authorizerError, reason: v.err.Error()}
	}
	switch v.reason {
	case noToken:
		return &httpRefusal{httpUnauthorized, "Bearer", v.err.Error()}
	case badToken:
		return &httpRefusal{httpUnauthorized, challenge("", "invalid_token", v.err.Error()), v.err.Error()}
	case lacksScope:
		return &httpRefusal{forbidden, challenge(strings.Join(v.scopes, " "), "insufficient_scope", v.err.Error()), v.err.Error()}
	case unreadableBody:
		return httpBodyRefusal(v.err)
	case badSignature:
		return refuseHTTP(forbidden)
	case denied:
		if v.caller.signer != nil {
			return refuseHTTP(forbidden)
		}
		return &httpRefusal{failure: forbidden, reason: forbidden.message}
	}
	return &httpRefusal{failure: httpUnauthorized, reason: httpUnauthorized.message}
}

// httpBodyRefusal is what a body that could not be read gets.
func httpBodyRefusal(err error) *httpRefusal {
	if errors.Is(err, errBodyTooLarge) {
		return refuseHTTP(entityTooLarge)
	}
	return refuseHTTP(badRequest)
}

// challenge is what www-authenticate says of a token (RFC 6750, section 3), in the form that API Gateway gives it.
func challenge(scope, code, description string) string {
	return `Bearer scope="` + scope + `" error="` + code + `" error_description="` + strings.Map(descriptive, description) + `"`
}

// descriptive leaves of an error_description what RFC 6750 allows in it.
func descriptive(r rune) rune {
	if r < ' ' || r > '~' || r == '"' || r == '\\' {
		return '\''
	}
	return r
}
