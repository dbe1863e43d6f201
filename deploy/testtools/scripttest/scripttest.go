// Package scripttest is what tests share that run this module's programs as processes, most of them in scripts of testscript.
package scripttest

import (
	"log"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"portcullis/deploy/testtools"
)

// NoWait is the variable that keeps the race detector, where the tests are under it, from holding a process for a second at its
// end.
const NoWait = "GORACE=" + noWait

const noWait = "atexit_sleep_ms=0"

// Main is a TestMain with a program of this module, given as to [testtools.BuildProgram], in $PATH, and with [NoWait]: tests and
// scripts start it by its name. It does not return.
func Main(m *testing.M, pkg string) {
	program, err := testtools.BuildProgram(pkg)
	if err != nil {
		log.Fatal(err)
	}
	os.Setenv("PATH", filepath.Dir(program)+string(filepath.ListSeparator)+os.Getenv("PATH"))
	os.Setenv("GORACE", noWait)
	os.Exit(m.Run())
}

// Capture is the command capture VAR REGEXP of scripts: it sets VAR to what the first group matches in stdout.
func Capture(ts *testscript.TestScript, _ bool, args []string) {
	match := regexp.MustCompile(args[1]).FindStringSubmatch(ts.ReadFile("stdout"))
	if match == nil {
		ts.Fatalf("stdout does not match %s", args[1])
	}
	ts.Setenv(args[0], match[1])
}
