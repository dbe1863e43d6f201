package stage

import (
	"maps"
	"strconv"
	"time"

	"portcullis/deploy/gateway/internal/lambda"
	"portcullis/deploy/gateway/usage"
	"portcullis/policy"
)

// Caller is who sent a request, as far as guards and API keys tell. The zero caller is nobody known.
type Caller struct {
	Identity *Identity        // nil: no authorizer was asked, or it let nobody in
	Signer   *Signer          // nil: nobody signed
	key      *usage.Admission // nil: no key was asked for
	sources  []Source         // the identity sources that were looked at
}

// Identity is who calls, as an authorizer says: a Lambda authorizer by a policy or a simple verdict, or one of the
// gateway's own by a token's claims.
type Identity struct {
	PrincipalID string             // as a Lambda authorizer says it
	document    policy.Document    // of a Lambda authorizer, unless its answer is simple
	simple      bool               // verdict decides in place of document
	verdict     bool               // what a simple answer says
	Context     map[string]any     // of a Lambda authorizer's answer: texts, numbers (json.Number), booleans and null
	nulls       []string           // the keys whose values are null, of a Context that has texts else
	usageKey    string             // usageIdentifierKey
	Claims      map[string]any     // of a token that the gateway checked itself
	Scopes      []string           // of that token, where the method asks for any
	values      []string           // of the identity sources that a Lambda authorizer was asked by
	explained   lambda.Explanation // of a Lambda authorizer's answer

	Latency time.Duration // of the authorizer, zero where its answer was cached
}

// Signer is who signed a request.
type Signer struct {
	AccessKey string // its id
	Account   string // the id of the signer's AWS account
	UserID    string // a made-up id of IAM's kind
	ARN       string // of the user, or of the role's session
	principal string // the ARN of the user, or of the role and not of its session
	name      string // the user's; "" for a role
	document  policy.Document
}

// document is the caller's policy; one without statements where there is none.
func (c *Caller) document() policy.Document {
	switch {
	case c.Signer != nil:
		return c.Signer.document
	case c.Identity != nil:
		return c.Identity.document
	}
	return policy.Document{}
}

// permits evaluates the caller's policy anew, for this request, whether it is new or from the cache. arn is what is
// invoked. A caller without a policy may nothing.
func (c *Caller) permits(r *Request, action, arn string) policy.Result {
	switch {
	case c.Signer != nil:
		return c.Signer.permits(r, action, arn)
	case c.Identity != nil:
		return c.Identity.permits(r, action, arn)
	}
	return denied
}

// denied is that nothing is allowed, which no statement of a policy decided.
var denied = policy.Result{Statement: -1, Near: -1}

func (i *Identity) permits(r *Request, action, arn string) policy.Result {
	if i.simple {
		result := denied
		if i.verdict {
			result.Decision, result.Reason = policy.Allow, policy.ReasonAllowed
		}
		return result
	}
	return policy.Evaluate(i.document, policy.Request{Action: action, Resource: arn, Keys: r.conditionKeys()})
}

// permits evaluates the signer's policy.
func (s *Signer) permits(r *Request, action, arn string) policy.Result {
	return policy.Evaluate(s.document, policy.Request{Action: action, Resource: arn, Keys: s.conditionKeys(r)})
}

// isOf tells whether the caller is of the API's account: who signed as one of it, and who was let in by its authorizer.
func (c *Caller) isOf(account string) bool {
	if c.Signer != nil {
		return c.Signer.Account == account
	}
	return c.Identity != nil
}

// conditionKeys are those of the request, and those that IAM knows of a caller. See
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html.
func (s *Signer) conditionKeys(r *Request) map[string]string {
	keys := map[string]string{
		"aws:PrincipalArn": s.principal, "aws:PrincipalAccount": s.Account, "aws:userid": s.UserID, "aws:PrincipalType": "AssumedRole",
	}
	if s.name != "" {
		keys["aws:username"], keys["aws:PrincipalType"] = s.name, "User"
	}
	maps.Copy(keys, r.conditionKeys())
	return keys
}

// May tells whether the caller's policy, and the resource policy with it, allow another action than to invoke, on what the request
// invokes. A caller with no policy of its own may nothing.
func (x *Exchange) May(action string) bool {
	own := x.permits(&x.Request, action, x.ARN())
	api, _ := x.Resource.evaluate(&x.Request, action, x.Signer)
	decision, _ := policy.Combine(own, api, x.isOf(x.Config.AccountID))
	return decision == policy.Allow && own.Decision == policy.Allow
}

// signed is who signed the request, or nobody.
func (c *Caller) signed() Signer {
	if c.Signer == nil {
		return Signer{}
	}
	return *c.Signer
}

// admitted is the key that the request was counted by, or none.
func (c *Caller) admitted() usage.Admission {
	if c.key == nil {
		return usage.Admission{}
	}
	return *c.key
}

// principalID is what a Lambda authorizer calls the caller; "": it was not asked.
func (c *Caller) principalID() string {
	if c.Identity == nil {
		return ""
	}
	return c.Identity.PrincipalID
}

// usageKey is the API key that a Lambda authorizer says the caller has; "": none.
func (c *Caller) usageKey() string {
	if c.Identity == nil {
		return ""
	}
	return c.Identity.usageKey
}

// conditionKeys are the keys that API Gateway supplies without IAM.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html.
func (r *Request) conditionKeys() map[string]string {
	keys := map[string]string{
		"aws:CurrentTime":     r.Start.UTC().Format(time.RFC3339),
		"aws:EpochTime":       strconv.FormatInt(r.Start.Unix(), 10),
		"aws:SecureTransport": "true", // API Gateway serves https only
		"aws:SourceIp":        r.SourceIP,
	}
	for key, value := range map[string]string{"aws:Referer": r.HTTP.Referer(), "aws:UserAgent": r.HTTP.UserAgent()} {
		if value != "" {
			keys[key] = value
		}
	}
	return keys
}
