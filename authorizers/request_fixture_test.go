package authorizers_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"os"
	"strings"
	"testing"

	"portcullis/authorizers"
	"portcullis/authorizers/verify"
	"portcullis/authorizers/verify/verifytest"
	"portcullis/policy"
)

// forms are the events that AWS documents, by their files' names.
var forms = []string{"rest-request", "websocket-connect", "http-1.0", "http-2.0"}

// requestFixture is an issuer, keys, and an authorizer of both with its log.
type requestFixture struct {
	issuer  *verifytest.Issuer
	keys    keyring
	request *authorizers.RequestAuthorizer
	log     *bytes.Buffer
}

// keyring holds API keys by their texts; errors come from the function where it is set.
type keyring map[string]any

func (k keyring) VerifyKey(_ context.Context, key string) (*authorizers.Principal, error) {
	switch found := k[key].(type) {
	case authorizers.Principal:
		return &found, nil
	case error:
		return nil, found
	}
	return nil, &authorizers.KeyError{Code: authorizers.CodeAPIKeyUnknown}
}

// holder is the holder of an API key.
func holder(id, scopes string) authorizers.Principal {
	return authorizers.Principal{
		ID: id, Schemes: []string{policy.SchemeAPIKey}, Scopes: strings.Fields(scopes), UsageKey: "usage-" + id,
		Context: map[string]string{"sub": id, "scheme": "apiKey", "keyId": "key-" + id, "scopes": scopes},
	}
}

func newRequestFixture(t testing.TB, change func(*authorizers.Config)) *requestFixture {
	t.Helper()
	f := &requestFixture{issuer: verifytest.NewServer("EdDSA"), keys: keyring{}, log: &bytes.Buffer{}}
	t.Cleanup(f.issuer.Close)
	verifier, err := verify.New(verify.Config{Issuers: []verify.Issuer{{
		Issuer: f.issuer.URL, Audience: []string{verifytest.DefaultClientID}, TokenUse: []string{verify.UseAccess}, Algorithms: []string{"EdDSA"}, Grants: grants,
	}}})
	if err != nil {
		t.Fatal(err)
	}
	config := authorizers.Config{
		Rules: requestRules(t), Tokens: verifier, Keys: f.keys, Log: slog.New(slog.NewJSONHandler(f.log, nil)),
	}
	if change != nil {
		change(&config)
	}
	if f.request, err = authorizers.NewRequest(config); err != nil {
		t.Fatal(err)
	}
	return f
}

// requestRules are rules for both schemes, each alone and both together.
func requestRules(t testing.TB) *policy.Rules {
	t.Helper()
	either := func(scopes ...string) policy.Access {
		return policy.Access{Alternatives: []policy.Alternative{{{Scheme: "bearer", Scopes: scopes}}, {{Scheme: "apiKey", Scopes: scopes}}}}
	}
	token := policy.Access{Alternatives: []policy.Alternative{{{Scheme: "bearer", Scopes: []string{"users/write"}}}}}
	both := policy.Access{Alternatives: []policy.Alternative{{{Scheme: "bearer", Scopes: []string{"users/read"}}, {Scheme: "apiKey", Scopes: []string{"app"}}}}}
	owner := policy.Access{Alternatives: []policy.Alternative{{{Scheme: "bearer", Scopes: []string{"users/read"}}}, {{Scheme: "bearer", Scopes: []string{"users/self"}}}, {{Scheme: "apiKey", Scopes: []string{"users/self"}}}}}
	rules, err := policy.NewRules([]policy.Rule{
		{Route: policy.Route{Method: "GET", Path: "/users"}, Access: either("users/read")},
		{Route: policy.Route{Method: "POST", Path: "/users"}, Access: either("users/write")},
		{Route: policy.Route{Method: "GET", Path: "/users/{id}"}, Access: owner},
		{Route: policy.Route{Method: "GET", Path: "/both"}, Access: both},
		{Route: policy.Route{Method: "GET", Path: "/token"}, Access: token},
		{Route: policy.Route{Method: policy.RouteConnect}, Access: either("users/read")},
	}, map[string]string{"users/self": "id"})
	if err != nil {
		t.Fatal(err)
	}
	return rules
}

// requestEvent is a documented event, changed.
func requestEvent(t testing.TB, form string, change func(map[string]any)) []byte {
	t.Helper()
	text, err := os.ReadFile("testdata/" + form + "-event.json")
	if err != nil {
		t.Fatal(err)
	}
	var event map[string]any
	if err := json.Unmarshal(text, &event); err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(event)
	}
	if text, err = json.Marshal(event); err != nil {
		t.Fatal(err)
	}
	return text
}

// with adds a header to an event, as its form writes it: with the last value and the list of all, or, for HTTP
// APIs, with all values joined by commas. In the event of payload format 1.0, which has identity sources, it is one.
func with(name string, values ...string) func(map[string]any) {
	return func(event map[string]any) {
		headers := event["headers"].(map[string]any)
		if event["version"] == nil {
			headers[name] = values[len(values)-1]
			event["multiValueHeaders"].(map[string]any)[name] = values
			return
		}
		name = strings.ToLower(name)
		if before, ok := headers[name].(string); ok {
			values = append([]string{before}, values...)
		}
		headers[name] = strings.Join(values, ",")
		if before, joined := event["identitySource"].(string); joined {
			event["identitySource"] = before + "," + strings.Join(values, ",")
		}
	}
}

// all makes several changes of an event.
func all(changes ...func(map[string]any)) func(map[string]any) {
	return func(event map[string]any) {
		for _, change := range changes {
			change(event)
		}
	}
}

func without(name string) func(map[string]any) {
	return func(event map[string]any) { delete(event, name) }
}

// allowed lists the requests that an answer's policy allows.
func allowed(t testing.TB, output []byte, requests ...string) string {
	t.Helper()
	var answer authorizers.Answer
	if err := json.Unmarshal(output, &answer); err != nil {
		t.Fatalf("%s: %v", output, err)
	}
	var open []string
	for _, request := range requests {
		if policy.Evaluate(answer.PolicyDocument, policy.Request{Resource: stage + request, Keys: map[string]string{"aws:SourceIp": "203.0.113.7"}}).Decision == policy.Allow {
			open = append(open, request)
		}
	}
	return strings.Join(open, " ")
}
