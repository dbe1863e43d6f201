// Package testtools is the test tools: it finds and starts the real parts that integration tests use: moto_server, terraform with a
// mirror of its provider, tflint, the AWS CLI and its library, a browser. A part that is missing skips the test with one line
// that says how to get it; with CI=true it fails the test instead. It also builds this module's own programs, once for all
// tests. Only tests import it; it is no part of what is deployed.
package testtools

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// probeTimeout bounds how long a program may take to answer --version; interpreted ones are slow on a busy machine.
const probeTimeout = time.Minute

// Command returns the path of the program called name. A program that is not in PATH, or that is there but
// does not run, is missing: the test skips with howToGet, or fails with CI=true.
func Command(t testing.TB, name, howToGet string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil || !runs(path) {
		missing(t, name, howToGet)
	}
	return path
}

// GoModules downloads what the go.mod of a folder names, or skips as [Command] does.
func GoModules(t testing.TB, dir string) {
	t.Helper()
	download := exec.CommandContext(t.Context(), "go", "mod", "download")
	download.Dir = dir
	if output, err := download.CombinedOutput(); err != nil {
		missing(t, "a module of "+filepath.Base(dir)+" ("+strings.TrimSpace(string(output))+")", "go mod download, which needs a module proxy")
	}
}

// AWSCLI returns the path of the AWS command line interface, or skips as [Command] does.
func AWSCLI(t testing.TB) string {
	t.Helper()
	return Command(t, "aws", "pip install awscli")
}

// Chromium returns the path of a Chromium or Chrome browser, or skips as [Command] does.
func Chromium(t testing.TB) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil && runs(path) {
			return path
		}
	}
	missing(t, "chromium", "apt-get install chromium")
	return ""
}

// missing ends the test: skipped on a desk, failed in CI, where a skipped check would look like a done one.
func missing(t testing.TB, part, howToGet string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("%s is missing, and CI=true: %s", part, howToGet)
	}
	skip(t, part, howToGet)
}

// skip is for a part that is missing on a desk, or that is optional.
func skip(t testing.TB, part, howToGet string) {
	t.Helper()
	t.Skipf("%s is missing: %s", part, howToGet)
}

var (
	probesLock sync.Mutex
	probes     = map[string]bool{}
)

// runs says whether the program at path runs, asking each path once. A file in PATH may be a stub for a program that is
// not installed (pyenv's shims exit with 127, Ubuntu's chromium-browser with 1).
func runs(path string) bool {
	probesLock.Lock()
	defer probesLock.Unlock()
	if _, asked := probes[path]; !asked {
		probes[path] = probe(path)
	}
	return probes[path]
}

// probe runs the program with --version. It runs if it exits with 0, or with 2, by which a program says
// that it does not know the option.
func probe(path string) bool {
	ctx, cancel := context.WithTimeout(context.Background(), probeTimeout)
	defer cancel()
	err := exec.CommandContext(ctx, path, "--version").Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode() == 2
	}
	return err == nil
}
