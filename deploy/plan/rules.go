package plan

import (
	"fmt"
	"path/filepath"
	"slices"

	"portcullis/api/contract"
	"portcullis/policy"
)

// Rules are a contract's access rules, for which there is a policy for every caller that their scopes make.
type Rules struct {
	*policy.Rules
	File    []byte          // rules.json, which [policy.DecodeRules] reads
	Remarks []policy.Remark // what somebody should know: the contract's own remarks, with their places, and those of the policies
}

// CompileRules makes the rules of a contract, makes sure of the policies that come of them, also for callers with the scopes of
// each of the groups, which are lists of scopes by name, and writes them as rules.json. The same contract, under the same file
// name, gives the same bytes.
//
// The error is a [*contract.Error]. Its cause is a [*policy.SizesError] where there are callers for whom there is no policy, and a
// [*policy.RulesError] where rules.json cannot hold the rules. With the former, the Remarks are given too.
func CompileRules(c *contract.Contract, groups map[string][]string) (Rules, error) {
	rules, err := c.Rules()
	if err != nil {
		return Rules{}, wrong(c, err)
	}
	ofSizes, err := rules.CheckSizes(groups)
	remarks := append(ofContract(c), ofSizes...)
	if err != nil {
		return Rules{Remarks: remarks}, wrong(c, err)
	}
	file, err := rules.Encode(policy.Source{Name: filepath.Base(c.Name), SHA256: c.SHA256()})
	if err != nil {
		return Rules{}, wrong(c, err)
	}
	return Rules{rules, file, remarks}, nil
}

// ofContract are the remarks of a contract.
func ofContract(c *contract.Contract) []policy.Remark {
	var all []policy.Remark
	for _, remark := range slices.Concat(c.Remarks, QuotaRemarks(c)) {
		all = append(all, policy.Remark{Text: fmt.Sprintf("%s: %s", remark.Place(), remark.Text)})
	}
	return all
}

// wrong is the error of a contract as a whole.
func wrong(c *contract.Contract, cause error) error {
	return &contract.Error{Name: c.Name, Reason: cause.Error(), Err: cause}
}

// How many of each an API has unless AWS has raised the quota. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html and
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html.
const (
	defaultResources = 300 // of a REST API
	defaultRoutes    = 300 // of an HTTP API
)

// QuotaRemarks say where an API of a contract is larger than API Gateway lets APIs be by default. A desk serves it all the same.
func QuotaRemarks(c *contract.Contract) []contract.Remark {
	routes := map[string]bool{}
	for i := range c.Operations {
		routes[keyOf(&c.Operations[i])] = true
	}
	var all []contract.Remark
	add := func(count, most int, what, kind, quota string) {
		if count > most {
			all = append(all, contract.Remark{Position: c.At("#/paths"), Text: fmt.Sprintf(
				"%s: these are %d, and %s API has %d by default: ask AWS to raise its quota %q before such a one is deployed", what, count, kind, most, quota)})
		}
	}
	add(len(resourcesOf(c)), defaultResources, "paths, with what is above them", "a REST", "Resources per API")
	add(len(routes), defaultRoutes, "operations", "an HTTP", "Routes per API")
	return all
}
