package authorizers_test

import (
	"context"
	"fmt"
	"time"

	"portcullis/authorizers"
	"portcullis/authorizers/apikey"
	"portcullis/policy"
)

// A REQUEST authorizer of API keys, as it stands in a Lambda function of one's own: what NewRequest gives is what
// aws-lambda-go's lambda.Start takes.
func ExampleNewRequest() {
	read := policy.Access{Alternatives: []policy.Alternative{{{Scheme: "apiKey", Scopes: []string{"orders/read"}}}}}
	rules, _ := policy.NewRules([]policy.Rule{{Route: policy.Route{Method: "GET", Path: "/orders/{id}"}, Access: read}}, nil)
	store := apikey.NewMemoryStore()
	keys, _ := apikey.NewChecker(apikey.Config{Store: store})
	authorizer, err := authorizers.NewRequest(authorizers.RequestConfig{Rules: rules, Keys: keys})
	if err != nil {
		fmt.Println(err)
		return
	}
	// lambda.Start(authorizer)

	key, record, _ := apikey.Issue(apikey.Record{Owner: "partner", Scopes: []string{"orders/read"}}, time.Now())
	if err := store.Create(context.Background(), record); err != nil {
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
