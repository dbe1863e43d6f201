package access

import (
	"os"
	"path/filepath"
	"testing"

	"portcullis/deploy/portcullis/internal/cli"
)

// formats are those that a matrix is written in.
var formats = []string{cli.FormatTable, cli.FormatMarkdown, cli.FormatCSV, cli.FormatJSON, cli.FormatHTML}

// TestFormats compares each format of each matrix with its golden file.
func TestFormats(t *testing.T) {
	tests := []struct {
		name string
		args []string
	}{
		{"ours", []string{ours, "--group-scopes", `{"admins":["users/read","users/write"],"members":["users/self"],"readers":["users/read"]}`}},
		{"ours-scopes", []string{ours, "--scopes", "users/self users/read"}},
		{"odd", []string{"testdata/odd.yaml", "--group-scopes", "@testdata/groups.json", "--scopes", "exports"}},
		{"odd-both", []string{"testdata/odd.yaml", "--scheme", "bearer,apiKey"}},
	}
	for _, test := range tests {
		for _, format := range formats {
			t.Run(test.name+"."+format, func(t *testing.T) {
				got := access(t, "", nil, append([]string{"matrix", "-o", format}, test.args...)...)
				if got.status != 0 || got.stderr != "" {
					t.Fatalf("status %d, stderr %q", got.status, got.stderr)
				}
				golden := filepath.Join("testdata", "golden", test.name+"."+format)
				if *update {
					if err := os.WriteFile(golden, []byte(got.stdout), 0o644); err != nil {
						t.Fatal(err)
					}
				}
				want, err := os.ReadFile(golden)
				if err != nil {
					t.Fatal(err)
				}
				if got.stdout != string(want) {
					t.Errorf("differs from %s:\n%s", golden, got.stdout)
				}
			})
		}
	}
}

// TestStable: the same input gives the same bytes, whatever the order of the groups.
func TestStable(t *testing.T) {
	one := `{"b":["users/read","users/self"],"a":[],"c":["users/write"]}`
	other := `{"c":["users/write"],"a":[],"b":["users/self","users/read","users/read"]}`
	for _, format := range formats {
		first := access(t, "", nil, "matrix", ours, "-o", format, "--group-scopes", one)
		for range 20 {
			if again := access(t, "", nil, "matrix", ours, "-o", format, "--group-scopes", other); again != first {
				t.Fatalf("%s differs from run to run", format)
			}
		}
	}
}
