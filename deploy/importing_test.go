package deploy_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"portcullis/deploy/testtools"
)

// TestImporting: another module tests an API of its own with the libraries, by the two lines that README says.
func TestImporting(t *testing.T) {
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	const require, replace = "require portcullis v0.0.0\n", "replace portcullis => ../portcullis\n"
	if !strings.Contains(string(readme), require+replace) {
		t.Errorf("README does not say %q", require+replace)
	}
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("go.mod", "module example.com/own\n\ngo 1.26\n\n"+require+strings.Replace(replace, "../portcullis", root, 1))
	for _, name := range []string{"own_test.go", "things_test.go"} {
		text, err := os.ReadFile(filepath.Join("testdata", "importing", name+".txt"))
		if err != nil {
			t.Fatal(err)
		}
		write(name, string(text))
	}
	sums, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	write("go.sum", string(sums))
	command := exec.CommandContext(t.Context(), "go", slices.Concat([]string{"test", "-mod=mod"}, testtools.BuildFlags(), []string{"./..."})...)
	command.Dir = dir
	if output, err := command.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, output)
	}
}
