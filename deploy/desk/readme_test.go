package desk

import (
	"bytes"
	"net"
	"os"
	"strings"
	"testing"
)

// TestREADME: what README shows is what the program prints.
func TestREADME(t *testing.T) {
	for _, name := range []string{"USERS_TABLE", "API_KEYS_TABLE", "AWS_REGION", "AWS_DEFAULT_REGION", "USER_POOL_CLIENT_ID", "USER_POOL_CLIENT_SECRET_ARN", "ISSUERS"} {
		t.Setenv(name, "")
	}
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	options, err := parseOptions(nil)
	if err != nil {
		t.Fatal(err)
	}
	project, err := readProject(options)
	if err != nil {
		t.Fatal(err)
	}
	s, err := newSite(&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8080}, options)
	if err != nil {
		t.Fatal(err)
	}
	var greeting bytes.Buffer
	printGreeting(&greeting, newIndex(s, project, true))
	if !strings.Contains(string(readme), greeting.String()) {
		t.Errorf("README does not show the greeting:\n%s", &greeting)
	}
	for _, mode := range project.modes {
		if !strings.Contains(string(readme), "| `"+mode.Name+"` |") {
			t.Errorf("README's table of modes lacks %s", mode.Name)
		}
	}
}
