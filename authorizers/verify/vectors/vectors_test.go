package vectors_test

import (
	"flag"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"

	"portcullis/authorizers/verify/vectors"
	"portcullis/authorizers/verify/verifytest"
)

var update = flag.Bool("update", false, "write index.json and the sets anew, of the broken tokens that verifytest makes")

// written is when they have been written.
var written sync.Once

// read reads the files of the package, written anew with -update.
func read(t *testing.T) *vectors.Vectors {
	t.Helper()
	folder := vectors.Files()
	if *update {
		written.Do(func() { generate(t) })
		folder = os.DirFS(".")
	}
	v, err := vectors.Read(folder)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// cases are all cases, and where each is.
func cases(v *vectors.Vectors) map[string]vectors.Case {
	all := map[string]vectors.Case{}
	for i, set := range v.Sets {
		for _, group := range set.Groups {
			for _, c := range group.Cases {
				all[v.Index.Files[i].Name+"/"+group.Name+"/"+c.Name] = c
			}
		}
	}
	return all
}

// TestNothingIsLeftOut: there is a case of every broken token that verifytest makes, with what verifytest says of it and the code that
// ../testdata/codes.txt has; and the sets are those of all its algorithms.
func TestNothingIsLeftOut(t *testing.T) {
	v := read(t)
	kinds, codes, met := map[string]verifytest.BrokenKind{}, codes(t), map[string]bool{}
	for _, kind := range verifytest.BrokenKinds() {
		kinds[kind.Name] = kind
	}
	for at, c := range cases(v) {
		kind, broken := kinds[c.Name]
		switch name := path.Base(at); {
		case strings.HasPrefix(name, "odd-"), c.Result == vectors.Accept:
		case !broken:
			t.Errorf("%s: verifytest makes none; go test ./authorizers/verify/vectors -update writes what it makes", at)
		case c.Why != kind.Why || c.Signed != kind.Signed || c.NoSkew != kind.NoSkew || c.Code != codes[c.Name]:
			t.Errorf("%s: %q, signed %v, noSkew %v, %s: verifytest says %+v, codes.txt %s", at, c.Why, c.Signed, c.NoSkew, c.Code, kind, codes[c.Name])
		}
		met[c.Name] = true
	}
	for name := range kinds {
		if !met[name] {
			t.Errorf("%s is in no set; go test ./authorizers/verify/vectors -update writes it", name)
		}
	}
	for _, odd := range verifytest.OddKeys() {
		if !slices.ContainsFunc(v.Sets, func(s vectors.Set) bool {
			return slices.ContainsFunc(s.Groups, func(g vectors.Group) bool { return g.Name == "odd-"+odd.Name })
		}) {
			t.Errorf("the odd key %s is in no set", odd.Name)
		}
	}
	for _, algorithm := range verifytest.Algorithms() {
		if !slices.ContainsFunc(v.Sets, func(s vectors.Set) bool { return s.Algorithm == algorithm }) {
			t.Errorf("there is no set for %s", algorithm)
		}
	}
}

// codes are those of ../testdata/codes.txt, of a verifier that accepts one algorithm.
func codes(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile("../testdata/codes.txt")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for line := range strings.Lines(string(text)) {
		if words := strings.Fields(line); len(words) > 1 && words[0] != "#" {
			all[words[0]] = words[1]
		}
	}
	return all
}
