package vectors_test

import (
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/santhosh-tekuri/jsonschema/v6"

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

// TestFaults: the index has the fault of every case that is to be refused, as testdata/faults.txt has it, and no other; and each line of
// that file is of one.
func TestFaults(t *testing.T) {
	v, used := read(t), map[string]bool{}
	rules := faultRules(t)
	refused := map[string]bool{}
	for at, c := range cases(v) {
		if (c.Result == vectors.Refuse) != (c.Code != "") || c.Token == "" && c.Name != "empty" || !strings.HasSuffix(c.Why, ".") {
			t.Errorf("%s: %+v", at, c)
		}
		if c.Result == vectors.Refuse {
			refused[c.Name] = true
		}
	}
	for _, fault := range v.Index.Faults {
		rule, ok := ruleOf(rules, fault.Name)
		if !ok || rule.class != fault.Class || rule.source != fault.Source || rule.family != fault.Family || fault.Part == "" {
			t.Errorf("%+v: faults.txt says %+v", fault, rule)
		}
		if again, found := v.Index.Fault(fault.Name); !found || again != fault || !refused[fault.Name] {
			t.Errorf("%s: the index has it twice, or there is no case of it", fault.Name)
		}
		delete(refused, fault.Name)
		used[rule.pattern] = true
	}
	for name := range refused {
		t.Errorf("%s is not in the index", name)
	}
	for _, rule := range rules {
		if !used[rule.pattern] {
			t.Errorf("testdata/faults.txt: %s: there is no such fault", rule.pattern)
		}
	}
}

// faultRule is a line of testdata/faults.txt.
type faultRule struct{ family, pattern, class, source string }

func faultRules(t *testing.T) (rules []faultRule) {
	t.Helper()
	text, err := os.ReadFile("testdata/faults.txt")
	if err != nil {
		t.Fatal(err)
	}
	family := ""
	for line := range strings.Lines(string(text)) {
		title, isTitle := strings.CutPrefix(line, "## ")
		words := strings.Fields(line)
		switch {
		case isTitle:
			family = strings.TrimSpace(title)
		case len(words) == 0 || words[0] == "#":
		case len(words) > 2 && family != "" && slices.Contains([]string{vectors.Security, vectors.Standard, vectors.Choice}, words[1]):
			rules = append(rules, faultRule{family, words[0], words[1], strings.Join(words[2:], " ")})
		default:
			t.Fatalf("testdata/faults.txt: %q", line)
		}
	}
	return rules
}

func ruleOf(rules []faultRule, name string) (faultRule, bool) {
	for _, rule := range rules {
		if fits, err := path.Match(rule.pattern, name); err == nil && fits {
			return rule, true
		}
	}
	return faultRule{}, false
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

// TestRead: a line a case: files that are not what the index says, or not of this version, are named.
func TestRead(t *testing.T) {
	for _, test := range []struct {
		name, file, old, new string
		want                 []string
	}{
		{"a newer version", "index.json", `"version": 1`, `"version": 2`, []string{"index.json", "version 2", "version 1"}},
		{"another format", "index.json", `"format": "portcullis`, `"format": "other`, []string{"index.json", "other-token-vectors"}},
		{"a changed token", "oidc-EdDSA.json", `"token": "ey`, `"token": "ez`, []string{"oidc-EdDSA.json", "SHA-256"}},
		{"another count", "index.json", `"groups": 1`, `"groups": 2`, []string{"oidc-RS256.json", "index says"}},
		{"a file outside", "index.json", `"oidc-RS256.json"`, `"../oidc-RS256.json"`, []string{"beside the index"}},
		{"a file that is missing", "index.json", `"keys-RS256.json"`, `"keys-RS1.json"`, []string{"keys-RS1.json"}},
		{"no files", "index.json", `"files": [`, `"files": [], "other": [`, []string{"at least one"}},
		{"no JSON", "index.json", `"format"`, `format`, []string{"index.json"}},
	} {
		folder := changedFolder(t, test.file, test.old, test.new)
		_, err := vectors.Read(folder)
		if err == nil {
			t.Errorf("%s is read", test.name)
			continue
		}
		for _, want := range test.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v, want %q in it", test.name, err, want)
			}
		}
	}
	if _, err := vectors.Read(fstest.MapFS{}); err == nil || !strings.Contains(err.Error(), "index.json") {
		t.Errorf("an empty folder: %v", err)
	}
	behind := changedFolder(t, "index.json", "{", "{")
	behind["index.json"].Data = append(behind["index.json"].Data, "{}"...)
	if _, err := vectors.Read(behind); err == nil || !strings.Contains(err.Error(), "index.json: want one JSON value") {
		t.Errorf("an index with text behind it: %v", err)
	}
	both := changedFolder(t, "oidc-ES256.json", "\n", "\n\n")
	maps.Copy(both, fstest.MapFS{"oidc-PS256.json": {Data: []byte("{}")}})
	if _, err := vectors.Read(both); err == nil || !strings.Contains(err.Error(), "ES256") || !strings.Contains(err.Error(), "PS256") {
		t.Errorf("two files are wrong: %v", err)
	}
}

