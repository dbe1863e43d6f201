package httpapi

import (
	"errors"
	"strings"

	"portcullis/deploy/gateway/internal/stage"
	"portcullis/deploy/plan"
	"portcullis/policy"
)

// lacksScopes is what an HTTP API says of a token without the scopes.
func lacksScopes(wanted []string) string {
	return "expected scopes: [" + strings.Join(wanted, " ") + "]"
}

// newGuard makes the guard of the plan's authorization.
func newGuard(s *stage.Stage) (stage.Guard, error) {
	switch s.Plan.Authorization {
	case plan.JWT:
		return stage.NewJWTGuard(s, lacksScopes)
	case plan.Request:
		return stage.NewLambdaGuard(s, lambdaFormOf(s.Plan.Authorizer))
	case plan.IAM:
		return stage.NewIAMGuard(s, policy.InvokeAction)
	}
	return nil, stage.Misconfigured("mode %s: authorization %q is no HTTP API's", s.Plan.Name, s.Plan.Authorization)
}

// lambdaFormOf is how an HTTP API talks with the authorizer of a plan. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html.
func lambdaFormOf(a *plan.Authorizer) stage.LambdaForm {
	form := stage.LambdaForm{Timeout: authorizerTimeout, Event: newAuthorizerEvent, Parse: stage.ParseTypedAnswer}
	switch {
	case a.PayloadFormatVersion == "1.0":
		form.Event, form.Parse = newAuthorizerEventV1, stage.ParsePolicyAnswer
	case a.EnableSimpleResponses:
		form.Parse = stage.ParseSimpleAnswer
	}
	return form
}

// refusalOf is the answer that a verdict means; nil: the request may go on. Unlike a REST API, an HTTP API does not
// say what is wrong with a signature, nor whom it does not let: all are forbidden alike.
func refusalOf(v stage.Verdict) *refusal {
	switch v.Decision {
	case stage.Allowed:
		return nil
	case stage.CannotTell:
		return &refusal{failure: authorizerError, reason: v.Err.Error()}
	}
	switch v.Reason {
	case stage.NoToken:
		return &refusal{unauthorized, "Bearer", v.Err.Error()}
	case stage.BadToken:
		return &refusal{unauthorized, challenge("", "invalid_token", v.Err.Error()), v.Err.Error()}
	case stage.LacksScope:
		return &refusal{forbidden, challenge(strings.Join(v.Scopes, " "), "insufficient_scope", v.Err.Error()), v.Err.Error()}
	case stage.UnreadableBody:
		return bodyRefusal(v.Err)
	case stage.BadSignature:
		return refuse(forbidden)
	case stage.Denied:
		if v.Caller.Signer != nil {
			return refuse(forbidden)
		}
		return &refusal{failure: forbidden, reason: forbidden.message}
	}
	return refuse(unauthorized)
}

// bodyRefusal is what a body that could not be read gets.
func bodyRefusal(err error) *refusal {
	if errors.Is(err, stage.ErrBodyTooLarge) {
		return refuse(entityTooLarge)
	}
	return refuse(badRequest)
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
