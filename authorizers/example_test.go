package authorizers_test

import (
	"context"
	"encoding/json"
	"fmt"

	"portcullis/authorizers"
	"portcullis/authorizers/verify"
	"portcullis/authorizers/verify/verifytest"
	"portcullis/policy"
)

// An authorizer's unit test: an issuer, a token, an event, and what the answer allows.
func ExampleToken() {
	issuer := verifytest.NewServer()
	defer issuer.Close()
	verifier, err := verify.New(verify.Config{Issuers: []verify.Issuer{{
		Issuer: issuer.URL, Audience: []string{verifytest.DefaultClientID}, TokenUse: []string{verify.UseAccess},
	}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	rules, err := policy.NewRules([]policy.Rule{{
		Route:  policy.Route{Method: "GET", Path: "/orders/{id}"},
		Access: policy.Access{Alternatives: []policy.Alternative{{{Scheme: "bearer", Scopes: []string{"orders/read"}}}}},
	}}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	authorizer, err := authorizers.NewToken(authorizers.Config{Rules: rules, Tokens: verifier})
	if err != nil {
		fmt.Println(err)
		return
	}

	const arn = "arn:aws:execute-api:us-east-1:123456789012:abcdef123/v1/GET/orders/7"
	for _, scope := range []string{"orders/read", "orders/write"} {
		token := issuer.CognitoAccess(verifytest.Options{Scopes: []string{scope}})
		event := fmt.Sprintf(`{"type":"TOKEN","authorizationToken":"Bearer %s","methodArn":%q}`, token, arn)
		output, err := authorizer.Invoke(context.Background(), []byte(event))
		if err != nil {
			fmt.Println(err)
			return
		}
		var answer authorizers.Answer
		if err := json.Unmarshal(output, &answer); err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(scope, policy.Evaluate(answer.PolicyDocument, policy.Request{Resource: arn}).Decision)
	}
	// Output:
	// orders/read allow
	// orders/write deny
}
