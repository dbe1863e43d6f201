package stage

import (
	"context"
	"slices"

	"portcullis/deploy/gateway/usage"
	"portcullis/deploy/plan"
	"portcullis/policy"
)

// Who is a caller of whom a policy is known. The zero Who is somebody of whom none is.
type Who struct {
	AccessKeyID string           // of one whom the plan has for a desk, and who signs
	Document    *policy.Document // that an authorizer has answered
	Token       string           // for an authorizer of the gateway's own
	Key         string           // an API key of a usage plan: from the client's header, or of an authorizer's answer
}

// Judgement is what a gateway makes of a request by policies, and by a token where it checks that itself.
type Judgement struct {
	Operation *plan.Operation // that serves the request; nil: none does, or the gateway answers itself
	ARN       string          // that the request invokes; "": none
	TooLong   bool            // of a REST API: the ARN is longer than what a policy is evaluated for, and whoever calls is refused

	Decision policy.Decision  // of the caller's policy and the API's together; of a caller without one, of the API's
	Document *policy.Document // the caller's; nil: there is none
	Own      policy.Result    // of that
	Resource *ResourceTrace   // how the API's resource policy was evaluated; nil: there is none

	Token *TokenJudgement // nil: the gateway checks no token of this request itself
	Key   *KeyTrace       // nil: no key is asked for
}

// TokenJudgement is what an authorizer of the gateway's own says of a token.
type TokenJudgement struct {
	Good    bool     // it is, and has one of the scopes
	Unknown bool     // that cannot be told
	Lacks   bool     // it is good, and has none of the scopes
	Reason  string   // why it is not good, or that cannot be told
	Wanted  []string // scopes, any one of which does; none: any good token does
}

// Judge evaluates the policies that count for a request whose method was found: that of who calls, and the API's. The guard and
// the keys are those that the stage would ask, if any.
func (x *Exchange) Judge(g Guard, k *Keys, who Who) Judgement {
	j := Judgement{Operation: x.Method.Operation, ARN: x.ARN()}
	if own, is := g.(*tokenGuard); is && !x.Method.Public {
		j.Token = own.judge(x.HTTP.Context(), who.Token, x.Method.Operation.AuthorizationScopes)
	}
	if j.Operation != nil && j.Operation.APIKeyRequired && k != nil {
		j.Key = k.judge(who.Key)
	}
	var v Verdict
	callers := x.Plan.Local.Callers
	switch i := slices.IndexFunc(callers, func(c plan.Caller) bool { return c.AccessKeyID == who.AccessKeyID }); {
	case who.Document != nil:
		v.Caller.Identity = &Identity{document: *who.Document}
	case who.AccessKeyID != "" && i >= 0:
		v.Caller.Signer = newSigner(callers[i])
	default:
		result, arn := x.Resource.evaluate(&x.Request, policy.InvokeAction, nil)
		j.Resource = x.Resource.trace(arn, result)
		if j.Resource == nil || result.Decision == policy.Allow {
			j.Decision = policy.Allow
		}
		return j
	}
	v.judge(&x.Request, policy.InvokeAction)
	document := v.Caller.document()
	j.Document, j.Own, j.Resource = &document, v.Caller.permits(&x.Request, policy.InvokeAction, j.ARN), v.resource
	if v.Decision == Allowed {
		j.Decision = policy.Allow
	}
	return j
}

// judge checks a token.
func (g *tokenGuard) judge(ctx context.Context, token string, wanted []string) *TokenJudgement {
	v := g.check(ctx, token, wanted)
	j := &TokenJudgement{Good: v.Decision == Allowed, Unknown: v.Decision == CannotTell, Lacks: v.Decision == Refused && v.Reason == LacksScope, Wanted: wanted}
	if v.Err != nil {
		j.Reason = v.Err.Error()
	}
	return j
}

// judge tells by which plan a key would be counted.
func (k *Keys) judge(value string) *KeyTrace {
	known, is := k.usage.(interface {
		Knows(stage usage.StageID, key usage.Value) (usage.Admission, *usage.Refusal)
	})
	if !is {
		return &KeyTrace{Refused: "whether the key is good cannot be told without counting it"}
	}
	admission, why := known.Knows(k.stage, usage.Value(value))
	if why != nil {
		return &KeyTrace{ID: why.KeyID, Refused: k.detail(why, value)}
	}
	return &KeyTrace{ID: admission.Key.ID, Plan: admission.PlanID}
}
