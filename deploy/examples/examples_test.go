// Package examples_test runs the examples, each from a copy of its folder, as somebody does who takes it along.
package examples_test

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"portcullis/deploy/testtools"
	"portcullis/deploy/testtools/scripttest"
)

func TestMain(m *testing.M) { scripttest.Main(m, "./deploy/portcullis") }

// copied gives a copy of an example's folder, without what running it leaves there.
func copied(t *testing.T, example string) (dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), filepath.Base(example))
	err := filepath.WalkDir(example, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		to := filepath.Join(dir, strings.TrimPrefix(path, example))
		if entry.IsDir() {
			if slices.Contains(left, entry.Name()) {
				return fs.SkipDir
			}
			return os.MkdirAll(to, 0o755)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(to, text, 0o644)
	})
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// left are the folders that running an example leaves, which are no part of it.
var left = []string{"node_modules", "__pycache__", ".pytest_cache", "dist"}

// run runs a command in a folder, and gives what it wrote. One that fails ends the test.
func run(t *testing.T, dir string, env []string, name string, args ...string) (output string) {
	t.Helper()
	command := exec.CommandContext(t.Context(), name, args...)
	command.Dir, command.Env = dir, append(os.Environ(), env...)
	written, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, written)
	}
	return string(written)
}

// TestAuthorizerTests: the tests of authorizers in other languages pass, which call the command.
func TestAuthorizerTests(t *testing.T) {
	t.Run("node", func(t *testing.T) {
		dir := copied(t, "tests/node")
		testtools.NodePackage(t, dir)
		run(t, dir, nil, "npm", "test")
	})
	t.Run("python", func(t *testing.T) {
		const howToGet = "pip install 'PyJWT[crypto]>=2.6' 'pytest>=7', or apt-get install python3-jwt python3-pytest"
		python := testtools.Python(t, howToGet, "jwt", "cryptography", "pytest")
		run(t, copied(t, "tests/python"), nil, python, "-m", "pytest")
	})
	t.Run("go", func(t *testing.T) {
		dir := copied(t, "tests/go")
		run(t, dir, nil, "go", "mod", "edit", "-replace", "portcullis="+root(t))
		testtools.GoModules(t, dir)
		run(t, dir, nil, "go", slices.Concat([]string{"test"}, testtools.BuildFlags(), []string{"./..."})...)
	})
}

// TestAuthorizers: a gateway asks authorizers in other languages, and makes of their answers what it should.
func TestAuthorizers(t *testing.T) {
	sh := testtools.Command(t, "sh", "a POSIX shell is needed to run the script")
	testtools.Command(t, "curl", "apt-get install curl")
	for _, language := range []struct {
		name  string
		ready func(t *testing.T, dir string) (env []string)
	}{
		{"node", func(t *testing.T, dir string) []string { testtools.NodePackage(t, dir); return nil }},
		{"python", func(t *testing.T, _ string) []string {
			return []string{"PYTHON=" + testtools.Python(t, "pip install 'PyJWT[crypto]>=2.6', or apt-get install python3-jwt", "jwt", "cryptography")}
		}},
	} {
		t.Run(language.name, func(t *testing.T) {
			dir := copied(t, "authorizers")
			output := run(t, dir, language.ready(t, filepath.Join(dir, language.name)), sh, "try.sh", language.name)
			if ok := strings.Count(output, "\nok ") + 1; ok != 32 {
				t.Errorf("%d answers are as they should be, want 32\n%s", ok, output)
			}
		})
	}
}

func root(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// files gives the files of all examples with a name.
func files(t *testing.T, name string) (paths []string) {
	t.Helper()
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if err == nil && slices.Contains(left, entry.Name()) {
			return fs.SkipDir
		}
		if err == nil && entry.Name() == name {
			paths = append(paths, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(paths) < 2 {
		t.Fatalf("%d files are called %s", len(paths), name)
	}
	return paths
}

// TestCopies: what several examples have in their folders, to be whole, is the same in all of them.
func TestCopies(t *testing.T) {
	for _, name := range []string{"orders.yaml", "client.js"} {
		paths := files(t, name)
		for _, path := range paths[1:] {
			if !bytes.Equal(content(t, path), content(t, paths[0])) {
				t.Errorf("%s differs from %s", path, paths[0])
			}
		}
	}
}

// TestPackages: dependencies have one version, and a lock names no registry.
func TestPackages(t *testing.T) {
	ranged := regexp.MustCompile(`"[\^~><*]|"latest"`)
	for _, path := range files(t, "package.json") {
		_, dependencies, _ := bytes.Cut(content(t, path), []byte(`"dependencies"`))
		if found := ranged.Find(dependencies); found != nil {
			t.Errorf("%s: a dependency has no exact version: %s", path, found)
		}
	}
	for _, path := range files(t, "package-lock.json") {
		if bytes.Contains(content(t, path), []byte(`"resolved"`)) {
			t.Errorf("%s names a registry: npm install --omit-lockfile-registry-resolved", path)
		}
	}
}

// TestModules: what the module of an example needs, and this module too, has one version, so that both share what is compiled of it.
func TestModules(t *testing.T) {
	ours := required(t, filepath.Join(root(t), "go.mod"))
	for _, path := range files(t, "go.mod") {
		shared := 0
		for module, version := range required(t, path) {
			if ours[module] == "" {
				continue
			}
			shared++
			if version != ours[module] {
				t.Errorf("%s needs %s %s, this module %s", path, module, version, ours[module])
			}
		}
		if shared == 0 {
			t.Errorf("%s needs nothing that this module needs", path)
		}
	}
}

// required gives the versions of the modules that a go.mod names.
func required(t *testing.T, path string) map[string]string {
	t.Helper()
	versions := map[string]string{}
	for _, found := range regexp.MustCompile(`(?m)^(?:require)?\s+(\S+) (v\S+)`).FindAllSubmatch(content(t, path), -1) {
		versions[string(found[1])] = string(found[2])
	}
	return versions
}

func content(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
