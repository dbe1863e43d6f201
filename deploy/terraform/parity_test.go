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
	"portcullis/deploy/gateway"
	"portcullis/deploy/gateway/usage"
	"portcullis/deploy/modes"
	"portcullis/deploy/plan"
)

// served describes what the local gateway serves of a contract in a mode.
func served(t *testing.T, contract *contract.Contract, m *modes.Mode) gateway.Description {
	t.Helper()
	functions := map[string]gateway.Invoker{}
	for _, operation := range contract.Operations {
		functions[operation.Function] = nobody{}
	}
	if m.Authorizer != nil {
		functions[m.Authorizer.Function] = nobody{}
	}
	p, err := plan.Compile(contract, m)
	if err != nil {
		t.Fatal(err)
	}
	g, err := gateway.New(gateway.Config{Plan: p, Functions: functions, Tokens: anyTokens{}})
	if err != nil {
		t.Fatal(err)
	}
	return g.Description()
}

// own is what stands for the stack's own user pool, which mode files need not name.
type own struct {
	poolARN, issuer string
	clients         []string
}

// inAWS is the description of a local gateway as a deployed API would have it.
func inAWS(d gateway.Description, own own) gateway.Description {
	for i := range d.UsagePlans {
		plan := &d.UsagePlans[i]
		plan.ID, plan.Name, plan.Stages[0].StageID = "", "", usage.StageID{}
	}
	a := d.Authorizer
	if a == nil {
		return d
	}
	if len(a.UserPools) == 1 && a.UserPools[0] == "" {
		a.UserPools = []string{own.poolARN}
	}
	if a.Type == modes.JWT && a.Issuer == "" {
		a.Issuer, a.Audience = own.issuer, own.clients
	}
	// The provider makes no REST authorizer without identity sources; the source that every request has stands for none.
	if a.Type == modes.Request && len(a.IdentitySources) == 0 && a.ResultTTL == 0 && a.PayloadFormatVersion == "" {
		a.IdentitySources = []string{"context.identity.sourceIp"}
	}
	return d
}

// compare names what two descriptions differ in.
func compare(t *testing.T, inAWS, onDesk gateway.Description) {
	t.Helper()
	sortSets(inAWS)
	sortSets(onDesk)
	there, here := leaves(t, inAWS), leaves(t, onDesk)
	names := slices.Sorted(maps.Keys(there))
	for name := range here {
		if _, both := there[name]; !both {
			names = append(names, name)
		}
	}
	for _, name := range names {
		if there[name] != here[name] {
			t.Errorf("%s: deployed %s, on the local gateway %s", name, cmp.Or(there[name], "nothing"), cmp.Or(here[name], "nothing"))
		}
	}
}

// sortSets puts lists whose order means nothing into one.
func sortSets(d gateway.Description) {
	var sets [][]string
	if c := d.CORS; c != nil {
		sets = append(sets, c.AllowOrigins, c.AllowMethods, c.AllowHeaders, c.ExposeHeaders)
	}
	if a := d.Authorizer; a != nil {
		a.Audience = slices.Clone(a.Audience)
		sets = append(sets, a.Audience)
	}
	for _, set := range sets {
		slices.Sort(set)
	}
}

// leaves are the members of a description, by their path, and which objects are there; lists are members as a whole, and
// what is empty is none.
func leaves(t *testing.T, d gateway.Description) map[string]string {
	t.Helper()
	text, err := json.Marshal(d)
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

// guardedOperations reads of an OpenAPI file which operations are not public, without any of what the stack and the
// gateway read it with.
func guardedOperations(t *testing.T, file string) []string {
	t.Helper()
	var contract struct {
		Security *[]any
		Paths    map[string]map[string]yaml.Node
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
	return all
}

// withoutWhatMotoDrops is a description without what moto 5.2.1 does not keep; [TestPlannedIsServed] compares that.
func withoutWhatMotoDrops(d gateway.Description) gateway.Description {
	if d.Authorizer != nil {
		d.Authorizer.IdentityValidationExpression = ""
	}
	return d
}
