package terraform_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	openapi "portcullis/api/contract"
	"portcullis/deploy/modes"
	"portcullis/deploy/plan"
)

var update = flag.Bool("update", false, "write the plans under tests/fixtures anew")

// fixtures are the plans that the tests of the folder tests read: of a contract, in the modes of a folder that have these names.
var fixtures = []struct{ contract, modes, names, rules, plans string }{
	{"../../api/openapi.yaml", "../modes", "*", "tests/fixtures/artifacts/rules.json", "tests/fixtures/artifacts/plans"},
	{"tests/fixtures/other/openapi.yaml", "../modes", "rest-token", "tests/fixtures/other/rules.json", "tests/fixtures/other/plans"},
	{"tests/fixtures/contracts/routes.yaml", "../modes", "http-jwt http-lambda", "tests/fixtures/plans/routes/rules.json", "tests/fixtures/plans/routes"},
	ofFixtures("things", "token", "least"),
	ofFixtures("rules", "settings", "iam", "key", "pools", "own-pool", "token-and-key", "cache-*"),
	ofFixtures("policy", "iam", "token"),
	ofFixtures("messages", "ws-everything", "ws-key"),
	ofFixtures("silent", "ws-least"),
	ofFixtures("routes", "http-fixture-jwt", "http-least", "http-plain-jwt", "http-credentials"),
}

// ofFixtures are plans of a contract and modes of the fixtures.
func ofFixtures(contract string, names ...string) struct{ contract, modes, names, rules, plans string } {
	plans := "tests/fixtures/plans/" + contract
	return struct{ contract, modes, names, rules, plans string }{
		"tests/fixtures/contracts/" + contract + ".yaml", "tests/fixtures/modes", strings.Join(names, " "), plans + "/rules.json", plans,
	}
}

// TestFixturePlans: the plans that the tests of the folder tests read are those of their contracts and modes.
func TestFixturePlans(t *testing.T) {
	made := map[string]bool{}
	for _, f := range fixtures {
		for file, want := range compiled(t, f.contract, matching(t, f.modes, strings.Fields(f.names)...), f.rules, f.plans) {
			made[file] = true
			if *update {
				write(t, file, want)
			}
			if got, err := os.ReadFile(file); err != nil || !bytes.Equal(got, want) {
				t.Errorf("%s is not what is made of %s (%v); go test ./deploy/terraform -run FixturePlans -update writes it", file, f.contract, err)
			}
		}
	}
	for _, pattern := range []string{"tests/fixtures/plans/*/*.json", "tests/fixtures/artifacts/plans/*.json", "tests/fixtures/other/plans/*.json"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("there is no %s: %v", pattern, err)
		}
		for _, file := range files {
			if !made[file] {
				t.Errorf("%s is a plan of nothing", file)
			}
		}
	}
}

// matching are the mode files of a folder with these names.
func matching(t *testing.T, folder string, names ...string) []string {
	t.Helper()
	var all []string
	for _, name := range names {
		files, err := filepath.Glob(filepath.Join(folder, name+".yaml"))
		if err != nil || len(files) == 0 {
			t.Fatalf("there is no mode %s in %s: %v", name, folder, err)
		}
		all = append(all, files...)
	}
	return all
}

// compiled are the files that a build makes of a contract and of mode files, by their paths: a plan of each mode, and the rules.
func compiled(t *testing.T, contractFile string, modeFiles []string, rulesFile, plansDir string) map[string][]byte {
	t.Helper()
	contract, err := openapi.Load(contractFile)
	if err != nil {
		t.Fatal(err)
	}
	rules, err := plan.CompileRules(contract, nil)
	if err != nil {
		t.Fatal(err)
	}
	made := map[string][]byte{rulesFile: rules.File}
	for _, file := range modeFiles {
		m, err := modes.Load(file)
		if err != nil {
			t.Fatal(err)
		}
		p, err := plan.Compile(contract, m)
		if err != nil {
			t.Fatalf("%s with %s: %v", contractFile, file, err)
		}
		sources, err := plan.SourcesOf(plansDir, contract, m, rulesFile, rules)
		if err != nil {
			t.Fatal(err)
		}
		if made[filepath.Join(plansDir, m.Name+".json")], err = p.Encode(sources); err != nil {
			t.Fatal(err)
		}
	}
	return made
}
