package plan_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"portcullis/api/contract"
	"portcullis/deploy/modes"
	"portcullis/deploy/plan"
)

var update = flag.Bool("update", false, "write the plans under testdata anew")

// TestPlans: the plan of each of the module's modes, as a file that a person can read.
func TestPlans(t *testing.T) {
	c, err := contract.Load(filepath.Join("..", "..", "api", "openapi.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	all, err := modes.LoadAll(filepath.Join("..", "modes"))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range all {
		p, err := plan.Compile(c, m)
		if err != nil {
			t.Errorf("%s: %v", m.Name, err)
			continue
		}
		got, err := p.Encode(plan.Sources{Contract: plan.File{Path: "../../../api/openapi.yaml"}})
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join("testdata", m.Name+".json")
		if *update {
			if err := os.WriteFile(file, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is another plan now (%v); go test ./deploy/plan -update writes it", file, err)
		}
	}
}
