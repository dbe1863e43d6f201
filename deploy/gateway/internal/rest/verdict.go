package rest

import (
	"errors"

	"portcullis/deploy/gateway/internal/stage"
	"portcullis/deploy/gateway/sigv4"
	"portcullis/deploy/plan"
	"portcullis/policy"
)

// lacksScopes is what a trace says of a token without the scopes; the answer does not.
func lacksScopes([]string) string { return "the token has none of the method's scopes" }

// newGuard makes the guard of the plan's authorization; nil: that is NONE.
func newGuard(s *stage.Stage) (stage.Guard, error) {
	form := stage.LambdaForm{Timeout: authorizerTimeout, Parse: stage.ParsePolicyAnswer}
	switch s.Plan.Authorization {
	case plan.None:
		return nil, nil
	case plan.Token:
		form.Event = tokenEvent
		return stage.NewLambdaGuard(s, form)
	case plan.Request:
		form.Event = requestEvent
		return stage.NewLambdaGuard(s, form)
	case plan.IAM:
		return stage.NewIAMGuard(s, policy.InvokeAction)
	case plan.Cognito:
		return stage.NewCognitoGuard(s, lacksScopes)
	}
	return nil, stage.Misconfigured("mode %s: authorization %q is no REST API's", s.Plan.Name, s.Plan.Authorization)
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
	switch {
	case errors.Is(err, stage.ErrBodyTooLarge):
		return refuse(requestTooLarge)
	case errors.Is(err, stage.ErrCoding):
		return refuse(unsupportedMedia)
	}
	return refuseWith(badBody, err.Error())
}

// policyDenial is what a caller of whom nobody knows gets from the resource policy.
func policyDenial(x *stage.Exchange, result policy.ResourceResult) *refusal {
	x.DeniedByPolicy(result)
	message := "User: anonymous is not authorized to perform: " + policy.InvokeAction + " on resource: " + x.MaskedARN()
	if result.Explicit {
		message += explicitDeny
	}
	return refuseWith(accessDenied, message)
}

// explicitDeny ends the message where a Deny decided.
const explicitDeny = " with an explicit deny"

// denial is what a caller gets whose policy does not allow the request: one who signed is told who that is.
func denial(x *stage.Exchange, v stage.Verdict) *refusal {
	message := accessDenied.message
	if who := v.Caller.Signer; who != nil {
		message = "User: " + who.ARN + " is not authorized to perform: " + policy.InvokeAction + " on resource: " + x.ARN()
	}
	if v.Explicit {
		message += explicitDeny
	}
	return refuseWith(accessDenied, message)
}
