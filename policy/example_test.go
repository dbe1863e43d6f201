package policy_test

import (
	"crypto/sha256"
	"fmt"
	"log"

	"portcullis/policy"
)

func ExampleRules_Compile() {
	reads := policy.Alternative{{Scheme: policy.SchemeBearer, Scopes: []string{"orders/read"}}}
	writes := policy.Alternative{{Scheme: policy.SchemeBearer, Scopes: []string{"orders/write"}}}
	rules, err := policy.NewRules([]policy.Rule{
		{Route: policy.Route{Method: "GET", Path: "/orders/{id}"}, Access: policy.Access{Alternatives: []policy.Alternative{reads}}},
		{Route: policy.Route{Method: "GET", Path: "/orders/{id}/notes"}, Access: policy.Access{Alternatives: []policy.Alternative{writes}}},
	}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}

	caller := policy.Caller{ID: "7", Schemes: []string{policy.SchemeBearer}, Scopes: []string{"orders/read"}}
	arn := policy.MustParseARN("arn:aws:execute-api:us-east-1:123456789012:abc/v1/GET/orders/1")
	document, err := rules.Compile(caller, arn)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, statement := range document.Statement {
		for _, resource := range statement.Resource {
			fmt.Println(statement.Effect, resource[len("arn:aws:execute-api:us-east-1:123456789012:"):])
		}
	}
	for _, path := range []string{"orders/1", "orders/1/notes"} {
		arn.Path = path
		fmt.Println(path, policy.Evaluate(document, policy.Request{Resource: arn.String()}).Decision)
	}
	// Output:
	// Allow abc/v1/GET/orders/*
	// Deny abc/v1/GET/orders*%2E*
	// Deny abc/v1/GET/orders*%2e*
	// Deny abc/v1/GET/orders*%6?*
	// Deny abc/v1/GET/orders*%73*
	// Deny abc/v1/GET/orders*%74*
	// Deny abc/v1/GET/orders*/.
	// Deny abc/v1/GET/orders*/..
	// Deny abc/v1/GET/orders*/../*
	// Deny abc/v1/GET/orders*/./*
	// Deny abc/v1/GET/orders*//*
	// Deny abc/v1/GET/orders/*/notes
	// Deny abc/v1/GET/orders/*/notes/
	// orders/1 allow
	// orders/1/notes deny
}

// The program that reads the contract writes its rules; a function loads them.
func ExampleDecodeRules() {
	read := policy.Access{Alternatives: []policy.Alternative{{{Scheme: policy.SchemeBearer, Scopes: []string{"orders/read"}}}}}
	made, err := policy.NewRules([]policy.Rule{{Route: policy.Route{Method: "GET", Path: "/orders"}, Access: read}}, nil)
	if err != nil {
		log.Fatal(err)
	}
	contract := []byte("openapi: 3.1.0 …")
	text, err := made.Encode(policy.Source{Name: "orders.yaml", SHA256: fmt.Sprintf("%x", sha256.Sum256(contract))})
	if err != nil {
		log.Fatal(err)
	}

	rules, source, err := policy.DecodeRules(text)
	if err != nil {
		log.Fatal(err)
	}
	caller := policy.Caller{ID: "ann", Schemes: []string{policy.SchemeBearer}, Scopes: []string{"orders/read"}}
	fmt.Println(source.Name, rules.Decide(caller, "GET", "/orders"))

	_, _, err = policy.DecodeRules(contract)
	fmt.Println(err)
	// Output:
	// orders.yaml allow
	// policy: rules.json: is an OpenAPI document, and no rules made of one; want a file made by "portcullis build" or "portcullis access compile"
}
