package contract_test

import (
	"encoding/json"
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"portcullis/api/contract"
	"portcullis/policy"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestPoliciesOfTheContract compares what is compiled for the accounts of the local gateway with
// testdata/policies.
func TestPoliciesOfTheContract(t *testing.T) {
	contract, err := contract.Load("../openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	rules, err := contract.Rules()
	if err != nil {
		t.Fatal(err)
	}
	if conflicts := rules.Conflicts(); len(conflicts) > 0 {
		t.Errorf("the contract has conflicts: %v", conflicts)
	}
	arn := policy.MustParseARN("arn:aws:execute-api:us-east-1:123456789012:abcdefghij/v1/GET/users")
	for account, scopes := range map[string]string{"admin": "users/read users/write", "reader": "users/read", "member": "users/self", "nobody": ""} {
		doc, err := rules.Compile(policy.Caller{
			ID: "5f0c1a52-8a3e-4d3b-9c1e-0d6f2b7a4e11", Schemes: []string{policy.SchemeBearer}, Scopes: strings.Fields(scopes),
			Expires: time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC),
		}, arn)
		if err != nil {
			t.Fatal(err)
		}
		got, err := json.MarshalIndent(doc, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		file := "testdata/policies/" + account + ".json"
		if *update {
			if err := os.WriteFile(file, append(got, '\n'), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil || strings.TrimSpace(string(want)) != string(got) {
			t.Errorf("%s: %s\nwant %s; error %v", account, got, want, err)
		}
	}
}
