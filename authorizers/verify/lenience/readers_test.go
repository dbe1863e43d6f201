package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"portcullis/authorizers/verify/vectors"
)

// TestReaders runs the readers of the vectors' README: they name what the contestant does otherwise than it should, as the page has it.
func TestReaders(t *testing.T) {
	v, folder := files(t)
	text, err := os.ReadFile(filepath.Join(folder, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```(js|python)\n(.*?)```").FindAllSubmatch(text, -1)
	if len(blocks) != 2 {
		t.Fatalf("%d readers in README.md, want 2", len(blocks))
	}
	for _, block := range blocks {
		language, program := string(block[1]), block[2]
		t.Run(language, func(t *testing.T) {
			if lines := bytes.Count(program, []byte("\n")); lines > 18 {
				t.Errorf("%d lines", lines)
			}
			var results []result
			name, command := "jose", []string{"node", filepath.Join(t.TempDir(), "reader.mjs")}
			if language == "python" {
				python, err := tryPython(t.Context(), folder)
				results = others(t, python, err)
				name, command = "PyJWT", []string{pythonWithJWT(t), filepath.Join(t.TempDir(), "reader.py")}
			} else {
				node, err := tryNode(t.Context(), folder)
				results = others(t, node, err)
				modules, err := filepath.Abs(filepath.Join("node", "node_modules"))
				if err == nil {
					err = os.Symlink(modules, filepath.Join(filepath.Dir(command[1]), "node_modules"))
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			if err := os.WriteFile(command[1], program, 0o644); err != nil {
				t.Fatal(err)
			}
			output, err := exec.CommandContext(t.Context(), command[0], append(command[1:], folder)...).CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, output)
			}
			r, _ := resultOf(results, name)
			want := deviations(v, committedOf(t, r))
			got := strings.Count(string(output), " good-keys ")
			for _, line := range want {
				if !strings.Contains(string(output), line) {
					t.Errorf("it does not print %q", line)
				}
			}
			if got != len(want) || got == 0 {
				t.Errorf("it prints %d lines of good keys, want %d:\n%s", got, len(want), output)
			}
		})
	}
}

func pythonWithJWT(t *testing.T) string {
	t.Helper()
	if exec.CommandContext(t.Context(), "python3", "-c", "import jwt, cryptography").Run() == nil {
		return "python3"
	}
	return "/usr/bin/python3"
}

// deviations are the cases of good keys with which a contestant does otherwise than it should, as readers begin to print them.
func deviations(v *vectors.Vectors, r result) (lines []string) {
	for i, set := range v.Sets {
		file := v.Index.Files[i].Name
		for _, g := range set.Groups {
			accepted := strings.Fields(r.Accepted[file][g.Name])
			for _, c := range g.Cases {
				if g.Name == "good-keys" && set.Kind == vectors.KindOIDC && slices.Contains(accepted, c.Name) != (c.Result == vectors.Accept) {
					lines = append(lines, file+" "+g.Name+" "+c.Name+" ")
				}
			}
		}
	}
	return lines
}
