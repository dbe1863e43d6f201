package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"portcullis/authorizers/verify/vectors"
)

var update = flag.Bool("update", false, "write results.json and README.md anew")

// files are the vectors, and a folder that has them.
func files(t *testing.T) (v *vectors.Vectors, folder string) {
	t.Helper()
	v, err := vectors.Read(vectors.Files())
	if err != nil {
		t.Fatal(err)
	}
	folder = t.TempDir()
	if err := os.CopyFS(folder, vectors.Files()); err != nil {
		t.Fatal(err)
	}
	return v, folder
}

// committed are the results of results.json.
func committed(t *testing.T) (results []result) {
	t.Helper()
	text, err := os.ReadFile("results.json")
	if err == nil {
		err = json.Unmarshal(text, &results)
	}
	if err != nil {
		t.Fatal(err)
	}
	return results
}

// compare compares what contestants accept with results.json, where their versions are those of it, whatever runs them.
func compare(t *testing.T, got []result) {
	t.Helper()
	all := committed(t)
	for _, r := range got {
		want, ok := resultOf(all, r.Name)
		if !ok || libraryVersion(want) != libraryVersion(r) {
			missing(t, "%s %s is missing, which results.json is of: this is %s, of which go test . -update writes results.json and the page anew", r.Name, want.Version, r.Version)
		}
		if !maps.EqualFunc(r.Accepted, want.Accepted, maps.Equal) {
			t.Errorf("%s accepts something else than results.json says; go test . -update writes it and the page anew:%s", r.Name, differences(r, want))
		}
	}
}

// libraryVersion is the version without that of what runs it.
func libraryVersion(r result) string {
	version, _, _ := strings.Cut(r.Version, " ")
	return version
}

// differences are the cases that one of two results accepts alone.
func differences(got, want result) (all string) {
	for file, groups := range got.Accepted {
		for group, names := range groups {
			before, now := strings.Fields(want.Accepted[file][group]), strings.Fields(names)
			for _, name := range now {
				if !slices.Contains(before, name) {
					all += "\n+ " + file + " " + group + " " + name
				}
			}
			for _, name := range before {
				if !slices.Contains(now, name) {
					all += "\n- " + file + " " + group + " " + name
				}
			}
		}
	}
	return all
}

// missing skips a test for want of something, or fails it with CI=true.
func missing(t *testing.T, format string, args ...any) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf(format+" (with CI=true it has to be there)", args...)
	}
	t.Skipf(format, args...)
}

