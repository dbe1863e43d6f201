// Package jwtauth verifies tokens as API Gateway's own authorizers do, those of REST APIs for Cognito user pools and the
// JWT authorizer of HTTP APIs: it is what [gateway.Config] asks for as Tokens. It chooses rules; everything that is
// checked is checked by portcullis/authorizers/verify.
//
// The rules are API Gateway's, which are laxer than those of Portcullis' own authorizers: any app client of a user pool
// will do, and a JWT authorizer takes client_id where there is no aud and asks for no sub. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-integrate-with-cognito.html and
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html.
//
// It is for desks and tests, and it is no place to look for a verifier of one's own: that is verify.
package jwtauth

import (
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"portcullis/authorizers/verify"
	"portcullis/deploy/gateway"
)

// Config says whose tokens there are.
type Config struct {
	UserPool UserPool // the stack's own; required

	// Overrides tells by issuer where key sets are that are not where the issuer says: at an emulator of Cognito's, say.
	// The addresses are https, or http on a loopback host. Nil: none are elsewhere.
	Overrides map[string]string

	Now    func() time.Time // nil: time.Now
	Client *http.Client     // fetches key sets; nil: http.DefaultClient, but following no redirect
}

// UserPool is a user pool and who may be its tokens' audience.
type UserPool struct {
	Issuer    string   // the claim iss of its tokens
	KeySet    string   // where its key set is. Empty: it is discovered
	ClientIDs []string // of its app clients; at least one
}

// ConfigError says what cannot be worked with.
type ConfigError struct {
	Reason string // in words
}

// Error is the reason.
func (e *ConfigError) Error() string { return "tokens: " + e.Reason }

func configError(format string, args ...any) error { return &ConfigError{fmt.Sprintf(format, args...)} }

// Tokens makes verifiers; those of one issuer share its keys. It may be used concurrently.
type Tokens struct {
	own     UserPool
	keySets keySets
	now     func() time.Time
	client  *http.Client

	mu      sync.Mutex
	issuers map[string]*verify.Verifier // takes whatever is signed by the issuer: for its keys only
}

// New makes a maker of verifiers. It makes no network call. The error is a [*ConfigError].
func New(config Config) (*Tokens, error) {
	own := config.UserPool
	if own.Issuer == "" || len(own.ClientIDs) == 0 {
		return nil, configError("UserPool: want an issuer and at least one app client")
	}
	sets, err := newKeySets(config.Overrides, own)
	if err != nil {
		return nil, err
	}
	own.ClientIDs = slices.Clone(own.ClientIDs)
	t := &Tokens{own: own, keySets: sets, now: config.Now, client: sets.client(config.Client), issuers: map[string]*verify.Verifier{}}
	_, err = t.keysOf(own.Issuer)
	return t, err
}

// Verifier makes the verifier of one issuer's tokens. It makes no network call. The error is a [*ConfigError].
func (t *Tokens) Verifier(of gateway.TokenIssuer) (gateway.TokenVerifier, error) {
	rules, err := t.rules(of)
	if err != nil {
		return nil, err
	}
	keys, err := t.keysOf(rules.Issuer)
	if err != nil {
		return nil, err
	}
	rules.JWKSURI = t.keySets.address(rules.Issuer)
	v, err := keys.Sharing(rules)
	if err != nil {
		return nil, configError("%v", err)
	}
	return &verifier{v}, nil
}

// Close ends the fetches of keys that are under way, of all verifiers.
func (t *Tokens) Close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, keys := range t.issuers {
		keys.Close()
	}
}

// The signature algorithms of API Gateway's authorizers. A key that does not say which one it is for is for RS256.
var (
	jwtAlgorithms     = []string{"RS256", "RS384", "RS512"}
	cognitoAlgorithms = []string{"RS256"}
)

// rules are those that API Gateway has for an issuer's tokens.
func (t *Tokens) rules(of gateway.TokenIssuer) (verify.Issuer, error) {
	switch of.Use {
	case verify.UseID, verify.UseAccess:
		if of.Issuer != "" || len(of.Audience) > 0 {
			return verify.Issuer{}, configError("a user pool's tokens have neither another issuer nor an audience that is checked")
		}
		issuer, err := t.poolIssuer(of.UserPool)
		return verify.Issuer{Issuer: issuer, TokenUse: []string{of.Use}, Algorithms: cognitoAlgorithms, InsecureAnyAudience: true}, err
	case "":
		return t.jwtRules(of)
	}
	return verify.Issuer{}, configError(`want the use "id" or "access", got %q`, of.Use)
}

func (t *Tokens) jwtRules(of gateway.TokenIssuer) (verify.Issuer, error) {
	switch {
	case of.UserPool != "":
		return verify.Issuer{}, configError(`user pool %s: want the use "id" or "access"`, of.UserPool)
	case of.Issuer == "" && len(of.Audience) > 0:
		return verify.Issuer{}, configError("the stack's own user pool has audiences of its own")
	case of.Issuer == "":
		of.Issuer, of.Audience = t.own.Issuer, t.own.ClientIDs
	}
	return verify.Issuer{
		Issuer: of.Issuer, Audience: of.Audience, Algorithms: jwtAlgorithms,
		InsecureClientAsAudience: true, InsecureNoSubject: true,
	}, nil
}

// keysOf gives what holds an issuer's keys.
func (t *Tokens) keysOf(issuer string) (*verify.Verifier, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if known := t.issuers[issuer]; known != nil {
		return known, nil
	}
	keys, err := verify.New(verify.Config{
		Issuers: []verify.Issuer{{
			Issuer: issuer, JWKSURI: t.keySets.address(issuer), Algorithms: jwtAlgorithms,
			InsecureAnyAudience: true,
		}},
		Now: t.now, Client: t.client,
	})
	if err != nil {
		return nil, configError("%v", err)
	}
	t.issuers[issuer] = keys
	return keys, nil
}
