package plan_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"portcullis/api/contract"
	"portcullis/deploy/modes"
	"portcullis/deploy/plan"
)

// inFiles is contractBase in several files.
func inFiles(t *testing.T) (string, []contract.File) {
	t.Helper()
	text := contractBase
	for from, to := range map[string]string{
		"\n    Thing: {type: object, properties: {part: {$ref: \"#/components/schemas/Part\"}}}\n    Part: {type: object}\n": " {}\n",
		`"#/components/schemas/Thing"`: "schemas/Thing.yaml",
		"/open: {get: {security: []}}": "/open: {$ref: paths/open.json}",
	} {
		if !strings.Contains(text, from) {
			t.Fatalf("contractBase has no %q", from)
		}
		text = strings.Replace(text, from, to, 1)
	}
	return text, []contract.File{
		{Name: "schemas/Thing.yaml", Text: "$schema: https://json-schema.org/draft/2020-12/schema\n$id: https://example.com/Thing.yaml\ntype: object\nproperties:\n  part: {$ref: 'parts.yaml#/Part'}\n"},
		{Name: "schemas/parts.yaml", Text: "\n$id: https://example.com/parts.yaml\nPart: {type: object}\n"},
		{Name: "paths/open.json", Text: `{"get": {"security": []}}`},
	}
}

// TestPlansOfFiles: a contract in several files has the plans of the same one in one file.
func TestPlansOfFiles(t *testing.T) {
	one, err := contract.Parse("contract.yaml", []byte(contractBase))
	if err != nil {
		t.Fatal(err)
	}
	text, files := inFiles(t)
	several, err := contract.Parse("contract.yaml", []byte(text), files...)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"iam", "token", "request", "httpIAM"} {
		text := modeBases[name]
		if strings.Contains(text, "gateway: REST") {
			text += "requestValidation: {body: true}\n"
		}
		m, err := modes.Parse(name+".yaml", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		want, err1 := plan.Compile(one, m)
		got, err2 := plan.Compile(several, m)
		if err1 != nil || err2 != nil {
			t.Fatal(name, err1, err2)
		}
		if a, b := encode(t, got, ""), encode(t, want, ""); !bytes.Equal(a, b) {
			t.Errorf("%s:\n%s\nin one file\n%s", name, a, b)
		}
	}
}

// TestRefusalsOfFiles: what a mode cannot do of a contract is told with the file in which it stands.
func TestRefusalsOfFiles(t *testing.T) {
	text, files := inFiles(t)
	files[1].Text = "\n$id: https://example.com/parts.yaml\nPart: {minimum: 1, exclusiveMinimum: 1}\n"
	files[2].Text = "{\"parameters\": [],\n\"get\": {\"security\": [{\"bearer\": [\"a\", \"b\"]}]}}"
	c, err := contract.Parse("api/contract.yaml", []byte(text), files...)
	if err != nil {
		t.Fatal(err)
	}
	var all []*modes.Mode
	for _, name := range []string{"pools", "token"} {
		m, err := modes.Parse(name+".yaml", []byte(modeBases[name]+"requestValidation: {body: true}\n"))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, m)
	}
	want := filepath.FromSlash("api/paths/open.json") + ":2: GET /open: COGNITO_USER_POOLS cannot express this rule: an alternative asks for several scopes at once (mode pools)\n" +
		filepath.FromSlash("api/schemas/parts.yaml") + ":3: Part: want a schema of JSON Schema draft 4: at '/exclusiveMinimum': got number, want boolean (mode pools, token)"
	if _, err := plan.CompileAll(c, all); err == nil || err.Error() != want {
		t.Errorf("error\n%v\nwant\n%s", err, want)
	}
}

// TestSourcesOfFiles: a plan names each file of its contract with the digest of its bytes, which Terraform compares.
func TestSourcesOfFiles(t *testing.T) {
	t.Chdir(t.TempDir())
	text, files := inFiles(t)
	for _, file := range append(files, contract.File{Name: "contract.yaml", Text: text}, contract.File{Name: "../iam.yaml", Text: modeBases["iam"]}) {
		name := filepath.Join("api", filepath.FromSlash(file.Name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(file.Text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.MkdirAll(filepath.Join("dist", "plans"), 0o755); err != nil {
		t.Fatal(err)
	}
	c, err := contract.Load("api/contract.yaml")
	if err != nil {
		t.Fatal(err)
	}
	m, err := modes.Load("iam.yaml")
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.Compile(c, m)
	if err != nil {
		t.Fatal(err)
	}
	sources, err := plan.SourcesOf("dist/plans", c, m, "dist/rules.json", plan.Rules{})
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := p.Encode(sources)
	if err != nil {
		t.Fatal(err)
	}
	var made struct{ Files map[string]plan.File }
	if err := json.Unmarshal(encoded, &made); err != nil {
		t.Fatal(err)
	}
	for member, name := range map[string]string{
		"contract": "contract.yaml", "mode": "../iam.yaml", "contract's schemas/Thing.yaml": "schemas/Thing.yaml",
		"contract's schemas/parts.yaml": "schemas/parts.yaml", "contract's paths/open.json": "paths/open.json",
	} {
		file := made.Files[member]
		content, err := os.ReadFile(filepath.Join("dist", "plans", filepath.FromSlash(file.Path)))
		if want := filepath.Join("..", "..", "api", name); err != nil || filepath.FromSlash(file.Path) != want || file.SHA256 != fmt.Sprintf("%x", sha256.Sum256(content)) {
			t.Errorf("%s: %+v, error %v, want %s", member, file, err, want)
		}
	}
	if len(made.Files) != 6 {
		t.Errorf("files %v", made.Files)
	}
}
