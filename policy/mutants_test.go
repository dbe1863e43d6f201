package policy_test

import (
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

var mutants = flag.Bool("mutants", false, "break the package in the ways of testdata/mutants.txt, and see that its tests find each")

// TestMutants runs the package's tests against each mutant, where that is asked for; that what a mutant changes stands there is
// always checked. A line of testdata/mutants.txt is a file, what stands in it once
// and what to put in its place, separated by tabs, with \n, \t and \\ for line ends, tabs and backslashes.
func TestMutants(t *testing.T) {
	text, err := os.ReadFile("testdata/mutants.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(strings.TrimSuffix(string(text), "\n"), "\n") {
		parts := strings.Split(line, "\t")
		if len(parts) != 3 {
			t.Fatalf("%q: want a file, what stands there and what to put in its place", line)
		}
		if source, err := os.ReadFile(parts[0]); err != nil || strings.Count(string(source), unescape.Replace(parts[1])) != 1 {
			t.Errorf("%s: %q does not stand there once: %v", parts[0], parts[1], err)
		}
		if !*mutants { // they take minutes: go test ./policy -run Mutants -mutants -timeout 2h
			continue
		}
		t.Run(line, func(t *testing.T) { killed(t, parts[0], unescape.Replace(parts[1]), unescape.Replace(parts[2])) })
	}
}

var unescape = strings.NewReplacer(`\\`, `\`, `\n`, "\n", `\t`, "\t")

// killed runs the tests with one text of a file replaced, and fails if they pass or cannot be built.
func killed(t *testing.T, file, from, to string) {
	source, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	original, err := filepath.Abs(file)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	mutant, overlay := filepath.Join(dir, "mutant.go"), filepath.Join(dir, "overlay.json")
	replace, err := json.Marshal(map[string]any{"Replace": map[string]string{original: mutant}})
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{mutant: strings.Replace(string(source), from, to, 1), overlay: string(replace)} {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	output, err := exec.CommandContext(t.Context(), "go", "test", "-vet=off", "-failfast", "-timeout=5m", "-overlay="+overlay, ".").CombinedOutput()
	switch {
	case err == nil:
		t.Error("no test fails")
	case !strings.Contains(string(output), "--- FAIL: ") && !strings.Contains(string(output), "panic:"):
		t.Errorf("the tests do not run: %s", output)
	default:
		for line := range strings.Lines(string(output)) {
			if name, failed := strings.CutPrefix(line, "--- FAIL: "); failed {
				t.Log("killed by ", name)
			}
		}
	}
}
