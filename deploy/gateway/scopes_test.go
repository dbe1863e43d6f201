package gateway_test

import (
	"context"
	"strings"
	"testing"

	"portcullis/api/contract"
	"portcullis/deploy/gateway"
	"portcullis/deploy/modes"
)

// nobody is a verifier that takes no token.
type nobody struct{}

func (nobody) Verifier(gateway.TokenIssuer) (gateway.TokenVerifier, error) { return nobody{}, nil }

func (nobody) VerifyToken(context.Context, string) error {
	return &gateway.TokenError{Description: "no token is good"}
}

// TestScopesThatCannotBeExpressed: the gateway's own authorizers open a method to a token with any one of its scopes. A
// rule that says more is refused, since they would open what it keeps closed.
func TestScopesThatCannotBeExpressed(t *testing.T) {
	kinds := map[string]string{
		"COGNITO_USER_POOLS": "name: test\ngateway: REST\nauthorization: COGNITO_USER_POOLS\nauthorizer: {}\n",
		"JWT":                "name: test\ngateway: HTTP\nauthorization: JWT\nauthorizer: {}\n",
	}
	for authorization, text := range kinds {
		m, err := modes.Parse("test.yaml", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		for _, test := range []struct{ security, want string }{
			{"[]", ""},
			{"[bearer: []]", ""},
			{"[bearer: [a]]", ""},
			{"[{bearer: [a]}, {bearer: [b]}]", ""},
			{"[{bearer: [a]}, {apiKey: [b]}]", ""},
			{"[{bearer: [a]}, {bearer: [own]}]", ""},
			{"[bearer: [a, b]]", "an alternative asks for several scopes at once"},
			{"[{bearer: [a], apiKey: [b]}]", "an alternative asks for another scheme beside the token"},
			{"[{bearer: [a]}, {bearer: [b], apiKey: []}]", "an alternative asks for another scheme beside the token"},
			{"[apiKey: [a]]", "no scope of a token opens it"},
			{"[bearer: [own]]", "no scope of a token opens it"},
		} {
			contract, err := contract.Parse("contract.yaml", []byte(strings.ReplaceAll(`openapi: 3.1.0
x-function: things
x-owner-scopes: {own: id}
components:
  securitySchemes:
    bearer: {type: http, scheme: bearer}
    apiKey: {type: apiKey, in: header, name: X-Api-Key}
paths:
  /others/{id}: {get: {security: [{bearer: [own]}, {bearer: [a]}]}}
  /things/{id}: {get: {security: SECURITY}}
`, "SECURITY", test.security)))
			if err != nil {
				t.Fatal(err)
			}
			_, err = gateway.New(gateway.Config{Contract: contract, Mode: m, Tokens: nobody{}, Functions: map[string]gateway.Invoker{"things": stuck{}}})
			want := "test.yaml:3: authorization: " + authorization + " cannot express the rule of GET /things/{id}: " + test.want
			if test.want == "" && err != nil || test.want != "" && (err == nil || err.Error() != want) {
				t.Errorf("%s, %s: %v\nwant %s", authorization, test.security, err, want)
			}
		}
		_, err = gateway.New(gateway.Config{Contract: &contract.Contract{}, Mode: m})
		if err == nil || !strings.Contains(err.Error(), "want Tokens") {
			t.Errorf("without Tokens: %v", err)
		}
	}
}
