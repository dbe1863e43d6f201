package plan_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"portcullis/api/contract"
	"portcullis/deploy/plan"
	"portcullis/policy"
)

// contractOf is a contract of so many routes, each for the scope read.
func contractOf(t *testing.T, routes int) *contract.Contract {
	t.Helper()
	var text strings.Builder
	text.WriteString("openapi: 3.1.0\ninfo: {title: Things, version: 1.0.0}\nx-function: f\n" +
		"components: {securitySchemes: {bearer: {type: http, scheme: bearer}}}\npaths:\n")
	for i := range routes {
		fmt.Fprintf(&text, "  /a-thing-with-a-long-name-%d/{id}/details: {get: {security: [{bearer: [read]}]}}\n", i)
	}
	c, err := contract.Parse("some/folder/things.yaml", []byte(text.String()))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestCompileRules: the file holds the rules that are given beside it, and says which contract they are of.
func TestCompileRules(t *testing.T) {
	c := contractOf(t, 2)
	rules, err := plan.CompileRules(c, nil)
	if err != nil || len(rules.Remarks) > 0 {
		t.Fatalf("%v, %v", rules.Remarks, err)
	}
	loaded, source, err := policy.DecodeRules(rules.File)
	if err != nil || source != (policy.Source{Name: "things.yaml", SHA256: c.SHA256()}) {
		t.Fatalf("%+v, %v", source, err)
	}
	for scope, want := range map[string]policy.Decision{"read": policy.Allow, "other": policy.Deny} {
		who := policy.Caller{ID: "7", Schemes: []string{policy.SchemeBearer}, Scopes: []string{scope}}
		for _, r := range []*policy.Rules{rules.Rules, loaded} {
			if got := r.Decide(who, "GET", "/a-thing-with-a-long-name-1/7/details"); got != want {
				t.Errorf("with the scope %s: %v", scope, got)
			}
		}
	}
}

// TestCompileRulesChecksSizes: a large policy is a remark, and a caller for whom there is none an error; so is what rules.json cannot hold.
func TestCompileRulesChecksSizes(t *testing.T) {
	rules, err := plan.CompileRules(contractOf(t, 200), map[string][]string{"staff": {"read"}})
	if err != nil || len(rules.Remarks) != 2 || rules.File == nil || !strings.Contains(rules.Remarks[1].Text, "the policy has 2") {
		t.Errorf("200 routes: %+v, %v", rules.Remarks, err)
	}
	rules, err = plan.CompileRules(contractOf(t, 4000), nil)
	wrong, failed := (*contract.Error)(nil), (*policy.SizesError)(nil)
	if !errors.As(err, &wrong) || !errors.As(err, &failed) || rules.File != nil || rules.Rules != nil || len(failed.Sizes) != 1 ||
		!strings.HasPrefix(err.Error(), "some/folder/things.yaml: a caller with the scope read (bearer): policy: the document for this caller has ") {
		t.Errorf("4000 routes: %v, %v", rules.Rules, err)
	}
	over := contractOf(t, 3)
	over.Operations[0].Access.Alternatives = []policy.Alternative{{{Scheme: "bearer", Scopes: []string{"\xff"}}}}
	if rules, err := plan.CompileRules(over, nil); !errors.As(err, new(*policy.RulesError)) || !errors.As(err, &wrong) || rules.File != nil {
		t.Errorf("a scope that no file can hold: %s, %v", rules.File, err)
	}
}

// TestQuotas: an API that is larger than API Gateway lets one be by default is told of, each kind from the first that is too many on.
func TestQuotas(t *testing.T) {
	const rest = `some/folder/things.yaml:5: paths, with what is above them: these are %d, and a REST API has 300 by default: ask AWS to raise its quota "Resources per API" before such a one is deployed`
	const http = `some/folder/things.yaml:5: operations: these are %d, and an HTTP API has 300 by default: ask AWS to raise its quota "Routes per API" before such a one is deployed`
	for routes, want := range map[int][]string{100: nil, 101: {fmt.Sprintf(rest, 303)}, 300: {fmt.Sprintf(rest, 900)}, 301: {fmt.Sprintf(rest, 903), fmt.Sprintf(http, 301)}} {
		rules, err := plan.CompileRules(contractOf(t, routes), nil)
		if err != nil {
			t.Fatal(err)
		}
		for i, text := range want {
			if i >= len(rules.Remarks) || rules.Remarks[i].Text != text {
				t.Errorf("%d routes: %v, want %s", routes, rules.Remarks, text)
			}
		}
		if quotas := plan.QuotaRemarks(contractOf(t, routes)); len(quotas) != len(want) {
			t.Errorf("%d routes: %v, want %v", routes, quotas, want)
		}
	}
	c, err := contract.Parse("things.yaml", []byte("openapi: 3.1.0\npaths: {/$default: {x-amazon-apigateway-any-method: {security: []}}}"))
	if err != nil || len(plan.QuotaRemarks(c)) > 0 {
		t.Errorf("%v", err)
	}
}
