package tables_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"portcullis/authorizers/environ"
	"portcullis/authorizers/environ/tables"
)

// TestCredentials: a line a case: the variables and what the credentials file holds, and what the error says; "": there is none.
func TestCredentials(t *testing.T) {
	file := filepath.Join(t.TempDir(), "credentials")
	const profile = "[ann]\naws_access_key_id = a\naws_secret_access_key = b\n"
	for _, test := range []struct{ id, secret, name, holds, want string }{
		{"a", "b", "", "", ""},
		{"", "", "ann", profile, ""},
		{"", "", "", profile, "the profile default has none in /dev/null or " + file},
		{"", "", "", "", "the profile default has none in /dev/null or " + file},
		{"a", "", "", "", "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not both set"},
		{"", "b", "", "", "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not both set"},
		{"", "", "bob", profile, `AWS_PROFILE: there is no profile "bob"`},
		{"", "", "ann", "[ann]\nregion = eu-west-1\n", "the profile ann has none"},
	} {
		if err := os.WriteFile(file, []byte(test.holds), 0o600); err != nil {
			t.Fatal(err)
		}
		for name, value := range map[string]string{
			"AWS_ACCESS_KEY_ID": test.id, "AWS_SECRET_ACCESS_KEY": test.secret, "AWS_PROFILE": test.name, "AWS_REGION": "eu-west-1",
			"AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": file,
			"AWS_CONTAINER_CREDENTIALS_FULL_URI": "", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "", "AWS_WEB_IDENTITY_TOKEN_FILE": "",
		} {
			t.Setenv(name, value)
		}
		store, err := tables.OpenKeys(t.Context(), func(string) string { return "keys" })
		none, wrong := errors.As(err, new(*tables.CredentialsError)), errors.As(err, new(*environ.Error))
		switch {
		case test.want == "" && (err != nil || store == nil):
			t.Errorf("%+v: %v", test, err)
		case test.want != "" && (none == wrong || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "IMDS")):
			t.Errorf("%+v: %v", test, err)
		}
	}
}
