package main

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/MicahParks/keyfunc/v3"
	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/golang-jwt/jwt/v5"
	jwk2 "github.com/lestrrat-go/jwx/v2/jwk"
	jwt2 "github.com/lestrrat-go/jwx/v2/jwt"
	jwk3 "github.com/lestrrat-go/jwx/v3/jwk"
	jwt3 "github.com/lestrrat-go/jwx/v3/jwt"

	"portcullis/authorizers/verify"
	"portcullis/authorizers/verify/vectors"
)

// contestant is a verifier, and how it is set up for a group.
type contestant struct {
	name    string
	modules []string // of Go, whose versions it has
	kinds   string   // of tokens that it is set up for: what they begin with
	clock   bool     // it takes a clock
	setUp   string   // for people
	make    func(ctx context.Context, g vectors.Group, now func() time.Time) (verifier, error)
}

// verifier verifies a token.
type verifier func(token string) error

// contestants are all, in the order of the page. Those without make are tried by a program: node/try.mjs or python/try.py, which have
// their set-up, too.
var contestants = []contestant{
	{"Portcullis", nil, "", true, "an issuer with `audience`, `algorithms`, `jwksUri`, and for Cognito `tokenUse`", newPortcullis},
	{"golang-jwt", golangJWT, "oidc", true,
		"`WithValidMethods`, `WithIssuer`, `WithAudience`, `WithExpirationRequired`; claims in a struct; keys of keyfunc's `NewDefaultCtx`",
		newGolangJWT(func() jwt.Claims { return &jwt.RegisteredClaims{} })},
	{"golang-jwt/MapClaims", golangJWT, "oidc", true, "the same, with claims in `MapClaims`", newGolangJWT(func() jwt.Claims { return jwt.MapClaims{} })},
	{"go-oidc", []string{"github.com/coreos/go-oidc/v3"}, "oidc", true,
		"`NewVerifier` with `ClientID`, `SupportedSigningAlgs`; keys of `NewRemoteKeySet`", newGoOIDC},
	{"jwx v2", []string{"github.com/lestrrat-go/jwx/v2"}, "oidc", true,
		"`WithKeySet`, `WithIssuer`, `WithAudience`, `WithRequiredClaim(\"exp\")`; the algorithm is that of the key", newJWX2},
	{"jwx v3", []string{"github.com/lestrrat-go/jwx/v3"}, "oidc", true,
		"`WithKeySet`, `WithIssuer`, `WithAudience`, `WithRequiredClaim(\"exp\")`; the algorithm is that of the key", newJWX3},
	{"jose", nil, "oidc", true, "`jwtVerify` with `issuer`, `audience`, `algorithms`, `requiredClaims`; keys of `createLocalJWKSet`", nil},
	{"aws-jwt-verify", nil, "oidc", false, "`JwtVerifier` with `issuer`, `audience`, `jwksUri`; the algorithm is that of the key, and there is no option to require exp", nil},
	{"PyJWT", nil, "oidc", false, "`decode` with `algorithms`, `audience`, `issuer`, `require`; keys of `PyJWKClient`", nil},
	{"aws-jwt-verify for Cognito", nil, "cognito", false, "`CognitoJwtVerifier` with `userPoolId`, `tokenUse`, `clientId`", nil},
}

var golangJWT = []string{"github.com/golang-jwt/jwt/v5", "github.com/MicahParks/keyfunc/v3"}

// newPortcullis is our verifier, with its entry as an issuer's stands in ISSUERS.
func newPortcullis(ctx context.Context, g vectors.Group, now func() time.Time) (verifier, error) {
	entry := verify.Issuer{
		Issuer: g.Issuer, Audience: []string{g.Audience}, Algorithms: g.Algorithms,
		JWKSURI: "data:application/json;base64," + base64.StdEncoding.EncodeToString(g.KeySet),
	}
	if use, cognito := g.Claims["token_use"]; cognito {
		entry.TokenUse = []string{use}
	}
	v, err := verify.New(verify.Config{Issuers: []verify.Issuer{entry}, Now: now, Remember: -1})
	return func(token string) error {
		_, err := v.Verify(ctx, token)
		return err
	}, err
}

