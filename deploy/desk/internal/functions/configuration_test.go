package functions

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"portcullis/authorizers/environ"
	"portcullis/deploy/desk/internal/project"
	"portcullis/deploy/desk/internal/services"
	"portcullis/policy"
)

const someContract = `openapi: 3.1.0
x-function: users
components: {securitySchemes: {bearer: {type: http, scheme: bearer}}}
paths: {/things: {get: {security: [bearer: [things/read]]}}}
`

// TestRulesOfEachContract: another contract's rules are in another file, so that a function that runs with the ones before goes
// on with those, also in a process that it starts later. The same contract's are in the same file.
func TestRulesOfEachContract(t *testing.T) {
	s, err := services.New(services.Config{Base: "http://127.0.0.1:1", Getenv: func(string) string { return "" }, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	r := New(Config{Services: s})
	contract := filepath.Join(t.TempDir(), "things.yaml")
	configured := func(text string) (rules string) {
		t.Helper()
		if err := os.WriteFile(contract, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		p, err := project.Read(project.Source{Contract: contract})
		if err != nil {
			t.Fatal(err)
		}
		c, err := r.configuration(p, services.Feed{})
		if err != nil {
			t.Fatal(err)
		}
		if other, set := c.variables[environ.Contract]; other != "" || !set {
			t.Errorf("a function is told of a contract, %q", other)
		}
		file := c.variables[environ.Rules]
		if _, source, err := policy.LoadRules(file); err != nil || source != (policy.Source{Name: "things.yaml", SHA256: p.Contract.SHA256()}) || c.version != source.SHA256 {
			t.Errorf("%s is of %+v, %v", file, source, err)
		}
		return file
	}
	first := configured(someContract)
	before, err := os.Stat(first)
	if err != nil {
		t.Fatal(err)
	}
	second := configured(strings.Replace(someContract, "things/read", "things/write", 1))
	again := configured(someContract)
	after, err := os.Stat(first)
	if err != nil || second == first || again != first || !os.SameFile(before, after) || !after.ModTime().Equal(before.ModTime()) {
		t.Errorf("files %s, %s, %s; %v", first, second, again, err)
	}
	if all, err := os.ReadDir(filepath.Dir(first)); err != nil || len(all) != 2 {
		t.Errorf("the folder holds %v, %v", all, err)
	}
	r.Close()
	if _, err := os.Stat(filepath.Dir(first)); err == nil {
		t.Error("the folder is left")
	}
}
