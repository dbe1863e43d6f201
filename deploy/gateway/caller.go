package gateway

import (
	"maps"
	"time"

	"portcullis/policy"
)

// caller is who sent a request, as far as guards and API keys tell. The zero caller is nobody known.
type caller struct {
	identity *identity  // nil: no authorizer was asked, or it let nobody in
	signer   *signer    // nil: nobody signed
	key      *Admission // nil: no key was asked for
	sources  []source   // the identity sources that were looked at
}

// identity is who calls, as an authorizer says: a Lambda authorizer by a policy or a simple verdict, or one of the
// gateway's own by a token's claims.
type identity struct {
	principalID string
	document    policy.Document // of a Lambda authorizer, unless it is simple
	simple      bool            // verdict holds in place of document
	verdict     bool
	context     map[string]any
	usageKey    string         // usageIdentifierKey
	claims      map[string]any // of a token that the gateway checked itself
	scopes      []string       // of that token, where the method asks for any

	latency time.Duration // of the authorizer, zero where its answer was cached
}

// signer is who signed a request.
type signer struct {
	accessKey string
	account   string
	userID    string // a made-up id of IAM's kind
	arn       string
	principal string // the ARN of the user, or of the role and not of its session
	name      string // the user's; "" for a role
	document  policy.Document
}

// document is the caller's policy; one without statements where there is none.
func (c *caller) document() policy.Document {
	switch {
	case c.signer != nil:
		return c.signer.document
	case c.identity != nil:
		return c.identity.document
	}
	return policy.Document{}
}

// permits evaluates the caller's policy anew, for this request, whether it is new or from the cache. arn is what is
// invoked. A caller without a policy may nothing.
func (c *caller) permits(r *request, action, arn string) policy.Result {
	switch {
	case c.signer != nil:
		return c.signer.permits(r, action, arn)
	case c.identity != nil:
		return c.identity.permits(r, action, arn)
	}
	return policy.Result{Statement: -1, Near: -1}
}

func (i *identity) permits(r *request, action, arn string) policy.Result {
	if i.simple {
		result := policy.Result{Statement: -1, Near: -1}
		if i.verdict {
			result.Decision, result.Reason = policy.Allow, policy.ReasonAllowed
		}
		return result
	}
	return policy.Evaluate(i.document, policy.Request{Action: action, Resource: arn, Keys: r.conditionKeys()})
}

// permits evaluates the signer's policy. Who is of another account than the API needs the leave of a resource policy too,
// and there is none. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html.
func (s *signer) permits(r *request, action, arn string) policy.Result {
	result := policy.Evaluate(s.document, policy.Request{Action: action, Resource: arn, Keys: s.conditionKeys(r)})
	if result.Decision == policy.Allow && s.account != r.config.AccountID {
		return policy.Result{Statement: -1, Near: -1}
	}
	return result
}

// conditionKeys are those of the request, and those that IAM knows of a caller. See
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html.
func (s *signer) conditionKeys(r *request) map[string]string {
	keys := map[string]string{"aws:PrincipalArn": s.principal, "aws:PrincipalAccount": s.account, "aws:userid": s.userID}
	if s.name != "" {
		keys["aws:username"] = s.name
	}
	maps.Copy(keys, r.conditionKeys())
	return keys
}

// may tells whether the caller's policy allows another action than to invoke, on what the request invokes.
func (x *exchange) may(action string) bool {
	return x.permits(&x.request, action, x.arn()).Decision == policy.Allow
}

// signed is who signed the request, or nobody.
func (c *caller) signed() signer {
	if c.signer == nil {
		return signer{}
	}
	return *c.signer
}

// admitted is the key that the request was counted by, or none.
func (c *caller) admitted() Admission {
	if c.key == nil {
		return Admission{}
	}
	return *c.key
}

// principalID is what a Lambda authorizer calls the caller; "": it was not asked.
func (c *caller) principalID() string {
	if c.identity == nil {
		return ""
	}
	return c.identity.principalID
}

// usageKey is the API key that a Lambda authorizer says the caller has; "": none.
func (c *caller) usageKey() string {
	if c.identity == nil {
		return ""
	}
	return c.identity.usageKey
}
