package plan

import (
	"fmt"
	"path/filepath"

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
	for _, remark := range c.Remarks {
		all = append(all, policy.Remark{Text: fmt.Sprintf("%s: %s", remark.Place(), remark.Text)})
	}
	return all
}

// wrong is the error of a contract as a whole.
func wrong(c *contract.Contract, cause error) error {
	return &contract.Error{Name: c.Name, Reason: cause.Error(), Err: cause}
}
