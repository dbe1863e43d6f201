package rest

import (
	"errors"

	"portcullis/deploy/gateway/internal/stage"
	"portcullis/deploy/gateway/sigv4"
	"portcullis/deploy/modes"
	"portcullis/policy"
)

// defaultTokenSource is where a user pool's token is, unless the mode says it.
const defaultTokenSource = "method.request.header.Authorization"

var tokenForm = stage.TokenForm{
	Source: defaultTokenSource,
	Lacks:  func([]string) string { return "the token has none of the method's scopes" },
}

// newGuard makes the guard of the mode's authorization; nil: that is NONE.
func newGuard(s *stage.Stage) (stage.Guard, error) {
	form := stage.LambdaForm{Timeout: maxTimeout, Parse: stage.ParsePolicyAnswer}
	switch s.Mode.Authorization {
	case modes.None:
		return nil, nil
	case modes.Token:
		form.Event = newTokenEvent
		return stage.NewLambdaGuard(s, form)
	case modes.Request:
		form.Event = newRequestEvent
		return stage.NewLambdaGuard(s, form)
	case modes.IAM:
		return stage.NewIAMGuard(s)
	case modes.Cognito:
		return stage.NewCognitoGuard(s, tokenForm)
	}
	return nil, stage.Misconfigured("mode %s: authorization %q is no REST API's", s.Mode.Name, s.Mode.Authorization)
}

// refusalOf is the gateway response that a verdict means; nil: the request may go on.
func refusalOf(x *stage.Exchange, v stage.Verdict) *refusal {
	switch v.Decision {
	case stage.Allowed:
		return nil
	case stage.CannotTell:
		return refuse(authorizerFailed)
	}
	switch v.Reason {
	case stage.BadToken:
		return tokenRefusal(v.Err)
	case stage.BadSignature:
		return signatureRefusal(v.Err)
	case stage.UnreadableBody:
		return bodyRefusal(v.Err)
	case stage.Denied:
		return denial(x, v)
	}
	return refuse(unauthorized) // so is what lacks a scope: not forbidden
}

// tokenRefusal is what a bad token gets. Which text AWS has for an expired one is not known for sure.
func tokenRefusal(err error) *refusal {
	if wrong := (*stage.TokenError)(nil); errors.As(err, &wrong) && wrong.Expired {
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
	if errors.Is(err, stage.ErrBodyTooLarge) {
		return refuse(requestTooLarge)
	}
	return refuseWith(badBody, err.Error())
}

// denial is what a caller gets whose policy does not allow the request: one who signed is told who that is.
func denial(x *stage.Exchange, v stage.Verdict) *refusal {
	message := accessDenied.message
	if who := v.Caller.Signer; who != nil {
		message = "User: " + who.ARN + " is not authorized to perform: " + policy.InvokeAction + " on resource: " + x.ARN()
	}
	if v.Explicit {
		message += " with an explicit deny"
	}
	return refuseWith(accessDenied, message)
}
