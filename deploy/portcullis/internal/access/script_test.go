package access

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"portcullis/deploy/portcullis/internal/cli"
	"portcullis/deploy/testtools/scripttest"
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
			e.Vars = append(e.Vars, scripttest.NoWait)
			e.Setenv("ROOT", root(t))
			e.Setenv("DATA", data)
			return nil
		},
	})
}
