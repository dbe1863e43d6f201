package terraform_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"portcullis/api/contract"
	"portcullis/deploy/modes"
	"portcullis/deploy/plan"
	"portcullis/policy"
)

// compilePlan makes the plan of a contract in a mode.
func compilePlan(t *testing.T, contract *contract.Contract, m *modes.Mode) *plan.Plan {
	t.Helper()
	p, err := plan.Compile(contract, m)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// own is what stands for the stack's own user pool, which mode files need not name.
type own struct {
	poolARN, issuer string
	clients         []string
}

// inAWS is a plan as a deployed API has it: without what says how it is made, and with what only the stack knows.
func inAWS(p *plan.Plan, own own) *plan.Plan {
	p.Authorization, p.Scopes = "", nil // every operation and the authorizer say it
	for key, o := range p.Operations {
		o.Permission = "" // of the function: see checkPermissions
		if key == plan.DefaultRoute {
			o.Method, o.Path = key, ""
		}
		if p.WebSocket != nil && key != policy.RouteConnect {
			o.Public = false // the function is the one to know
		}
		p.Operations[key] = o
	}
	if p.HTTP != nil && p.HTTP.CORS != nil && len(p.HTTP.CORS.AllowOrigins) == 0 {
		p.HTTP.CORS.AllowOrigins = []string{"*"}
	}
	if p.REST != nil {
		for name, model := range p.REST.Models {
			p.REST.Models[name] = plan.Model{Schema: model.Schema}
		}
	}
	a := p.Authorizer
	if a == nil {
		return p
	}
	if a.Function != "" {
		a.Function = p.Name // whose zip it is, TestRendered sees
	}
	if a.Type == modes.Cognito && len(a.UserPools) == 0 {
		a.UserPools = []string{own.poolARN}
	}
	if a.Type == modes.JWT && a.Issuer == "" {
		a.Issuer, a.Audience = own.issuer, own.clients
	}
	// The provider makes no REST authorizer without identity sources; the source that every request has stands for none.
	if a.Type == modes.Request && p.Gateway == modes.REST && len(a.IdentitySources) == 0 {
		a.IdentitySources = []string{"context.identity.sourceIp"}
	}
	return p
}

// compare names what an API and its plan differ in.
func compare(t *testing.T, inAWS, planned *plan.Plan) {
	t.Helper()
	sortSets(inAWS)
	sortSets(planned)
	there, here := leaves(t, inAWS), leaves(t, planned)
	names := slices.Sorted(maps.Keys(there))
	for name := range here {
		if _, both := there[name]; !both {
			names = append(names, name)
		}
	}
	for _, name := range names {
		if there[name] != here[name] {
			t.Errorf("%s: deployed %s, planned %s", name, cmp.Or(there[name], "nothing"), cmp.Or(here[name], "nothing"))
		}
	}
}

// sortSets puts lists whose order means nothing into one.
func sortSets(p *plan.Plan) {
	var sets [][]string
	if p.HTTP != nil && p.HTTP.CORS != nil {
		c := p.HTTP.CORS
		sets = append(sets, c.AllowOrigins, c.AllowMethods, c.AllowHeaders, c.ExposeHeaders)
	}
	if a := p.Authorizer; a != nil {
		a.Audience = slices.Clone(a.Audience)
		sets = append(sets, a.Audience)
	}
	for _, set := range sets {
		slices.Sort(set)
	}
}

// leaves are the members of a plan, by their path, and which objects are there; lists are members as a whole, and
// what is empty is none.
func leaves(t *testing.T, p *plan.Plan) map[string]string {
	t.Helper()
	text, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	var tree any
	if err := json.Unmarshal(text, &tree); err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	collect(all, nil, tree)
	return all
}

func collect(all map[string]string, path []string, tree any) {
	members, isObject := tree.(map[string]any)
	for name, member := range members {
		collect(all, append(slices.Clone(path), name), member)
	}
	if isObject {
		all[strings.Join(path, ".")] = "something"
		return
	}
	value := reflect.ValueOf(tree)
	if !value.IsValid() || value.IsZero() || value.Kind() == reflect.Slice && value.Len() == 0 {
		return
	}
	all[strings.Join(path, ".")] = fmt.Sprintf("%v", tree)
}

// guarded reads of an OpenAPI file which operations are not public, of each kind of gateway, without any of what plans are made
// with.
func guarded(t *testing.T, file string) map[string][]string {
	t.Helper()
	var contract struct {
		Security  *[]any
		Paths     map[string]map[string]yaml.Node
		WebSocket struct{ Connect struct{ Security *[]any } } `yaml:"x-websocket"`
	}
	if err := yaml.Unmarshal(read(t, file), &contract); err != nil {
		t.Fatal(err)
	}
	var all []string
	for path, item := range contract.Paths {
		for method, node := range item {
			operation := struct{ Security *[]any }{contract.Security}
			if !strings.Contains(" delete get head options patch post put ", " "+method+" ") || node.Decode(&operation) != nil {
				continue
			}
			if operation.Security == nil || len(*operation.Security) > 0 {
				all = append(all, strings.ToUpper(method)+" "+path)
			}
		}
	}
	of := map[string][]string{modes.REST: all, modes.HTTP: all}
	if connect := cmp.Or(contract.WebSocket.Connect.Security, contract.Security); connect == nil || len(*connect) > 0 {
		of[modes.WebSocket] = []string{policy.RouteConnect}
	}
	return of
}

// withoutWhatMotoDrops is a plan without what moto 5.2.1 does not keep; [TestRendered] compares that.
func withoutWhatMotoDrops(p *plan.Plan) *plan.Plan {
	if p.Authorizer != nil {
		p.Authorizer.IdentityValidationExpression = ""
	}
	if p.WebSocket != nil {
		p.WebSocket.Models = nil
	}
	if p.REST != nil {
		for key, o := range p.Operations {
			o.Throttle = nil
			p.Operations[key] = o
		}
	}
	return p
}
