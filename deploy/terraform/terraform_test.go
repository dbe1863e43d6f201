// Package terraform_test checks the Terraform stack: its form, its own tests, and what a real `terraform apply` with the
// real AWS provider and the real zips makes of an emulated account.
package terraform_test

import (
	"encoding/json"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"portcullis/authorizers/verify"
	"portcullis/deploy/parts"
)

func TestFormat(t *testing.T) {
	t.Parallel()
	stack := parts.Terraform(t, copyStack(t))
	if output, exit := stack.Try("fmt", "-check", "-recursive", "-diff", "-no-color"); exit != 0 {
		t.Errorf("`terraform fmt -recursive` would change this:\n%s", output)
	}
	stack.Run("validate", "-no-color")
}

// TestLint looks at the stack, at every module and at every example: everything is used, typed, documented and named alike.
func TestLint(t *testing.T) {
	t.Parallel()
	tflint := parts.TFLint(t)
	dir := copyStack(t)
	lint := exec.CommandContext(t.Context(), tflint, "--recursive", "--no-color", "--config="+filepath.Join(dir, ".tflint.hcl"))
	lint.Dir = dir
	if output, err := lint.CombinedOutput(); err != nil {
		t.Errorf("tflint: %v\n%s", err, output)
	}
}

func TestTerraformTests(t *testing.T) {
	t.Parallel()
	parts.Terraform(t, copyStack(t)).Run("test", "-no-color")
}

func TestApply(t *testing.T) {
	t.Parallel()
	moto := parts.Moto(t)
	stack := applied(t, moto)

	t.Run("a second plan is empty", func(t *testing.T) {
		if output, exit := stack.Try("plan", "-detailed-exitcode", "-no-color"); exit != 0 {
			t.Errorf("exit status %d\n%s", exit, output)
		}
	})
	api := apis(t, stack)["rest-token"]
	t.Run("the gateway guards what the contract guards", func(t *testing.T) { checkMethods(t, moto, api) })
	t.Run("functions may do what they must and no more", func(t *testing.T) { checkPolicies(t, stack) })
	t.Run("functions get their variables", func(t *testing.T) { checkEnvironments(t, stack) })
	t.Run("other origins make a new deployment", func(t *testing.T) {
		before := deployment(t, moto, api)
		stack.Run("apply", "-auto-approve", "-no-color", "-var", `allowed_origins=["https://app.example.com"]`)
		if after := deployment(t, moto, api); after == before {
			t.Errorf("the stage still serves deployment %s", before)
		}
	})
	t.Run("it can be destroyed", func(t *testing.T) {
		// moto 5.2.1 cannot delete a resource server.
		stack.Run("state", "rm", "module.user_pool.aws_cognito_resource_server.this")
		stack.Run("destroy", "-auto-approve", "-no-color")
	})
}

// checkMethods compares the methods of the emulated gateway with a reading of the contract that shares no code with
// the stack's.
func checkMethods(t *testing.T, moto string, api api) {
	contract := readContract(t)
	var answer struct {
		Items []struct {
			Path    string
			Methods map[string]struct{ AuthorizationType, AuthorizerID string } `json:"resourceMethods"`
		} `json:"item"`
	}
	get(t, moto, "/restapis/"+api.ID+"/resources?embed=methods&limit=500", &answer)

	got := map[string]string{}
	for _, resource := range answer.Items {
		for method, is := range resource.Methods {
			got[method+" "+resource.Path] = is.AuthorizationType
			if guarded := is.AuthorizationType == "CUSTOM"; guarded != (is.AuthorizerID != "") {
				t.Errorf("%s %s: authorization %s, authorizer %q", method, resource.Path, is.AuthorizationType, is.AuthorizerID)
			}
		}
	}
	if want := contract.authorizations("CUSTOM"); !maps.Equal(got, want) {
		t.Errorf("the gateway has %v, the contract asks for %v", got, want)
	}
}

func checkPolicies(t *testing.T, stack *parts.Stack) {
	const account = "eu-west-1:123456789012:"
	own := func(function string) []string {
		return []string{
			"logs:CreateLogStream logs:PutLogEvents arn:aws:logs:" + account + "log-group:/aws/lambda/demo-" + function + ":*",
			"xray:PutTraceSegments xray:PutTelemetryRecords *",
		}
	}
	want := map[string][]string{
		"demo-token": own("token"),
		"demo-users": append(own("users"), "dynamodb:DeleteItem dynamodb:GetItem dynamodb:PutItem dynamodb:Scan "+
			"dynamodb:UpdateItem arn:aws:dynamodb:"+account+"table/demo-users"),
	}
	got := map[string][]string{}
	for _, policy := range resources(t, stack, "aws_iam_role_policy") {
		got[policy["role"].(string)] = statements(t, policy["policy"].(string))
	}
	if !maps.EqualFunc(got, want, slices.Equal[[]string]) {
		t.Errorf("the roles' policies are\n%v, want\n%v", got, want)
	}
	// Only API Gateway's own role, which no function has, has a managed policy.
	for _, attached := range resources(t, stack, "aws_iam_role_policy_attachment") {
		if attached["role"] != "demo-api-gateway-logs" {
			t.Errorf("%v has %v", attached["role"], attached["policy_arn"])
		}
	}
}

