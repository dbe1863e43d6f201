package console

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"portcullis/authorizers"
	"portcullis/deploy/emulators/cognito"
	"portcullis/deploy/plan"
	"portcullis/policy"
)

// ofPolicy is of callers who are known, and whom a policy does not let.
func (r *refused) ofPolicy() (why, change string) {
	switch {
	case strings.HasPrefix(r.Reason, "the resource policy of the API: "):
		return r.Reason, "call from where the resource policy lets in, or change it in " + r.project.Contract.Name
	case r.Policy == nil || r.Policy.Decision == policy.Allow.String():
		return "", ""
	case r.Signature != nil:
		return r.ofSigner()
	case r.isSimple(), strings.HasPrefix(r.Reason, "the policy of the authorizer "):
		return r.ofRules()
	}
	return "", ""
}

// isSimple tells whether it was an authorizer's answer without a policy that let the caller not in.
func (r *refused) isSimple() bool {
	return strings.HasPrefix(r.Reason, "the authorizer ") && strings.Contains(r.Reason, " answers isAuthorized: false")
}

func (r *refused) ofSigner() (why, change string) {
	why = fmt.Sprintf("the IAM policy of %s does not allow %s on %s", r.Signature.ARN, r.action(), r.Policy.ARN)
	if able := r.signers(); len(able) > 0 {
		return why, "sign as " + words(able) + ", or let this caller's policy allow it"
	}
	return why, "let the caller's policy allow it"
}

// ofRules says of whom an authorizer knows what the rules say of the call, since its policy is made of them.
func (r *refused) ofRules() (why, change string) {
	if ended := r.ended(); ended != "" {
		return "the token ended at " + ended + ", and with it the policy that was made for it", r.signInFor("sign in again")
	}
	caller, known := r.caller()
	if !known {
		return r.Reason, r.letAuthorizer()
	}
	asked := r.explain(caller)
	switch {
	case asked.Decision == policy.Allow && r.Authorizer.Cached:
		return r.Reason + ", though the rules let the caller: the gateway keeps an answer from before", "flush the mode's cache, and call again"
	case asked.Decision == policy.Allow || asked.Rule == nil:
		return r.Reason, r.letAuthorizer()
	}
	who := cmp.Or(text(r.Authorizer.Context, authorizers.ContextUsername), caller.ID)
	why = fmt.Sprintf("the caller %s is known, and may not: %s asks for %s, and the caller has %s", who, r.Route, r.wanted(asked), cmp.Or(words(caller.Scopes), "no scope"))
	change = "bring " + r.lacking(asked)
	if able := r.able(); len(able) > 0 {
		change += "; of the desk's accounts " + words(able) + " may make this call"
	}
	return why, change
}

// letAuthorizer is what an authorizer would have to answer.
func (r *refused) letAuthorizer() string {
	if r.isSimple() {
		return "let the authorizer answer isAuthorized: true"
	}
	return "let the authorizer's policy allow " + r.Policy.ARN
}

// ended is when the policy's condition closed what it would allow; "": it did not.
func (r *refused) ended() string {
	if r.Policy.Statement == nil || !strings.HasPrefix(r.Policy.Reason, policy.ReasonCondition.String()) {
		return ""
	}
	for operator, keys := range r.Policy.Statement.Condition {
		if times := keys["aws:CurrentTime"]; strings.HasPrefix(operator, "DateLessThan") && len(times) > 0 {
			return times[0]
		}
	}
	return ""
}

// caller is who calls, as far as the authorizer's context tells it.
func (r *refused) caller() (policy.Caller, bool) {
	if r.Authorizer == nil {
		return policy.Caller{}, false
	}
	of := r.Authorizer.Context
	c := policy.Caller{
		ID: cmp.Or(r.Authorizer.PrincipalID, text(of, authorizers.ContextSubject)), Schemes: strings.Fields(text(of, authorizers.ContextScheme)),
		Scopes: scopesOf(of, authorizers.ContextScopes),
	}
	return c, c.ID != "" && len(c.Schemes) > 0
}

func text(members map[string]any, name string) string {
	value, _ := members[name].(string)
	return value
}

// explain asks the rules about the call, for a caller.
func (r *refused) explain(c policy.Caller) policy.Explanation {
	if r.Route == policy.RouteConnect {
		return r.explainConnect(c)
	}
	_, path := splitPath(r.Path)
	return r.project.Rules.Explain(c, r.Method, path)
}

