package deploy_test

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"portcullis/deploy/functions"
)

var update = flag.Bool("update", false, "write testdata/deps")

// TestDependencies: testdata/deps says which packages each function and the command link, so that a new one is a line in a review. Of the
// standard library it names the packages that others import, and not what those are made of, which is each Go release's own.
func TestDependencies(t *testing.T) {
	const folder = "testdata/deps"
	var files []string
	command := functions.Function{Name: "portcullis", Package: "./deploy/portcullis"}
	for _, function := range append(slices.Clip(functions.Functions), command) {
		file := filepath.Join(folder, function.Name+".txt")
		files = append(files, file)
		linked := linkedPackages(t, function.Package)
		if *update {
			if err := os.WriteFile(file, []byte(strings.Join(linked, "\n")+"\n"), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Errorf("%v; go test ./deploy -run TestDependencies -update writes it", err)
			continue
		}
		if added, missing := difference(linked, strings.Fields(string(text))); len(added)+len(missing) > 0 {
			t.Errorf("%s links other packages than deploy/%s says:%s%s\ngo test ./deploy -run TestDependencies -update writes what it links",
				function.Package, file, lines("\n+ ", added), lines("\n- ", missing))
		}
	}
	there, err := filepath.Glob(folder + "/*")
	if err != nil {
		t.Fatal(err)
	}
	if _, left := difference(files, there); len(left) > 0 {
		t.Errorf("no program is called as %v are", left)
	}
}

// linkedPackages are the packages that a main package links where it is deployed, sorted.
func linkedPackages(t *testing.T, main string) []string {
	t.Helper()
	list := exec.Command("go", "list", "-deps", "-tags", functions.Tags, "-f", `{{if not .Standard}}{{.ImportPath}} {{join .Imports " "}}{{end}}`, main)
	list.Dir = ".."
	list.Env = append(os.Environ(), "GOOS=linux", "GOARCH="+functions.Architectures[0], "CGO_ENABLED=0", "GOFLAGS=", "GOWORK=off")
	output, err := list.Output()
	if err != nil {
		t.Fatalf("%s: %v", list, err)
	}
	linked := strings.Fields(string(output))
	slices.Sort(linked)
	return slices.Compact(linked)
}

// difference gives what is in got alone, and in want alone.
func difference(got, want []string) (added, missing []string) {
	without := func(of, others []string) []string {
		return slices.DeleteFunc(slices.Clone(of), func(s string) bool { return slices.Contains(others, s) })
	}
	return without(got, want), without(want, got)
}

func lines(before string, all []string) string {
	if len(all) == 0 {
		return ""
	}
	return before + strings.Join(all, before)
}
