package policy_test

import (
	"errors"
	"testing"

	"portcullis/policy"
)

func TestParseARN(t *testing.T) {
	tests := []struct {
		text string
		want policy.ARN // zero: refused
	}{
		{"arn:aws:execute-api:us-east-1:123456789012:abc/v1/GET/users/7", policy.ARN{"aws", "us-east-1", "123456789012", "abc", "v1", "GET", "users/7"}},
		{"arn:aws:execute-api:us-east-1:123456789012:abc/v1/GET/", policy.ARN{"aws", "us-east-1", "123456789012", "abc", "v1", "GET", ""}},
		{"arn:aws-cn:execute-api:cn-north-1:123456789012:abc/$default/POST/a:b/c", policy.ARN{"aws-cn", "cn-north-1", "123456789012", "abc", "$default", "POST", "a:b/c"}},
		{"arn:aws:execute-api:us-east-1:123456789012:abc/v1/GET/users/*", policy.ARN{"aws", "us-east-1", "123456789012", "abc", "v1", "GET", "users/*"}},
		{"", policy.ARN{}},
		{"arn:aws:execute-api:us-east-1:123456789012", policy.ARN{}},
		{"arn:aws:execute-api:us-east-1:123456789012:abc/v1/GET", policy.ARN{}},
		{"arn:aws:execute-api:us-east-1:123456789012:abc/*/GET/users", policy.ARN{}},
		{"arn:aws:execute-api:us-east-1:123456789012:/v1/GET/users", policy.ARN{}},
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

func FuzzParseARN(f *testing.F) {
	f.Add("arn:aws:execute-api:us-east-1:123456789012:abc/v1/GET/users/7")
	f.Fuzz(func(t *testing.T, text string) {
		if arn, err := policy.ParseARN(text); err == nil && arn.String() != text {
			t.Errorf("ParseARN(%q).String() = %q", text, arn.String())
		}
	})
}
