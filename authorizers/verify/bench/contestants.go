package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/MicahParks/keyfunc/v3"
	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/golang-jwt/jwt/v5"
	"github.com/lestrrat-go/jwx/v2/jwk"
	jwxjwt "github.com/lestrrat-go/jwx/v2/jwt"

	"portcullis/authorizers/verify"
	"portcullis/authorizers/verify/verifytest"
)

// audience is whom the tokens are for.
const audience = verifytest.DefaultClientID

// contestant verifies tokens of one issuer: signature, iss, aud and exp, which must be there.
type contestant struct {
	name   string
	verify func(raw string) (claims, error)
}

// claims are what an authorizer reads of a token.
type claims struct {
	subject string
	scopes  []string
	groups  []string
}

// makers make the contestants of a setting, in the table's order. The context ends what runs in the background.
var makers = []func(context.Context, *setting) (contestant, error){
	func(ctx context.Context, s *setting) (contestant, error) {
		return newPortcullis(ctx, s, "first-seen", -1)
	},
	func(ctx context.Context, s *setting) (contestant, error) { return newPortcullis(ctx, s, "seen", 0) },
	newJWX,
	newGolangJWT,
	newGoOIDC,
}

// rivalModules names the modules whose versions stand above the table.
var rivalModules = map[string]string{
	"github.com/lestrrat-go/jwx/v2":    "jwx",
	"github.com/golang-jwt/jwt/v5":     "golang-jwt",
	"github.com/MicahParks/keyfunc/v3": "keyfunc",
	"github.com/coreos/go-oidc/v3":     "go-oidc",
}

// newPortcullis is our verifier: without a memory every token is one that it sees for the first time.
func newPortcullis(ctx context.Context, s *setting, name string, remember int) (contestant, error) {
	verifier, err := verify.New(verify.Config{
		Issuers: []verify.Issuer{{
			Issuer: s.issuer.URL, JWKSURI: s.issuer.KeySetURL(), Audience: []string{audience},
			Algorithms: []string{s.algorithm}, GroupsClaim: "groups",
		}},
		Remember: remember,
	})
	return contestant{"portcullis-" + name, func(raw string) (claims, error) {
		c, err := verifier.Verify(ctx, raw)
		if err != nil {
			return claims{}, err
		}
		return claims{c.Subject, c.Scopes, c.Groups}, nil
	}}, err
}

// newJWX is plain jwx with a key set in memory. Its users fetch it with a jwk.Cache, which looks the set up for
// every token; that is not counted here.
func newJWX(ctx context.Context, s *setting) (contestant, error) {
	set, err := jwk.Fetch(ctx, s.issuer.KeySetURL())
	options := []jwxjwt.ParseOption{
		jwxjwt.WithKeySet(set), jwxjwt.WithValidate(true), jwxjwt.WithIssuer(s.issuer.URL),
		jwxjwt.WithAudience(audience), jwxjwt.WithRequiredClaim(jwxjwt.ExpirationKey),
	}
	return contestant{"jwx", func(raw string) (claims, error) {
		token, err := jwxjwt.Parse([]byte(raw), options...)
		if err != nil {
			return claims{}, err
		}
		scope, _ := token.Get("scope")
		text, _ := scope.(string)
		groups, _ := token.Get("groups")
		list, _ := groups.([]any)
		c := claims{token.Subject(), strings.Fields(text), make([]string, len(list))}
		for i, group := range list {
			var ok bool
			if c.groups[i], ok = group.(string); !ok {
				return claims{}, fmt.Errorf("groups holds a %T", group)
			}
		}
		return c, nil
	}}, err
}

// newGolangJWT is golang-jwt with the keys of keyfunc.NewDefaultCtx: fetched over HTTP and refreshed in the
// background, as its users have them in production.
func newGolangJWT(ctx context.Context, s *setting) (contestant, error) {
	type tokenClaims struct {
		jwt.RegisteredClaims
		Scope  string   `json:"scope"`
		Groups []string `json:"groups"`
	}
	keys, err := keyfunc.NewDefaultCtx(ctx, []string{s.issuer.KeySetURL()})
	if err != nil {
		return contestant{}, err
	}
	parser := jwt.NewParser(jwt.WithValidMethods([]string{s.algorithm}), jwt.WithIssuer(s.issuer.URL),
		jwt.WithAudience(audience), jwt.WithExpirationRequired())
	return contestant{"golang-jwt+keyfunc", func(raw string) (claims, error) {
		var c tokenClaims
		if _, err := parser.ParseWithClaims(raw, &c, keys.Keyfunc); err != nil {
			return claims{}, err
		}
		return claims{c.Subject, strings.Fields(c.Scope), c.Groups}, nil
	}}, nil
}

// newGoOIDC is go-oidc with a RemoteKeySet, which is what oidc.NewProvider gives its users in production.
func newGoOIDC(ctx context.Context, s *setting) (contestant, error) {
	verifier := oidc.NewVerifier(s.issuer.URL, oidc.NewRemoteKeySet(ctx, s.issuer.KeySetURL()),
		&oidc.Config{ClientID: audience, SupportedSigningAlgs: []string{s.algorithm}})
	return contestant{"go-oidc", func(raw string) (claims, error) {
		token, err := verifier.Verify(ctx, raw)
		if err != nil {
			return claims{}, err
		}
		var c struct {
			Scope  string   `json:"scope"`
			Groups []string `json:"groups"`
		}
		if err := token.Claims(&c); err != nil {
			return claims{}, err
		}
		return claims{token.Subject, strings.Fields(c.Scope), c.Groups}, nil
	}}, nil
}
