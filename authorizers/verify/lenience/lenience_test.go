package main

import (
	"encoding/json"
	"errors"
	"flag"
	"maps"
	"os"
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
	for _, r := range got {
		want := committedOf(t, r)
		if !maps.EqualFunc(r.Accepted, want.Accepted, maps.Equal) {
			t.Errorf("%s accepts something else than results.json says; go test . -update writes it and the page anew:%s", r.Name, differences(r, want))
		}
	}
}

// committedOf is what results.json has of a contestant, where its version is that of it.
func committedOf(t *testing.T, r result) result {
	t.Helper()
	want, ok := resultOf(committed(t), r.Name)
	if !ok || libraryVersion(want) != libraryVersion(r) {
		missing(t, "%s %s is missing, which results.json is of: this is %s, of which go test . -update writes results.json and the page anew", r.Name, want.Version, r.Version)
	}
	return want
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