// statements returns each statement of a policy as its actions and resources; anything but an Allow fails the test.
func statements(t *testing.T, policy string) []string {
	t.Helper()
	var document struct {
		Statement []struct {
			Effect           string
			Action, Resource []string
		}
	}
	if err := json.Unmarshal([]byte(policy), &document); err != nil {
		t.Fatalf("%v: %s", err, policy)
	}
	var all []string
	for _, statement := range document.Statement {
		if statement.Effect != "Allow" {
			t.Errorf("effect %q in %s", statement.Effect, policy)
		}
		all = append(all, strings.Join(append(statement.Action, statement.Resource...), " "))
	}
	return all
}

func checkEnvironments(t *testing.T, stack *parts.Stack) {
	got := map[string]map[string]any{}
	for _, function := range resources(t, stack, "aws_lambda_function") {
		environment := function["environment"].([]any)[0].(map[string]any)["variables"]
		got[function["function_name"].(string)] = environment.(map[string]any)
	}
	pool, client := output(t, stack, "user_pool_id"), output(t, stack, "user_pool_client_id")
	issuers := `[{"audience":["` + client + `"],"issuer":"https://cognito-idp.eu-west-1.amazonaws.com/` + pool + `","tokenUse":["access"]}]`
	groups := `{"admins":["users/read","users/write"],"members":["users/self"],"readers":["users/read"]}`
	want := map[string]map[string]any{
		"demo-token": {"ISSUERS": issuers, "GROUP_SCOPES": groups},
		"demo-users": {"USERS_TABLE": "demo-users", "ALLOWED_ORIGINS": "*"},
	}
	if !maps.EqualFunc(got, want, maps.Equal[map[string]any, map[string]any]) {
		t.Errorf("the functions' variables are\n%v, want\n%v", got, want)
	}
}

func TestReadmeNamesEveryVariableAndOutput(t *testing.T) {
	readme := string(read(t, "README.md"))
	for _, declared := range []struct{ file, block, heading string }{
		{"variables.tf", "variable", "## Variables"},
		{"outputs.tf", "output", "## Outputs"},
	} {
		_, section, _ := strings.Cut(readme, declared.heading+"\n")
		section, _, _ = strings.Cut(section, "\n## ")
		checkTable(t, "README.md", section, declared.block, declared.file)
	}
}

// TestModulesReadmesNameEveryInputAndOutput reads the two tables of each module's README.
func TestModulesReadmesNameEveryInputAndOutput(t *testing.T) {
	readmes, err := filepath.Glob("modules/*/README.md")
	if err != nil || len(readmes) == 0 {
		t.Fatalf("no module has a README: %v", err)
	}
	for _, path := range readmes {
		_, inputs, _ := strings.Cut(string(read(t, path)), "\n| input | type | default | meaning |\n")
		inputs, outputs, _ := strings.Cut(inputs, "\n| output | meaning |\n")
		outputs, _, _ = strings.Cut(outputs, "\n\n")
		checkTable(t, path, inputs, "variable", filepath.Join(filepath.Dir(path), "variables.tf"))
		checkTable(t, path, outputs, "output", filepath.Join(filepath.Dir(path), "outputs.tf"))
	}
}

// checkTable compares the names that begin a table's rows with those of a file's blocks.
func checkTable(t *testing.T, readme, table, block, file string) {
	t.Helper()
	want := names(`(?m)^`+block+` "(\w+)"`, string(read(t, file)))
	if got := names("(?m)^\\| `(\\w+)` \\|", table); !slices.Equal(got, want) {
		t.Errorf("%s lists %v, %s has %v", readme, got, file, want)
	}
}

// names returns the sorted first groups of the pattern's matches.
func names(pattern, text string) []string {
	var found []string
	for _, match := range regexp.MustCompile(pattern).FindAllStringSubmatch(text, -1) {
		found = append(found, match[1])
	}
	slices.Sort(found)
	return found
}

// TestAlgorithmsAreTheVerifiers: the plan refuses what the authorizers would refuse at their start, and
// nothing else.
func TestAlgorithmsAreTheVerifiers(t *testing.T) {
	var quoted []string
	for _, algorithm := range verify.Algorithms() {
		quoted = append(quoted, strconv.Quote(algorithm))
	}
	want := "contains([" + strings.Join(quoted, ", ") + "], algorithm)"
	if !strings.Contains(string(read(t, "variables.tf")), want) {
		t.Errorf("variables.tf does not hold %s", want)
	}
}
