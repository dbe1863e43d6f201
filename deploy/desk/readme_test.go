package desk_test

import (
	"os"
	"strings"
	"testing"

	"portcullis/deploy/desk"
	"portcullis/deploy/modes"
)

// TestREADME: what README shows, but for what stands for more, is what a desk prints that listens where it does by default, in
// that order.
func TestREADME(t *testing.T) {
	for _, name := range []string{"USERS_TABLE", "API_KEYS_TABLE", "AWS_REGION", "AWS_DEFAULT_REGION", "USER_POOL_CLIENT_ID", "USER_POOL_CLIENT_SECRET_ARN", "ISSUERS"} {
		t.Setenv(name, "")
	}
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	d := start(t, desk.Config{})
	greeting := strings.ReplaceAll(d.greeting, strings.TrimPrefix(d.url, "http://"), "127.0.0.1:8080")
	_, shown, _ := strings.Cut(string(readme), "$ go run ./deploy/local\n")
	shown, _, _ = strings.Cut(shown, "```")
	lines := strings.Split(strings.TrimSpace(shown), "\n")
	if len(lines) < 5 {
		t.Fatalf("README shows only %q", shown)
	}
	for _, line := range lines {
		_, rest, found := strings.Cut(greeting, line)
		switch {
		case line == "…":
		case !found:
			t.Errorf("README shows %q, which is not in, or not in this order:\n%s", line, d.greeting)
		default:
			greeting = rest
		}
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
