package authorizers

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"portcullis/policy"
)

// KeyVerifier verifies the text of an API key and gives its holder. Its errors are [*KeyError] for a bad key,
// and any other, such as [*KeysUnavailableError], where that cannot be told. Package apikey has one.
type KeyVerifier interface {
	VerifyKey(ctx context.Context, key string) (*Principal, error)
}

// RequestConfig is what a REQUEST authorizer works with.
type RequestConfig struct {
	Rules       *policy.Rules // who may call what; required
	Tokens      TokenVerifier // nil: bearer tokens are not looked at
	Revocations Revocations   // nil: tokens are good until they end
	Keys        KeyVerifier   // nil: API keys are not looked at; one of Tokens and Keys is required
	Simple      bool          // answer HTTP APIs of payload format 2.0 with isAuthorized; false: with a policy
	MaxToken    int           // the longest token that Tokens takes, in bytes; 0: DefaultMaxToken
	Log         *slog.Logger  // gets a line for each decision; nil: none

	TokenSources TokenSources // where tokens are looked for; zero: the strict default
}

// DefaultMaxToken is how long a token may be, in bytes: as long as all headers that API Gateway passes on.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html.
const DefaultMaxToken = 10240

// Request is a Lambda authorizer of type REQUEST, for REST APIs, the $connect route of WebSocket APIs, and HTTP
// APIs. It takes an API key in X-Api-Key, a JWT in one of the places that [TokenSources] name, or both. By default a token
// stands in Authorization, behind Bearer; for WebSocket APIs it may also be in the query parameter "token" or behind the
// subprotocol [ProtocolToken].
//
// What it answers depends on the credentials alone, so the places that it may find them in have to be the identity
// sources that the gateway keeps answers by; the package comment says more.
type Request struct {
	config  RequestConfig
	bearers bearers
	serves  []form
	hints   hints
}

// NewRequest makes a REQUEST authorizer. The error is a [*ConfigError].
func NewRequest(config RequestConfig) (*Request, error) {
	if config.Rules == nil {
		return nil, &ConfigError{"Rules", "are missing"}
	}
	if config.Tokens == nil && config.Keys == nil {
		return nil, &ConfigError{"Tokens and Keys", "are missing: no credential would be accepted"}
	}
	if config.MaxToken < 0 {
		return nil, &ConfigError{"MaxToken", fmt.Sprintf("want a number of bytes, or 0 for %d, got %d", DefaultMaxToken, config.MaxToken)}
	}
	config.MaxToken = cmp.Or(config.MaxToken, DefaultMaxToken)
	if config.Log == nil {
		config.Log = slog.New(slog.DiscardHandler)
	}
	config.TokenSources = config.TokenSources.orDefault()
	return &Request{
		config:  config,
		bearers: bearers{config.Tokens, config.Revocations},
		serves:  []form{formREST, formWebSocket, formHTTP1, formHTTP2},
	}, nil
}

// JWTConfig is what a JWT authorizer works with.
type JWTConfig struct {
	Rules       *policy.Rules // who may call what; required
	Verifier    TokenVerifier // required
	Revocations Revocations   // nil: tokens are good until they end
	Simple      bool          // answer payload format 2.0 with isAuthorized; false: with a policy
	Log         *slog.Logger  // gets a line for each decision; nil: none

	TokenSources TokenSources // how the token stands in the header: bearer, raw or both; zero: bearer
}

// NewJWT makes a Lambda authorizer for HTTP APIs that takes bearer JWTs as the gateway's own JWT authorizer does,
// and what that one cannot: several issuers, groups, keys of all kinds, rules for each route and for owners. The
// error is a [*ConfigError].
func NewJWT(config JWTConfig) (*Request, error) {
	if config.Verifier == nil {
		return nil, &ConfigError{"Verifier", "is missing"}
	}
	if err := config.TokenSources.checkHeadersOnly("a JWT"); err != nil {
		return nil, err
	}
	r, err := NewRequest(RequestConfig{
		Rules: config.Rules, Tokens: config.Verifier, Revocations: config.Revocations,
		Simple: config.Simple, Log: config.Log, TokenSources: config.TokenSources,
	})
	if err != nil {
		return nil, err
	}
	r.serves = []form{formHTTP1, formHTTP2}
	return r, nil
}

