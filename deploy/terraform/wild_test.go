package terraform_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"portcullis/api/contract"
	"portcullis/deploy/modes"
	"portcullis/deploy/plan"
	"portcullis/deploy/testtools"
)

// The modes in which documents are planned: each in the first that it fits, REST before HTTP, and some in the first of HTTP too. What a
// Lambda authorizer is made of does not depend on the document.
var (
	wildREST = []string{"rest-cognito", "rest-iam", "http-jwt", "http-iam"}
	wildHTTP = []string{"http-jwt", "http-iam"}

	wildModes = map[string][][]string{
		"odd-names": {wildREST, wildHTTP}, "gateway-proxy": {wildREST, wildHTTP}, "petstore": {wildREST, wildHTTP},
		"hundreds": nil, // which Terraform would be at for a minute, to make more of what petstore has
	}
)

// TestWild: what a desk serves of documents as teams have them, Terraform plans, all in one stack, with the limits of what stands
// beside the APIs: the names of functions, who may call them, and the scopes that somebody has. What it would not plan, package plan
// has refused.
func TestWild(t *testing.T) {
	t.Parallel()
	moto := testtools.Moto(t)
	dir := copyStack(t)
	module := filepath.Join(dir, "..", "..")
	copyTo(t, filepath.Join(module, "wild"), "../portcullis/testdata/wild", "*/openapi.*")
	w := wild{module: module, artifacts: filepath.Join(dir, "tests", "fixtures", "artifacts"), scopes: map[string]bool{}, functions: map[string]any{}}
	files, err := filepath.Glob(filepath.Join(module, "wild", "*", "openapi.*"))
	if err != nil || len(files) < 20 {
		t.Fatalf("documents %v, error %v", files, err)
	}
	for _, file := range files {
		w.add(t, file)
	}
	variables, err := json.Marshal(map[string]any{
		"name": "wild", "modes": w.modes, "artifacts": "tests/fixtures/artifacts", "functions": w.functions, "group_scopes": map[string][]string{"everybody": slices.Sorted(maps.Keys(w.scopes))},
	})
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "terraform.tfvars.json"), variables)
	stack := testtools.Terraform(t, dir, testtools.MotoEnv(moto)...)
	planned := stack.Run("plan", "-no-color", "-parallelism=20")
	for api, want := range map[string][]string{
		`module.mode["rest-petstore"].module.rest_api[0]`: {"all of petstore"}, `module.mode["http-petstore"].module.http_api[0]`: {"all of petstore"},
		`module.mode["rest-gateway-proxy"].module.rest_api[0]`: {"ANY /admin", "ANY /admin/{proxy+}", "ANY /{proxy+}", "POST /login"},
	} {
		var got []string
		for _, found := range regexp.MustCompile(regexp.QuoteMeta(api)+`\.aws_lambda_permission\.operation\["([^"]*)"\]`).FindAllStringSubmatch(planned, -1) {
			got = append(got, found[1])
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s has permissions for %q, want %q", api, got, want)
		}
	}
}

// wild is what documents become in a copy of the module.
type wild struct {
	module, artifacts string

	modes     []string
	scopes    map[string]bool
	functions map[string]any
}

// add makes plans of a document. One that is no contract has none, and one that names no function gets one for all.
func (w *wild) add(t *testing.T, file string) {
	t.Helper()
	name := filepath.Base(filepath.Dir(file))
	c, err := contract.Load(file)
	if err != nil {
		return
	}
	if slices.ContainsFunc(c.Operations, func(o contract.Operation) bool { return o.Function == "" }) {
		text := append(slices.Clone(c.Text), "\nx-function: "+name+"\n"...)
		if rest, isJSON := bytes.CutPrefix(c.Text, []byte("{")); isJSON {
			text = append([]byte(`{"x-function":"`+name+`",`), rest...)
		}
		write(t, file, text)
		if c, err = contract.Load(file); err != nil {
			t.Fatal(err)
		}
	}
	chosen, named := wildModes[name]
	if !named {
		chosen = [][]string{wildREST}
	}
	for _, alternatives := range chosen {
		for _, mode := range alternatives {
			if p := w.addMode(t, c, mode, strings.Split(mode, "-")[0]+"-"+name); p != nil {
				break
			}
		}
	}
}

// addMode makes the plan of a contract in a mode of this module, under a name of its own; nil: the mode does not fit.
func (w *wild) addMode(t *testing.T, c *contract.Contract, mode, name string) *plan.Plan {
	t.Helper()
	file := filepath.Join(w.module, "deploy", "modes", name+".yaml")
	text := strings.NewReplacer("name: "+mode+"\n", "name: "+name+"\n",
		"  identitySource: method.", "  userPools: [arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_abcdefghi]\n  identitySource: method.",
		"  identitySource: $request.", "  issuer: https://login.example.com/\n  audience: [api]\n  identitySource: $request.",
	).Replace(string(read(t, filepath.Join("..", "modes", mode+".yaml"))))
	m, err := modes.Parse(file, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.Compile(c, m)
	if err != nil {
		return nil
	}
	write(t, file, []byte(text))
	rules := filepath.Join(w.artifacts, name+"-rules.json")
	for made, content := range compiled(t, c.Name, []string{file}, rules, filepath.Join(w.artifacts, "plans")) {
		write(t, made, content)
	}
	w.modes = append(w.modes, name)
	for _, scope := range p.Scopes {
		w.scopes[scope] = true
	}
	for _, o := range p.Operations {
		w.functions[o.Function] = map[string]any{"zip": "tests/fixtures/artifacts/users.zip"}
	}
	return p
}
