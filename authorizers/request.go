package authorizers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"portcullis/policy"
)

// RequestAuthorizer is a Lambda authorizer of type REQUEST, for REST APIs, the $connect route of WebSocket APIs, and HTTP
// APIs. It takes an API key in X-Api-Key, a JWT in one of the places that [TokenSources] name, or both. By default a token
// stands in Authorization, behind Bearer; for WebSocket APIs it may also be in the query parameter "token" or behind the
// subprotocol [ProtocolToken].
//
// What it answers depends on the credentials alone, so of REST and HTTP APIs the places that it may find them in have to be the
// identity sources that the gateway keeps answers by; the package comment says more.
type RequestAuthorizer struct {
	config  Config
	bearers bearers
	serves  []form
	hints   hints
}

// NewRequest makes a REQUEST authorizer. The error is a [*ConfigError].
func NewRequest(config Config) (*RequestAuthorizer, error) {
	return newRequest(config, formREST, formWebSocket, formHTTP1, formHTTP2)
}

// NewJWT makes a Lambda authorizer for HTTP APIs that takes bearer JWTs as the gateway's own JWT authorizer does,
// and what that one cannot: several issuers, groups, keys of all kinds, rules for each route and for owners. The
// error is a [*ConfigError].
func NewJWT(config Config) (*RequestAuthorizer, error) {
	if err := config.checkTokensOnly("a JWT"); err != nil {
		return nil, err
	}
	return newRequest(config, formHTTP1, formHTTP2)
}

func newRequest(config Config, serves ...form) (*RequestAuthorizer, error) {
	config, err := config.completed()
	if err != nil {
		return nil, err
	}
	return &RequestAuthorizer{config: config, bearers: bearers{config.Tokens, config.Revocations}, serves: serves}, nil
}

// Invoke answers one event in the form that its API takes. The errors are [ErrUnauthorized], where there is no
// good credential and Config.Deny is false, and others where that could not be told: the package comment says what they become.
// It is the method of aws-lambda-go's lambda.Handler.
func (a *RequestAuthorizer) Invoke(ctx context.Context, event []byte) ([]byte, error) {
	start := time.Now()
	d := decision{log: a.config.Log, hints: &a.hints}
	output, err := a.decide(ctx, event, &d)
	unauthorized := d.done(ctx, err, start)
	if denial, ok := a.config.denial(err); ok {
		return denial, nil
	}
	return output, unauthorized
}

func (a *RequestAuthorizer) decide(ctx context.Context, event []byte, d *decision) ([]byte, error) {
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
	result, err := policyAnswer(&a.config, d.principal, r)
	if err != nil && !errors.As(err, &d.refused) {
		return nil, err
	}
	return json.Marshal(result)
}

func (a *RequestAuthorizer) simple(r *request, d *decision) ([]byte, error) {
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
func (a *RequestAuthorizer) checkForm(f form) error {
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
func (a *RequestAuthorizer) authenticate(ctx context.Context, r *request, d *decision) (*Principal, error) {
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
	both := BothPrincipals(a.config.Rules, token, key)
	return &both, nil
}

// tokenPrincipal is the bearer of the request's token; nil where there is no token.
func (a *RequestAuthorizer) tokenPrincipal(ctx context.Context, r *request, d *decision) (*Principal, error) {
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
func (a *RequestAuthorizer) keyPrincipal(ctx context.Context, r *request, d *decision) (*Principal, error) {
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
	err = p.checkNetwork(r)
	if d.elsewhere = isElsewhere(err) && a.config.Deny && !a.config.Simple && r.form != formWebSocket; d.elsewhere {
		return p, nil // the gateway may keep the answer for those who use the key from where it is for
	}
	return p, err
}
