package stage

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
	TokenForm
	token       Source               // where it is
	unscoped    []TokenVerifier      // for methods that ask for no scope
	scoped      []TokenVerifier      // for methods that do
	scopes      map[*Method][]string // of each method that is not public: see scopesByMethod
	description AuthorizerDescription
}

// TokenForm is how a kind of API speaks of its authorizer for tokens.
type TokenForm struct {
	Source string                       // where a token is, unless the mode says it
	Lacks  func(wanted []string) string // says that a token has none of the scopes
}

// NewCognitoGuard takes ID tokens where a method has no scopes, and else access tokens.
func NewCognitoGuard(s *Stage, form TokenForm) (Guard, error) {
	pools := s.Mode.Authorizer.UserPools
	if len(pools) == 0 {
		pools = []string{""} // the stack's own
	}
	g := &tokenGuard{TokenForm: form}
	g.description.UserPools = pools
	for _, pool := range pools {
		if err := g.addVerifier(s, &g.unscoped, TokenIssuer{UserPool: pool, Use: "id"}); err != nil {
			return nil, err
		}
		if err := g.addVerifier(s, &g.scoped, TokenIssuer{UserPool: pool, Use: "access"}); err != nil {
			return nil, err
		}
	}
	return g, g.complete(s)
}

// NewJWTGuard takes any token of the issuer.
func NewJWTGuard(s *Stage, form TokenForm) (Guard, error) {
	issuer := TokenIssuer{Issuer: s.Mode.Authorizer.Issuer, Audience: s.Mode.Authorizer.Audience}
	g := &tokenGuard{TokenForm: form}
	g.description.Issuer, g.description.Audience = issuer.Issuer, issuer.Audience
	if err := g.addVerifier(s, &g.unscoped, issuer); err != nil {
		return nil, err
	}
	g.scoped = g.unscoped
	return g, g.complete(s)
}

func (g *tokenGuard) addVerifier(s *Stage, list *[]TokenVerifier, issuer TokenIssuer) error {
	if s.Config.Tokens == nil {
		return Misconfigured("mode %s: want Tokens: %s asks for them", s.Mode.Name, s.Mode.Authorization)
	}
	v, err := s.Config.Tokens.Verifier(issuer)
	if err != nil {
		return s.Mode.Wrong(err.Error(), "authorizer")
	}
	*list = append(*list, v)
	return nil
}

// complete adds what the mode says of both kinds.
func (g *tokenGuard) complete(s *Stage) error {
	g.token = SourceOf(g.Source)
	if sources := sourcesOf(s.Mode.Authorizer.IdentitySource); len(sources) > 0 {
		g.token = sources[0]
	}
	g.description.Type, g.description.IdentitySources = s.Mode.Authorization, []string{g.token.Name}
	var err error
	g.scopes, err = scopesByMethod(s)
	return err
}

func (g *tokenGuard) decide(x *Exchange) Verdict {
	wanted, known := g.scopes[x.Method]
	if !known {
		return Verdict{} // which scopes open it is not known: none does
	}
	v := g.check(x.HTTP.Context(), bearer(g.token.Value(x)), wanted)
	v.authorizer = AuthorizerTrace{Type: g.description.Type}
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
			return Verdict{Reason: LacksScope, Err: errors.New(g.Lacks(wanted)), Scopes: wanted}
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

func (g *tokenGuard) authorization() string       { return g.description.Type }
func (g *tokenGuard) scopesOf(m *Method) []string { return g.scopes[m] }

func (g *tokenGuard) describeAuthorizer() *AuthorizerDescription {
	d := g.description
	d.IdentitySources, d.UserPools, d.Audience = slices.Clone(d.IdentitySources), slices.Clone(d.UserPools), slices.Clone(d.Audience)
	return &d
}
