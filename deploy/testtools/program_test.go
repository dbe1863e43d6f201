package testtools_test

import (
	"debug/buildinfo"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"portcullis/deploy/testtools"
)

const smallProgram = "./policy/sizes"

func TestProgramIsBuiltAsTheTestIs(t *testing.T) {
	program := testtools.Program(t, smallProgram)
	built, err := buildinfo.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}
	own, ok := debug.ReadBuildInfo()
	if !ok {
		t.Fatal("the test does not know how it was built")
	}
	for _, name := range []string{"-race", "-msan", "-asan", "-tags", "-trimpath", "CGO_ENABLED", "GOARCH", "GOOS"} {
		if got, want := setting(built, name), setting(own, name); got != want {
			t.Errorf("%s is %q, and %q of the test", name, got, want)
		}
	}
	if got := setting(built, "vcs.revision"); got != "" {
		t.Errorf("it holds the revision %s, so that each commit would link it again", got)
	}
	if built.Path != "portcullis/policy/sizes" {
		t.Errorf("it is built from %s", built.Path)
	}
}

func setting(info *debug.BuildInfo, name string) string {
	for _, s := range info.Settings {
		if s.Key == name {
			return s.Value
		}
	}
	return ""
}

// TestProgramIsLinkedOnce: other processes of tests, some at the same time, get the file that is there.
func TestProgramIsLinkedOnce(t *testing.T) {
	program := testtools.Program(t, smallProgram)
	if os.Getenv("PROGRAM_TEST_ASK") != "" {
		fmt.Printf("program=%s\n", program)
		return
	}
	before, err := os.Stat(program)
	if err != nil {
		t.Fatal(err)
	}
	answers := make(chan string)
	for range 4 {
		go func() { answers <- askAnother() }()
	}
	for range 4 {
		if got := <-answers; !strings.HasPrefix(got, "program="+program+"\n") {
			t.Errorf("another process got %s, want %s", got, program)
		}
	}
	if after, err := os.Stat(program); err != nil || !os.SameFile(before, after) {
		t.Errorf("another file is there now: %v, %v", after, err)
	}
}

// askAnother runs TestProgramIsLinkedOnce in another process, and gives what it says.
func askAnother() string {
	command := exec.Command(os.Args[0], "-test.run=^TestProgramIsLinkedOnce$")
	command.Env = append(os.Environ(), "PROGRAM_TEST_ASK=1")
	output, err := command.CombinedOutput()
	return fmt.Sprintf("%s %v", output, err)
}

func TestProgramsThatNoTestNeedsGo(t *testing.T) {
	program := testtools.Program(t, smallProgram)
	store := filepath.Dir(strings.TrimSuffix(filepath.Dir(program), filepath.FromSlash("/policy/sizes")))
	for name, test := range map[string]struct {
		age  time.Duration
		kept bool
	}{"test-fresh": {4 * 24 * time.Hour, true}, "test-stale": {6 * 24 * time.Hour, false}} {
		folder := filepath.Join(store, name)
		if err := os.MkdirAll(filepath.Join(folder, "deploy"), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(folder+".lock", nil, 0o600); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { os.RemoveAll(folder); os.Remove(folder + ".lock") })
		used := time.Now().Add(-test.age)
		if err := os.Chtimes(folder, used, used); err != nil {
			t.Fatal(err)
		}
		askAnother()
		if _, err := os.Stat(folder); (err == nil) != test.kept {
			t.Errorf("%s: kept: %v", name, err == nil)
		}
	}
}

func TestProgramSaysWhatDoesNotCompile(t *testing.T) {
	got := of(t, func(tb testing.TB) { testtools.Program(tb, "./no/such/folder") })
	if got.kind != "fatal" || !strings.Contains(got.text, "build ./no/such/folder") || !strings.Contains(got.text, "directory not found") {
		t.Errorf("ended with %q: %s", got.kind, got.text)
	}
}
