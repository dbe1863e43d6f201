package vectors_test

import (
	"io/fs"
	"slices"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"portcullis/authorizers/verify/vectors"
)

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
