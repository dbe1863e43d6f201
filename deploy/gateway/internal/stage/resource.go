package stage

import (
	"strings"

	"portcullis/policy"
)

// ResourcePolicy is the policy of a REST API itself, its short resources written out. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies.html.
type ResourcePolicy struct {
	document policy.ResourcePolicy
}

// newResourcePolicy is that of the plan; nil: it has none.
func newResourcePolicy(s *Stage) *ResourcePolicy {
	if s.Plan.REST == nil || s.Plan.REST.ResourcePolicy == nil {
		return nil
	}
	api := policy.ARN{Partition: partitionOf(s.Config.Region), Region: s.Config.Region, Account: s.Config.AccountID, API: s.APIID}
	return &ResourcePolicy{s.Plan.REST.ResourcePolicy.Expand(api)}
}

// evaluate says what the policy has for a request of who signed it, and for which ARN; nil: nobody is known to have. Of a path that may be
// read in several ways it is not known by which one AWS decides: the strictest answer counts. The result of no policy is silent.
func (p *ResourcePolicy) evaluate(r *Request, action string, who *Signer) (result policy.ResourceResult, arn string) {
	if p == nil {
		return policy.ResourceResult{Result: denied}, ""
	}
	keys, caller := r.conditionKeys(), policy.Identity{}
	if who != nil {
		keys, caller = who.conditionKeys(r), who.identity()
	}
	for i, path := range policy.Readings(r.policyPath) {
		read := r.arnOf(path)
		one := p.document.Evaluate(policy.Request{Action: action, Resource: read, Keys: keys}, caller)
		if i == 0 || strictness(one) > strictness(result) {
			result, arn = one, read
		}
	}
	return result, arn
}

// strictness orders results: one that is higher lets in no more.
func strictness(r policy.ResourceResult) int {
	switch {
	case r.Explicit:
		return 3
	case r.Decision != policy.Allow:
		return 2
	case r.Delegated:
		return 1
	}
	return 0
}

// identity is the signer as policies name it.
func (s *Signer) identity() policy.Identity {
	who := policy.Identity{ARN: s.ARN, Account: s.Account}
	if s.principal != s.ARN {
		who.Role = s.principal
	}
	return who
}

// AskPolicy asks the API's resource policy about a request of whom nobody knows, and notes what it says.
func (x *Exchange) AskPolicy() policy.ResourceResult {
	result, arn := x.Resource.evaluate(&x.Request, policy.InvokeAction, nil)
	x.noteResource(x.Resource.trace(arn, result))
	return result
}

// trace is how the policy was evaluated for an ARN; nil: there is none.
func (p *ResourcePolicy) trace(arn string, result policy.ResourceResult) *ResourceTrace {
	if p == nil {
		return nil
	}
	t := &ResourceTrace{
		ARN: arn, Decision: result.Decision.String(), Reason: result.Reason.String(), Index: max(result.Statement, result.Near), Pattern: result.Pattern,
		Delegated: result.Delegated,
	}
	if result.Problem != "" {
		t.Reason += ": " + result.Problem
	}
	if t.Index >= 0 {
		t.Statement = &p.document.Statement[t.Index]
	}
	return t
}

// noteResource notes in the trace what the resource policy says.
func (x *Exchange) noteResource(t *ResourceTrace) {
	x.resource = t
	if x.trace != nil && t != nil {
		x.trace.ResourcePolicy = t
	}
}

// LogDenial tells the log that the resource policy has kept a request out, and by which statement, counted from 1.
func (x *Exchange) LogDenial() {
	t := x.resource
	if x.Config.Log == nil || t == nil {
		return
	}
	secrets := x.secrets()
	args := []any{"requestId", x.ownID(), "arn", cutSecrets(t.ARN, secrets), "sourceIp", x.SourceIP, "reason", t.Reason}
	if t.Statement != nil {
		args = append(args, "statement", t.Index+1, "sid", t.Statement.Sid)
	}
	x.Config.Log.Info("the resource policy keeps a request out", args...)
}

// MaskedARN is the ARN of what the request invokes with all but four digits of the account hidden, as callers of whom nobody knows are
// told it.
func (r *Request) MaskedARN() string {
	account := r.Config.AccountID
	if len(account) <= 4 {
		return r.ARN()
	}
	return strings.Replace(r.ARN(), ":"+account+":", ":********"+account[len(account)-4:]+":", 1)
}
