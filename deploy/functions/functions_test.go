package functions_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"portcullis/deploy/functions"
)

func TestBuildMakesEveryFunctionForThisMachine(t *testing.T) {
	module, err := functions.ModuleDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, function := range functions.Functions {
		out := filepath.Join(t.TempDir(), function.Name)
		err := functions.Build(t.Context(), module, function.Name, runtime.GOOS, runtime.GOARCH, out)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := exec.LookPath(out); err != nil {
			t.Errorf("%s is no program: %v", function.Name, err)
		}
	}
}

func TestBuildNamesWhatFailed(t *testing.T) {
	module, err := functions.ModuleDir(".")
	if err != nil {
		t.Fatal(err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for _, test := range []struct {
		name string
		ctx  context.Context
		goos string
		want error
	}{
		{"nobody", t.Context(), "linux", functions.ErrUnknown},
		{"", t.Context(), "linux", functions.ErrUnknown},
		{"token", ended, "linux", context.Canceled},
		{"token", t.Context(), "no-such-system", nil},
	} {
		err := functions.Build(test.ctx, module, test.name, test.goos, "arm64", filepath.Join(t.TempDir(), "out"))
		var failed *functions.BuildError
		if !errors.As(err, &failed) || failed.Function != test.name || (test.want != nil && !errors.Is(err, test.want)) {
			t.Errorf("Build(%q, %q) = %v, want a BuildError of %v", test.name, test.goos, err, test.want)
		}
	}
}

func TestZipsNeedRules(t *testing.T) {
	source := functions.Source{Module: filepath.Join("..", ".."), Architecture: "arm64"}
	out := filepath.Join(t.TempDir(), "out")
	if zips, err := functions.WriteZips(t.Context(), source, out); err == nil || zips != nil {
		t.Errorf("without rules there are %v", zips)
	}
	if _, err := os.Stat(out); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("without rules something was written: %v", err)
	}
}

func TestModuleDirIsFoundFromBelow(t *testing.T) {
	here, err := functions.ModuleDir(".")
	if err != nil {
		t.Fatal(err)
	}
	above, err := functions.ModuleDir("../..")
	if err != nil || above != here {
		t.Errorf("from the root it is %q (%v), from here %q", above, err, here)
	}
	if dir, err := functions.ModuleDir(t.TempDir()); err == nil {
		t.Errorf("a folder outside of any module belongs to %q", dir)
	}
}
