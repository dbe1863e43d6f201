package gateway

import (
	"errors"
	"maps"
	"strings"

	"portcullis/deploy/gateway/sigv4"
	"portcullis/deploy/modes"
	"portcullis/policy"
)

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

// callers are those who may sign.
type callers struct {
	verifier *sigv4.Verifier
	byKey    map[string]*signer
}

func newCallers(s *stage) (*callers, error) {
	c := &callers{byKey: map[string]*signer{}}
	secrets := map[string]sigv4.Credentials{}
	for _, caller := range s.mode.LocalCallers {
		c.byKey[caller.AccessKeyID] = newSigner(caller)
		secrets[caller.AccessKeyID] = sigv4.Credentials{
			SecretAccessKey: sigv4.Secret(caller.SecretAccessKey), SessionToken: sigv4.Secret(caller.SessionToken),
		}
	}
	var err error
	c.verifier, err = sigv4.New(sigv4.Config{Region: s.config.Region, Now: s.config.Now, Lookup: func(id string) (sigv4.Credentials, bool) {
		found, known := secrets[id]
		return found, known
	}})
	return c, err
}

// newSigner reads who a caller is from its ARN, which the mode's check has made sure of.
func newSigner(caller modes.Caller) *signer {
	parts := strings.SplitN(caller.ARN, ":", 6)
	s := &signer{accessKey: caller.AccessKeyID, account: parts[4], arn: caller.ARN, document: caller.Policy.Document}
	kind, name, _ := strings.Cut(parts[5], "/")
	id := strings.ToUpper(identifier(caller.ARN, 17))
	if kind == "user" {
		s.name, s.userID, s.principal = name[strings.LastIndexByte(name, '/')+1:], "AIDA"+id, s.arn
		return s
	}
	role, session, _ := strings.Cut(name, "/")
	s.userID = "AROA" + id + ":" + session
	s.principal = parts[0] + ":" + parts[1] + ":iam::" + s.account + ":role/" + role
	return s
}

// authenticate finds out who signed the request. The error is a [*sigv4.Error], or that of a body that could not be read.
func (c *callers) authenticate(x *exchange) error {
	if err := x.readBody(); err != nil {
		return err
	}
	signed, err := c.verifier.Verify(x.r, x.stagePath, x.body)
	if err == nil {
		x.signer = c.byKey[signed.AccessKeyID]
	}
	if x.trace != nil {
		x.trace.Signature = &SignatureTrace{ARN: x.signed().arn}
		if wrong := (*sigv4.Error)(nil); errors.As(err, &wrong) {
			x.trace.Signature.Error = wrong.Error()
		}
	}
	return err
}

// permits evaluates the signer's policy for an action on an ARN, which is what is invoked. Who is of another account than the API
// needs the leave of a resource policy too, and there is none. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html.
func (s *signer) permits(x *exchange, action, arn string) policy.Result {
	result := policy.Evaluate(s.document, policy.Request{Action: action, Resource: arn, Keys: s.conditionKeys(x)})
	if result.Decision == policy.Allow && s.account != x.config.AccountID {
		return policy.Result{Statement: -1, Near: -1}
	}
	return result
}

// conditionKeys are those of the request, and those that IAM knows of a caller. See
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html.
func (s *signer) conditionKeys(x *exchange) map[string]string {
	keys := map[string]string{"aws:PrincipalArn": s.principal, "aws:PrincipalAccount": s.account, "aws:userid": s.userID}
	if s.name != "" {
		keys["aws:username"] = s.name
	}
	maps.Copy(keys, x.conditionKeys())
	return keys
}

// signed is who signed the request, or nobody.
func (x *exchange) signed() signer {
	if x.signer == nil {
		return signer{}
	}
	return *x.signer
}

// iamGuard is a REST API's authorization AWS_IAM.
type iamGuard struct {
	*callers
}

func newIAMGuard(s *stage) (guard, error) {
	c, err := newCallers(s)
	return &iamGuard{c}, err
}

func (g *iamGuard) authorize(x *exchange) *refusal {
	err := g.authenticate(x)
	if wrong := (*sigv4.Error)(nil); errors.As(err, &wrong) {
		return signatureRefusal(wrong)
	}
	switch {
	case errors.Is(err, errBodyTooLarge):
		return refuse(requestTooLarge)
	case err != nil:
		return refuseWith(badBody, err.Error())
	}
	result := x.judge(x.signer.document, x.signer.permits)
	if result.Decision == policy.Allow {
		return nil
	}
	message := "User: " + x.signer.arn + " is not authorized to perform: execute-api:Invoke on resource: " + x.arn()
	if result.Explicit {
		message += " with an explicit deny"
	}
	return refuseWith(accessDenied, message)
}
