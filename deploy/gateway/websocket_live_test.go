package gateway_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"portcullis/api/contract"
	"portcullis/api/live"
	"portcullis/authorizers"
	"portcullis/authorizers/apikey"
	"portcullis/authorizers/verify"
	"portcullis/authorizers/verify/verifytest"
	"portcullis/deploy/gateway"
	"portcullis/deploy/modes"
	"portcullis/deploy/plan"
)

// liveContract has, beside the routes of this module's own, one that takes a scope, SCOPE, one for owners, and one whose function fails.
const liveContract = `openapi: 3.1.0
info: {title: Live, version: "1"}
x-function: live
x-owner-scopes: {chat/self: user}
components: {securitySchemes: {bearer: {type: http, scheme: bearer}, apiKey: {type: apiKey, in: header, name: X-Api-Key}}}
security: [{bearer: []}, {apiKey: []}]
paths: {"/users/{user}": {get: {}}}
x-websocket:
  connect: {function: live}
  routes:
    whoami: {reply: {}, message: {type: object, additionalProperties: false, required: [action], properties: {action: {const: whoami}, id: {type: string}}}}
    ping: {reply: {}}
    write: {reply: {}, security: [{bearer: [SCOPE]}, {apiKey: [SCOPE]}]}
    rename: {reply: {}, owner: $request.body.user, security: [{bearer: [chat/self]}, {apiKey: [chat/self]}]}
    fail: {reply: {}}
`

const liveMode = `name: test
gateway: WEBSOCKET
authorization: REQUEST
authorizer: {function: request}
localCallers:
  - accessKeyId: AKIAADMIN00000000000
    secretAccessKey: secret-of-the-admin
    arn: arn:aws:iam::123456789012:user/staff/admin
    policy: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: execute-api:ManageConnections, Resource: "*"}]}
`

// handshakeLines are the headers of a handshake by hand.
const handshakeLines = "Host: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"

// credentials are what callers of a liveContract have.
type credentials struct {
	issuer *verifytest.Issuer
	tokens *verify.Verifier
	store  *apikey.MemoryStore
	keys   *apikey.Checker
}

func newCredentials(t testing.TB) *credentials {
	t.Helper()
	c := &credentials{issuer: verifytest.NewServer("EdDSA"), store: apikey.NewMemoryStore()}
	t.Cleanup(c.issuer.Close)
	var err error
	c.tokens, err = verify.New(verify.Config{Issuers: []verify.Issuer{{
		Issuer: c.issuer.URL, Audience: []string{verifytest.DefaultClientID}, TokenUse: []string{verify.UseAccess}, Algorithms: []string{"EdDSA"},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.tokens.Close)
	if c.keys, err = apikey.NewChecker(apikey.Config{Store: c.store}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.keys.Close)
	return c
}

func (c *credentials) key(owner string, scopes ...string) (string, error) {
	key, _, err := apikey.Issue(context.Background(), c.store, apikey.Record{Owner: owner, Scopes: scopes}, time.Now())
	return key.Reveal(), err
}

// newLive makes a gateway of liveContract with a scope, by this module's REQUEST authorizer, and its guard before a handler.
func newLive(t testing.TB, c *credentials, scope string, next live.Handler) *gateway.Gateway {
	t.Helper()
	read, err := contract.Parse("contract.yaml", []byte(strings.ReplaceAll(liveContract, "SCOPE", scope)))
	if err != nil {
		t.Fatal(err)
	}
	mode, err := modes.Parse("test.yaml", []byte(liveMode))
	if err != nil {
		t.Fatal(err)
	}
	compiled, err := plan.Compile(read, mode)
	if err != nil {
		t.Fatal(err)
	}
	rules, err := read.Rules()
	if err != nil {
		t.Fatal(err)
	}
	authorizer, err := authorizers.NewRequest(authorizers.Config{Rules: rules, Tokens: c.tokens, Keys: c.keys})
	if err != nil {
		t.Fatal(err)
	}
	guard, err := live.New(live.Config{Rules: rules, Next: next, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	g, err := gateway.New(gateway.Config{Plan: compiled, Functions: map[string]gateway.Invoker{"request": authorizer, "live": guard}})
	if err != nil {
		t.Fatal(err)
	}
	return g
}
