package stage

import (
	"context"
	"errors"
	"strings"
)

// tokenGuard is an authorizer of the gateway's own: COGNITO_USER_POOLS of REST APIs, or JWT of HTTP APIs. It takes a
// token that is good for one of its verifiers, with any one of the method's scopes. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-integrate-with-cognito.html and
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html.
type tokenGuard struct {
	kind     string          // COGNITO_USER_POOLS or JWT
	token    Source          // where it is
	unscoped []TokenVerifier // for methods that ask for no scope
	scoped   []TokenVerifier // for methods that do
	lacks    LacksScopes
}

// LacksScopes is how a kind of API says that a token has none of the scopes that are wanted.
type LacksScopes func(wanted []string) string

// NewCognitoGuard takes ID tokens where a method has no scopes, and else access tokens.
func NewCognitoGuard(s *Stage, lacks LacksScopes) (Guard, error) {
	pools := s.Plan.Authorizer.UserPools
	if len(pools) == 0 {
		pools = []string{""} // the stack's own
	}
	g := newTokenGuard(s, lacks)
	for _, pool := range pools {
		if err := g.addVerifier(s, &g.unscoped, TokenIssuer{UserPool: pool, Use: "id"}); err != nil {
			return nil, err
		}
		if err := g.addVerifier(s, &g.scoped, TokenIssuer{UserPool: pool, Use: "access"}); err != nil {
			return nil, err
		}
	}
	return g, nil
}

// NewJWTGuard takes any token of the issuer.
func NewJWTGuard(s *Stage, lacks LacksScopes) (Guard, error) {
	issuer := TokenIssuer{Issuer: s.Plan.Authorizer.Issuer, Audience: s.Plan.Authorizer.Audience}
	g := newTokenGuard(s, lacks)
	if err := g.addVerifier(s, &g.unscoped, issuer); err != nil {
		return nil, err
	}
	g.scoped = g.unscoped
	return g, nil
}

func newTokenGuard(s *Stage, lacks LacksScopes) *tokenGuard {
	return &tokenGuard{kind: s.Plan.Authorizer.Type, token: SourceOf(s.Plan.Authorizer.IdentitySources[0]), lacks: lacks}
}

func (g *tokenGuard) addVerifier(s *Stage, list *[]TokenVerifier, issuer TokenIssuer) error {
	if s.Config.Tokens == nil {
		return Misconfigured("mode %s: want Tokens: %s asks for them", s.Plan.Name, g.kind)
	}
	v, err := s.Config.Tokens.Verifier(issuer)
	if err != nil {
		return Misconfigured("mode %s: authorizer: %v", s.Plan.Name, err)
	}
	*list = append(*list, v)
	return nil
}

func (g *tokenGuard) decide(x *Exchange) Verdict {
	if x.Method.Operation == nil || x.Method.Operation.AuthorizationScopes == nil {
		return Verdict{} // which scopes open it is not known: none does
	}
	wanted := x.Method.Operation.AuthorizationScopes
	v := g.check(x.HTTP.Context(), bearer(g.token.Value(x)), wanted)
	v.authorizer.Type = g.kind
	if v.Err != nil {
		v.authorizer.Error = v.Err.Error()
	}
	return v
}

// check takes a good token that has any of the scopes wanted, if any are.
func (g *tokenGuard) check(ctx context.Context, token string, wanted []string) Verdict {
	if token == "" {
		return Verdict{Reason: NoToken, Err: errNoToken}
	}
	verifiers := g.unscoped
	if len(wanted) > 0 {
		verifiers = g.scoped
	}
	err := verifyAny(ctx, verifiers, token)
	switch {
	case errors.As(err, new(*TokenError)):
		return Verdict{Reason: BadToken, Err: err}
	case err != nil:
		return Verdict{Decision: CannotTell, Err: err}
	}
	claims, err := readClaims(token)
	if err != nil {
		return Verdict{Reason: BadToken, Err: &TokenError{Description: "the token's claims cannot be read"}}
	}
	found := &Identity{Claims: claims}
	if len(wanted) > 0 { // events have no scopes where the method asks for none
		found.Scopes = tokenScopes(claims)
		if !hasAny(found.Scopes, wanted) {
			return Verdict{Reason: LacksScope, Err: errors.New(g.lacks(wanted)), Scopes: wanted, authorizer: AuthorizerTrace{Context: claims}}
		}
	}
	return Verdict{Decision: Allowed, Caller: Caller{Identity: found}}
}

var errNoToken = errors.New("there is no token")

// verifyAny takes a token that is good for one of the verifiers. An issuer that cannot be asked spoils only what no other
// one takes; of bad tokens the first that has expired tells, since only its own issuer can know.
func verifyAny(ctx context.Context, verifiers []TokenVerifier, token string) error {
	var bad, unknown error = &TokenError{Description: "nobody takes the token"}, nil
	for i, v := range verifiers {
		err := v.VerifyToken(ctx, token)
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

// bearer gives the token of a header's value; API Gateway's own authorizers take it with and without "Bearer".
func bearer(value string) string {
	if scheme, token, cut := strings.Cut(value, " "); cut && strings.EqualFold(scheme, "Bearer") {
		return strings.TrimSpace(token)
	}
	return value
}
