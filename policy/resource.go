package policy

import (
	"slices"
	"strings"
)

// ResourcePolicy is the policy of a REST API itself: it says of every request, whoever checks credentials, whether it may come in.
// [ParseResourcePolicy] reads one. The zero ResourcePolicy allows nothing.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies.html.
type ResourcePolicy struct {
	Version   string              `json:"Version,omitempty"` // of the language, such as "2012-10-17"
	ID        string              `json:"Id,omitempty"`      // for people
	Statement []ResourceStatement `json:"Statement"`         // their order does not matter
}

// ResourceStatement is a statement with those whom it is about. Of Principal and NotPrincipal exactly one is set, the latter
// of a Deny alone; a statement with neither or both is malformed, see [Statement].
type ResourceStatement struct {
	Statement
	Principal    *Principals `json:"Principal,omitempty"`
	NotPrincipal *Principals `json:"NotPrincipal,omitempty"` // everybody but these
}

// ResourceResult is the outcome of evaluating a resource policy. Its zero value denies.
type ResourceResult struct {
	Result
	// Delegated, of an Allow, says that no more than the caller's account is named: the caller's own policy has to allow too.
	Delegated bool
}

// UnmarshalJSON takes a statement with members that the policy language has for resource policies, without looking at what they say:
// [ParseResourcePolicy] does.
func (s *ResourceStatement) UnmarshalJSON(data []byte) error {
	type plain Statement // whose own reader knows no principals
	var read struct {
		plain
		Principal, NotPrincipal *Principals
	}
	err := strictUnmarshal(data, &read, statementMembers...)
	*s = ResourceStatement{Statement(read.plain), read.Principal, read.NotPrincipal}
	return err
}

// shortPrefix is what short resources begin with, which stand for those of the API that the policy is of.
const shortPrefix = "execute-api:/"

// Expand writes short resources, such as "execute-api:/*/GET/things", out for the API that the ARN names, as API Gateway does at
// import. Of the ARN, partition, region, account and API count.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/openapi-extensions-policy.html.
func (p ResourcePolicy) Expand(arn ARN) ResourcePolicy {
	api := "arn:" + arn.Partition + ":execute-api:" + arn.Region + ":" + arn.Account + ":" + arn.API + "/"
	expanded := func(list Strings) Strings {
		list = slices.Clone(list)
		for i, pattern := range list {
			if rest, short := strings.CutPrefix(pattern, shortPrefix); short {
				list[i] = api + rest
			}
		}
		return list
	}
	p.Statement = slices.Clone(p.Statement)
	for i := range p.Statement {
		s := &p.Statement[i]
		s.Resource, s.NotResource = expanded(s.Resource), expanded(s.NotResource)
	}
	return p
}

// Evaluate applies IAM's logic, as the function [Evaluate] does, for a request of this caller. Short resources have to be expanded:
// one that is not is not understood, and neither is a role whose path the caller's may or may not have.
//
// Besides the keys of the request, a condition may name all that API Gateway has for resource policies; one that the request has
// not is absent, and decides as IAM has it for the operator.
func (p ResourcePolicy) Evaluate(request Request, who Identity) ResourceResult {
	q := newInquiry(request, true)
	e := evaluation{Result{Statement: -1, Near: -1}}
	delegated := false
	for i := range p.Statement {
		s := &p.Statement[i]
		allow := s.Effect == EffectAllow
		if allow && e.Decision == Allow && !delegated {
			continue
		}
		found, only := s.examine(&q, p.Version, who)
		if allow && found.outcome == met {
			if e.Decision == Allow && only {
				continue
			}
			delegated = only
		}
		if e.add(i, &s.Statement, found) {
			return ResourceResult{Result: e.Result}
		}
	}
	return ResourceResult{e.Result, e.Decision == Allow && delegated}
}

// examine tells whether the statement is about the request and the caller, and its conditions hold; delegated, whether it is about
// the caller as one of an account only.
func (s *ResourceStatement) examine(request *inquiry, version string, who Identity) (found finding, delegated bool) {
	whom, delegated := s.examinePrincipal(who)
	if whom.outcome == notMet {
		return whom, false
	}
	for _, list := range []Strings{s.Resource, s.NotResource} {
		for _, pattern := range list {
			if strings.HasPrefix(pattern, shortPrefix) {
				return finding{outcome: unclear, reason: ReasonUnclear, pattern: pattern, problem: "a short resource is not expanded"}, false
			}
		}
	}
	what := s.Statement.examine(request, version)
	if what.outcome == met {
		whom.pattern = what.pattern
		return whom, delegated
	}
	return what, delegated
}

func (s *ResourceStatement) examinePrincipal(who Identity) (found finding, delegated bool) {
	not := func(problem string) (finding, bool) {
		return finding{outcome: unclear, reason: ReasonUnclear, problem: problem}, false
	}
	switch {
	case (s.Principal == nil) == (s.NotPrincipal == nil):
		return not("it has neither Principal nor NotPrincipal, or both")
	case s.NotPrincipal != nil && s.Effect == EffectAllow:
		return not("it allows by NotPrincipal")
	case s.NotPrincipal != nil:
		return finding{outcome: outcomeOf(!s.NotPrincipal.spares(who))}, false
	}
	switch s.Principal.naming(who) {
	case asItself:
		return finding{outcome: met}, false
	case asAccount:
		return finding{outcome: met}, true
	case perhaps:
		return not("whether the role is the caller's cannot be told: its path is not known")
	}
	return finding{outcome: notMet}, false
}

// Combine decides of a request by what two policies say of it together: the caller's own, which may also be the one that a Lambda
// authorizer answers, and the API's. A Deny of either wins. Else in one account an Allow of either is enough, where the API's is not
// delegated to the account; of a caller of another account it takes both. Explicit says that a Deny decided.
// See the tables A and B of https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html.
func Combine(own Result, api ResourceResult, sameAccount bool) (decision Decision, explicit bool) {
	switch {
	case own.Explicit || api.Explicit:
		return Deny, true
	case own.Decision == Allow && (sameAccount || api.Decision == Allow):
		return Allow, false
	case sameAccount && api.Decision == Allow && !api.Delegated:
		return Allow, false
	}
	return Deny, false
}
