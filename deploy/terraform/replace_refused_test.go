package terraform_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"portcullis/deploy/modes"
	"portcullis/deploy/testtools"
)

// TestReplaceIsRefused: what has no id of its own is lost when it is replaced, and comes back with the next apply, before it is deployed
// again. What is served is a deployment from before. The module refuses such a plan, and no other.
func TestReplaceIsRefused(t *testing.T) {
	t.Parallel()
	moto, calls := testtools.Moto(t), &calls{}
	s := newAPIs(t, calls.before(t, likeAPIGateway(t, moto)))
	const module = `module.api["demo"].module.rest_api.`
	const lost, response = module + `aws_api_gateway_integration.preflight["/one"]`, module + `aws_api_gateway_integration_response.preflight["/one"]`
	arguments := s.arguments(t, map[string]wanted{"demo": plainAPI})
	terraform := func(command ...string) (string, int) { return s.Try(append(command, arguments...)...) }
	apply := func(more ...string) {
		t.Helper()
		calls.forget()
		if output, exit := terraform(append([]string{"apply", "-auto-approve"}, more...)...); exit != 0 {
			t.Fatalf("apply %q: exit status %d\n%s", more, exit, output)
		}
	}

	guard := filepath.Join(s.dir, "..", "..", "modules", "rest-api", "replaced.tf")
	kept := read(t, guard)
	if err := os.Remove(guard); err != nil {
		t.Fatal(err)
	}
	apply()
	var ids map[string]string
	if err := json.Unmarshal([]byte(s.Run("output", "-json", "ids")), &ids); err != nil {
		t.Fatal(err)
	}
	made := map[string]madeAPI{"demo": {ID: ids["demo"], Stage: "v1", Kind: modes.REST}}
	place := "/restapis/API/resources/" + resourceAt(t, moto, ids["demo"], "/one") + "/methods/OPTIONS/integration"
	put, gone, answers, deployed, staged := "PUT "+place, "DELETE "+place, "PUT "+place+"/responses/204", "POST /restapis/API/deployments", "PATCH /restapis/API/stages/v1"
	called := func(what string, want ...string) {
		t.Helper()
		if got := calls.of(put, gone, answers, deployed, staged); !slices.Equal(got, want) {
			t.Errorf("%s: Terraform called\n%s, want\n%s", what, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}

	before := deployments(t, moto, made)["demo"]
	apply("-replace=" + lost)
	called("replaced", put, gone)
	if after := deployments(t, moto, made)["demo"]; after != before {
		t.Errorf("the stage serves the deployment %s, and not %s from before", after, before)
	}
	if output, exit := terraform("plan", "-out=plan"); exit != 0 {
		t.Fatalf("plan: exit status %d\n%s", exit, output)
	}
	var changes []string
	for _, c := range s.changes(t)["demo"] {
		if !slices.Equal(c.Change.Actions, []string{"no-op"}) {
			changes = append(changes, strings.Join(c.Change.Actions, " ")+" "+c.Address)
		}
	}
	if want := []string{"create " + lost, "create " + response}; !slices.Equal(changes, want) {
		t.Errorf("the next plan has %q, want %q", changes, want)
	}

	write(t, guard, kept) // a file of the module that changes makes a new deployment
	apply()
	called("put back", put, answers, deployed, staged)
	empty := func(what string) {
		t.Helper()
		if output, exit := terraform("plan", "-detailed-exitcode"); exit != 0 {
			t.Errorf("%s: a second plan has the exit status %d\n%s", what, exit, output)
		}
	}
	empty("put back")

	calls.forget()
	refused := func(what string, more ...string) {
		t.Helper()
		output, exit := terraform(append([]string{"plan", "-refresh=false"}, more...)...)
		words := strings.Join(strings.Fields(output), " ")
		if want := "the policy of the API demo would be replaced: the new one would take the place of the old one, and Terraform would then delete it with that."; exit != 1 || !strings.Contains(words, want) {
			t.Errorf("%s: exit status %d, want 1 and %q\n%s", what, exit, want, output)
		}
	}
	for _, one := range []string{
		lost, response,
		module + `aws_api_gateway_method.preflight["/"]`,
		module + `aws_api_gateway_method_response.preflight["/"]`,
		module + `aws_api_gateway_method.operation["GET /"]`,
		module + `aws_api_gateway_integration.operation["GET /"]`,
		module + `aws_api_gateway_gateway_response.error["DEFAULT_5XX"]`,
		module + `aws_api_gateway_rest_api_policy.this[0]`,
	} {
		refused(one, "-replace="+one)
	}
	s.Run("taint", lost)
	refused("tainted")
	s.Run("untaint", lost)
	empty("not tainted any more")
	called("refused")
	// Without what depends on it, the old one goes first.
	apply("-replace="+lost, "-target="+lost)
	called("by itself", gone, put)
	apply()
	called("by itself, and then all", answers)

	// Another API has other places. The time is that of the plan also where it is applied later.
	const api = module + "aws_api_gateway_rest_api.this"
	later := func(what string, more ...string) {
		t.Helper()
		if output, exit := terraform(append([]string{"plan", "-out=plan"}, more...)...); exit != 0 {
			t.Fatalf("%s: exit status %d\n%s", what, exit, output)
		}
		s.Run("apply", "-no-color", "plan")
		empty(what)
	}
	later("another API", "-replace="+api)
	for _, last := range []string{"aws_api_gateway_rest_api.this", "terraform_data.api"} {
		apply("-replace="+api, "-target="+module+last)          // as if the rest had failed
		later("another API, as far as "+last, "-refresh=false") // which would find the old one gone
	}
}

// resourceAt is the id of the resource at a path of an API.
func resourceAt(t *testing.T, moto, api, path string) string {
	t.Helper()
	for _, resource := range list[struct{ ID, Path string }](t, moto, "/restapis/"+api+"/resources?limit=500") {
		if resource.Path == path {
			return resource.ID
		}
	}
	t.Fatalf("the API %s has no resource %s", api, path)
	return ""
}
