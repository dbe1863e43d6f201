package authorizers_test

import (
	"context"
	"fmt"
	"time"

	"portcullis/authorizers"
	"portcullis/authorizers/apikey"
	"portcullis/authorizers/verify"
	"portcullis/authorizers/verify/verifytest"
	"portcullis/policy"
)

// A REQUEST authorizer of API keys, as it stands in a Lambda function of one's own: what NewRequest gives is what
// aws-lambda-go's lambda.Start takes.
func ExampleNewRequest() {
	read := policy.Access{Alternatives: []policy.Alternative{{{Scheme: "apiKey", Scopes: []string{"orders/read"}}}}}
	rules, _ := policy.NewRules([]policy.Rule{{Route: policy.Route{Method: "GET", Path: "/orders/{id}"}, Access: read}}, nil)
	store := apikey.NewMemoryStore()
	keys, _ := apikey.NewChecker(apikey.Config{Store: store})
	authorizer, err := authorizers.NewRequest(authorizers.Config{Rules: rules, Keys: keys})
	if err != nil {
		fmt.Println(err)
		return
	}
	// lambda.Start(authorizer)

	key, _, err := apikey.Issue(context.Background(), store, apikey.Record{Owner: "partner", Scopes: []string{"orders/read"}}, time.Now())
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, text := range []string{key.Reveal(), "pk_made_up"} {
		event := fmt.Sprintf(`{"type":"REQUEST","methodArn":"arn:aws:execute-api:us-east-1:123456789012:abcdef123/v1/GET/orders/7","headers":{"X-Api-Key":%q}}`, text)
		output, err := authorizer.Invoke(context.Background(), []byte(event))
		fmt.Println(len(output) > 0, err)
	}
	// Output:
	// true <nil>
	// false Unauthorized
}

// A JWT authorizer of an HTTP API for tokens of an issuer that signs with ES256, with groups, and with simple answers.
func ExampleNewJWT() {
	issuer := verifytest.NewServer("ES256") // yours has an address of its own
	defer issuer.Close()
	read := policy.Access{Alternatives: []policy.Alternative{{{Scheme: "bearer", Scopes: []string{"orders/read"}}}}}
	rules, _ := policy.NewRules([]policy.Rule{{Route: policy.Route{Method: "GET", Path: "/orders/{id}"}, Access: read}}, nil)
	verifier, _ := verify.New(verify.Config{Issuers: []verify.Issuer{{
		Issuer: issuer.URL, Audience: []string{verifytest.DefaultClientID}, Algorithms: []string{"ES256"},
		Grants: map[string]map[string][]string{"groups": {"sales": {"orders/read"}}},
	}}})
	authorizer, err := authorizers.NewJWT(authorizers.Config{Rules: rules, Tokens: verifier, Simple: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	// lambda.Start(authorizer)

	for _, group := range []string{"sales", "guests"} {
		token := issuer.OIDC(verifytest.Options{Groups: []string{group}})
		event := fmt.Sprintf(`{"version":"2.0","type":"REQUEST","routeArn":"arn:aws:execute-api:us-east-1:123456789012:abcdef123/$default/GET/orders/7","headers":{"authorization":"Bearer %s"}}`, token)
		output, err := authorizer.Invoke(context.Background(), []byte(event))
		fmt.Printf("%.21s %v\n", output, err)
	}
	// Output:
	// {"isAuthorized":true, <nil>
	// {"isAuthorized":false <nil>
}
