package authorizer_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"example.com/authorizer"
	"portcullis/api/contract"
	"portcullis/authorizers/verify/verifytest"
	gateway "portcullis/deploy/gateway/authorizer"
	"portcullis/policy"
)

const stage = "arn:aws:execute-api:us-east-1:123456789012:abcdef1234/v1"

// asks has an authorizer answer to a token.
type asks func(token string) (events.APIGatewayCustomAuthorizerResponse, error)

// start gives an issuer of the shape of a Cognito user pool, and an authorizer of its tokens.
func start(t *testing.T) (*verifytest.Issuer, asks) {
	t.Helper()
	issuer := verifytest.NewServer()
	t.Cleanup(issuer.Close)
	a, err := authorizer.New(t.Context(), issuer.URL, verifytest.DefaultClientID)
	if err != nil {
		t.Fatal(err)
	}
	return issuer, func(token string) (events.APIGatewayCustomAuthorizerResponse, error) {
		event := events.APIGatewayCustomAuthorizerRequest{Type: "TOKEN", AuthorizationToken: "Bearer " + token, MethodArn: stage + "/GET/orders/7"}
		return a.Handle(t.Context(), event)
	}
}

// TestRoutes: one answer is right for all routes of the contract.
func TestRoutes(t *testing.T) {
	issuer, ask := start(t)
	orders, err := contract.Load("orders.yaml")
	if err != nil {
		t.Fatal(err)
	}
	rules, err := orders.Rules()
	if err != nil {
		t.Fatal(err)
	}
	for _, scopes := range [][]string{{"aws.cognito.signin.user.admin"}, {"orders/read"}, {"orders/write"}, {"orders/read", "orders/write"}} {
		document := policyOf(t, ask, issuer.CognitoAccess(verifytest.Options{Scopes: scopes}))
		caller := policy.Caller{ID: verifytest.DefaultSubject, Schemes: []string{policy.SchemeBearer}, Scopes: scopes}
		for _, request := range []string{"GET /orders", "POST /orders", "GET /orders/7", "DELETE /orders/7"} {
			method, path, _ := strings.Cut(request, " ")
			got, want := policy.Evaluate(document, policy.Request{Resource: stage + "/" + method + path}).Decision, rules.Decide(caller, method, path)
			if got != want {
				t.Errorf("with %s, %s: %v, want %v", scopes, request, got, want)
			}
		}
	}
}

// policyOf asks the authorizer, and reads its answer as API Gateway does.
func policyOf(t *testing.T, ask asks, token string) policy.Document {
	t.Helper()
	answer, err := ask(token)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(answer)
	if err != nil {
		t.Fatal(err)
	}
	read, err := gateway.ParsePolicy(text)
	if err != nil {
		t.Fatal(err)
	}
	return read.Document
}

// TestWithoutKeys: without keys it cannot tell, and does not start, which is no 401.
func TestWithoutKeys(t *testing.T) {
	issuer := verifytest.NewServer()
	defer issuer.Close()
	issuer.Outage(true)
	if _, err := authorizer.New(t.Context(), issuer.URL, verifytest.DefaultClientID); err == nil {
		t.Error("an authorizer without keys starts")
	}
}

// TestBrokenTokens: what is broken is refused, and so is what has ended.
func TestBrokenTokens(t *testing.T) {
	issuer, ask := start(t)
	for _, broken := range issuer.Broken(issuer.CognitoAccessClaims(verifytest.Options{})) {
		if broken.Signed && slices.Contains(lenient, broken.Name) {
			continue
		}
		if _, err := ask(broken.Token); err == nil || err.Error() != "Unauthorized" {
			t.Errorf("%s: %v, want Unauthorized: %s", broken.Name, err, broken.Why)
		}
	}
}

// TestNobody: a token of nobody is refused.
func TestNobody(t *testing.T) {
	issuer, ask := start(t)
	if _, err := ask(issuer.CognitoAccess(verifytest.Options{Extra: map[string]any{"sub": ""}})); err == nil || err.Error() != "Unauthorized" {
		t.Errorf("%v, want Unauthorized", err)
	}
}

// lenient is what golang-jwt and encoding/json read though it is badly written. Whoever writes it so needs the issuer's key.
var lenient = []string{
	"header-duplicate-alg",
	"header-duplicate-alg-none-first",
	"header-duplicate-escaped",
	"header-duplicate-kid",
	"claims-deep",
	"claims-lone-surrogate",
	"claims-utf-8-invalid",
	"claims-utf-8-overlong",
	"claims-utf-8-surrogate",
	"claims-duplicate-at-depth",
	"claims-duplicate-escaped-at-depth",
	"claims-duplicate-in-list",
	"claims-duplicate-escaped",
	"claims-duplicate-exp",
	"claims-duplicate-exp-old-first",
	"claims-duplicate-iss",
	"claims-duplicate-unknown",
	"iat-1e300",
	"nbf-1e300",
}
