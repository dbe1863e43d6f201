package vectors_test

import (
	"fmt"
	"io/fs"
	"maps"
	"strings"
	"testing"
	"testing/fstest"

	"portcullis/authorizers/verify/vectors"
)

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
