package desk

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"

	"portcullis/api/contract"
	"portcullis/deploy/modes"
	"portcullis/policy"
)

// project is what the files say: the module's, or those that flags name.
type project struct {
	contract *contract.Contract
	version  string // another one for another contract
	modes    []*modes.Mode
	files    map[*modes.Mode]string
	remarks  []string // what somebody should know of the policies that the contract makes
}

func readProject(o options) (*project, error) {
	file, err := o.contractFile()
	if err != nil {
		return nil, err
	}
	p := &project{files: map[*modes.Mode]string{}}
	if p.contract, err = contract.Load(file); err != nil {
		return nil, err
	}
	sum := sha256.Sum256(p.contract.Document)
	p.version = hex.EncodeToString(sum[:])
	files, err := o.modeFiles()
	if err != nil {
		return nil, err
	}
	if err := p.readModes(files); err != nil {
		return nil, err
	}
	if err := p.checkPolicies(); err != nil {
		return nil, err
	}
	return p, p.checkFunctions(o)
}

// checkPolicies makes sure that there is a policy for every caller that the contract's scopes make: an authorizer finds out
// only when such a caller comes, and fails then.
func (p *project) checkPolicies() error {
	rules, err := p.contract.Rules()
	if err != nil {
		return err
	}
	if p.remarks, err = rules.CheckSizes(p.groupScopes()); err != nil {
		return fmt.Errorf("%s: %w", p.contract.Name, err)
	}
	return nil
}

func (p *project) readModes(files []string) error {
	names := map[string]string{}
	for _, file := range files {
		m, err := modes.Load(file)
		if err != nil {
			return err
		}
		if other, twice := names[m.Name]; twice {
			return &modes.Error{Name: file, Reason: fmt.Sprintf("the mode %s is in %s already", m.Name, other)}
		}
		names[m.Name], p.files[m] = file, file
		p.modes = append(p.modes, m)
	}
	return nil
}

// naming is where a function is named first.
type naming struct {
	name, file, member string
}

// functionNames are the functions that contract and modes name.
func (p *project) functionNames() []naming {
	var all []naming
	add := func(n naming) {
		if !slices.ContainsFunc(all, func(other naming) bool { return other.name == n.name }) {
			all = append(all, n)
		}
	}
	for _, m := range p.modes {
		if m.Authorizer != nil && m.Authorizer.Function != "" {
			add(naming{m.Authorizer.Function, p.files[m], "function"})
		}
	}
	for _, operation := range p.contract.Operations {
		add(naming{operation.Function, p.contract.Name, "x-function"})
	}
	return all
}

// checkFunctions makes sure that every function that is named is there, and that every one that is given is named.
func (p *project) checkFunctions(o options) error {
	var names []string
	for _, place := range p.functionNames() {
		if o.functions[place.name] == "" && !slices.Contains(ours, place.name) {
			reason := fmt.Sprintf("%s: no function is called %q: want -function %s=URL or -function %s=BINARY", place.member, place.name, place.name, place.name)
			return &modes.Error{Name: place.file, Line: place.line(), Reason: reason}
		}
		names = append(names, place.name)
	}
	for _, name := range slices.Sorted(maps.Keys(o.functions)) {
		if !slices.Contains(names, name) {
			return fmt.Errorf("-function %s=%s: neither %s nor a mode names it; they name %s", name, o.functions[name], p.contract.Name, strings.Join(names, ", "))
		}
	}
	return nil
}

// line is the first line of the file that names the function; 0 where it cannot be told.
func (n naming) line() int {
	text, err := os.ReadFile(n.file)
	if err != nil {
		return 0
	}
	place := regexp.MustCompile(`(?:^|[\s{,"'])` + n.member + `["']?\s*:\s*["']?` + regexp.QuoteMeta(n.name) + `(?:$|[^a-z0-9-])`)
	for i, line := range strings.Split(string(text), "\n") {
		if place.MatchString(line) {
			return i + 1
		}
	}
	return 0
}

// scopes are those that tokens can open operations by.
func (p *project) scopes() []string { return scopesOf(p.contract.Operations) }

// groupScopes are the scopes of the built-in issuer's groups: admins have all, readers those that a GET asks for, and
// members those that count for owners only, which the others do not need.
func (p *project) groupScopes() map[string][]string {
	isOwners := func(scope string) bool { return p.contract.OwnerScopes[scope] != "" }
	reads := slices.DeleteFunc(slices.Clone(p.contract.Operations), func(o contract.Operation) bool { return o.Route.Method != http.MethodGet })
	return map[string][]string{
		"admins":  slices.DeleteFunc(p.scopes(), isOwners),
		"readers": slices.DeleteFunc(scopesOf(reads), isOwners),
		"members": slices.Sorted(maps.Keys(p.contract.OwnerScopes)),
	}
}

// scopesOf are the scopes of tokens that operations ask for.
func scopesOf(operations []contract.Operation) []string {
	var all []string
	for _, operation := range operations {
		for _, alternative := range operation.Access.Alternatives {
			for _, requirement := range alternative {
				if requirement.Scheme == policy.SchemeBearer {
					all = append(all, requirement.Scopes...)
				}
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
