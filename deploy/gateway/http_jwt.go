package gateway

import (
	"errors"
	"strings"
)

// defaultJWTSource is where a JWT is.
const defaultJWTSource = "$request.header.Authorization"

// jwtGuard is an HTTP API's authorization JWT. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html.
type jwtGuard struct {
	source   source
	issuer   TokenIssuer
	verifier TokenVerifier
	scopes   map[*method][]string
}

func newJWTGuard(s *stage) (httpGuard, error) {
	if err := needTokens(s); err != nil {
		return nil, err
	}
	g := &jwtGuard{source: sourceOf(defaultJWTSource), issuer: TokenIssuer{Issuer: s.mode.Authorizer.Issuer, Audience: s.mode.Authorizer.Audience}}
	if sources := sourcesOf(s.mode.Authorizer.IdentitySource); len(sources) > 0 {
		g.source = sources[0]
	}
	var err error
	g.verifier, err = s.config.Tokens.Verifier(g.issuer)
	if err != nil {
		return nil, s.mode.Wrong(err.Error(), "authorizer")
	}
	g.scopes, err = scopesByMethod(s)
	return g, err
}

// authorize takes a token of the issuer with any one of the route's scopes.
func (g *jwtGuard) authorize(x *exchange) *httpRefusal {
	token := bearer(g.source.value(x))
	if token == "" {
		x.traceToken(errors.New("there is no token"))
		return &httpRefusal{httpUnauthorized, "Bearer", "there is no token"}
	}
	claims, err := g.verify(x, token)
	wrong := (*TokenError)(nil)
	switch {
	case errors.As(err, &wrong):
		return &httpRefusal{httpUnauthorized, challenge("", "invalid_token", wrong.Description), wrong.Description}
	case err != nil:
		return &httpRefusal{authorizerError, "", err.Error()}
	}
	have, want := tokenScopes(claims), g.scopes[x.method]
	if len(want) > 0 && !hasAny(have, want) {
		missing := "expected scopes: [" + strings.Join(want, " ") + "]"
		x.traceToken(errors.New(missing))
		return &httpRefusal{forbidden, challenge(strings.Join(want, " "), "insufficient_scope", missing), missing}
	}
	x.identity = &identity{claims: claims}
	if len(want) > 0 { // events have no scopes where the route asks for none
		x.identity.scopes = have
	}
	return nil
}

// verify gives the claims of a good token.
func (g *jwtGuard) verify(x *exchange, token string) (map[string]any, error) {
	err := g.verifier.VerifyToken(x.r.Context(), token)
	x.traceToken(err)
	if err != nil {
		return nil, err
	}
	claims, err := readClaims(token)
	if err != nil {
		return nil, &TokenError{Description: "the token's claims cannot be read"}
	}
	return claims, nil
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
