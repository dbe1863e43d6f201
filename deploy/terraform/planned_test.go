package terraform_test

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"portcullis/api/contract"
	"portcullis/deploy/gateway"
	"portcullis/deploy/gateway/usage"
	"portcullis/deploy/modes"
	"portcullis/deploy/testtools"
)

// TestPlannedIsServed compares what the emulator does not keep, of the shipped modes and of two that have more: it is
// planned as the local gateway serves it.
func TestPlannedIsServed(t *testing.T) {
	t.Parallel()
	moto := testtools.MotoWithPolicies(t)
	dir := copyStack(t)
	module := filepath.Join(dir, "..", "..")
	copyTo(t, filepath.Join(module, "deploy", "modes"), "testdata/modes", "*.yaml")
	all, err := modes.LoadAll(filepath.Join(module, "deploy", "modes"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, m := range all {
		if m.Gateway == modes.REST {
			names = append(names, m.Name)
		}
	}
	variables, _ := json.Marshal(map[string]any{"name": "demo", "modes": names, "artifacts": "tests/fixtures/artifacts",
		"machine_clients": map[string]any{"reports": []string{"users/read"}}, "domain_prefix": "demo"})
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

	contract, err := contract.Load(filepath.Join(module, "api", "openapi.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	t.Run("authorizers say their contract", func(t *testing.T) {
		checkDescriptions(t, resources, read(t, filepath.Join(module, "api", "openapi.yaml")))
	})
	for _, m := range all {
		if m.Gateway == modes.REST {
			t.Run(m.Name, func(t *testing.T) { compare(t, planned(t, resources, m.Name), whatMotoDrops(served(t, contract, m))) })
		}
	}
}

// checkDescriptions: a version that is held later has to say what it decides by.
func checkDescriptions(t *testing.T, resources []plannedResource, contract []byte) {
	t.Helper()
	want := fmt.Sprintf("Portcullis authorizer, contract %x", sha256.Sum256(contract))[:len("Portcullis authorizer, contract ")+16]
	checked := 0
	for _, resource := range resources {
		if resource.Type != "aws_lambda_function" || !strings.Contains(resource.Address, ".module.authorizer[0].") {
			continue
		}
		var values struct{ Description string }
		decode(t, resource, &values)
		if checked++; values.Description != want {
			t.Errorf("%s: %q, want %q", resource.Address, values.Description, want)
		}
	}
	if checked == 0 {
		t.Error("there is no authorizer's function")
	}
}

// plannedResource is a resource of a plan.
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

// planLimits are a throttle in a plan.
type planLimits struct {
	Path  string
	Rate  float64 `json:"rate_limit"`
	Burst int     `json:"burst_limit"`
}

// planSettings are what a plan sets for one method, or for all.
type planSettings struct {
	Path     string `json:"method_path"`
	Settings []struct {
		Rate    float64 `json:"throttling_rate_limit"`
		Burst   int     `json:"throttling_burst_limit"`
		Caching bool    `json:"caching_enabled"`
		TTL     int     `json:"cache_ttl_in_seconds"`
	}
}

// planned describes of the API of a mode what [whatMotoDrops] leaves.
func planned(t *testing.T, resources []plannedResource, name string) gateway.Description {
	t.Helper()
	d := gateway.Description{Operations: map[string]gateway.OperationDescription{}}
	settings := map[string]planSettings{}
	keys := map[string][]string{}
	for _, resource := range resources {
		if !strings.HasPrefix(resource.Address, `module.mode["`+name+`"].`) {
			continue
		}
		var values struct {
			Expression        string                            `json:"identity_validation_expression"`
			BinaryMediaTypes  []string                          `json:"binary_media_types"`
			CacheKeys         []string                          `json:"cache_key_parameters"`
			RequestParameters map[string]any                    `json:"request_parameters"`
			Stages            []struct{ Throttle []planLimits } `json:"api_stages"`
		}
		decode(t, resource, &values)
		switch resource.Type {
		case "aws_api_gateway_authorizer":
			if values.Expression != "" {
				d.Authorizer = &gateway.AuthorizerDescription{IdentityValidationExpression: values.Expression}
			}
		case "aws_api_gateway_rest_api":
			d.BinaryMediaTypes = values.BinaryMediaTypes
		case "aws_api_gateway_usage_plan":
			d.UsagePlans = append(d.UsagePlans, methodLimits(values.Stages[0].Throttle))
		case "aws_api_gateway_integration":
			key, _ := resource.Index.(string)
			for _, parameter := range values.CacheKeys {
				if context, mapped := values.RequestParameters[parameter].(string); mapped {
					parameter = context // a key that is of the context goes by a header
				}
				keys[key] = append(keys[key], parameter)
			}
		case "aws_api_gateway_method_settings":
			var own planSettings
			decode(t, resource, &own)
			settings[own.Path] = own
		}
	}
	for _, resource := range resources {
		key, _ := resource.Index.(string)
		if resource.Type != "aws_api_gateway_method" || !strings.HasPrefix(resource.Address, `module.mode["`+name+`"].`) || !strings.Contains(key, " ") {
			continue
		}
		d.Operations[key] = plannedSettings(settings, key, keys[key])
	}
	return d
}

// plannedSettings are the throttle and the cache of an operation.
func plannedSettings(settings map[string]planSettings, key string, cacheKeys []string) gateway.OperationDescription {
	verb, path, _ := strings.Cut(key, " ")
	own, there := settings[settingsKey(verb, path)]
	if !there {
		own = settings["*/*"]
	}
	var o gateway.OperationDescription
	for _, s := range own.Settings {
		if s.Rate != usage.NoLimit {
			o.Throttle = &usage.Throttle{Rate: s.Rate, Burst: s.Burst}
		}
		if s.Caching {
			o.Cache = &gateway.CacheDescription{TTL: time.Duration(s.TTL) * time.Second, KeyParameters: slices.Sorted(slices.Values(cacheKeys))}
		}
	}
	return o
}

// methodLimits is a usage plan of which the limits of single methods are known.
func methodLimits(limits []planLimits) usage.Plan {
	methods := map[string]usage.Throttle{}
	for _, limit := range limits {
		methods[limit.Path] = usage.Throttle{Rate: limit.Rate, Burst: limit.Burst}
	}
	return usage.Plan{Stages: []usage.PlanStage{{Methods: methods}}}
}

// whatMotoDrops leaves of a description what moto 5.2.1 does not keep, or cannot be given: see [withoutWhatMotoDrops].
func whatMotoDrops(d gateway.Description) gateway.Description {
	left := gateway.Description{Operations: map[string]gateway.OperationDescription{}, BinaryMediaTypes: d.BinaryMediaTypes}
	if a := d.Authorizer; a != nil && a.IdentityValidationExpression != "" {
		left.Authorizer = &gateway.AuthorizerDescription{IdentityValidationExpression: a.IdentityValidationExpression}
	}
	for _, plan := range d.UsagePlans {
		left.UsagePlans = append(left.UsagePlans, usage.Plan{Stages: []usage.PlanStage{{Methods: plan.Stages[0].Methods}}})
	}
	for key, o := range d.Operations {
		if o.Function == "" {
			continue
		}
		if o.Cache != nil {
			slices.Sort(o.Cache.KeyParameters)
		}
		left.Operations[key] = gateway.OperationDescription{Throttle: o.Throttle, Cache: o.Cache}
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
