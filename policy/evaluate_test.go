package policy_test

import (
	"encoding/json"
	"testing"

	"portcullis/policy"
)

func TestMatch(t *testing.T) {
	tests := []struct {
		pattern, text string
		want          bool
	}{
		{"a/*", "a/b", true},
		{"a/*", "a/b/c", true}, // '*' runs over slashes
		{"a/*", "a/", true},
		{"a/*", "a", false},
		{"a/*/c", "a/x/y/c", true},
		{"a/*/c", "a/x/y", false},
		{"a?c", "abc", true},
		{"a?c", "aäc", true}, // a character, not a byte
		{"a?c", "ac", false},
		{"*", "", true},
		{"", "", true},
		{"", "a", false},
		{"A", "a", false},
		{"*a*b", "xxaxxbxab", true},
		{"*a*b", "xxaxxbxa", false},
	}
	for _, test := range tests {
		if got := policy.Match(test.pattern, test.text); got != test.want {
			t.Errorf("Match(%q, %q) = %v", test.pattern, test.text, got)
		}
	}
}

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
		{"operator with null", `{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Nope":null}}}`, nil, policy.Deny, false},
		{"unknown key", `{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"DateLessThanIfExists":{"aws:CurentTime":"2000-01-01"}}}}`, nil, policy.Deny, false},
		{"no values", `{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"DateLessThan":{"aws:CurrentTime":[]}}}}`, now("2029-01-01T00:00:00Z"), policy.Deny, false},
		{"key absent", `{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"DateLessThan":{"aws:CurrentTime":"2030-01-01"}}}}`, nil, policy.Deny, false},
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
