package project

import (
	"maps"
	"net/http"
	"slices"

	"portcullis/api/contract"
	"portcullis/policy"
)

// Scopes are those that tokens can open operations by, in order.
func (p *Project) Scopes() []string { return scopesOf(p.Contract.Operations) }

// GroupScopes are the scopes that the contract suggests for the built-in issuer's groups: admins have all, readers those that a
// GET asks for, and members those that count for owners only, which the others do not need.
func (p *Project) GroupScopes() map[string][]string {
	isOwners := func(scope string) bool { return p.Contract.OwnerScopes[scope] != "" }
	reads := slices.DeleteFunc(slices.Clone(p.Contract.Operations), func(o contract.Operation) bool { return o.Route.Method != http.MethodGet })
	return map[string][]string{
		"admins":  slices.DeleteFunc(p.Scopes(), isOwners),
		"readers": slices.DeleteFunc(scopesOf(reads), isOwners),
		"members": slices.Sorted(maps.Keys(p.Contract.OwnerScopes)),
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
