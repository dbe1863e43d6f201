package gateway

import (
	"errors"
)

// defaultTokenSource is where a user pool's token is.
const defaultTokenSource = "method.request.header.Authorization"

// cognitoGuard is a REST API's authorization COGNITO_USER_POOLS. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-integrate-with-cognito.html.
type cognitoGuard struct {
	source source
	pools  []string        // their ARNs; "": the stack's own
	id     []TokenVerifier // of each pool's ID tokens
	access []TokenVerifier // of each pool's access tokens
	scopes map[*method][]string
}

func newCognitoGuard(s *stage) (guard, error) {
	if err := needTokens(s); err != nil {
		return nil, err
	}
	g := &cognitoGuard{source: sourceOf(defaultTokenSource)}
	if sources := sourcesOf(s.mode.Authorizer.IdentitySource); len(sources) > 0 {
		g.source = sources[0]
	}
	pools := s.mode.Authorizer.UserPools
	if len(pools) == 0 {
		pools = []string{""} // the stack's own
	}
	g.pools = pools
	for _, pool := range pools {
		for use, list := range map[string]*[]TokenVerifier{"id": &g.id, "access": &g.access} {
			v, err := s.config.Tokens.Verifier(TokenIssuer{UserPool: pool, Use: use})
			if err != nil {
				return nil, s.mode.Wrong(err.Error(), "authorizer")
			}
			*list = append(*list, v)
		}
	}
	var err error
	g.scopes, err = scopesByMethod(s)
	return g, err
}

// authorize takes an ID token where the method has no scopes, and else an access token with any of them. What lacks a scope
// is unauthorized too, not forbidden.
func (g *cognitoGuard) authorize(x *exchange) *refusal {
	scopes := g.scopes[x.method]
	verifiers := g.id
	if len(scopes) > 0 {
		verifiers = g.access
	}
	token := bearer(g.source.value(x))
	err := verifyAny(x, verifiers, token)
	x.traceToken(err)
	wrong := (*TokenError)(nil)
	switch {
	case errors.As(err, &wrong) && wrong.Expired:
		return refuseWith(unauthorized, "The incoming token has expired") // which text it is, is not known for sure
	case errors.As(err, &wrong):
		return refuse(unauthorized)
	case err != nil:
		return refuse(authorizerFailed)
	}
	claims, err := readClaims(token)
	if err != nil {
		return refuse(unauthorized)
	}
	if len(scopes) > 0 && !hasAny(tokenScopes(claims), scopes) {
		x.traceToken(errors.New("the token has none of the method's scopes"))
		return refuse(unauthorized)
	}
	x.identity = &identity{claims: claims}
	return nil
}

// verifyAny takes a token that is good for one of the verifiers. An issuer that cannot be asked spoils only what no other
// one takes; of bad tokens the first that has expired tells, since only its own issuer can know.
func verifyAny(x *exchange, verifiers []TokenVerifier, token string) error {
	var bad, unknown error = &TokenError{Description: "there is no token"}, nil
	if token == "" {
		return bad
	}
	for i, v := range verifiers {
		err := v.VerifyToken(x.r.Context(), token)
		wrong := (*TokenError)(nil)
		switch {
		case err == nil:
			return nil
		case !errors.As(err, &wrong):
			unknown = err
		case i == 0 || wrong.Expired:
			bad = wrong
		}
	}
	if unknown != nil {
		return unknown
	}
	return bad
}
