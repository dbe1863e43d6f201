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
	module, folder := t.TempDir(), t.TempDir()
	write := func(name, text string) {
		t.Helper()
		file := filepath.Join(module, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o700), os.WriteFile(file, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	rebuild := func(names ...string) (said string, made []os.FileInfo) {
		t.Helper()
		if err := functions.Rebuild(t.Context(), module, names, folder); err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			out := functions.Rebuilt(folder, name)
			output, err := exec.Command(out).CombinedOutput()
			if err != nil {
				t.Fatal(err)
			}
			info, err := os.Stat(out)
			if err != nil {
				t.Fatal(err)
			}
			said, made = said+string(output), append(made, info)
		}
		return said, made
	}
	write("go.mod", "module portcullis\n\ngo 1.26\n")
	write("authorizers/cmd/token/main.go", "package main\n\nfunc main() { print(\"one \") }\n")
	write("api/cmd/users/main.go", "package main\n\nfunc main() { print(\"users \") }\n")
	first, made := rebuild("token", "users")
	again, kept := rebuild("users", "token")
	if first != "one users " || again != "users one " || !os.SameFile(made[0], kept[1]) || !os.SameFile(made[1], kept[0]) {
		t.Errorf("says %q, then %q; made twice: %t, %t", first, again, !os.SameFile(made[0], kept[1]), !os.SameFile(made[1], kept[0]))
	}
	write("authorizers/cmd/token/main.go", "package main\n\nfunc main() { print(\"two \") }\n")
	if other, next := rebuild("token", "users"); other != "two users " || !os.SameFile(made[1], next[1]) {
		t.Errorf("of other sources: %q; what stays made twice: %t", other, !os.SameFile(made[1], next[1]))
	}
	if one, _ := rebuild("token"); one != "two " {
		t.Errorf("of one: %q", one)
	}
	for _, test := range []struct {
		names  []string
		failed string
		want   error
	}{
		{[]string{"jwt"}, "jwt", nil},
		{[]string{"token", "jwt", "users"}, "jwt", nil},
		{[]string{"token", "nobody"}, "nobody", functions.ErrUnknown},
	} {
		var failed *functions.BuildError
		if err := functions.Rebuild(t.Context(), module, test.names, folder); !errors.As(err, &failed) || failed.Function != test.failed || test.want != nil && !errors.Is(err, test.want) {
			t.Errorf("of %q: %v", test.names, err)
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
