package testtools

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TFLint returns the path of tflint, from PATH or from where go install puts it, or skips as [Command] does.
func TFLint(t testing.TB) string {
	t.Helper()
	return goTool(t, "tflint", "github.com/terraform-linters/tflint@v0.64.0")
}

// TFSec is TFLint for tfsec, which finds what is insecure in a Terraform configuration. Its rules are in the program: it asks nobody for them.
func TFSec(t testing.TB) string {
	t.Helper()
	return goTool(t, "tfsec", "github.com/aquasecurity/tfsec/cmd/tfsec@v1.28.14")
}

func goTool(t testing.TB, name, module string) string {
	t.Helper()
	for _, name := range []string{name, filepath.Join(goBin(), name)} {
		if path, err := exec.LookPath(name); err == nil && runs(path) {
			return path
		}
	}
	missing(t, name, "go install "+module)
	return ""
}

// goBin is the folder of what go install builds; "": there is no go command that could tell.
func goBin() string {
	output, err := exec.Command("go", "env", "GOBIN", "GOPATH").Output()
	if err != nil {
		return ""
	}
	bin, paths, _ := strings.Cut(strings.TrimSuffix(string(output), "\n"), "\n")
	if bin != "" {
		return bin
	}
	path, _, _ := strings.Cut(paths, string(filepath.ListSeparator))
	return filepath.Join(path, "bin")
}