// TestReadJudgesSets: sets that nobody could judge by, and that the index describes rightly, are named.
func TestReadJudgesSets(t *testing.T) {
	one := vectors.Case{Name: "a", Result: vectors.Refuse, Token: "x"}
	for _, test := range []struct {
		name, want string
		cases      []vectors.Case
		version    int
	}{
		{"a case twice", "it is there twice", []vectors.Case{one, one}, 1},
		{"no result", "want accept or refuse", []vectors.Case{{Name: "a", Token: "x"}}, 1},
		{"an older version", "version 0", []vectors.Case{one}, 0},
		{"good", "", []vectors.Case{one}, 1},
	} {
		set := vectors.Set{Format: vectors.Format, Version: test.version, Groups: []vectors.Group{{Name: "g", KeySet: []byte("{}"), Cases: test.cases}}}
		text := asJSON(set)
		index := vectors.Index{Format: vectors.Format, Version: vectors.Version, Files: []vectors.File{{
			Name: "a.json", SHA256: sum(text), Groups: 1, Refuse: len(test.cases),
		}}}
		_, err := vectors.Read(fstest.MapFS{"a.json": {Data: text}, "index.json": {Data: asJSON(index)}})
		if got := fmt.Sprint(err); (err == nil) != (test.want == "") || !strings.Contains(got, test.want) {
			t.Errorf("%s: %s, want %q", test.name, got, test.want)
		}
	}
}

// changedFolder is the folder with the first of a text replaced in a file.
func changedFolder(t *testing.T, file, old, new string) fstest.MapFS {
	t.Helper()
	folder := fstest.MapFS{}
	names, err := fs.Glob(vectors.Files(), "*")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		text, err := fs.ReadFile(vectors.Files(), name)
		if err != nil {
			t.Fatal(err)
		}
		if name == file {
			if !strings.Contains(string(text), old) {
				t.Fatalf("%s does not have %q", file, old)
			}
			text = []byte(strings.Replace(string(text), old, new, 1))
		}
		folder[name] = &fstest.MapFile{Data: text}
	}
	return folder
}

