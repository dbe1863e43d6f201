package userpool_test

import (
	"errors"
	"log/slog"
	"os"
	"testing"

	"portcullis/api/environ"
	"portcullis/api/environ/userpool"
	"portcullis/authorizers/revocation/dynamo"
)

// TestVariables: a variable that is missing or wrong is named.
func TestVariables(t *testing.T) {
	for name, value := range map[string]string{"AWS_DEFAULT_REGION": "", "AWS_PROFILE": "", "AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull} {
		t.Setenv(name, value)
	}
	const arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:client-AbCdEf"
	cases := []struct {
		client, secret, origins, region, table string
		name, value                            string // of the variable that is named; "": all is well
		public                                 string
	}{
		{"client", "", "", "eu-west-1", "", "", "", ""},
		{"client", arn, "*", "eu-west-1", "", "", "", ""},
		{"client", "arn:aws-cn:secretsmanager:cn-north-1:123456789012:secret:client-AbCdEf", "https://a.example", "eu-west-1", "", "", "", ""},
		{"", "", "", "eu-west-1", "", "USER_POOL_CLIENT_ID", "", ""},
		{"a client", "", "", "eu-west-1", "", "USER_POOL_CLIENT_ID", "a client", ""},
		{"client", "secret", "", "eu-west-1", "", "USER_POOL_CLIENT_SECRET_ARN", "[redacted]", ""},
		{"client", "arn:aws:ssm:eu-west-1:123456789012:parameter/x", "", "eu-west-1", "", "USER_POOL_CLIENT_SECRET_ARN", "arn:aws:ssm:eu-west-1:123456789012:parameter/x", ""},
		{"client", "arn:aws:secretsmanager::123456789012:secret:x", "", "eu-west-1", "", "USER_POOL_CLIENT_SECRET_ARN", "arn:aws:secretsmanager::123456789012:secret:x", ""},
		{"client", "", "a.example", "eu-west-1", "", "ALLOWED_ORIGINS", "a.example", ""},
		{"client", "", "", "", "", "AWS_REGION", "", ""},
		{"client", "", "", "eu-west-1", "revocations", "", "", ""},
		{"client", "", "", "eu-west-1", "my table", "REVOCATION_TABLE", "my table", ""},
		{"client", "", "", "eu-west-1", ":memory:", "REVOCATION_TABLE", ":memory:", ""},
		{"client", arn, "", "eu-west-1", "", "", "", "public"},
		{"client", arn, "", "eu-west-1", "", "", "", "public,another+1"},
		{"client", arn, "", "eu-west-1", "", "USER_POOL_PUBLIC_CLIENT_IDS", "public,", "public,"},
		{"client", arn, "", "eu-west-1", "", "USER_POOL_PUBLIC_CLIENT_IDS", "public, another", "public, another"},
		{"client", arn, "", "eu-west-1", "", "USER_POOL_PUBLIC_CLIENT_IDS", "a,a,a,a,a,a,a,a,a", "a,a,a,a,a,a,a,a,a"},
	}
	for _, c := range cases {
		t.Setenv("AWS_REGION", c.region)
		env := map[string]string{"USER_POOL_CLIENT_ID": c.client, "USER_POOL_CLIENT_SECRET_ARN": c.secret, "USER_POOL_PUBLIC_CLIENT_IDS": c.public, "ALLOWED_ORIGINS": c.origins, "REVOCATION_TABLE": c.table}
		handler, err := userpool.Tokens(t.Context(), func(name string) string { return env[name] }, dynamo.Open, slog.New(slog.DiscardHandler))
		if c.name == "" {
			if err != nil || handler == nil {
				t.Errorf("%+v: %v", c, err)
			}
			continue
		}
		var bad *environ.Error
		if !errors.As(err, &bad) || bad.Variable != c.name || bad.Value != c.value || bad.Want == "" || handler != nil {
			t.Errorf("%+v: %v, want an *environ.Error that names %s and %q", c, err, c.name, c.value)
		}
	}
}
