package contract_test

import (
	"reflect"
	"strings"
	"testing"

	"portcullis/api/contract"
	"portcullis/policy"
)

const withPolicy = `openapi: 3.1.0
x-function: f
x-amazon-apigateway-policy:
  Version: "2012-10-17"
  Statement:
    - {Sid: everybody, Effect: Allow, Principal: "*", Action: execute-api:Invoke, Resource: execute-api:/*}
    - Sid: home
      Effect: Deny
      Principal: {AWS: "*"}
      Action: execute-api:Invoke
      Resource:
        - execute-api:/prod/GET/things
        - execute-api:/*/POST/things
      Condition:
        NotIpAddress: {"aws:SourceIp": 192.0.2.0/24}
        DateLessThan: {"aws:CurrentTime": 2030-01-01T00:00:00Z}
        NumericLessThan: {"aws:EpochTime": 1893456000}
paths:
  /things: {get: {security: []}}
`

// TestResourcePolicy: what a document has is read as its JSON would be, whoever writes it how, with its line.
func TestResourcePolicy(t *testing.T) {
	c, err := contract.Parse("contract.yaml", []byte(withPolicy))
	if err != nil {
		t.Fatal(err)
	}
	want, err := policy.ParseResourcePolicy([]byte(`{"Version":"2012-10-17","Statement":[
		{"Sid":"everybody","Effect":"Allow","Principal":"*","Action":["execute-api:Invoke"],"Resource":["execute-api:/*"]},
		{"Sid":"home","Effect":"Deny","Principal":{"AWS":["*"]},"Action":["execute-api:Invoke"],"Resource":["execute-api:/prod/GET/things","execute-api:/*/POST/things"],
		"Condition":{"NotIpAddress":{"aws:SourceIp":["192.0.2.0/24"]},"DateLessThan":{"aws:CurrentTime":["2030-01-01T00:00:00Z"]},"NumericLessThan":{"aws:EpochTime":["1893456000"]}}}]}`))
	if err != nil {
		t.Fatal(err)
	}
	if c.PolicyAt.Line != 3 || !reflect.DeepEqual(*c.ResourcePolicy, want) {
		t.Errorf("line %d, %+v, want %+v", c.PolicyAt.Line, c.ResourcePolicy, want)
	}
	const remark = `x-amazon-apigateway-policy: "execute-api:/prod/GET/things" is about the stage prod alone: on a desk a stage is called as its mode, and deployed as the deployment says; * is any`
	if len(c.Remarks) != 1 || c.Remarks[0].Line != 11 || c.Remarks[0].Text != remark {
		t.Errorf("remarks %+v", c.Remarks)
	}
	if _, undecided, err := contract.Draft("contract.yaml", []byte(strings.Replace(withPolicy, "{security: []}", "{}", 1))); undecided != 1 || err != nil {
		t.Errorf("a draft of it has %d choices, %v", undecided, err)
	}
}

// TestNoResourcePolicy: a document without one has none, and its rules are as they are.
func TestNoResourcePolicy(t *testing.T) {
	for text, closed := range map[string]bool{withPolicy: true, "openapi: 3.1.0\nx-function: f\npaths:\n  /things: {get: {security: []}}\n": false} {
		c, err := contract.Parse("contract.yaml", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if (c.ResourcePolicy != nil) != closed || (c.PolicyAt.Line > 0) != closed {
			t.Errorf("line %d, %+v", c.PolicyAt.Line, c.ResourcePolicy)
		}
		rules, err := c.Rules()
		if err != nil {
			t.Fatal(err)
		}
		arn := policy.MustParseARN("arn:aws:execute-api:us-east-1:111111111111:abc/v1/GET/things")
		doc, err := rules.Compile(policy.Caller{ID: "me"}, arn)
		if err != nil {
			t.Fatal(err)
		}
		open, shut := policy.Evaluate(doc, policy.Request{Resource: arn.String()}), policy.Evaluate(doc, policy.Request{Resource: arn.String() + "/7"})
		if open.Decision != policy.Allow || shut.Decision != policy.Deny || shut.Explicit != closed {
			t.Errorf("with a policy %v: %s; %s", closed, open, shut)
		}
	}
}
