package binarytest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"portcullis/api/contract"
	"portcullis/deploy/emulators/lambda"
	"portcullis/deploy/functions"
	"portcullis/deploy/plan"
	"portcullis/policy"
)

// compiled are the module's contract and the rules made of it.
func compiled(t *testing.T) (*contract.Contract, plan.Rules) {
	t.Helper()
	module, err := functions.ModuleDir(".")
	if err != nil {
		t.Fatal(err)
	}
	contract, err := contract.Load(functions.Contract(module))
	if err != nil {
		t.Fatal(err)
	}
	rules, err := plan.CompileRules(contract, nil)
	if err != nil {
		t.Fatal(err)
	}
	return contract, rules
}

// putRules puts the rules of the module's contract into a folder, as a whole, since tests of other packages may be reading them.
func putRules(t *testing.T, folder string) {
	t.Helper()
	_, rules := compiled(t)
	file, err := os.CreateTemp(folder, "rules")
	if err != nil {
		t.Fatal(err)
	}
	_, err = file.Write(rules.File)
	if err := errors.Join(err, file.Close(), os.Rename(file.Name(), filepath.Join(folder, policy.RulesFile))); err != nil {
		t.Fatal(err)
	}
}

// ReadsRules checks that an authorizer with these variables starts with the rules that RULES names, says at its start which
// contract they are of, and does not start with any other file, or with CONTRACT beside it, and says why and what makes the
// right one.
func (b Binary) ReadsRules(t *testing.T, env ...string) {
	t.Helper()
	contract, rules := compiled(t)
	file := filepath.Join(t.TempDir(), "some.json")
	put := func(text []byte) {
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	edited := func(from, to string) []byte {
		if strings.Count(string(rules.File), from) != 1 {
			t.Fatalf("%s does not stand once in\n%s", from, rules.File)
		}
		return []byte(strings.Replace(string(rules.File), from, to, 1))
	}
	env = append(env, "RULES="+file)

	put(rules.File)
	var log bytes.Buffer
	b.start(t, &log, env...).Close(context.Background())
	var line struct{ Level, Msg, Contract, SHA256 string }
	if err := json.Unmarshal(log.Bytes(), &line); err != nil || line.Level != "INFO" || line.Msg != "rules" || line.Contract != "openapi.yaml" || line.SHA256 != contract.SHA256() {
		t.Errorf("want one line of the contract's name and hash, and no other:\n%s", &log)
	}

	const makes = `; want a file made by "portcullis build" or "portcullis access compile"`
	for name, test := range map[string]struct {
		text []byte // nil: there is no file
		want string
	}{
		"an OpenAPI file":        {contract.Text, "is an OpenAPI document, and no rules made of one"},
		"another rule":           {edited(`{"method": "DELETE", "path": "/users/{id}", `, `{"method": "DELETE", "path": "/users/{it}", `), "digest: is not that of the other members: the file was changed after it was made"},
		"another digest":         {edited(`"digest": "`, `"digest": "0`), "digest: is not that of the other members: the file was changed after it was made"},
		"another version":        {edited(`"version": 1`, `"version": 2`), "version: want 1, got 2: another release of Portcullis made the file"},
		"half of a file":         {rules.File[:len(rules.File)/2], ""},
		"no file":                {nil, "no such file or directory"},
		"an empty file":          {[]byte{}, ""},
		"a file of another kind": {[]byte(`{"things": []}`), "things: there is no such member"},
	} {
		if err := os.RemoveAll(file); err != nil {
			t.Fatal(err)
		}
		if test.text != nil {
			put(test.text)
		}
		got := b.refusal(t, env...)
		if !strings.HasPrefix(got, "RULES: policy: "+file+": "+test.want) || !strings.HasSuffix(got, makes) || test.want != "" && len(got) != len("RULES: policy: "+file+": "+test.want+makes) {
			t.Errorf("%s: %s, want RULES, the file, %q and what makes one", name, got, test.want)
		}
	}
	put(rules.File)
	want := `CONTRACT: is set, and functions read no OpenAPI document: unset it, and name in RULES a file made by "portcullis build" or "portcullis access compile"`
	if got := b.refusal(t, append(env, "CONTRACT=openapi.yaml")...); got != want {
		t.Errorf("CONTRACT is set: %s, want %s", got, want)
	}
}

// refusal is why the function does not start with these variables, by the last line of its log.
func (b Binary) refusal(t *testing.T, env ...string) string {
	t.Helper()
	_, err := lambda.Start(t.Context(), lambda.Config{Name: b.Name, Binary: b.File, Env: append(env, fixed...)})
	failed := (*lambda.StartError)(nil)
	if !errors.As(err, &failed) || !strings.Contains(err.Error(), "exit status 1") {
		t.Fatalf("error %v, want one of the start", err)
	}
	lines := strings.Split(strings.TrimSpace(failed.Output), "\n")
	var line struct{ Level, Msg, Error string }
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &line); err != nil || line.Level != "ERROR" || line.Msg != "cannot start" {
		t.Fatalf("want a line of JSON that says why it does not start:\n%s", failed.Output)
	}
	return line.Error
}
