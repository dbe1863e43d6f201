package gateway_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"portcullis/api/contract"
	"portcullis/api/live"
	"portcullis/authorizers"
	"portcullis/authorizers/apikey"
	"portcullis/authorizers/verify"
	"portcullis/authorizers/verify/verifytest"
	"portcullis/deploy/gateway"
	"portcullis/deploy/modes"
)

// rightsContract has operations, and messages that ask for the same.
const rightsContract = `openapi: 3.1.0
info: {title: Rights, version: "1"}
x-function: f
x-owner-scopes: {self: id}
components: {securitySchemes: {bearer: {type: http, scheme: bearer}, apiKey: {type: apiKey, in: header, name: X-Api-Key}}}
paths:
  /bearer: {get: {security: [bearer: [read]]}}
  /key: {get: {security: [apiKey: [read]]}}
  /both: {get: {security: [{bearer: [read], apiKey: [write]}]}}
  /either: {get: {security: [bearer: [write], apiKey: [write]]}}
  /own/{id}: {parameters: [{name: id, in: path, required: true}], get: {security: [bearer: [self], apiKey: [self]]}}
  /mixed/{id}: {parameters: [{name: id, in: path, required: true}], get: {security: [{bearer: [read], apiKey: [self]}]}}
x-websocket:
  connect: {security: [bearer: [], apiKey: []]}
  routes:
    bearer: {reply: {}, security: [bearer: [read]]}
    key: {reply: {}, security: [apiKey: [read]]}
    both: {reply: {}, security: [{bearer: [read], apiKey: [write]}]}
    either: {reply: {}, security: [bearer: [write], apiKey: [write]]}
    own: {reply: {}, owner: $request.body.id, security: [bearer: [self], apiKey: [self]]}
    mixed: {reply: {}, owner: $request.body.id, security: [{bearer: [read], apiKey: [self]}]}
`

// rights is a WebSocket API and a REST API of rightsContract, behind one REQUEST authorizer.
type rights struct {
	*chat
	rest *stage
}

// echo is a function that answers "passed".
type echo struct{}

func (echo) Invoke(context.Context, []byte) ([]byte, error) {
	return []byte(`{"statusCode":200,"body":"passed"}`), nil
}

// newRights starts both APIs.
func newRights(t *testing.T, tokens authorizers.TokenVerifier, keys authorizers.KeyVerifier) *rights {
	t.Helper()
	read, err := contract.Parse("contract.yaml", []byte(rightsContract))
	if err != nil {
		t.Fatal(err)
	}
	rules, err := read.Rules()
	if err != nil {
		t.Fatal(err)
	}
	authorizer, err := authorizers.NewRequest(authorizers.Config{Rules: rules, Tokens: tokens, Keys: keys})
	if err != nil {
		t.Fatal(err)
	}
	guard, err := live.New(live.Config{Rules: rules, Next: echo{}, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	serve := func(modeText string, function gateway.Invoker) func(*setting) {
		m, err := modes.Parse("test.yaml", []byte(with(modeText, "function: token", "function: request")))
		if err != nil {
			t.Fatal(err)
		}
		return func(c *setting) {
			c.Contract, c.Mode, c.Now = read, m, time.Now
			c.Functions = map[string]gateway.Invoker{"request": authorizer, "f": function}
		}
	}
	return &rights{newChat(t, chatMode, serve(chatMode, guard)), newStage(t, serve(askedModes["REST"], echo{}))}
}

// TestNoMessagePassesThatRESTRefuses: with any token and any key in one handshake, each with scopes of its own, of an issuer whose
// callers own things and of one whose callers own nothing, what may be sent is what may be called with the same two.
func TestNoMessagePassesThatRESTRefuses(t *testing.T) {
	owners, others, store := newIssuer(t), newIssuer(t), apikey.NewMemoryStore()
	trusted := func(i *verifytest.Issuer, own bool) verify.Issuer {
		return verify.Issuer{Issuer: i.URL, Audience: []string{verifytest.DefaultClientID}, TokenUse: []string{verify.UseAccess}, Algorithms: []string{"ES256"}, Scopes: []string{"*"}, Owners: new(own)}
	}
	verifier, err := verify.New(verify.Config{Issuers: []verify.Issuer{trusted(owners, true), trusted(others, false)}})
	if err != nil {
		t.Fatal(err)
	}
	defer verifier.Close()
	checker, err := apikey.NewChecker(apikey.Config{Store: store})
	if err != nil {
		t.Fatal(err)
	}
	defer checker.Close()
	tokens, keys := map[string]string{"no token": ""}, map[string]string{"no key": ""}
	for _, scope := range []string{"read", "write", "self"} {
		options := verifytest.Options{Subject: "ann", Scopes: []string{scope}}
		tokens["a token to "+scope] = owners.CognitoAccess(options)
		tokens["a token to "+scope+" of who owns nothing"] = others.CognitoAccess(options)
		for _, owner := range []string{"ann", "bob"} {
			key, _, err := apikey.Issue(t.Context(), store, apikey.Record{Owner: owner, Scopes: []string{scope}}, time.Now())
			if err != nil {
				t.Fatal(err)
			}
			keys["a key to "+scope+" of "+owner] = key.Reveal()
		}
	}
	r := newRights(t, verifier, checker)
	passed := map[string]int{}
	for token, tokenText := range tokens {
		for key, keyText := range keys {
			header := http.Header{}
			if tokenText != "" {
				header.Set("Authorization", "Bearer "+tokenText)
			}
			if keyText != "" {
				header.Set("X-Api-Key", keyText)
			}
			c, err := r.dial("/test", &websocket.DialOptions{HTTPHeader: header})
			if header["Authorization"] == nil && header["X-Api-Key"] == nil {
				if err == nil || c.response.StatusCode != 401 {
					t.Errorf("somebody connects without credentials: %v", err)
				}
				continue
			}
			if err != nil {
				t.Fatalf("%s and %s: %v", token, key, err)
			}
			for _, path := range []string{"bearer", "key", "both", "either", "own/ann", "own/bob", "own/cy", "mixed/ann", "mixed/bob", "mixed/cy"} {
				request := r.rest.request(t, "GET /test/"+path)
				request.Header = header.Clone()
				status := do(t, request).status
				action, id, _ := strings.Cut(path, "/")
				message, err := json.Marshal(map[string]string{"action": action, "id": id})
				if err != nil {
					t.Fatal(err)
				}
				c.say(t, string(message))
				answer, err := c.hear()
				if pass := answer == "passed"; err != nil || pass != (status == 200) || !pass && (status != 403 || !strings.HasPrefix(answer, `{"message": "Forbidden"`)) {
					t.Errorf("%s with %s and %s: %s, error %v; as a request: %d", path, token, key, answer, err, status)
				} else if pass {
					passed[path]++
				}
			}
			c.CloseNow()
		}
	}
	if passed["bearer"] != 14 || passed["both"] != 4 || passed["own/ann"] == 0 || passed["own/bob"] == 0 || passed["mixed/ann"] != 1 || passed["mixed/bob"]+passed["own/cy"]+passed["mixed/cy"] != 0 {
		t.Errorf("what passed: %v", passed)
	}
}
