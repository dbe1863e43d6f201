package policy_test

import (
	"encoding/json"
	"testing"

	"portcullis/policy"
)

// TestConnect: the document for a WebSocket API is for its route keys alone.
func TestConnect(t *testing.T) {
	connect := func(access policy.Access) policy.Rule {
		return policy.Rule{Route: policy.Route{Method: policy.RouteConnect}, Access: access}
	}
	const arn = "arn:aws:execute-api:us-east-1:123456789012:abc/v1/$connect"
	tests := []struct {
		rules  []policy.Rule
		scopes string
		want   policy.Decision
	}{
		{[]policy.Rule{connect(bearer("chat"))}, "chat", policy.Allow},
		{[]policy.Rule{connect(bearer("chat")), rule("GET", "/things", bearer("read"))}, "read", policy.Deny},
		{[]policy.Rule{connect(bearer("chat", "read")), rule("GET", "/things", bearer("read"))}, "read", policy.Allow},
		{[]policy.Rule{connect(policy.Access{})}, "chat", policy.Deny},
		{[]policy.Rule{connect(policy.Access{Public: true})}, "", policy.Allow},
		{[]policy.Rule{rule("GET", "/{proxy+}", policy.Access{Public: true})}, "chat", policy.Deny},
		{[]policy.Rule{connect(bearer("chat")), rule("send", "", bearer("read"))}, "read", policy.Deny},
		{[]policy.Rule{connect(bearer("chat")), rule("send", "", policy.Access{Public: true}), rule("$default", "", bearer("chat"))}, "chat", policy.Allow},
		{[]policy.Rule{rule("send", "", policy.Access{Public: true})}, "chat", policy.Deny},
	}
	for _, test := range tests {
		rules := mustRules(t, test.rules...)
		doc, err := rules.Compile(caller("a", test.scopes), policy.MustParseARN(arn))
		if err != nil {
			t.Fatal(err)
		}
		if got := policy.Evaluate(doc, policy.Request{Resource: arn}).Decision; got != test.want {
			text, _ := json.Marshal(doc)
			t.Errorf("%v with %q: %s by %s", test.rules, test.scopes, got, text)
		}
		if got := rules.Decide(caller("a", test.scopes), policy.RouteConnect, ""); got != test.want {
			t.Errorf("%v with %q: Decide says %s", test.rules, test.scopes, got)
		}
		for _, other := range []string{"arn:aws:execute-api:us-east-1:123456789012:abc/v1/$default", "arn:aws:execute-api:us-east-1:123456789012:abc/v1/send", "arn:aws:execute-api:us-east-1:123456789012:abc/v1/GET/things"} {
			if policy.Evaluate(doc, policy.Request{Resource: other}).Decision == policy.Allow {
				t.Errorf("%v: the document for connecting allows %s", test.rules, other)
			}
		}
		if doc, _ = rules.Compile(policy.Caller{}, policy.MustParseARN(arn)); policy.Evaluate(doc, policy.Request{Resource: arn}).Decision == policy.Allow {
			t.Errorf("%v: nobody may connect", test.rules)
		}
	}
}
