// Package terraform_test checks the Terraform stack: its form, its own tests, and what a real `terraform apply` with the
// real AWS provider and the real zips makes of an emulated account.
package terraform_test

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"portcullis/authorizers/verify"
	"portcullis/deploy/testtools"
)

func TestFormat(t *testing.T) {
	t.Parallel()
	stack := testtools.Terraform(t, copyStack(t))
	if output, exit := stack.Try("fmt", "-check", "-recursive", "-diff", "-no-color"); exit != 0 {
		t.Errorf("`terraform fmt -recursive` would change this:\n%s", output)
	}
	stack.Run("validate", "-no-color")
}

// TestExamples: what the examples show is right, by itself.
func TestExamples(t *testing.T) {
	t.Parallel()
	dir := copyStack(t)
	examples, err := filepath.Glob(filepath.Join(dir, "examples", "*"))
	if err != nil || len(examples) == 0 {
		t.Fatalf("there is no example: %v", err)
	}
	for _, example := range examples {
		testtools.Terraform(t, example).Run("validate", "-no-color")
	}
}

// TestLint looks at the stack, at every module and at every example: everything is used, typed, documented and named alike.
func TestLint(t *testing.T) {
	t.Parallel()
	tflint := testtools.TFLint(t)
	dir := copyStack(t)
	lint := exec.CommandContext(t.Context(), tflint, "--recursive", "--no-color", "--config="+filepath.Join(dir, ".tflint.hcl"))
	lint.Dir = dir
	if output, err := lint.CombinedOutput(); err != nil {
		t.Errorf("tflint: %v\n%s", err, output)
	}
}

// TestTerraformTests runs the tests of the folder tests, all of which mock the provider.
func TestTerraformTests(t *testing.T) {
	t.Parallel()
	stack := testtools.Terraform(t, copyStack(t))
	stack.Run("test", "-no-color")
}

// TestOwnModes: what the stack makes of modes that are not shipped, whose names can be those of other parts.
func TestOwnModes(t *testing.T) {
	t.Parallel()
	dir := copyStack(t)
	addModes(t, filepath.Join(dir, "..", ".."), "testdata/own-modes/modes")
	copyTo(t, filepath.Join(dir, "tests"), "testdata/own-modes", "*.tftest.hcl")
	stack := testtools.Terraform(t, dir)
	stack.Run("test", "-no-color", "-filter=tests/own_modes.tftest.hcl")
}

func TestReadmeNamesEveryVariableAndOutput(t *testing.T) {
	readme := string(read(t, "README.md"))
	for _, declared := range []struct{ file, block, heading string }{
		{"variables*.tf", "variable", "## Variables"},
		{"outputs.tf", "output", "## Outputs"},
	} {
		_, section, _ := strings.Cut(readme, declared.heading+"\n")
		section, _, _ = strings.Cut(section, "\n## ")
		checkTable(t, "README.md", section, declared.block, declared.file)
	}
}

// TestModulesReadmesNameEveryInputAndOutput reads the two tables of each module's README.
func TestModulesReadmesNameEveryInputAndOutput(t *testing.T) {
	modules, err := filepath.Glob("modules/*/versions.tf")
	if err != nil || len(modules) == 0 {
		t.Fatalf("there is no module: %v", err)
	}
	for _, module := range modules {
		path := filepath.Join(filepath.Dir(module), "README.md")
		_, inputs, _ := strings.Cut(string(read(t, path)), "\n| input | type | default | meaning |\n")
		inputs, outputs, _ := strings.Cut(inputs, "\n| output | meaning |\n")
		outputs, _, _ = strings.Cut(outputs, "\n\n")
		checkTable(t, path, inputs, "variable", filepath.Join(filepath.Dir(path), "variables*.tf"))
		checkTable(t, path, outputs, "output", filepath.Join(filepath.Dir(path), "outputs.tf"))
	}
}

// checkTable compares the names that begin a table's rows with those of a file's blocks.
func checkTable(t *testing.T, readme, table, block, file string) {
	t.Helper()
	want := names(`(?m)^`+block+` "(\w+)"`, readAll(t, file))
	if got := names("(?m)^\\| `(\\w+)` \\|", table); !slices.Equal(got, want) {
		t.Errorf("%s lists %v, %s has %v", readme, got, file, want)
	}
}

// names returns the sorted first groups of the pattern's matches.
func names(pattern, text string) []string {
	var found []string
	for _, match := range regexp.MustCompile(pattern).FindAllStringSubmatch(text, -1) {
		found = append(found, match[1])
	}
	slices.Sort(found)
	return found
}

// TestAlgorithmsAreTheVerifiers: the plan refuses what the authorizers would refuse at their start, and
// nothing else.
func TestAlgorithmsAreTheVerifiers(t *testing.T) {
	var quoted []string
	for _, algorithm := range verify.Algorithms() {
		quoted = append(quoted, strconv.Quote(algorithm))
	}
	want := "contains([" + strings.Join(quoted, ", ") + "], algorithm)"
	if !strings.Contains(readAll(t, "modules/authorizer/issuers.tf"), want) {
		t.Errorf("the module authorizer does not hold %s", want)
	}
}
