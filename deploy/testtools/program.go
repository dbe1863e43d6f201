package testtools

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/lockedfile"

	"portcullis/deploy/functions"
)

var (
	programsLock sync.Mutex
	programs     = map[string]string{} // by the flags of their build and the paths of their packages
)

// Program is [BuildProgram] for a test, which ends where the package does not compile.
func Program(t testing.TB, pkg string) string {
	t.Helper()
	binary, err := BuildProgram(pkg)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return binary
}

// BuildProgram builds a main package of this module, given by its path from the module's root ("./authorizers/cmd/jwt"),
// and returns the path of the binary, which is called as the package's folder is, in a folder of its own. A test that has
// to see what is deployed, byte for byte, uses [functions.Build] instead. The error says what the go command wrote.
//
// It is built as the test is: with the race detector or without, with the same tags. So the test and the program share what
// is compiled, and the binary, which lies in the Go build cache's folder, is linked once for all tests of this checkout,
// and again only where its sources changed.
func BuildProgram(pkg string) (binary string, err error) { return program(pkg, BuildFlags()) }

// PlainProgram is Program without the race detector. It is for a program whose long work is one goroutine's, such as compressing,
// which takes five to ten times as long under it.
func PlainProgram(t testing.TB, pkg string) string {
	t.Helper()
	binary, err := program(pkg, slices.DeleteFunc(BuildFlags(), func(flag string) bool { return strings.HasPrefix(flag, "-race=") }))
	if err != nil {
		t.Fatalf("%v", err)
	}
	return binary
}

// program builds a main package, once for each flags that there are.
func program(pkg string, flags []string) (binary string, err error) {
	programsLock.Lock()
	defer programsLock.Unlock()
	key := fmt.Sprint(flags, pkg)
	if programs[key] == "" {
		if programs[key], err = buildProgram(pkg, flags); err != nil {
			return "", fmt.Errorf("build %s: %w", pkg, err)
		}
	}
	return programs[key], nil
}

func buildProgram(pkg string, flags []string) (binary string, err error) {
	module, err := functions.ModuleDir(".")
	if err != nil {
		return "", err
	}
	cache, err := exec.Command("go", "env", "GOCACHE").Output()
	if err != nil {
		return "", err
	}
	store := filepath.Join(strings.TrimSpace(string(cache)), fmt.Sprint("portcullis-test-programs-", os.Getuid()))
	folder := filepath.Join(store, programsKey(module, flags))
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", err
	}
	// Without the lock, two tests that need a program at once would both compile what is missing of it.
	unlock, err := lockedfile.MutexAt(folder + ".lock").Lock()
	if err != nil {
		return "", err
	}
	defer unlock()
	binary = filepath.Join(folder, filepath.FromSlash(pkg), filepath.Base(pkg))
	if runtime.GOOS == "windows" {
		binary += ".exe"
	}
	// The state of the checkout is no part of the binary: each commit would link it again. Nor is what debuggers read, as in a test's: it
	// takes a third of the linker's time.
	build := exec.Command("go", append(append([]string{"build", "-buildvcs=false", "-ldflags=-w"}, flags...), "-o", binary, pkg)...)
	build.Dir = module
	if output, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w\n%s", err, bytes.TrimSpace(output))
	}
	now := time.Now()
	if err := os.Chtimes(folder, now, now); err != nil {
		return "", err
	}
	return binary, removeUnused(store, now.Add(-keepPrograms))
}

// BuildFlags are the flags of the running test's build that decide how packages are compiled, such as -race=true: those of a
// go command that is to share with the test what is compiled. What the environment says, such as CGO_ENABLED and GOFLAGS,
// is not among them: the command sees it too.
func BuildFlags() (flags []string) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return nil
	}
	for _, setting := range info.Settings {
		switch setting.Key {
		case "-race", "-msan", "-asan", "-tags", "-trimpath":
			flags = append(flags, setting.Key+"="+setting.Value)
		}
	}
	return flags
}

// programsKey tells folders of programs apart that would overwrite each other's.
func programsKey(module string, flags []string) string {
	sum := sha256.Sum256(fmt.Append(nil, module, runtime.Version(), runtime.GOOS, runtime.GOARCH, flags))
	return hex.EncodeToString(sum[:8])
}

// keepPrograms is how long programs are kept that no test needs, as long as the go command keeps what it compiled.
const keepPrograms = 5 * 24 * time.Hour

// removeUnused removes the folders of programs of other checkouts and flags that were last used before a time.
func removeUnused(store string, before time.Time) error {
	folders, err := filepath.Glob(filepath.Join(store, "*.lock"))
	if err != nil {
		return err
	}
	for _, lock := range folders {
		folder := strings.TrimSuffix(lock, ".lock")
		if !unused(folder, before) {
			continue
		}
		unlock, err := lockedfile.MutexAt(lock).Lock()
		if err != nil {
			return err
		}
		if unused(folder, before) {
			err = os.RemoveAll(folder)
		}
		unlock()
		if err != nil {
			return err
		}
	}
	return nil
}

func unused(folder string, before time.Time) bool {
	info, err := os.Stat(folder)
	return err == nil && info.ModTime().Before(before)
}
