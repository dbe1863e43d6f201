package desk_test

import (
	"os"
	"strings"
	"testing"

	"portcullis/deploy/desk"
	"portcullis/deploy/modes"
)

// TestREADME: what README shows is what a desk prints that listens where it does by default.
func TestREADME(t *testing.T) {
	for _, name := range []string{"USERS_TABLE", "API_KEYS_TABLE", "AWS_REGION", "AWS_DEFAULT_REGION", "USER_POOL_CLIENT_ID", "USER_POOL_CLIENT_SECRET_ARN", "ISSUERS"} {
		t.Setenv(name, "")
	}
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	d := start(t, desk.Config{})
	greeting := strings.ReplaceAll(d.greeting, d.url, "http://127.0.0.1:8080")
	if !strings.Contains(string(readme), greeting) {
		t.Errorf("README does not show the greeting:\n%s", greeting)
	}
	all, err := modes.LoadAll("../modes")
	if err != nil {
		t.Fatal(err)
	}
	for _, mode := range all {
		if !strings.Contains(string(readme), "| `"+mode.Name+"` |") {
			t.Errorf("README's table of modes lacks %s", mode.Name)
		}
	}
}
