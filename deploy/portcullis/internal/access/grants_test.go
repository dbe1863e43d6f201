package access

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestGrants: a caller whose grant would not fit is a problem, said once for the fewest credentials that it takes.
func TestGrants(t *testing.T) {
	text := "openapi: 3.1.0\ninfo: {title: Grants, version: 1.0.0}\nx-function: f\n" +
		"components: {securitySchemes: {bearer: {type: http, scheme: bearer}, key: {type: apiKey, in: header, name: X-Api-Key}}}\n" +
		"paths: {/a: {get: {security: [bearer: []]}}}\nx-websocket:\n  connect: {security: [bearer: []]}\n  routes:\n"
	var scopes []string
	for i := range 60 {
		scope := fmt.Sprintf("%s-%02d", strings.Repeat("s", 47), i)
		scopes = append(scopes, scope)
		text += fmt.Sprintf("    r%d: {security: [bearer: [%s], key: [%s]]}\n", i, scope, scope)
	}
	name := filepath.Join(t.TempDir(), "openapi.yaml")
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	groups := fmt.Sprintf(`{"half":[%q],"few":["%s","other"],"\u001ball":["%s"]}`, scopes[0], strings.Join(scopes[:20], `","`), strings.Join(scopes, `","`))
	got := access(t, "", nil, "check", name, "--group-scopes", groups, "--granted", strings.Join(scopes, " ")+" other")
	var findings []string
	for line := range strings.Lines(got.stdout) {
		if strings.Contains(line, "grant for messages") {
			findings = append(findings, strings.TrimSpace(line))
		}
	}
	want := []string{
		`problem  a caller with "the group \x1ball", who brings a token together with an API key: the grant for messages has 6276 bytes, and 4096 are the most: connecting is refused (403)`,
		`problem  a caller with all groups, who brings a token together with an API key: the grant for messages has 6276 bytes, and 4096 are the most: connecting is refused (403)`,
		`problem  a caller with all scopes, who brings a token together with an API key: the grant for messages has 6276 bytes, and 4096 are the most: connecting is refused (403)`,
	}
	if strings.Join(findings, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(findings, "\n"), strings.Join(want, "\n"))
	}
	// Such a caller is told so, and one for whom it does fit connects.
	for scheme, want := range map[string]string{"bearer,apiKey": "deny (403): the grant for messages has 6144 bytes, and 4096 are the most", "bearer": "allow"} {
		got := access(t, "", nil, "explain", name, "--connect", "--scheme", scheme, "--scopes", strings.Join(scopes, " "))
		if !strings.HasSuffix(got.stdout, "decision  "+want+"\n") {
			t.Errorf("%s: %s", scheme, got.stdout)
		}
	}
}
