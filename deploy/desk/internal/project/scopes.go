package project

import (
	"maps"
	"net/http"
	"slices"

	"portcullis/api/contract"
	"portcullis/policy"
)

// Scopes are those that tokens can open operations by, connect with and send messages with, in order.
func (p *Project) Scopes() []string { return scopesOf(p.access(), policy.SchemeBearer) }

// KeyScopes are those of API keys.
func (p *Project) KeyScopes() []string { return scopesOf(p.access(), policy.SchemeAPIKey) }

// access is the rules of all operations, of connecting and of all messages.
func (p *Project) access() []policy.Access {
	all := operationAccess(p.Contract.Operations)
	if p.Contract.WebSocket != nil {
		all = append(all, p.Contract.WebSocket.Connect)
		for _, route := range p.Contract.WebSocket.Routes {
			all = append(all, route.Access)
		}
	}
	return all
}

// GroupScopes are the scopes that the contract suggests for the built-in issuer's groups: admins have all, readers those that a
// GET asks for, and members those that count for owners only, which the others do not need.
func (p *Project) GroupScopes() map[string][]string {
	isOwners := func(scope string) bool { return p.Contract.OwnerScopes[scope] != "" }
	reads := slices.DeleteFunc(slices.Clone(p.Contract.Operations), func(o contract.Operation) bool { return o.Route.Method != http.MethodGet })
	return map[string][]string{
		"admins":  slices.DeleteFunc(p.Scopes(), isOwners),
		"readers": slices.DeleteFunc(scopesOf(operationAccess(reads), policy.SchemeBearer), isOwners),
		"members": slices.Sorted(maps.Keys(p.Contract.OwnerScopes)),
	}
}

func operationAccess(operations []contract.Operation) []policy.Access {
	all := make([]policy.Access, len(operations))
	for i, operation := range operations {
		all[i] = operation.Access
	}
	return all
}

// scopesOf are the scopes of a scheme that rules ask for.
func scopesOf(rules []policy.Access, scheme string) []string {
	var all []string
	for _, rule := range rules {
		for _, alternative := range rule.Alternatives {
			for _, requirement := range alternative {
				if requirement.Scheme == scheme {
					all = append(all, requirement.Scopes...)
				}
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
