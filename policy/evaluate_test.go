package policy_test

import (
	"encoding/json"
	"strings"
	"testing"

	"portcullis/policy"
)

func TestEvaluate(t *testing.T) {
	const allow = `{"Effect":"Allow","Action":"execute-api:Invoke","Resource":"arn:x/GET/*"}`
	const until = `{"Effect":"Allow","Action":"execute-api:Invoke","Resource":"*","Condition":{"DateLessThanIfExists":{"aws:CurrentTime":"2030-01-01T00:00:00Z"}}}`
	now := func(time string) map[string]string { return map[string]string{"aws:CurrentTime": time} }
	tests := []struct {
		name, document string
		keys           map[string]string
		want           policy.Decision
		explicit       bool
	}{
		{"nothing", `{}`, nil, policy.Deny, false},
		{"no statement", `{"Version":"2012-10-17","Statement":[]}`, nil, policy.Deny, false},
		{"single values", `{"Statement":` + allow + `}`, nil, policy.Allow, false},
		{"lists", `{"Statement":[{"Effect":"Allow","Action":["a:b","EXECUTE-API:invoke"],"Resource":["y","arn:x/GET/users"]}]}`, nil, policy.Allow, false},
		{"another resource", `{"Statement":{"Effect":"Allow","Action":"*","Resource":"arn:x/get/users"}}`, nil, policy.Deny, false},
		{"another action", `{"Statement":{"Effect":"Allow","Action":"execute-api:ManageConnections","Resource":"*"}}`, nil, policy.Deny, false},
		{"deny first", `{"Statement":[` + allow + `,{"Effect":"Deny","Action":"*","Resource":"*"}]}`, nil, policy.Deny, true},
		{"deny elsewhere", `{"Statement":[` + allow + `,{"Effect":"Deny","Action":"*","Resource":"arn:x/GET/keys"}]}`, nil, policy.Allow, false},
		{"NotAction", `{"Statement":{"Effect":"Allow","NotAction":"s3:*","Resource":"*"}}`, nil, policy.Allow, false},
		{"NotResource", `{"Statement":{"Effect":"Allow","Action":"*","NotResource":"arn:x/GET/*"}}`, nil, policy.Deny, false},
		{"deny NotResource", `{"Statement":[` + allow + `,{"Effect":"Deny","Action":"*","NotResource":"arn:y/*"}]}`, nil, policy.Deny, true},
		{"effect in lower case", `{"Statement":{"Effect":"allow","Action":"*","Resource":"*"}}`, nil, policy.Deny, true},
		{"no effect", `{"Statement":{"Action":"*","Resource":"*"}}`, nil, policy.Deny, true},
		{"no action", `{"Statement":{"Effect":"Allow","Resource":"*"}}`, nil, policy.Deny, false},
		{"no resource", `{"Statement":{"Effect":"Allow","Action":"*"}}`, nil, policy.Deny, false},
		{"deny without resource", `{"Statement":[` + allow + `,{"Effect":"Deny","Action":"*"}]}`, nil, policy.Deny, true},
		{"before the end", `{"Statement":` + until + `}`, now("2029-12-31T23:59:59Z"), policy.Allow, false},
		{"at the end", `{"Statement":` + until + `}`, now("2030-01-01T00:00:00Z"), policy.Deny, false},
		{"keys in any case", `{"Statement":` + until + `}`, map[string]string{"AWS:currenttime": "2031-01-01T00:00:00Z"}, policy.Deny, false},
		{"IfExists without the key", `{"Statement":` + until + `}`, nil, policy.Allow, false},
		{"a clock that is none", `{"Statement":` + until + `}`, now("soon"), policy.Deny, false},
		{"unknown operator", `{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Nope":{"aws:CurrentTime":"x"}}}}`, now("2029-01-01T00:00:00Z"), policy.Deny, false},
		{"deny with unknown operator", `{"Statement":[` + allow + `,{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"Nope":{"aws:SourceIp":"x"}}}]}`, nil, policy.Deny, true},
		{"operator without keys", `{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{}}}}`, nil, policy.Deny, false},
		{"unknown key", `{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"DateLessThanIfExists":{"aws:CurentTime":"2000-01-01"}}}}`, nil, policy.Deny, false},
		{"no values", `{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"DateLessThan":{"aws:CurrentTime":[]}}}}`, now("2029-01-01T00:00:00Z"), policy.Deny, false},
		{"key absent", `{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"DateLessThan":{"aws:CurrentTime":"2030-01-01"}}}}`, nil, policy.Deny, false},
		{"no values and no key", `{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringNotEquals":{"aws:Referer":[]}}}}`, nil, policy.Deny, false},
		{"all keys of an operator", `{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:UserAgent":"a","aws:Referer":"b"}}}}`, map[string]string{"aws:UserAgent": "a", "aws:Referer": "c"}, policy.Deny, false},
		{"all operators", `{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:UserAgent":"a"},"StringLike":{"aws:UserAgent":"b*"}}}}`, map[string]string{"aws:UserAgent": "a"}, policy.Deny, false},
		{"deny with an unclear condition beside one that is not met", `{"Statement":[` + allow + `,{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"Nope":{"aws:SourceIp":"x"},"StringEquals":{"aws:UserAgent":"a"}}}]}`, map[string]string{"aws:UserAgent": "b"}, policy.Allow, false},
		{"a variable", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":["arn:x/GET/users","arn:x/${aws:username}"]}}`, nil, policy.Deny, false},
		{"deny with a variable", `{"Version":"2012-10-17","Statement":[` + allow + `,{"Effect":"Deny","Action":"*","Resource":"arn:y/${aws:username}"}]}`, nil, policy.Deny, true},
		{"deny another action with a variable", `{"Version":"2012-10-17","Statement":[` + allow + `,{"Effect":"Deny","Action":"s3:*","Resource":"arn:y/${aws:username}"}]}`, nil, policy.Allow, false},
		{"a variable in NotResource", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","NotResource":"arn:x/${aws:username}"}}`, nil, policy.Deny, false},
		{"a variable in a condition", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringNotEquals":{"aws:Referer":"${aws:username}"}}}}`, nil, policy.Deny, false},
		{"an escape that does not match", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"arn:x/GET/${*}"}}`, nil, policy.Deny, false},
		{"an escape in the older language", `{"Statement":[` + allow + `,{"Effect":"Deny","Action":"*","Resource":"arn:x/GET/${*}"}]}`, nil, policy.Deny, true},
		{"an unknown version", `{"Version":"2032-10-17","Statement":` + allow + `}`, nil, policy.Deny, false},
		{"any of the values", `{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"DateGreaterThan":{"aws:EpochTime":["4102444800","0"]}}}}`, map[string]string{"aws:EpochTime": "1700000000"}, policy.Allow, false},
	}
	for _, test := range tests {
		var doc policy.Document
		if err := json.Unmarshal([]byte(test.document), &doc); err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		got := policy.Evaluate(doc, policy.Request{Resource: "arn:x/GET/users", Keys: test.keys})
		if got.Decision != test.want || got.Explicit != test.explicit {
			t.Errorf("%s: %+v; want %s, explicit %v", test.name, got, test.want, test.explicit)
		}
	}
}

func TestDocumentRefuses(t *testing.T) {
	for _, text := range []string{
		`{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Conditoin":{}}}`,
		`{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Principal":"*"}]}`,
		`{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":null}}`,
		`{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":null}}}`,
		`{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":null}}}}`,
		`{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"true"},"Bool":{}}}}`,
		`{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"true","aws:SecureTransport":"false"}}}}`,
		`{"Statement":{"Effect":"Deny","Effect":"Allow","Action":"*","Resource":"*"}}`,
		`{"Statement":{"effect":"Allow","Action":"*","Resource":"*"}}`,
		`{"Statement":[null]}`,
		`{"Statement":{"Effect":"Allow","Action":{"a":1},"Resource":"*"}}`,
		`{"Statement":{"Effect":"Allow","Action":[null],"Resource":"*"}}`,
		`{"Statement":"Allow"}`,
	} {
		var doc policy.Document
		if err := json.Unmarshal([]byte(text), &doc); err == nil {
			t.Errorf("%s is read as %+v", text, doc)
		}
	}
}

// TestResultTells: each outcome names the statement, the pattern and the condition that brought it about.
func TestResultTells(t *testing.T) {
	tests := []struct{ statements, want string }{
		{``, `denied: no statement allows it`},
		{`{"Effect":"Allow","Action":"*","Resource":"arn:y"}`, `denied: no statement allows it`},
		{`{"Effect":"Allow","Action":"*","Resource":["arn:y","arn:x/*"]}`, `allowed: statement 1 allows "arn:x/*"`},
		{`{"Sid":"all","Effect":"Allow","Action":"*","NotResource":"arn:y"}`, `allowed: statement 1 ("all") allows what its NotResource does not name`},
		{`{"Effect":"Allow","Action":"*","NotResource":["arn:y","arn:x/*"]}`, `denied: statement 1 allows all but its NotResource "arn:x/*"`},
		{`{"Effect":"Allow","Action":"*","Resource":"*"},{"Sid":"no","Effect":"Deny","Action":"*","Resource":"arn:x/*"}`, `denied: statement 2 ("no") denies "arn:x/*"`},
		{`{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}`,
			`denied: statement 1 would allow "*", but its condition "Bool" of "aws:SecureTransport" is not met`},
		{`{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"yes"}}}`,
			`denied: statement 1 is not understood and so does not allow: the condition cannot be told from these values ("Bool" of "aws:SecureTransport")`},
		{`{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"B":{"aws:Referer":"a"},"A":{"aws:Referer":"a","aws:X":"a"}}}`,
			`denied: statement 1 is not understood and so denies: the condition's operator is unknown ("A" of "aws:Referer")`},
		{`{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"Bool":{"aws:username":"true"}}}`,
			`denied: statement 1 is not understood and so denies: the condition's key is none that API Gateway supplies ("Bool" of "aws:username")`},
		{`{"Effect":"Allow","Action":"*","Resource":["arn:x/*","arn:${aws:username}"]}`,
			`denied: statement 1 is not understood and so does not allow: a policy variable is not substituted ("arn:${aws:username}")`},
		{`{"Effect":"allow","Action":"*","Resource":"*"}`, `denied: statement 1 is not understood and so denies: its Effect is neither Allow nor Deny`},
		{`{"Effect":"Allow","Action":"*","Resource":"arn:x/*","Condition":{"Null":{"aws:Referer":"false"}}},{"Effect":"Allow","Action":"*","Resource":"arn:y"}`,
			`denied: statement 1 would allow "arn:x/*", but its condition "Null" of "aws:Referer" is not met`},
		{`{"Effect":"Allow","Action":"*","NotResource":"*"},{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Null":{"aws:Referer":"false"}}}`,
			`denied: statement 2 would allow "*", but its condition "Null" of "aws:Referer" is not met`},
	}
	for _, test := range tests {
		var doc policy.Document
		if err := json.Unmarshal([]byte(`{"Version":"2012-10-17","Statement":[`+test.statements+`]}`), &doc); err != nil {
			t.Errorf("%s: %v", test.statements, err)
			continue
		}
		got := policy.Evaluate(doc, policy.Request{Resource: "arn:x/GET/users", Keys: map[string]string{"aws:SecureTransport": "true"}})
		if got.String() != test.want {
			t.Errorf("%s:\ngot  %s\nwant %s", test.statements, got, test.want)
		}
		if allowed := strings.HasPrefix(test.want, "allowed"); allowed != (got.Decision == policy.Allow) || allowed != (got.Reason == policy.ReasonAllowed) {
			t.Errorf("%s: %+v", test.statements, got)
		}
	}
	if zero := (policy.Result{}); zero.Decision != policy.Deny || zero.String() != "denied: no statement allows it" {
		t.Errorf("the zero Result says %q", zero)
	}
}

// TestFoldingIsThatOfASCII: letters that Unicode folds to those of a key, a value or an action are others.
func TestFoldingIsThatOfASCII(t *testing.T) {
	const arn = "arn:aws:execute-api:us-east-1:123456789012:abc/v1/GET/x"
	allow := func(action, operator, key, value string) policy.Document {
		s := policy.Statement{Effect: "Allow", Action: policy.Strings{action}, Resource: policy.Strings{arn}}
		if operator != "" {
			s.Condition = policy.Conditions{operator: {key: policy.Strings{value}}}
		}
		return policy.Document{Version: policy.Version, Statement: []policy.Statement{s}}
	}
	keys := map[string]string{"aws:SourceIp": "10.0.0.1", "aws:SecureTransport": "false"}
	tests := []struct {
		doc  policy.Document
		want policy.Decision
	}{
		{allow("Execute-API:invoke", "", "", ""), policy.Allow},
		{allow("execute-api:Invo\u212Ae", "", "", ""), policy.Deny},
		{allow("*", "IpAddress", "AWS:sourceip", "10.0.0.1"), policy.Allow},
		{allow("*", "IpAddress", "aws:\u017FourceIp", "10.0.0.1"), policy.Deny},
		{allow("*", "Bool", "aws:SecureTransport", "FALSE"), policy.Allow},
		{allow("*", "Bool", "aws:SecureTransport", "fal\u017Fe"), policy.Deny},
	}
	for _, test := range tests {
		if got := policy.Evaluate(test.doc, policy.Request{Resource: arn, Keys: keys}); got.Decision != test.want {
			t.Errorf("%+v: %s", test.doc.Statement, got)
		}
	}
}

// TestUnmarshalForgets: what a document held before does not fill what the new text lacks.
func TestUnmarshalForgets(t *testing.T) {
	doc := policy.Document{Version: policy.Version, Statement: []policy.Statement{{Effect: "Allow", Action: policy.Strings{"*"}, Resource: policy.Strings{"*"}}}}
	if err := json.Unmarshal([]byte(`{"Statement":[{"Effect":"Allow"}]}`), &doc); err != nil {
		t.Fatal(err)
	}
	if doc.Version != "" || doc.Statement[0].Action != nil || doc.Statement[0].Resource != nil {
		t.Errorf("%+v", doc)
	}
}
