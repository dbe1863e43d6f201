package terraform_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestModulesReadmesNameEveryInputAndOutput: a module's README lists what its files declare, in any order, and no more.
func TestModulesReadmesNameEveryInputAndOutput(t *testing.T) {
	t.Parallel()
	readmes, err := filepath.Glob("modules/*/README.md")
	if err != nil || len(readmes) == 0 {
		t.Fatalf("there is no README of a module: %v", err)
	}
	for _, readme := range readmes {
		declared := declarations(t, filepath.Dir(readme))
		for block, heading := range map[string]string{"variable": "## Inputs", "output": "## Outputs"} {
			_, section, _ := strings.Cut(string(read(t, readme)), heading+"\n")
			section, _, _ = strings.Cut(section, "\n## ")
			got, want := names("(?m)^\\| `(\\w+)` \\|", section), names(`(?m)^`+block+` "(\w+)"`, declared)
			if !slices.Equal(got, want) {
				t.Errorf("%s: %q lists %v, the module has %v", readme, heading, got, want)
			}
		}
	}
}

// declarations returns the text of all of a module's files.
func declarations(t *testing.T, module string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(module, "*.tf"))
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, file := range files {
		all.Write(read(t, file))
	}
	return all.String()
}