// Invoke answers one event in the form that its API takes. The errors are [ErrUnauthorized], where there is no
// good credential, and others where that could not be told: the package comment says what they become.
// It is the method of aws-lambda-go's lambda.Handler.
func (a *Request) Invoke(ctx context.Context, event []byte) ([]byte, error) {
	start := time.Now()
	d := decision{log: a.config.Log, hints: &a.hints}
	output, err := a.decide(ctx, event, &d)
	return output, d.done(ctx, err, start)
}

func (a *Request) decide(ctx context.Context, event []byte, d *decision) ([]byte, error) {
	r, err := parseRequest(event)
	if err != nil {
		return nil, err
	}
	d.arn, d.route, d.requestID = r.arn, r.route, r.requestID
	if err := a.checkForm(r.form); err != nil {
		return nil, err
	}
	if d.principal, err = a.authenticate(ctx, r, d); err != nil {
		return nil, err
	}
	if a.config.Simple {
		return a.simple(r, d)
	}
	result, err := policyAnswer(a.config.Rules, d.principal, r)
	if err != nil {
		return nil, err
	}
	return json.Marshal(result)
}

func (a *Request) simple(r *request, d *decision) ([]byte, error) {
	result, err := simpleAnswer(a.config.Rules, d.principal, r)
	if err != nil {
		return nil, err
	}
	if d.verdict = policy.Deny.String(); result.IsAuthorized {
		d.verdict = policy.Allow.String()
	}
	return json.Marshal(result)
}

// checkForm refuses events that the function is not for, or that cannot have the kind of answer it gives.
func (a *Request) checkForm(f form) error {
	if !slices.Contains(a.serves, f) {
		return &EventError{fmt.Sprintf("the event is of a %s API, which this authorizer is not for", f)}
	}
	if a.config.Simple && f != formHTTP2 {
		return &EventError{fmt.Sprintf("a %s API takes no simple answer", f)}
	}
	return nil
}

// authenticate finds out who makes a request. A credential that fails is never passed over for another one. With an error
// there may be a principal, for the log.
func (a *Request) authenticate(ctx context.Context, r *request, d *decision) (*Principal, error) {
	if err := r.checkBounds(a.config.MaxToken); err != nil {
		return nil, err
	}
	token, err := a.tokenPrincipal(ctx, r, d)
	if err != nil {
		return token, err
	}
	key, err := a.keyPrincipal(ctx, r, d)
	switch {
	case err != nil:
		return nil, err
	case token == nil && key == nil:
		return nil, r.noCredential()
	case key == nil:
		return token, nil
	case token == nil:
		return key, nil
	}
	both := bothPrincipals(a.config.Rules, token, key)
	return &both, nil
}

// tokenPrincipal is the bearer of the request's token; nil where there is no token.
func (a *Request) tokenPrincipal(ctx context.Context, r *request, d *decision) (*Principal, error) {
	if a.config.Tokens == nil {
		return nil, nil
	}
	d.looked = a.config.TokenSources.in(r.form)
	token, source, err := r.findToken(&a.config.TokenSources)
	d.found(source)
	if err != nil || token == "" {
		return nil, err
	}
	return a.bearers.bearer(ctx, token)
}

// keyPrincipal is the holder of the request's API key; nil where there is no key.
func (a *Request) keyPrincipal(ctx context.Context, r *request, d *decision) (*Principal, error) {
	if a.config.Keys == nil {
		return nil, nil
	}
	d.looked = append(slices.Clip(d.looked), sourceAPIKey)
	key, source, err := r.findKey()
	d.found(source)
	if err != nil || key == "" {
		return nil, err
	}
	p, err := a.config.Keys.VerifyKey(ctx, key)
	if err != nil {
		return nil, err
	}
	if p == nil {
		return nil, errors.New("the verifier gave neither a principal nor an error")
	}
	return p, p.checkNetwork(r.sourceIP)
}
