package gateway

import (
	"context"
	"errors"
	"slices"
	"strings"
)

// tokenGuard is an authorizer of the gateway's own: COGNITO_USER_POOLS of REST APIs, or JWT of HTTP APIs. It takes a
// token that is good for one of its verifiers, with any one of the method's scopes. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-integrate-with-cognito.html and
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html.
type tokenGuard struct {
	source      source
	unscoped    []TokenVerifier // for methods that ask for no scope
	scoped      []TokenVerifier // for methods that do
	scopes      map[*method][]string
	without     func(wanted []string) error // says that a token has none of the scopes
	description AuthorizerDescription
}

// newCognitoGuard takes ID tokens where a method has no scopes, and else access tokens. A token is in source, unless the mode
// says where.
func newCognitoGuard(s *stage, source string) (guard, error) {
	pools := s.mode.Authorizer.UserPools
	if len(pools) == 0 {
		pools = []string{""} // the stack's own
	}
	g := &tokenGuard{without: func([]string) error { return errors.New("the token has none of the method's scopes") }}
	g.description.UserPools = pools
	for _, pool := range pools {
		if err := g.addVerifier(s, &g.unscoped, TokenIssuer{UserPool: pool, Use: "id"}); err != nil {
			return nil, err
		}
		if err := g.addVerifier(s, &g.scoped, TokenIssuer{UserPool: pool, Use: "access"}); err != nil {
			return nil, err
		}
	}
	return g, g.complete(s, source)
}

// newJWTGuard takes any token of the issuer. A token is in source, unless the mode says where.
func newJWTGuard(s *stage, source string) (guard, error) {
	issuer := TokenIssuer{Issuer: s.mode.Authorizer.Issuer, Audience: s.mode.Authorizer.Audience}
	g := &tokenGuard{without: func(wanted []string) error {
		return errors.New("expected scopes: [" + strings.Join(wanted, " ") + "]")
	}}
	g.description.Issuer, g.description.Audience = issuer.Issuer, issuer.Audience
	if err := g.addVerifier(s, &g.unscoped, issuer); err != nil {
		return nil, err
	}
	g.scoped = g.unscoped
	return g, g.complete(s, source)
}

func (g *tokenGuard) addVerifier(s *stage, list *[]TokenVerifier, issuer TokenIssuer) error {
	if s.config.Tokens == nil {
		return configError("mode %s: want Tokens: %s asks for them", s.mode.Name, s.mode.Authorization)
	}
	v, err := s.config.Tokens.Verifier(issuer)
	if err != nil {
		return s.mode.Wrong(err.Error(), "authorizer")
	}
	*list = append(*list, v)
	return nil
}

// complete adds what the mode says of both kinds.
func (g *tokenGuard) complete(s *stage, defaultSource string) error {
	g.source = sourceOf(defaultSource)
	if sources := sourcesOf(s.mode.Authorizer.IdentitySource); len(sources) > 0 {
		g.source = sources[0]
	}
	g.description.Type, g.description.IdentitySources = s.mode.Authorization, []string{g.source.name}
	var err error
	g.scopes, err = scopesByMethod(s)
	return err
}

func (g *tokenGuard) decide(x *exchange) verdict {
	v := g.check(x.r.Context(), bearer(g.source.value(x)), g.scopes[x.method])
	v.authorizer = &AuthorizerTrace{Type: g.description.Type}
	if v.err != nil {
		v.authorizer.Error = v.err.Error()
	}
	return v
}

// check takes a good token that has any of the scopes wanted, if any are.
func (g *tokenGuard) check(ctx context.Context, token string, wanted []string) verdict {
	if token == "" {
		return verdict{reason: noToken, err: errNoToken}
	}
	verifiers := g.unscoped
	if len(wanted) > 0 {
		verifiers = g.scoped
	}
	err := verifyAny(ctx, verifiers, token)
	switch {
	case errors.As(err, new(*TokenError)):
		return verdict{reason: badToken, err: err}
	case err != nil:
		return verdict{decision: cannotTell, err: err}
	}
	claims, err := readClaims(token)
	if err != nil {
		return verdict{reason: badToken, err: &TokenError{Description: "the token's claims cannot be read"}}
	}
	found := &identity{claims: claims}
	if len(wanted) > 0 { // events have no scopes where the method asks for none
		found.scopes = tokenScopes(claims)
		if !hasAny(found.scopes, wanted) {
			return verdict{reason: lacksScope, err: g.without(wanted), scopes: wanted}
		}
	}
	return verdict{decision: allowed, caller: caller{identity: found}}
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

func (g *tokenGuard) authorization() string       { return g.description.Type }
func (g *tokenGuard) scopesOf(m *method) []string { return g.scopes[m] }

func (g *tokenGuard) describeAuthorizer() *AuthorizerDescription {
	d := g.description
	d.IdentitySources, d.UserPools, d.Audience = slices.Clone(d.IdentitySources), slices.Clone(d.UserPools), slices.Clone(d.Audience)
	return &d
}