// others are the results of a program's contestants.
func others(t *testing.T, results []result, err error) []result {
	t.Helper()
	if errors.Is(err, errMissing) {
		missing(t, "%v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return results
}

// TestGo: contestants in Go accept what results.json says.
func TestGo(t *testing.T) {
	v, folder := files(t)
	if *update {
		updateResults(t, v, folder)
	}
	for _, c := range contestants {
		if c.make != nil {
			t.Run(c.name, func(t *testing.T) { compare(t, []result{c.tryGo(t.Context(), v)}) })
		}
	}
}

// TestNode: so do those of npm.
func TestNode(t *testing.T) {
	_, folder := files(t)
	results, err := tryNode(t.Context(), folder)
	compare(t, others(t, results, err))
}

// TestPython: so does that of Python.
func TestPython(t *testing.T) {
	_, folder := files(t)
	results, err := tryPython(t.Context(), folder)
	compare(t, others(t, results, err))
}

func updateResults(t *testing.T, v *vectors.Vectors, folder string) {
	t.Helper()
	results, err := tryAll(t.Context(), folder, v)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.MarshalIndent(results, "", "\t")
	if err != nil {
		t.Fatal(err)
	}
	for file, text := range map[string][]byte{"results.json": append(text, '\n'), "README.md": []byte(page(v, results))} {
		if err := os.WriteFile(file, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// TestPage: the page is that of results.json, which has all contestants.
func TestPage(t *testing.T) {
	v, _ := files(t)
	results := committed(t)
	for _, c := range contestants {
		if _, ok := resultOf(results, c.name); !ok {
			t.Errorf("results.json has no %s", c.name)
		}
	}
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	if string(text) != page(v, results) {
		t.Error("README.md is not the page of results.json; go test . -update writes both anew")
	}
}

// TestPortcullis: our verifier accepts what is to be accepted, and nothing else; and all of them are tried with every kind that they are
// set up for.
func TestPortcullis(t *testing.T) {
	v, _ := files(t)
	ours := contestants[0].tryGo(t.Context(), v)
	for i, set := range v.Sets {
		for _, g := range set.Groups {
			var want []string
			for _, c := range g.Cases {
				if c.Result == vectors.Accept {
					want = append(want, c.Name)
				}
			}
			if got := ours.Accepted[v.Index.Files[i].Name][g.Name]; got != strings.Join(want, " ") {
				t.Errorf("%s, %s: accepted are %s, want %s", v.Index.Files[i].Name, g.Name, got, want)
			}
		}
	}
	for _, r := range committed(t) {
		for i, set := range v.Sets {
			n := slices.IndexFunc(contestants, func(c contestant) bool { return c.name == r.Name })
			groups, tried := r.Accepted[v.Index.Files[i].Name]
			if tried != strings.HasPrefix(set.Kind, contestants[n].kinds) || tried && len(groups) != len(set.Groups) {
				t.Errorf("%s: %s is tried: %v, with %d groups of %d", r.Name, v.Index.Files[i].Name, tried, len(groups), len(set.Groups))
			}
		}
	}
}

// TestJudge: a line a case: what a group of a good token, a bad one, and one bad by less than clocks may differ says of a contestant that
// accepts some of them.
func TestJudge(t *testing.T) {
	const bad, skew = "alg-none", "exp-now"
	for _, test := range []struct {
		name, accepts string
		clock         bool
		bad, skew     outcome
		goodRefused   int
	}{
		{"all is as it should be", "good odd", true, refused, refused, 0},
		{"a bad one is accepted", "good odd alg-none", true, letThrough, refused, 0},
		{"no good one is accepted", "", true, unjudged, unjudged, 0},
		{"only a bad one is accepted", "alg-none", true, letThrough, unjudged, 0},
		{"no good one but an odd one", "odd", true, unjudged, unjudged, 0},
		{"there is no clock", "good odd", false, refused, unjudged, 0},
		{"there is no clock, and it is accepted", "good odd exp-now", false, refused, letThrough, 0},
		{"an odd one is refused", "good", true, refused, refused, 1},
	} {
		v := oneSet(vectors.Group{Name: "good-keys", Cases: []vectors.Case{
			{Name: "good", Result: vectors.Accept}, {Name: "odd", Result: vectors.Accept},
			{Name: bad, Result: vectors.Refuse}, {Name: skew, Result: vectors.Refuse, NoSkew: true},
		}})
		d := judge(v, result{Accepted: map[string]map[string]string{"a.json": {"good-keys": test.accepts}}}, test.clock)
		if d.faults[bad] != test.bad || d.faults[skew] != test.skew || len(d.goodRefused) != test.goodRefused {
			t.Errorf("%s: %v, good ones refused: %v", test.name, d.faults, d.goodRefused)
		}
	}
}

// TestJudgeByOtherKeys: refusals beside an odd key say something where the good token beside it is accepted; where there is none, that of
// other keys has to do.
func TestJudgeByOtherKeys(t *testing.T) {
	good, bad := vectors.Case{Name: "good", Result: vectors.Accept}, vectors.Case{Name: "alg-none", Result: vectors.Refuse}
	for _, test := range []struct {
		name        string
		odd         []vectors.Case
		plain, with string // what is accepted with keys that nothing is wrong with, and beside the odd one
		want        outcome
	}{
		{"both are accepted", []vectors.Case{good, bad}, "good", "good", refused},
		{"the odd key spoils the others", []vectors.Case{good, bad}, "good", "", unjudged},
		{"there is none beside it", []vectors.Case{bad}, "good", "", refused},
		{"there is none beside it, nor is there elsewhere", []vectors.Case{bad}, "", "", unjudged},
		{"the odd key is taken", []vectors.Case{bad}, "good", "alg-none", letThrough},
	} {
		v := oneSet(vectors.Group{Name: "good-keys", Cases: []vectors.Case{good}}, vectors.Group{Name: "odd-key", Cases: test.odd})
		d := judge(v, result{Accepted: map[string]map[string]string{"a.json": {"good-keys": test.plain, "odd-key": test.with}}}, true)
		if d.faults["alg-none"] != test.want {
			t.Errorf("%s: %v, want %v", test.name, d.faults, test.want)
		}
	}
}

// TestJudgeByLikeTokens: a good token of another kind or another algorithm says nothing.
func TestJudgeByLikeTokens(t *testing.T) {
	good, bad := vectors.Case{Name: "good", Result: vectors.Accept}, vectors.Case{Name: "alg-none", Result: vectors.Refuse}
	for _, test := range []struct {
		kind, algorithm string
		want            outcome
		unsupported     int
	}{
		{vectors.KindOIDC, "RS256", refused, 0},
		{vectors.KindOIDC, "ES256", unjudged, 1},
		{vectors.KindCognitoAccess, "RS256", unjudged, 1},
	} {
		v := oneSet(vectors.Group{Name: "good-keys", Cases: []vectors.Case{good}})
		v.Index.Files = append(v.Index.Files, vectors.File{Name: "b.json"})
		v.Sets = append(v.Sets, vectors.Set{Kind: test.kind, Algorithm: test.algorithm, Groups: []vectors.Group{{Name: "odd-key", Cases: []vectors.Case{bad}}}})
		d := judge(v, result{Accepted: map[string]map[string]string{"a.json": {"good-keys": "good"}, "b.json": {"odd-key": ""}}}, true)
		if d.faults["alg-none"] != test.want || len(d.unsupported) != test.unsupported {
			t.Errorf("%s, %s: %v, unsupported are %v", test.kind, test.algorithm, d.faults, d.unsupported)
		}
	}
}

// oneSet are vectors of one set.
func oneSet(groups ...vectors.Group) *vectors.Vectors {
	return &vectors.Vectors{
		Index: vectors.Index{Files: []vectors.File{{Name: "a.json"}}},
		Sets:  []vectors.Set{{Kind: vectors.KindOIDC, Algorithm: "RS256", Groups: groups}},
	}
}

// TestAPanicIsARefusal: and nothing else is than an error.
func TestAPanicIsARefusal(t *testing.T) {
	for _, test := range []struct {
		verify verifier
		want   bool
	}{
		{func(string) error { return nil }, true},
		{func(string) error { return errors.New("no") }, false},
		{func(string) error { panic("no") }, false},
	} {
		if got := accepts(test.verify, "token"); got != test.want {
			t.Errorf("accepted: %v, want %v", got, test.want)
		}
	}
}

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
			name, command := "jose", []string{"node", filepath.Join(t.TempDir(), "reader.mjs")}
			if language == "python" {
				results, err := tryPython(t.Context(), folder)
				others(t, results, err)
				name, command = "PyJWT", []string{pythonWithJWT(t), filepath.Join(t.TempDir(), "reader.py")}
			} else {
				results, err := tryNode(t.Context(), folder)
				others(t, results, err)
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
			r, _ := resultOf(committed(t), name)
			want := deviations(v, r)
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
