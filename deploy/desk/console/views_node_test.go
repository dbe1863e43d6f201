package console_test

import (
	"os/exec"
	"path/filepath"
	"testing"

	"portcullis/deploy/testtools"
)

// What the modules behind the views of access, live calls and broken tokens tell, by node's own test runner.
func TestViews(t *testing.T) {
	node := testtools.Node(t)
	files, err := filepath.Glob("testdata/views/*.test.mjs")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	if output, err := exec.CommandContext(t.Context(), node, append([]string{"--test"}, files...)...).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, output)
	}
}
