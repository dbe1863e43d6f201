package plan

import (
	"cmp"
	"regexp"

	"portcullis/deploy/modes"
)

// tokenSources are where the gateway's own authorizers find a token, unless the mode says it.
var tokenSources = map[string]string{
	modes.Cognito: "method.request.header.Authorization",
	modes.JWT:     "$request.header.Authorization",
}

// authorizer gives nil where the mode has none.
func (b *builder) authorizer() *Authorizer {
	from := b.mode.Authorizer
	if from == nil {
		return nil
	}
	a := &Authorizer{
		Type: b.mode.Authorization, IdentitySources: listOf(from.IdentitySource), Function: from.Function,
		IdentityValidationExpression: from.IdentityValidationExpression, EnableSimpleResponses: from.EnableSimpleResponses,
		UserPools: from.UserPools, Issuer: from.Issuer, Audience: from.Audience,
	}
	if source := tokenSources[a.Type]; source != "" && len(a.IdentitySources) == 0 {
		a.IdentitySources = []string{source}
	}
	if a.Function != "" && b.mode.Gateway != modes.WebSocket {
		a.ResultTTLInSeconds = int(from.TTL().Seconds())
		if b.mode.Gateway == modes.HTTP {
			a.PayloadFormatVersion = cmp.Or(from.PayloadFormatVersion, "2.0")
		}
	}
	return a
}

// Validation is what the whole value of a TOKEN authorizer's identity source has to match; nil: anything will do.
func (a *Authorizer) Validation() (*regexp.Regexp, error) {
	return (&modes.Authorizer{IdentityValidationExpression: a.IdentityValidationExpression}).Validation()
}
