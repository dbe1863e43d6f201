package gateway

import (
	"errors"

	"portcullis/deploy/gateway/sigv4"
	"portcullis/deploy/modes"
	"portcullis/policy"
)

// defaultTokenSource is where a user pool's token is, unless the mode says it.
const defaultTokenSource = "method.request.header.Authorization"

// newRESTGuard makes the guard of the mode's authorization; nil: that is NONE.
func newRESTGuard(s *stage) (guard, error) {
	form := lambdaForm{timeout: restTimeout, parse: parsePolicyAnswer}
	switch s.mode.Authorization {
	case modes.None:
		return nil, nil
	case modes.Token:
		form.event = newTokenEvent
		return newLambdaGuard(s, form)
	case modes.Request:
		form.event = newRequestEvent
		return newLambdaGuard(s, form)
	case modes.IAM:
		return newIAMGuard(s)
	case modes.Cognito:
		return newCognitoGuard(s, defaultTokenSource)
	}
	return nil, configError("mode %s: authorization %q is no REST API's", s.mode.Name, s.mode.Authorization)
}

// refusalOf is the gateway response that a verdict means; nil: the request may go on.
func refusalOf(x *exchange, v verdict) *refusal {
	switch v.decision {
	case allowed:
		return nil
	case cannotTell:
		return refuse(authorizerFailed)
	}
	switch v.reason {
	case badToken:
		return tokenRefusal(v.err)
	case badSignature:
		return signatureRefusal(v.err)
	case unreadableBody:
		return bodyRefusal(v.err)
	case denied:
		return denial(x, v)
	}
	return refuse(unauthorized) // so is what lacks a scope: not forbidden
}

// tokenRefusal is what a bad token gets. Which text AWS has for an expired one is not known for sure.
func tokenRefusal(err error) *refusal {
	if wrong := (*TokenError)(nil); errors.As(err, &wrong) && wrong.Expired {
		return refuseWith(unauthorized, "The incoming token has expired")
	}
	return refuse(unauthorized)
}

// signatureRefusal is what a bad signature gets.
func signatureRefusal(err error) *refusal {
	response, wrong := invalidSignature, (*sigv4.Error)(nil)
	if !errors.As(err, &wrong) {
		return refuse(response)
	}
	switch wrong.Code {
	case sigv4.MissingAuthenticationToken:
		response = missingToken
	case sigv4.ExpiredToken:
		response = expiredToken
	}
	response.errorType = string(wrong.Code)
	return refuseWith(response, wrong.Message)
}

// bodyRefusal is what a body that could not be read gets.
func bodyRefusal(err error) *refusal {
	if errors.Is(err, errBodyTooLarge) {
		return refuse(requestTooLarge)
	}
	return refuseWith(badBody, err.Error())
}

// denial is what a caller gets whose policy does not allow the request: one who signed is told who that is.
func denial(x *exchange, v verdict) *refusal {
	message := accessDenied.message
	if who := v.caller.signer; who != nil {
		message = "User: " + who.arn + " is not authorized to perform: " + policy.InvokeAction + " on resource: " + x.arn()
	}
	if v.explicit {
		message += " with an explicit deny"
	}
	return refuseWith(accessDenied, message)
}
