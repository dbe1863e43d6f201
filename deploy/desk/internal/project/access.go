package project

import (
	"net/http"
	"slices"
	"strings"

	"portcullis/api/contract"
	"portcullis/deploy/plan"
	"portcullis/policy"
)

// Who says in a few words whom a rule lets in.
func (p *Project) Who(access policy.Access) string {
	if access.Public {
		return "everybody"
	}
	var all []string
	for _, alternative := range access.Alternatives {
		var needs []string
		for _, requirement := range alternative {
			needs = append(needs, p.credential(requirement))
		}
		all = append(all, strings.Join(needs, " and "))
	}
	return strings.Join(all, ", or ")
}

// credential says what a requirement asks for.
func (p *Project) credential(r policy.Requirement) string {
	what := "a token"
	switch r.Scheme {
	case policy.SchemeBearer:
	case policy.SchemeAPIKey:
		what = "an API key"
	default:
		what = "a signature"
	}
	var scopes []string
	for _, scope := range r.Scopes {
		if p.Contract.OwnerScopes[scope] != "" {
			scope += " (the owner's)"
		}
		scopes = append(scopes, scope)
	}
	if len(scopes) == 0 {
		return what
	}
	return what + " with " + strings.Join(scopes, " + ")
}

// ServesTokens tells whether clients can sign in through the API itself: by POST /tokens of this module's function.
func (p *Project) ServesTokens() bool {
	return !slices.Contains(p.Echoed, "tokens") && slices.ContainsFunc(p.Contract.Operations, func(o contract.Operation) bool {
		return o.Function == "tokens" && o.Route.Method == http.MethodPost && o.Route.Path == "/tokens"
	})
}

// URL is where clients find the stage of a mode that is served at a base.
func (m Mode) URL(base string) string {
	if m.Plan.WebSocket != nil {
		base = "ws" + strings.TrimPrefix(base, "http")
	}
	return base + "/" + m.Plan.Name
}

// Checks says in a few words what checks requests of a mode.
func (m Mode) Checks() string {
	switch {
	case m.Plan.Authorization == plan.None && m.Plan.Keys() != nil:
		return "API key"
	case m.Plan.Authorizer != nil && m.Plan.Authorizer.Function != "":
		return m.Plan.Authorization + " authorizer"
	}
	return m.Plan.Authorization
}