// TestSchema: schema.json takes all files, and none with a change that its readers would stumble over.
func TestSchema(t *testing.T) {
	schema := compile(t)
	read(t)
	for _, file := range append([]string{vectors.IndexFile}, setNames(t)...) {
		if err := schema.Validate(unmarshal(t, vectors.Files(), file)); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
	for _, test := range []struct{ file, old, new string }{
		{"index.json", `"version": 1`, `"version": "1"`},
		{"index.json", `"version": 1`, `"version": 2`},
		{"index.json", `"time": 1`, `"time": "1", "x": 1`},
		{"index.json", `"until"`, `"from"`},
		{"index.json", `"class": "security"`, `"class": "serious"`},
		{"index.json", `"kind": "oidc-access"`, `"kind": "oidc"`},
		{"index.json", `"sha256": "`, `"sha256": "x`},
		{"index.json", `"family"`, `"title"`},
		{"oidc-RS256.json", `"result": "accept"`, `"result": "valid"`},
		{"oidc-RS256.json", `"token": "`, `"jwt": "`},
		{"oidc-RS256.json", `"audienceClaim": "aud"`, `"audienceClaim": "azp"`},
		{"oidc-RS256.json", `"keySet": {`, `"keySet": {"keys": 1}, "x": {`},
		{"oidc-RS256.json", `"code": "token-malformed"`, `"code": ""`},
		{"oidc-RS256.json", `"algorithms": [`, `"algorithms": [], "x": [`},
		{"oidc-RS256.json", `"groups": [`, `"groups": {}, "x": [`},
	} {
		if err := schema.Validate(unmarshal(t, changedFolder(t, test.file, test.old, test.new), test.file)); err == nil {
			t.Errorf("schema.json takes %s with %s", test.file, test.new)
		}
	}
}

func compile(t *testing.T) *jsonschema.Schema {
	t.Helper()
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("schema.json", unmarshal(t, vectors.Files(), "schema.json")); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func unmarshal(t *testing.T, folder fs.FS, file string) any {
	t.Helper()
	open, err := folder.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer open.Close()
	value, err := jsonschema.UnmarshalJSON(open)
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return value
}

// setNames are the files beside the index and the schema; each is in the index.
func setNames(t *testing.T) (names []string) {
	t.Helper()
	all, err := fs.Glob(vectors.Files(), "*.json")
	if err != nil {
		t.Fatal(err)
	}
	v, err := vectors.Read(vectors.Files())
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range all {
		if name == vectors.IndexFile || name == "schema.json" {
			continue
		}
		if !slices.ContainsFunc(v.Index.Files, func(f vectors.File) bool { return f.Name == name }) {
			t.Errorf("%s is not in the index", name)
		}
		names = append(names, name)
	}
	return names
}

// FuzzRead: whatever an index says, what is read is the sets that it tells of, of the version that is known.
func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"format":"portcullis-token-vectors","version":1,"files":[{"name":"."}]}`))
	f.Add([]byte(`{"format":"portcullis-token-vectors","version":1,"files":[{"name":"schema.json"}]}`))
	set := asJSON(vectors.Set{Format: vectors.Format, Version: vectors.Version, Kind: vectors.KindOIDC, Algorithm: "EdDSA", Groups: []vectors.Group{
		{Name: "good-keys", KeySet: []byte("{}"), Cases: []vectors.Case{{Name: "good", Result: vectors.Accept}}},
	}})
	folder := fstest.MapFS{"a.json": {Data: set}, "schema.json": {Data: []byte("{}")}}
	file := vectors.File{Name: "a.json", SHA256: sum(set), Kind: vectors.KindOIDC, Algorithm: "EdDSA", Groups: 1, Accept: 1}
	f.Add(asJSON(vectors.Index{Format: vectors.Format, Version: vectors.Version, Files: []vectors.File{file}}))
	f.Add(asJSON(vectors.Index{Format: vectors.Format, Version: vectors.Version, Files: []vectors.File{file, file}}))
	f.Fuzz(func(t *testing.T, index []byte) {
		folder := maps.Clone(folder)
		folder[vectors.IndexFile] = &fstest.MapFile{Data: index}
		v, err := vectors.Read(folder)
		if err != nil {
			return
		}
		if v.Index.Format != vectors.Format || v.Index.Version != vectors.Version || len(v.Sets) != len(v.Index.Files) || len(v.Sets) == 0 {
			t.Fatalf("%+v is read", v.Index)
		}
		for i, set := range v.Sets {
			file := v.Index.Files[i]
			if sum(folder[file.Name].Data) != file.SHA256 || set.Kind != file.Kind || set.Algorithm != file.Algorithm {
				t.Fatalf("%+v is read as %s", file, set.Kind)
			}
		}
	})
}
