package environ_test

import (
	"errors"
	"strings"
	"testing"

	"portcullis/authorizers/cmd/environ"
)

func TestToken(t *testing.T) {
	const issuers = `[{"issuer":"https://issuer.example.com","audience":["app"]}]`
	good := map[string]string{"CONTRACT": "../../../api/openapi.yaml", "ISSUERS": issuers, "GROUP_SCOPES": `{"a":["b/c"]}`, "CLOCK_SKEW": "5m"}
	tests := []struct{ variable, value, want string }{
		{"", "", ""},
		{"GROUP_SCOPES", "", ""},
		{"CLOCK_SKEW", "", ""},
		{"CONTRACT", "", "openapi.yaml: no such file"}, // none beside the test's binary
		{"CONTRACT", "../../../api/testdata/refused/no-security.yaml", "no-security.yaml:6: GET /a: no `security`"},
		{"ISSUERS", "", "is not set"},
		{"ISSUERS", "https://issuer.example.com", "want a JSON list"},
		{"ISSUERS", "[]", "at least one issuer"},
		{"ISSUERS", `[{"issuer":"https://issuer.example.com"}]`, "audience"},
		{"ISSUERS", `[{"issuer":"http://issuer.example.com","audience":["app"]}]`, "loopback"},
		{"GROUP_SCOPES", "admins", "want a JSON object"},
		{"GROUP_SCOPES", `{"a":"b"}`, "want a JSON object"},
		{"GROUP_SCOPES", `{"a":["b c"]}`, `group "a": "b c" is no scope`},
		{"GROUP_SCOPES", `{} {}`, "something follows"},
		{"CLOCK_SKEW", "30", "want a duration"},
		{"CLOCK_SKEW", "-1s", "want a duration"},
		{"CLOCK_SKEW", "6m", "want a duration"},
	}
	for _, test := range tests {
		getenv := func(name string) string {
			if name == test.variable {
				return test.value
			}
			return good[name]
		}
		handler, err := environ.Token(getenv, nil)
		if test.want == "" {
			if err != nil || handler == nil {
				t.Errorf("%s=%s: %v", test.variable, test.value, err)
			}
			continue
		}
		wrong := (*environ.Error)(nil)
		if !errors.As(err, &wrong) || wrong.Variable != test.variable || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s=%s: error %v; want one line with %q", test.variable, test.value, err, test.want)
		}
	}
}
