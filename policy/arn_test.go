package policy_test

import (
	"errors"
	"strings"
	"testing"

	"portcullis/policy"
)

func TestParseARN(t *testing.T) {
	const account = "123456789012"
	tests := []struct {
		text string
		want policy.ARN // zero: refused
	}{
		{"arn:aws:execute-api:us-east-1:123456789012:abc/v1/GET/users/7", policy.ARN{"aws", "us-east-1", account, "abc", "v1", "GET", "users/7", ""}},
		{"arn:aws:execute-api:us-east-1:123456789012:abc/v1/GET/", policy.ARN{"aws", "us-east-1", account, "abc", "v1", "GET", "", ""}},
		{"arn:aws:execute-api:us-east-1:123456789012:abc/v1/GET//a//", policy.ARN{"aws", "us-east-1", account, "abc", "v1", "GET", "/a//", ""}},
		{"arn:aws-cn:execute-api:cn-north-1:123456789012:abc/$default/POST/a:b/c", policy.ARN{"aws-cn", "cn-north-1", account, "abc", "$default", "POST", "a:b/c", ""}},
		{"arn:aws-us-gov:execute-api:us-gov-west-1:123456789012:abc/v1/GET/a", policy.ARN{"aws-us-gov", "us-gov-west-1", account, "abc", "v1", "GET", "a", ""}},
		{"arn:aws:execute-api:us-east-1:123456789012:abc/v1/GET/users/*", policy.ARN{"aws", "us-east-1", account, "abc", "v1", "GET", "users/*", ""}},
		{"arn:aws:execute-api:us-east-1:123456789012:abc/v1/$connect", policy.ARN{"aws", "us-east-1", account, "abc", "v1", "", "", "$connect"}},
		{"arn:aws:execute-api:us-east-1:123456789012:abc/v1/$connect/", policy.ARN{"aws", "us-east-1", account, "abc", "v1", "$connect", "", ""}},
		{"", policy.ARN{}},
		{"arn:aws:execute-api:us-east-1:123456789012", policy.ARN{}},
		{"arn:aws:execute-api:us-east-1:123456789012:abc/v1/GET", policy.ARN{}},
		{"arn:aws:execute-api:us-east-1:123456789012:abc/$connect", policy.ARN{}},
		{"arn:aws:execute-api:us-east-1:123456789012:abc/v1/$con*", policy.ARN{}},
		{"arn:aws:execute-api:us-east-1:123456789012:abc/v1//users", policy.ARN{}},
		{"arn:aws:execute-api:us-east-1:123456789012:abc/*/GET/users", policy.ARN{}},
		{"arn:aws:execute-api:us-east-1:123456789012:/v1/GET/users", policy.ARN{}},
		{"arn:aws:execute-api:us-east-1:123456789012:a:c/v1/GET/users", policy.ARN{}},
		{"arn:a/s:execute-api:us-east-1:123456789012:abc/v1/GET/users", policy.ARN{}},
		{"arn:aws:lambda:us-east-1:123456789012:abc/v1/GET/users", policy.ARN{}},
	}
	for _, test := range tests {
		got, err := policy.ParseARN(test.text)
		if test.want == (policy.ARN{}) {
			if refused := (*policy.ARNError)(nil); !errors.As(err, &refused) || refused.Text != test.text {
				t.Errorf("ParseARN(%q) = %+v, %v; want an ARNError that quotes it", test.text, got, err)
			}
			continue
		}
		if err != nil || got != test.want || got.String() != test.text {
			t.Errorf("ParseARN(%q) = %+v (%s), %v", test.text, got, got, err)
		}
	}
}

// TestDocumentsOfOneStage: no document is made for an ARN that was put together by hand and would be for more than a stage.
func TestDocumentsOfOneStage(t *testing.T) {
	rules := things(t)
	for _, part := range []string{"", "*", "v?", "a:b", "a/b"} {
		for name, set := range map[string]func(*policy.ARN){
			"partition": func(a *policy.ARN) { a.Partition = part }, "region": func(a *policy.ARN) { a.Region = part },
			"account": func(a *policy.ARN) { a.Account = part }, "API": func(a *policy.ARN) { a.API = part }, "stage": func(a *policy.ARN) { a.Stage = part },
		} {
			arn := anARN
			set(&arn)
			refused := (*policy.ARNError)(nil)
			if document, err := rules.Compile(caller("me", "read"), arn); !errors.As(err, &refused) || refused.Text != arn.String() || len(document.Statement) > 0 {
				t.Errorf("%s %q: %+v, %v", name, part, document, err)
			}
		}
	}
}

// FuzzARN: what is read is written the same, and each part holds only what it can.
func FuzzARN(f *testing.F) {
	f.Add("arn:aws:execute-api:us-east-1:123456789012:abc/v1/GET/users/7")
	f.Add("arn:aws:execute-api:us-east-1:123456789012:abc/v1/$connect")
	f.Fuzz(func(t *testing.T, text string) {
		arn, err := policy.ParseARN(text)
		if err != nil {
			return
		}
		if arn.String() != text {
			t.Errorf("ParseARN(%q).String() = %q", text, arn.String())
		}
		for _, part := range []string{arn.Partition, arn.Region, arn.Account, arn.API, arn.Stage, arn.Method + arn.RouteKey} {
			if part == "" || strings.ContainsAny(part, ":/*?") {
				t.Errorf("ParseARN(%q) has the part %q: %+v", text, part, arn)
			}
		}
		if (arn.RouteKey == "") == (arn.Method == "") || arn.RouteKey != "" && arn.Path != "" {
			t.Errorf("ParseARN(%q) = %+v; want a method or a route key", text, arn)
		}
	})
}
