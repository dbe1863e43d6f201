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

// TestRebuild: what is still right is left alone, and what is not is made again. Its module is a small one of its own.
func TestRebuild(t *testing.T) {
	module, out := t.TempDir(), filepath.Join(t.TempDir(), "bootstrap")
	write := func(name, text string) {
		t.Helper()
		file := filepath.Join(module, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o700), os.WriteFile(file, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	rebuild := func() (said string, made os.FileInfo) {
		t.Helper()
		if err := functions.Rebuild(t.Context(), module, "token", out); err != nil {
			t.Fatal(err)
		}
		output, err := exec.Command(out).CombinedOutput()
		if err != nil {
			t.Fatal(err)
		}
		if made, err = os.Stat(out); err != nil {
			t.Fatal(err)
		}
		return string(output), made
	}
	write("go.mod", "module portcullis\n\ngo 1.26\n")
	write("authorizers/cmd/token/main.go", "package main\n\nfunc main() { print(\"one\") }\n")
	first, made := rebuild()
	again, kept := rebuild()
	if first != "one" || again != "one" || !os.SameFile(made, kept) {
		t.Errorf("says %q, then %q; made twice: %t", first, again, !os.SameFile(made, kept))
	}
	write("authorizers/cmd/token/main.go", "package main\n\nfunc main() { print(\"two\") }\n")
	if other, _ := rebuild(); other != "two" {
		t.Errorf("of other sources: %q", other)
	}
	var failed *functions.BuildError
	if err := functions.Rebuild(t.Context(), module, "jwt", out); !errors.As(err, &failed) || failed.Function != "jwt" {
		t.Errorf("of no sources: %v", err)
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