// explainConnect asks about connecting, as if that had a path, since of paths alone rules explain what is done with them.
func (r *refused) explainConnect(c policy.Caller) policy.Explanation {
	if r.project.Contract.WebSocket == nil {
		return policy.Explanation{}
	}
	rules, err := policy.NewRules([]policy.Rule{{Route: policy.Route{Method: "GET", Path: "/"}, Access: r.project.Contract.WebSocket.Connect}}, nil)
	if err != nil {
		return policy.Explanation{}
	}
	return rules.Explain(c, "GET", "/")
}

// wanted says what the alternatives of a rule ask for.
func (r *refused) wanted(e policy.Explanation) string {
	var all []string
	for _, alternative := range e.Rule.Access.Alternatives {
		if needs := r.needs(alternative); !slices.Contains(all, needs) {
			all = append(all, needs)
		}
	}
	return strings.Join(all, ", or ")
}

func (r *refused) needs(a policy.Alternative) string {
	var all []string
	for _, requirement := range a {
		need := map[string]string{policy.SchemeBearer: "a token", policy.SchemeAPIKey: "an API key"}[requirement.Scheme]
		need = cmp.Or(need, "the scheme "+requirement.Scheme)
		var scopes []string
		for _, scope := range requirement.Scopes {
			if parameter := r.project.Contract.OwnerScopes[scope]; parameter != "" {
				scope += " where {" + parameter + "} is the caller's own id"
			}
			scopes = append(scopes, scope)
		}
		if len(scopes) > 0 {
			need += " with " + strings.Join(scopes, " and ")
		}
		all = append(all, need)
	}
	return strings.Join(all, " and ")
}

// lacking says what the caller lacks for the alternatives that its own schemes do for, or for all where there is none.
func (r *refused) lacking(e policy.Explanation) string {
	var near, far []string
	for i, missing := range e.Missing {
		var parts []string
		if len(missing.Scopes) > 0 {
			parts = append(parts, "the scope "+strings.Join(missing.Scopes, " and "))
		}
		for _, parameter := range missing.Owners {
			parts = append(parts, "{"+parameter+"} that is the caller's own id")
		}
		lack := strings.Join(parts, " and ")
		if len(missing.Schemes) > 0 || lack == "" {
			lack = r.needs(e.Rule.Access.Alternatives[i])
			far = appendNew(far, lack)
			continue
		}
		if groups := r.groupsWith(missing.Scopes); len(groups) > 0 {
			lack += " (which the group " + strings.Join(groups, " or ") + " has)"
		}
		near = appendNew(near, lack)
	}
	if len(near) == 0 {
		near = far
	}
	return strings.Join(near, ", or ")
}

func appendNew(all []string, text string) []string {
	if slices.Contains(all, text) {
		return all
	}
	return append(all, text)
}

// groups are the scopes of the user pool's groups.
func (r *refused) groups() map[string][]string {
	issuers, err := r.services.Issuers(r.project)
	if err != nil {
		return nil
	}
	return r.services.GroupScopes(issuers)
}

// groupsWith are the groups that have all of some scopes; none where there is nothing to have.
func (r *refused) groupsWith(scopes []string) []string {
	if len(scopes) == 0 {
		return nil
	}
	var all []string
	for name, granted := range r.groups() {
		if !slices.ContainsFunc(scopes, func(scope string) bool { return !slices.Contains(granted, scope) }) {
			all = append(all, name)
		}
	}
	slices.Sort(all)
	return all
}

// able are the desk's accounts whose tokens open the call; none where groups do not count, or nothing is known of its rule.
func (r *refused) able() []string {
	if r.mode == nil || r.Route == "" || r.mode.Plan.Authorization != plan.Token && r.mode.Plan.Authorization != plan.Request {
		return nil
	}
	var all []string
	groups := r.groups()
	for _, account := range r.services.UserPool().Accounts {
		if r.explain(callerOf(account, groups)).Decision == policy.Allow {
			all = append(all, account.Username)
		}
	}
	return all
}

// callerOf is who an account's access token stands for.
func callerOf(a cognito.Account, groups map[string][]string) policy.Caller {
	c := policy.Caller{ID: a.Subject, Schemes: []string{policy.SchemeBearer}}
	for _, group := range a.Groups {
		c.Scopes = append(c.Scopes, groups[group]...)
	}
	return c
}
