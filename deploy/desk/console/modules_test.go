package console_test

import (
	"os/exec"
	"path/filepath"
	"testing"

	"portcullis/deploy/testtools"
)

// TestModules: what modules of the page do that touch none of it, and those behind its views (testdata/views), by node's own test runner.
func TestModules(t *testing.T) {
	node := testtools.Node(t)
	for _, pattern := range []string{"testdata/*.test.mjs", "testdata/views/*.test.mjs"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %d files, %v", pattern, len(files), err)
		}
		if output, err := exec.CommandContext(t.Context(), node, append([]string{"--test"}, files...)...).CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, output)
		}
	}
}
