package live_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"portcullis/api/live"
	"portcullis/authorizers"
	"portcullis/authorizers/verify"
	"portcullis/authorizers/verify/verifytest"
	"portcullis/policy"
)

// keyring holds API keys by their texts.
type keyring map[string]authorizers.Principal

func (k keyring) VerifyKey(_ context.Context, key string) (*authorizers.Principal, error) {
	if p, known := k[key]; known {
		return &p, nil
	}
	return nil, &authorizers.KeyError{Code: authorizers.CodeAPIKeyUnknown}
}

// client is credentials of one who connects, and calls.
type client struct{ token, key string }

// connection is a WebSocket API and a REST API by the same rules, behind the same authorizer.
type connection struct {
	rules      *policy.Rules
	authorizer *authorizers.RequestAuthorizer
}

// authorize asks the authorizer, as a REST API does about a path, or a WebSocket API about connecting. It gives the answer.
func (c *connection) authorize(t *testing.T, who client, arn string) authorizers.Answer {
	t.Helper()
	headers := map[string]any{}
	if who.token != "" {
		headers["Authorization"] = "Bearer " + who.token
	}
	if who.key != "" {
		headers["X-Api-Key"] = who.key
	}
	event, err := json.Marshal(map[string]any{"type": "REQUEST", "methodArn": arn, "resource": "/", "headers": headers, "requestContext": map[string]any{"identity": map[string]any{"sourceIp": "203.0.113.7"}}})
	if err != nil {
		t.Fatal(err)
	}
	output, err := c.authorizer.Invoke(t.Context(), event)
	if err != nil {
		t.Fatal(err)
	}
	var answer authorizers.Answer
	if err := json.Unmarshal(output, &answer); err != nil {
		t.Fatal(err)
	}
	return answer
}

const stage = "arn:aws:execute-api:us-east-1:123456789012:abcdef123/prod/"

// evaluate is what the gateway makes of the policy for a request at a time.
func evaluate(a authorizers.Answer, request string, at time.Time) policy.Decision {
	keys := map[string]string{"aws:CurrentTime": at.UTC().Format("2006-01-02T15:04:05Z"), "aws:SourceIp": "203.0.113.7"}
	return policy.Evaluate(a.PolicyDocument, policy.Request{Resource: stage + request, Keys: keys}).Decision
}

// TestNoMessagePassesThatARequestWouldNot: the whole way, from credentials by the authorizer's answer for connecting to a message,
// beside that by its policy to a request of the same security: for random rules; for tokens of two issuers, one of which has
// nobody who owns anything; for keys, and both together with scopes of their own; before they end, and after it.
func TestNoMessagePassesThatARequestWouldNot(t *testing.T) {
	own, nobodys := verifytest.NewServer("EdDSA"), verifytest.NewServer("EdDSA")
	defer own.Close()
	defer nobodys.Close()
	issuer := func(i *verifytest.Issuer, owners bool) verify.Issuer {
		return verify.Issuer{Issuer: i.URL, Audience: []string{verifytest.DefaultClientID}, TokenUse: []string{verify.UseAccess}, Algorithms: []string{"EdDSA"}, Scopes: []string{"*"}, Owners: new(owners)}
	}
	verifier, err := verify.New(verify.Config{Issuers: []verify.Issuer{issuer(own, true), issuer(nobodys, false)}})
	if err != nil {
		t.Fatal(err)
	}
	defer verifier.Close()

	issued := time.Now().Truncate(time.Second)
	ends := issued.Add(time.Hour)
	keys := keyring{}
	clients := []client{}
	tokens, texts := []string{""}, []string{""}
	for _, scopes := range []string{"read", "write", "self", "read self"} {
		for _, from := range []*verifytest.Issuer{own, nobodys} {
			tokens = append(tokens, from.CognitoAccess(verifytest.Options{Scopes: strings.Fields(scopes), Subject: "a", IssuedAt: issued, Lifetime: time.Hour}))
		}
		for _, id := range []string{"a", "b"} {
			key := scopes + " of " + id
			keys[key] = authorizers.Principal{ID: id, Schemes: []string{policy.SchemeAPIKey}, Scopes: strings.Fields(scopes), Expires: ends.Add(time.Hour), Context: map[string]string{"sub": id}}
			texts = append(texts, key)
		}
	}
	for _, token := range tokens {
		for _, key := range texts {
			if token+key != "" {
				clients = append(clients, client{token, key})
			}
		}
	}

	draw := rand.New(rand.NewPCG(3, 4))
	pick := func(from ...string) string { return from[draw.IntN(len(from))] }
	counts := map[policy.Decision]int{}
	for range 120 {
		var alternatives []string
		for range draw.IntN(3) {
			alternatives = append(alternatives, pick("bearer:read", "bearer:self", "apiKey:self", "apiKey:read", "bearer:read apiKey:write", "bearer:self apiKey:", "bearer:read,self", "bearer:"))
		}
		security := access(alternatives...)
		owner := map[bool]string{true: "$request.body.id"}[strings.Contains(strings.Join(alternatives, " "), "self")]
		rules, err := policy.NewRules([]policy.Rule{
			{Route: policy.Route{Method: "GET", Path: "/things/{id}"}, Access: security},
			rule("get", security, owner, ""), rule("$connect", access("bearer:", "apiKey:"), "", ""),
		}, map[string]string{"self": "id"})
		if err != nil {
			t.Fatal(err)
		}
		c := connection{rules: rules}
		if c.authorizer, err = authorizers.NewRequest(authorizers.Config{Rules: rules, Tokens: verifier, Keys: keys}); err != nil {
			t.Fatal(err)
		}
		for range 20 {
			who := clients[draw.IntN(len(clients))]
			asked, connected := c.authorize(t, who, stage+"GET/things/a"), c.authorize(t, who, stage+"$connect")
			if evaluate(connected, "$connect", issued) != policy.Allow {
				t.Fatalf("%+v may not connect", who)
			}
			at := issued.Add(time.Duration(draw.IntN(3)) * 30 * time.Minute)
			for _, id := range []string{"a", "b", "c"} {
				want := evaluate(asked, "GET/things/"+id, at)
				if got := c.send(t, connected, id, at); got != want {
					t.Fatalf("%v of %s at %v by %+v: %s, and %s as a request", alternatives, id, at.Sub(issued), who, got, want)
				}
				counts[want]++
			}
		}
	}
	if counts[policy.Allow] < 700 || counts[policy.Deny] < 1000 {
		t.Errorf("%v: the test says little", counts)
	}
}

// send sends a message over a connection, for which the authorizer gave an answer.
func (c *connection) send(t *testing.T, connected authorizers.Answer, id string, at time.Time) policy.Decision {
	t.Helper()
	next := &handler{}
	guard, err := live.New(live.Config{Rules: c.rules, Next: next, Now: func() time.Time { return at }, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	context := maps.Clone(connected.Context)
	context["principalId"] = connected.PrincipalID
	event := eventOf(t, "message", key("get"), body(fmt.Sprintf(`{"action":"get","id":%q}`, id)), set("authorizer", context))
	if _, err := guard.Invoke(t.Context(), event); err != nil {
		t.Fatal(err)
	}
	if next.calls > 0 {
		return policy.Allow
	}
	return policy.Deny
}
