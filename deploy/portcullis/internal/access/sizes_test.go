package access

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// contractOf writes a contract of n GET routes for which the path and the security are formatted with their number.
func contractOf(t *testing.T, n int, path, security string) string {
	t.Helper()
	text := "openapi: 3.1.0\ninfo: {title: Sizes, version: 1.0.0}\nx-function: f\n"
	if strings.Contains(security, "self") {
		text += "x-owner-scopes: {self: id}\n"
	}
	text += "components: {securitySchemes: {bearer: {type: http, scheme: bearer}, key: {type: apiKey, in: header, name: X-Api-Key}}}\npaths:\n"
	for i := range n {
		text += fmt.Sprintf("  %s: {get: {security: [%s]}}\n", strings.ReplaceAll(path, "N", fmt.Sprint(i)), strings.ReplaceAll(security, "N", fmt.Sprint(i%2)))
	}
	name := filepath.Join(t.TempDir(), "openapi.yaml")
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return name
}

// TestSizes: a caller for whom no policy can be written, or not all of it, is a problem that names it; a large policy is a
// warning that names the caller with the largest.
func TestSizes(t *testing.T) {
	const numbered = "/resource-number-N/{id}/details"
	long := "/" + strings.Repeat("x", 300) + "-N/{id}"
	tests := []struct {
		routes         int
		path, security string
		groups         string
		want           []string // of each finding, how it begins and what else it says
	}{
		{150, numbered, "{bearer: [s]}", `{"staff":["s"],"others":[]}`, []string{"warning  a caller with the scope s (bearer): the policy has … 17"}},
		{150, numbered, "{bearer: [s]}", "", []string{"warning  a caller with the scope s (bearer): … 17"}},
		{150, numbered, "{bearer: []}", `{"staff":[]}`, []string{"warning  a caller with no scope (bearer): … 17"}},
		{150, numbered, "{bearer: [s], key: []}", `{"staff":["s"]}`, []string{"warning  a caller with the scope s (apiKey and bearer): … 17"}},
		{120, numbered, "{bearer: [sN]}", `{"even":["s0"],"odd":["s1"]}`, []string{"warning  a caller with all groups (bearer): … 13"}},
		{120, numbered, "{bearer: [sN]}", `{"both":["s0","s1"],"odd":["s1"]}`, []string{"warning  a caller with the group both (bearer): … 13"}},
		{120, numbered, "{bearer: [sN]}", `{"bo\u001bth":["s0","s1"]}`, []string{`warning  a caller with "the group bo\x1bth" (bearer): … 13`}},
		{800, long, "{bearer: [s]}, {key: [s]}", "", []string{"problem  a caller with the scope s (apiKey): the policy cannot be written"}},
		{120, numbered, "{bearer: [sN]}", `{"even":["s0"]}`, []string{"warning  a caller with all scopes (bearer): … 13"}},
		{800, long, "{bearer: [s]}", `{"staff":["s"],"others":[]}`, []string{
			"problem  a caller with the scope s (bearer): the policy cannot be written, and every request fails (500): policy: the document for this caller has … 262144 are the most"}},
		{35, numbered, "{bearer: [self]}", `{"people":["self"]}`, []string{"warning  a caller with the scope self (bearer): … has 8"}},
		{1, "/" + strings.Repeat("x", 303) + "/{id}", "{bearer: [self]}", `{"people":["self"]}`, []string{"problem  a caller with the scope self (bearer): … has 513"}},
		{1, "/" + strings.Repeat("x", 302) + "/{id}", "{bearer: [self]}", `{"people":["self"]}`, nil},
		{60, numbered, "{bearer: [s]}", `{"staff":["s"]}`, nil},
	}
	for _, test := range tests {
		arguments := []string{"check", contractOf(t, test.routes, test.path, test.security), "--granted", "s s0 s1"}
		if test.groups != "" {
			arguments = append(arguments, "--group-scopes", test.groups)
		}
		got := access(t, "", nil, arguments...)
		findings := strings.Split(strings.TrimSpace(got.stdout), "\n")
		findings = findings[:len(findings)-1] // the last line counts them
		findings = slices.DeleteFunc(findings, func(line string) bool { return line == "" || strings.HasPrefix(line, "note ") })
		problem := strings.Contains(got.stdout, "problem  ")
		if len(findings) != len(test.want) || (got.status == 1) != problem {
			t.Errorf("%d of %.40s for %s with %s: status %d, want %q\n%s%s", test.routes, test.path, test.security, test.groups, got.status, test.want, got.stdout, got.stderr)
			continue
		}
		for i, want := range test.want {
			begin, more, _ := strings.Cut(want, "…")
			if !strings.HasPrefix(findings[i], strings.TrimSpace(begin)) || !strings.Contains(findings[i], strings.TrimSpace(more)) {
				t.Errorf("want %q, got %q", want, findings[i])
			}
		}
	}
}
