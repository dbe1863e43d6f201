package policy_test

import (
	"fmt"
	"testing"

	"portcullis/policy"
)

// BenchmarkEvaluate evaluates a document of 100 open routes and 20 closed ones in them.
func BenchmarkEvaluate(b *testing.B) {
	const stage = "arn:aws:execute-api:us-east-1:123456789012:abcdefghij/prod/"
	var allows, denies policy.Strings
	for i := range 100 {
		allows = append(allows, fmt.Sprintf("%sGET/resource%d/*/items", stage, i))
	}
	for i := range 20 {
		denies = append(denies, fmt.Sprintf("%sGET/resource%d/*/items/*/items", stage, 5*i))
	}
	action := policy.Strings{policy.InvokeAction}
	until := policy.Conditions{"DateLessThanIfExists": {"aws:CurrentTime": {"2030-01-01T00:00:00Z"}}}
	doc := policy.Document{Version: policy.Version, Statement: policy.Statements{
		{Effect: policy.EffectAllow, Action: action, Resource: allows},
		{Effect: policy.EffectDeny, Action: action, Resource: denies},
	}}
	timed := policy.Document{Version: policy.Version, Statement: policy.Statements{
		{Effect: policy.EffectAllow, Action: action, Resource: allows, Condition: until},
		{Effect: policy.EffectDeny, Action: action, Resource: denies},
	}}
	keys := map[string]string{
		"aws:CurrentTime": "2029-06-01T12:00:00Z", "aws:EpochTime": "1875009600", "aws:SecureTransport": "true",
		"aws:SourceIp": "203.0.113.7", "aws:UserAgent": "curl/8.0",
	}
	for _, test := range []struct {
		name, path string
		doc        policy.Document
		want       policy.Reason
	}{
		{"first", "GET/resource0/7/items", doc, policy.ReasonAllowed},
		{"last", "GET/resource99/7/items", doc, policy.ReasonAllowed},
		{"last until a time", "GET/resource99/7/items", timed, policy.ReasonAllowed},
		{"denied", "GET/resource95/7/items/8/items", doc, policy.ReasonDenied},
		{"none", "GET/others/7/items", doc, policy.ReasonNoMatch},
	} {
		b.Run(test.name, func(b *testing.B) {
			request := policy.Request{Resource: stage + test.path, Keys: keys}
			if got := policy.Evaluate(test.doc, request); got.Reason != test.want {
				b.Fatal(got)
			}
			b.ReportAllocs()
			for b.Loop() {
				policy.Evaluate(test.doc, request)
			}
		})
	}
}
