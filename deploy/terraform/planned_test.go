package terraform_test

import (
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"portcullis/api/contract"
	"portcullis/deploy/functions"
	"portcullis/deploy/modes"
	"portcullis/deploy/plan"
	"portcullis/deploy/testtools"
)

// TestRendered compares what the emulator does not keep, of the shipped modes and of two that have more: Terraform makes what their
// plans say.
func TestRendered(t *testing.T) {
	t.Parallel()
	moto := testtools.MotoWithPolicies(t)
	dir := copyStack(t)
	module := filepath.Join(dir, "..", "..")
	addModes(t, module, "testdata/modes")
	all, err := modes.LoadAll(filepath.Join(module, "deploy", "modes"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, m := range all {
		if m.Gateway != modes.HTTP {
			names = append(names, m.Name)
		}
	}
	variables, _ := json.Marshal(map[string]any{"name": "demo", "modes": names, "artifacts": "tests/fixtures/artifacts",
		"machine_clients": map[string]any{"reports": []string{"users/read"}}, "domain_prefix": "demo",
		"reserved_concurrency": map[string]any{"tokens": nil}}) // moto 5.2.1 tells no quota of Lambda's
	write(t, filepath.Join(dir, "terraform.tfvars.json"), variables)
	stack := testtools.Terraform(t, dir, testtools.MotoEnv(moto)...)
	stack.Run("plan", "-out=plan", "-no-color")
	resources := readPlan(t, stack)

	t.Run("an issuer that is wrong is refused before the pool is there", func(t *testing.T) {
		output, exit := stack.Try("plan", "-no-color", `-var=issuers=[{"issuer":"https://login.example.com","audience":["api"]}]`)
		words := strings.Join(strings.Fields(strings.ReplaceAll(output, "│", " ")), " ")
		if exit == 0 || !strings.Contains(words, `The issuer "https://login.example.com": There are several issuers, so say which scopes`) {
			t.Errorf("exit status %d\n%s", exit, output)
		}
	})

	t.Run("a plan of other files is refused once, with what has changed and how to build again", func(t *testing.T) {
		mode, source := filepath.Join(module, "deploy", "modes", "rest-token.yaml"), read(t, filepath.Join(module, "deploy", "modes", "rest-token.yaml"))
		write(t, mode, append(slices.Clone(source), "# later\n"...))
		output, exit := stack.Try("plan", "-no-color")
		write(t, mode, source)
		want := "Changed since: the mode, " + mode + ". Build again, with --arch, --mode and --out as before: `go run portcullis/deploy/build --contract " + functions.Contract(module) + "`"
		if exit == 0 || !strings.Contains(withoutSpace.Replace(output), withoutSpace.Replace(want)) || strings.Count(output, "Error:") != 1 {
			t.Errorf("exit status %d\n%s", exit, output)
		}
	})

	t.Run("README's modes can be planned as they stand", func(t *testing.T) {
		_, value, _ := strings.Cut(string(read(t, filepath.Join("..", "..", "README.md"))), "-var 'modes=")
		value, _, there := strings.Cut(value, "'")
		if !there {
			t.Fatal("README deploys no modes")
		}
		stack.Run("plan", "-no-color", "-var=machine_clients={}", "-var=domain_prefix=null", "-var=modes="+value)
	})

	contract, err := contract.Load(filepath.Join(module, "api", "openapi.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	t.Run("functions that decide say their contract", func(t *testing.T) {
		checkDescriptions(t, resources, read(t, filepath.Join(module, "api", "openapi.yaml")))
	})
	for _, m := range all {
		if m.Gateway != modes.HTTP {
			t.Run(m.Name, func(t *testing.T) {
				if p := compilePlan(t, contract, m); p.WebSocket != nil {
					compare(t, renderedWebSocket(t, resources, m.Name), whatMotoDoesNotList(p))
				} else {
					compare(t, rendered(t, resources, m.Name), whatMotoDrops(p))
				}
			})
		}
	}
}

// withoutSpace undoes how Terraform breaks lines.
var withoutSpace = strings.NewReplacer("│", "", " ", "", "\n", "")

// checkDescriptions: a version that is held later has to say what it decides by.
func checkDescriptions(t *testing.T, resources []plannedResource, contract []byte) {
	t.Helper()
	sum := sha256.Sum256(contract)
	checked := map[string]int{}
	for _, resource := range resources {
		var want string
		switch {
		case resource.Type != "aws_lambda_function":
			continue
		case strings.Contains(resource.Address, ".module.authorizer[0]."):
			want = fmt.Sprintf("Portcullis authorizer, contract %x", sum[:8])
		case strings.Contains(resource.Address, `["live"]`):
			want = fmt.Sprintf("Portcullis messages, contract %x", sum[:8])
		}
		var values struct{ Description string }
		decode(t, resource, &values)
		if checked[want]++; values.Description != want {
			t.Errorf("%s: %q, want %q", resource.Address, values.Description, want)
		}
	}
	if len(checked) != 3 {
		t.Errorf("there is no authorizer's function, or none of messages, or no other: %v", checked)
	}
}

// plannedResource is a resource that Terraform plans.
type plannedResource struct {
	Address, Type string
	Index         any
	Values        json.RawMessage
}

func readPlan(t *testing.T, stack *testtools.Stack) []plannedResource {
	t.Helper()
	type plannedModule struct {
		Resources []plannedResource
		Children  []plannedModule `json:"child_modules"`
	}
	var shown struct {
		Planned struct {
			Root plannedModule `json:"root_module"`
		} `json:"planned_values"`
	}
	if err := json.Unmarshal([]byte(stack.Run("show", "-json", "plan")), &shown); err != nil {
		t.Fatal(err)
	}
	var all []plannedResource
	for queue := []plannedModule{shown.Planned.Root}; len(queue) > 0; queue = queue[1:] {
		all = append(all, queue[0].Resources...)
		queue = append(queue, queue[0].Children...)
	}
	return all
}

// planLimits are a throttle in a plan of Terraform's.
type planLimits struct {
	Path  string
	Rate  float64 `json:"rate_limit"`
	Burst int     `json:"burst_limit"`
}

// planSettings are what Terraform sets for one method, or for all.
type planSettings struct {
	Path     string `json:"method_path"`
	Settings []struct {
		Rate          float64 `json:"throttling_rate_limit"`
		Burst         int     `json:"throttling_burst_limit"`
		Caching       bool    `json:"caching_enabled"`
		TTL           int     `json:"cache_ttl_in_seconds"`
		Authorization bool    `json:"require_authorization_for_cache_control"`
		Strategy      string  `json:"unauthorized_cache_control_header_strategy"`
	}
}

// ofMode are the resources of a mode.
func ofMode(resources []plannedResource, name string) []plannedResource {
	return slices.DeleteFunc(slices.Clone(resources), func(r plannedResource) bool { return !strings.HasPrefix(r.Address, `module.mode["`+name+`"].`) })
}

// renderedWebSocket is of the plan of a mode what [whatMotoDoesNotList] leaves, as Terraform makes it.
func renderedWebSocket(t *testing.T, resources []plannedResource, name string) *plan.Plan {
	t.Helper()
	p := &plan.Plan{Operations: map[string]plan.Operation{}, WebSocket: &plan.WebSocket{Models: map[string]plan.Model{}}}
	for _, resource := range ofMode(resources, name) {
		var values struct {
			Filename, Name, Schema string
			ResponseKey            string `json:"route_response_key"`
		}
		decode(t, resource, &values)
		switch key, _ := resource.Index.(string); resource.Type {
		case "aws_lambda_function":
			p.Authorizer = &plan.Authorizer{Function: strings.TrimSuffix(filepath.Base(values.Filename), ".zip")}
		case "aws_apigatewayv2_model":
			p.WebSocket.Models[values.Name] = plan.Model{Schema: values.Schema}
		case "aws_apigatewayv2_route_response":
			p.Operations[key] = plan.Operation{RouteResponseSelectionExpression: values.ResponseKey}
		}
	}
	return p
}

// whatMotoDoesNotList leaves of a WebSocket API's plan what moto 5.2.1 has and does not list, and whose zip the authorizer's function
// is: see [withoutWhatMotoDrops].
func whatMotoDoesNotList(p *plan.Plan) *plan.Plan {
	left := &plan.Plan{Operations: map[string]plan.Operation{}, WebSocket: &plan.WebSocket{Models: p.WebSocket.Models}, Authorizer: &plan.Authorizer{Function: p.Authorizer.Function}}
	for key, o := range p.Operations {
		if o.RouteResponseSelectionExpression != "" {
			left.Operations[key] = plan.Operation{RouteResponseSelectionExpression: o.RouteResponseSelectionExpression}
		}
	}
	return left
}

// rendered is of the plan of a mode what [whatMotoDrops] leaves, as Terraform makes it.
func rendered(t *testing.T, resources []plannedResource, name string) *plan.Plan {
	t.Helper()
	p := &plan.Plan{Operations: map[string]plan.Operation{}, REST: &plan.REST{}}
	settings := map[string]planSettings{}
	for _, resource := range ofMode(resources, name) {
		var values struct {
			Expression        string                            `json:"identity_validation_expression"`
			BinaryMediaTypes  []string                          `json:"binary_media_types"`
			CacheKeys         []string                          `json:"cache_key_parameters"`
			RequestParameters map[string]any                    `json:"request_parameters"`
			Stages            []struct{ Throttle []planLimits } `json:"api_stages"`
			Filename          string
		}
		decode(t, resource, &values)
		switch key, _ := resource.Index.(string); resource.Type {
		case "aws_lambda_function":
			p.Authorizer = cmp.Or(p.Authorizer, &plan.Authorizer{})
			p.Authorizer.Function = strings.TrimSuffix(filepath.Base(values.Filename), ".zip")
		case "aws_api_gateway_authorizer":
			p.Authorizer = cmp.Or(p.Authorizer, &plan.Authorizer{})
			p.Authorizer.IdentityValidationExpression = values.Expression
		case "aws_api_gateway_rest_api":
			p.REST.BinaryMediaTypes = values.BinaryMediaTypes
		case "aws_api_gateway_usage_plan":
			p.REST.UsagePlan = &plan.UsagePlan{Methods: methodLimits(values.Stages[0].Throttle)}
		case "aws_api_gateway_method_settings":
			var own planSettings
			decode(t, resource, &own)
			settings[own.Path] = own
		case "aws_api_gateway_integration":
			if !strings.Contains(key, " ") { // of a preflight
				continue
			}
			o := plan.Operation{}
			if len(values.CacheKeys) > 0 {
				o.Cache = &plan.Cache{CacheKeyParameters: slices.Sorted(slices.Values(values.CacheKeys)), RequestParameters: map[string]string{}}
				for parameter, value := range values.RequestParameters {
					o.Cache.RequestParameters[parameter], _ = value.(string)
				}
			}
			p.Operations[key] = o
		}
	}
	addSettings(p, settings)
	return p
}

// addSettings adds to each operation what the stage's settings say of it: those of its method, or else those of all.
func addSettings(p *plan.Plan, settings map[string]planSettings) {
	for key, o := range p.Operations {
		verb, path, _ := strings.Cut(key, " ")
		own, there := settings[settingsKey(verb, path)]
		if !there {
			own = settings["*/*"]
		}
		for _, s := range own.Settings {
			if s.Rate != noLimit {
				o.Throttle = &plan.Throttle{RateLimit: s.Rate, BurstLimit: s.Burst}
			}
			if s.Caching {
				o.Cache = cmp.Or(o.Cache, &plan.Cache{})
				o.Cache.TTLInSeconds = s.TTL
				p.REST.CacheSettings = &plan.CacheSettings{RequireAuthorizationForCacheControl: s.Authorization, UnauthorizedCacheControlHeaderStrategy: s.Strategy}
			}
		}
		p.Operations[key] = o
	}
}

// methodLimits are the limits of single methods of a usage plan.
func methodLimits(limits []planLimits) map[string]plan.Throttle {
	methods := map[string]plan.Throttle{}
	for _, limit := range limits {
		at := strings.LastIndex(limit.Path, "/")
		methods[limit.Path[at+1:]+" "+limit.Path[:at]] = plan.Throttle{RateLimit: limit.Rate, BurstLimit: limit.Burst}
	}
	return methods
}

// whatMotoDrops leaves of a plan what moto 5.2.1 does not keep, or cannot be given: see [withoutWhatMotoDrops].
func whatMotoDrops(p *plan.Plan) *plan.Plan {
	left := &plan.Plan{Operations: map[string]plan.Operation{}, REST: &plan.REST{BinaryMediaTypes: p.REST.BinaryMediaTypes, CacheSettings: p.REST.CacheSettings}}
	if a := p.Authorizer; a != nil {
		left.Authorizer = &plan.Authorizer{Function: a.Function, IdentityValidationExpression: a.IdentityValidationExpression}
	}
	if p.REST.UsagePlan != nil {
		left.REST.UsagePlan = &plan.UsagePlan{Methods: p.REST.UsagePlan.Methods}
	}
	all, public := p.Throttle, p.Throttle
	if all == nil { // as the module plan has it of a mode that sets none
		all, public = &plan.Throttle{RateLimit: 1000, BurstLimit: 500}, &plan.Throttle{RateLimit: 50, BurstLimit: 50}
	}
	for key, o := range p.Operations {
		if o.Cache != nil {
			slices.Sort(o.Cache.CacheKeyParameters)
		}
		shared := all
		if o.Public {
			shared = public
		}
		left.Operations[key] = plan.Operation{Throttle: cmp.Or(o.Throttle, shared), Cache: o.Cache}
	}
	return left
}

// decode reads a resource's values.
func decode(t *testing.T, resource plannedResource, into any) {
	t.Helper()
	// Members of other resources may have the same names and other types: what does not fit is not read.
	if err := json.Unmarshal(resource.Values, into); err != nil && !strings.Contains(err.Error(), "cannot unmarshal") {
		t.Fatalf("%s: %v", resource.Address, err)
	}
}
