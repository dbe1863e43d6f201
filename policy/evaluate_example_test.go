package policy_test

import (
	"encoding/json"
	"fmt"

	"portcullis/policy"
)

func ExampleEvaluate() {
	const text = `{"Version": "2012-10-17", "Statement": [
		{"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "arn:aws:execute-api:us-east-1:123456789012:abc/v1/GET/orders/*"},
		{"Sid": "notes", "Effect": "Deny", "Action": "execute-api:Invoke", "Resource": "arn:aws:execute-api:*/GET/orders/*/notes"}
	]}`
	var document policy.Document
	if err := json.Unmarshal([]byte(text), &document); err != nil {
		fmt.Println(err)
		return
	}
	for _, path := range []string{"orders/1", "orders/1/notes", "users"} {
		arn := "arn:aws:execute-api:us-east-1:123456789012:abc/v1/GET/" + path
		fmt.Println(policy.Evaluate(document, policy.Request{Resource: arn}))
	}
	// Output:
	// allowed: statement 1 allows "arn:aws:execute-api:us-east-1:123456789012:abc/v1/GET/orders/*"
	// denied: statement 2 ("notes") denies "arn:aws:execute-api:*/GET/orders/*/notes"
	// denied: no statement allows it
}
