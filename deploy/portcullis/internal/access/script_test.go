package access

import (
	"context"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"portcullis/deploy/portcullis/internal/cli"
)

var update = flag.Bool("update", false, "write the golden files and the outputs in the scripts anew")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"portcullis": func() {
			s := &cli.Session{Getenv: os.Getenv, Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Now: time.Now}
			cli.Exit(s.Run(context.Background(), portcullis(s), os.Args[1:]))
		},
	})
}

// root is the module's.
func root(t *testing.T) string {
	t.Helper()
	root, err := filepath.Abs("../../../..")
	if err != nil {
		t.Fatal(err)
	}
	return root
}

// TestScripts runs testdata/script. $ROOT is the module's root, $DATA this package's testdata.
func TestScripts(t *testing.T) {
	data, err := filepath.Abs("testdata")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:           "testdata/script",
		UpdateScripts: *update,
		Setup: func(e *testscript.Env) error {
			e.Setenv("ROOT", root(t))
			e.Setenv("DATA", data)
			return nil
		},
	})
}

// TestExamples: each line of each command's examples does what it shows, in the module's root.
func TestExamples(t *testing.T) {
	for _, command := range Command(&cli.Session{}).Commands() {
		lines := strings.Split(command.Example, "\n")
		if len(lines) < 2 {
			t.Errorf("%s has the examples %q", command.Name(), lines)
		}
		for _, line := range lines {
			shell := exec.Command("sh", "-c", line)
			shell.Dir, shell.Env = root(t), append(os.Environ(), "CONTRACT=", "GROUP_SCOPES=")
			output, err := shell.CombinedOutput()
			if err != nil || len(output) == 0 || !strings.Contains(line, "portcullis access "+command.Name()+" ") && !strings.HasSuffix(line, command.Name()) {
				t.Errorf("%s: %v\n%s", line, err, output)
			}
		}
	}
}
