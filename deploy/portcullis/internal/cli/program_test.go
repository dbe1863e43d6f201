package cli_test

import (
	"path/filepath"
	"testing"

	"portcullis/deploy/portcullis/internal/cli"
)

// TestProgram: a line a first argument: what to type to run the command again.
func TestProgram(t *testing.T) {
	const run = "go run ./deploy/portcullis"
	const hash = "bc7ded3da36f7bbbbf2f1a7b307cefa4d89a194212eb832091385bec7cce42f1"
	for arg0, want := range map[string]string{
		"portcullis":                                         "portcullis",
		"./portcullis":                                       "./portcullis",
		"/usr/local/bin/portcullis":                          "/usr/local/bin/portcullis",
		"/opt/my tools/portcullis":                           "'/opt/my tools/portcullis'",
		"/opt/it's/portcullis":                               `'/opt/it'\''s/portcullis'`,
		"/home/go-build/portcullis":                          "/home/go-build/portcullis",
		"/tmp/go-build2697121967/b001/exe/portcullis":        run,
		"/root/.cache/go-build/bc/" + hash + "-d/portcullis": run,
		"/elsewhere/bc/" + hash + "-d/portcullis":            run,
		"local":       run,
		"./bin/local": run,
		"":            run,
	} {
		if got := cli.Program(filepath.FromSlash(arg0)); got != filepath.FromSlash(want) && got != want {
			t.Errorf("%q: %q, want %q", arg0, got, want)
		}
	}
}
