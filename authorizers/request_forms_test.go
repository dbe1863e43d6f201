package authorizers_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"portcullis/authorizers"
	"portcullis/authorizers/verify"
	"portcullis/authorizers/verify/verifytest"
)

// TestSimpleAnswers are for one route, and refused where the gateway might use them for another owner.
func TestSimpleAnswers(t *testing.T) {
	f := newRequestFixture(t, func(c *authorizers.Config) { c.Simple = true })
	f.keys["reads"], f.keys["self"] = holder("k", "users/read"), holder("me", "users/self")
	here := holder("k", "users/read")
	here.Networks = []netip.Prefix{netip.MustParsePrefix("203.0.113.0/24")}
	f.keys["here"] = here
	tests := []struct {
		key, route, request string
		sources             []any
		want                string
	}{
		{"reads", "GET /users", "GET/users", nil, "true"}, // nothing is kept
		{"reads", "$default", "GET/users", nil, "true"},
		{"reads", "ANY /{proxy+}", "GET/users/", nil, "false"}, // which GET /users does not serve
		{"reads", "GET /users", "GET/users", []any{"reads", "GET /users"}, "true"},
		{"reads", "POST /users", "POST/users", []any{"reads", "POST /users"}, "false"},
		{"reads", "GET /users", "GET/users", []any{"reads"}, "error"},
		{"reads", "POST /users", "POST/users", []any{"reads"}, "error"},
		{"reads", "$default", "GET/users", []any{"reads", "$default"}, "error"}, // of many requests
		{"reads", "$default", "POST/users", []any{"reads", "$default"}, "error"},
		{"reads", "GET /nowhere", "GET/nowhere", []any{"reads", "GET /nowhere"}, "error"},
		{"reads", "ANY /{proxy+}", "GET/users", []any{"reads", "ANY /{proxy+}"}, "error"},
		{"reads", "GET /users", "POST/users", []any{"reads", "GET /users"}, "error"},
		{"reads", "GET /users/{id}", "GET/users/me", []any{"reads", "GET /users/{id}"}, "false"},
		{"self", "GET /users/{id}", "GET/users/me", nil, "true"},
		{"self", "GET /users/{id}", "GET/users/you", nil, "false"},
		{"self", "GET /users/{id}", "GET/users/me", []any{"self", "GET /users/{id}"}, "error"},
		{"self", "GET /users/{id}", "GET/users/me", []any{"self", "GET /users/{id}", "/users/me"}, "error"}, // whoever wrote it there
		{"self", "GET /users/{id}", "GET/users/you", []any{"self", "GET /users/{id}"}, "error"},
		{"here", "GET /users", "GET/users", nil, "true"},
		{"here", "GET /users", "GET/users", []any{"here", "GET /users"}, "error"},
		{"here", "POST /users", "POST/users", []any{"here", "POST /users"}, "false"},
	}
	for _, test := range tests {
		f.log.Reset()
		event := requestEvent(t, "http-2.0", all(with("X-Api-Key", test.key), func(e map[string]any) {
			e["routeArn"], e["routeKey"], e["identitySource"] = stage+test.request, test.route, test.sources
		}))
		output, err := f.request.Invoke(t.Context(), event)
		var answer authorizers.SimpleAnswer
		got := "error"
		if err == nil {
			err = json.Unmarshal(output, &answer)
			got = fmt.Sprint(answer.IsAuthorized)
		}
		if got != test.want || err != nil && err.Error() == "Unauthorized" || bytes.Contains(output, []byte("policyDocument")) {
			t.Errorf("%s for %s kept by %v: output %s, error %v; want %s", test.request, test.key, test.sources, output, err, test.want)
		}
		if decision := map[string]string{"true": "allow", "false": "deny", "error": "cannot-tell"}[test.want]; !strings.Contains(f.log.String(), `"decision":"`+decision) {
			t.Errorf("%s for %s: the log says %s", test.request, test.key, f.log)
		}
	}
	// A client that writes the route's key itself, where the gateway may read another identity source, opens nothing.
	for name, change := range map[string]func(map[string]any){
		"header":    with("X-Tenant", "GET /users"),
		"spaces":    with("X-Tenant", " GET /users "),
		"parameter": func(e map[string]any) { e["queryStringParameters"] = map[string]any{"route": "GET /users"} },
		"cookie":    func(e map[string]any) { e["cookies"] = []any{"GET /users"} },
	} {
		event := requestEvent(t, "http-2.0", all(with("X-Api-Key", "reads"), change, func(e map[string]any) { e["identitySource"] = []any{"reads", "GET /users"} }))
		if output, err := f.request.Invoke(t.Context(), event); !errors.As(err, new(*authorizers.CacheError)) {
			t.Errorf("the route's key in a %s: output %s, error %v", name, output, err)
		}
	}
	for _, form := range []string{"rest-request", "websocket-connect", "http-1.0"} {
		if output, err := f.request.Invoke(t.Context(), requestEvent(t, form, with("X-Api-Key", "reads"))); err == nil || err.Error() == "Unauthorized" {
			t.Errorf("%s takes no simple answer: output %s, error %v", form, output, err)
		}
	}
}

// TestJWT: an authorizer for HTTP APIs that looks at no API key.
func TestJWT(t *testing.T) {
	issuer := verifytest.NewServer("ES256")
	defer issuer.Close()
	verifier, err := verify.New(verify.Config{Issuers: []verify.Issuer{{Issuer: issuer.URL, Audience: []string{verifytest.DefaultClientID}, Algorithms: []string{"ES256"}, GroupsClaim: "groups",
		Grants: map[string]map[string][]string{"groups": groups}}}})
	if err != nil {
		t.Fatal(err)
	}
	jwt, err := authorizers.NewJWT(authorizers.Config{Rules: requestRules(t), Tokens: verifier})
	if err != nil {
		t.Fatal(err)
	}
	token := with("Authorization", "Bearer "+issuer.OIDC(verifytest.Options{Groups: []string{"members"}, Subject: "me"}))
	for _, form := range forms {
		output, err := jwt.Invoke(t.Context(), requestEvent(t, form, token))
		if strings.HasPrefix(form, "http") {
			if err != nil || allowed(t, output, "GET/users", "GET/users/me", "GET/users/you") != "GET/users/me" {
				t.Errorf("%s: output %s, error %v", form, output, err)
			}
		} else if err == nil || err.Error() == "Unauthorized" || !strings.Contains(err.Error(), "not for") {
			t.Errorf("%s: output %s, error %v", form, output, err)
		}
		if output, err := jwt.Invoke(t.Context(), requestEvent(t, form, with("X-Api-Key", "x"))); err == nil {
			t.Errorf("%s with an API key: output %s", form, output)
		}
	}
	tokenEvent := event(t, "Bearer "+issuer.OIDC(verifytest.Options{Groups: []string{"readers"}}))
	if output, err := jwt.Invoke(t.Context(), tokenEvent); err == nil || !strings.Contains(err.Error(), `got "TOKEN"`) {
		t.Errorf("an event of type TOKEN: output %s, error %v", output, err)
	}
	if _, err := authorizers.NewJWT(authorizers.Config{Rules: requestRules(t)}); !errors.As(err, new(*authorizers.ConfigError)) {
		t.Errorf("without a verifier: %v", err)
	}
}

func TestNewRequestRefuses(t *testing.T) {
	for _, config := range []authorizers.Config{{}, {Keys: keyring{}}, {Rules: requestRules(t)}} {
		if _, err := authorizers.NewRequest(config); !errors.As(err, new(*authorizers.ConfigError)) {
			t.Errorf("%+v: error %v", config, err)
		}
	}
}
