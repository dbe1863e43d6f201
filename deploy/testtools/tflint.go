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
	for _, name := range []string{"tflint", filepath.Join(goBin(), "tflint")} {
		if path, err := exec.LookPath(name); err == nil && runs(path) {
			return path
		}
	}
	missing(t, "tflint", "go install github.com/terraform-linters/tflint@v0.64.0")
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