// newGolangJWT is set up as https://golang-jwt.github.io/jwt/usage/parse/ has it, with claims of one type or another.
func newGolangJWT(claims func() jwt.Claims) func(context.Context, vectors.Group, func() time.Time) (verifier, error) {
	return func(ctx context.Context, g vectors.Group, now func() time.Time) (verifier, error) {
		quiet := func(string) func(context.Context, error) { return func(context.Context, error) {} }
		keys, err := keyfunc.NewDefaultOverrideCtx(ctx, []string{serveKeys(ctx, g)}, keyfunc.Override{RefreshErrorHandlerFunc: quiet})
		parser := jwt.NewParser(jwt.WithValidMethods(g.Algorithms), jwt.WithIssuer(g.Issuer), jwt.WithAudience(g.Audience),
			jwt.WithExpirationRequired(), jwt.WithTimeFunc(now))
		return func(token string) error {
			_, err := parser.ParseWithClaims(token, claims(), keys.Keyfunc)
			return err
		}, err
	}
}

// newGoOIDC is set up as https://pkg.go.dev/github.com/coreos/go-oidc/v3/oidc#NewVerifier has it.
func newGoOIDC(ctx context.Context, g vectors.Group, now func() time.Time) (verifier, error) {
	v := oidc.NewVerifier(g.Issuer, oidc.NewRemoteKeySet(ctx, serveKeys(ctx, g)),
		&oidc.Config{ClientID: g.Audience, SupportedSigningAlgs: g.Algorithms, Now: now})
	return func(token string) error {
		_, err := v.Verify(ctx, token)
		return err
	}, nil
}

// newJWX2 is set up as https://github.com/lestrrat-go/jwx/blob/develop/v2/docs/01-jwt.md has it.
func newJWX2(_ context.Context, g vectors.Group, now func() time.Time) (verifier, error) {
	set, err := jwk2.Parse(g.KeySet)
	return func(token string) error {
		_, err := jwt2.Parse([]byte(token), jwt2.WithKeySet(set), jwt2.WithValidate(true), jwt2.WithIssuer(g.Issuer),
			jwt2.WithAudience(g.Audience), jwt2.WithRequiredClaim(jwt2.ExpirationKey), jwt2.WithClock(jwt2.ClockFunc(now)))
		return err
	}, err
}

// newJWX3 is set up as https://github.com/lestrrat-go/jwx/blob/develop/v3/docs/01-jwt.md has it.
func newJWX3(_ context.Context, g vectors.Group, now func() time.Time) (verifier, error) {
	set, err := jwk3.Parse(g.KeySet)
	return func(token string) error {
		_, err := jwt3.Parse([]byte(token), jwt3.WithKeySet(set), jwt3.WithIssuer(g.Issuer),
			jwt3.WithAudience(g.Audience), jwt3.WithRequiredClaim(jwt3.ExpirationKey), jwt3.WithClock(jwt3.ClockFunc(now)))
		return err
	}, err
}

// serveKeys serves a group's key set until the context ends.
func serveKeys(ctx context.Context, g vectors.Group) (url string) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Write(g.KeySet)
	}))
	context.AfterFunc(ctx, server.Close)
	return server.URL
}

// versionOf are the versions of a contestant's modules.
func (c contestant) versionOf() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	var versions []string
	for _, module := range info.Deps {
		if slices.Contains(c.modules, module.Path) {
			versions = append(versions, strings.TrimPrefix(module.Version, "v"))
		}
	}
	slices.Reverse(versions) // golang-jwt before its keyfunc
	return strings.Join(versions, ", keyfunc ")
}
