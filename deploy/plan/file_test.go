package plan_test

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"portcullis/api/contract"
	"portcullis/deploy/modes"
	"portcullis/deploy/plan"
)

// TestSourcesOf: files are named from where the plan lies, whatever the working folder and the links on the way there, and by what was
// read of them.
func TestSourcesOf(t *testing.T) {
	top := t.TempDir()
	t.Chdir(top)
	for _, folder := range []string{"api", "modes", "far/away/dist"} {
		if err := os.MkdirAll(folder, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range map[string]string{"api/things.yaml": contractBase, "modes/iam.yaml": modeBases["iam"]} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(filepath.Join("far", "away"), "near"); err != nil {
		t.Skip(err)
	}
	c, err := contract.Load("api/things.yaml")
	if err != nil {
		t.Fatal(err)
	}
	m, err := modes.Load(filepath.Join(top, "modes", "iam.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	rules := plan.Rules{File: []byte("rules")}
	for _, test := range []struct{ folder, contract, mode string }{
		{"dist/plans", "../../api/things.yaml", "../../modes/iam.yaml"},
		{filepath.Join(top, "dist", "plans"), "../../api/things.yaml", "../../modes/iam.yaml"},
		{"near/dist/plans", "../../../../api/things.yaml", "../../../../modes/iam.yaml"},
		{"near/none/plans", "../../../../api/things.yaml", "../../../../modes/iam.yaml"},
		{"api", "things.yaml", "../modes/iam.yaml"},
	} {
		rulesFile := filepath.Join(filepath.Dir(test.folder), "rules.json")
		if test.folder == "api" {
			rulesFile = "rules.json"
		}
		got, err := plan.SourcesOf(filepath.FromSlash(test.folder), c, m, rulesFile, rules)
		want := plan.Sources{
			Contract: plan.File{Path: test.contract, SHA256: fmt.Sprintf("%x", sha256.Sum256([]byte(contractBase)))},
			Mode:     plan.File{Path: test.mode, SHA256: fmt.Sprintf("%x", sha256.Sum256([]byte(modeBases["iam"])))},
			Rules:    plan.File{Path: "../rules.json", SHA256: fmt.Sprintf("%x", sha256.Sum256([]byte("rules")))},
		}
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, error %v\nwant %+v", test.folder, got, err, want)
		}
	}
}
