package stage

import (
	"strings"

	"portcullis/deploy/gateway/sigv4"
	"portcullis/deploy/plan"
)

// iamGuard is the authorization AWS_IAM: it knows those who may sign, and their policies. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/permissions.html and
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-access-control-iam.html.
type iamGuard struct {
	verifier *sigv4.Verifier
	byKey    map[string]*Signer
	action   string // that a signer's policy has to allow
}

// NewIAMGuard knows the callers that the plan has for a desk. It lets those on who may do an action, such as
// [policy.InvokeAction].
func NewIAMGuard(s *Stage, action string) (Guard, error) {
	g := &iamGuard{byKey: map[string]*Signer{}, action: action}
	secrets := map[string]sigv4.Credentials{}
	for _, caller := range s.Plan.Local.Callers {
		g.byKey[caller.AccessKeyID] = newSigner(caller)
		secrets[caller.AccessKeyID] = sigv4.Credentials{
			SecretAccessKey: sigv4.Secret(caller.SecretAccessKey), SessionToken: sigv4.Secret(caller.SessionToken),
		}
	}
	var err error
	g.verifier, err = sigv4.New(sigv4.Config{Region: s.Config.Region, Now: s.Config.Now, Lookup: func(id string) (sigv4.Credentials, bool) {
		found, known := secrets[id]
		return found, known
	}})
	return g, err
}

// newSigner reads who a caller is from its ARN, which has been checked.
func newSigner(caller plan.Caller) *Signer {
	parts := strings.SplitN(caller.ARN, ":", 6)
	s := &Signer{AccessKey: caller.AccessKeyID, Account: parts[4], ARN: caller.ARN, document: caller.Policy}
	kind, name, _ := strings.Cut(parts[5], "/")
	id := strings.ToUpper(identifier(caller.ARN, 17))
	if kind == "user" {
		s.name, s.UserID, s.principal = name[strings.LastIndexByte(name, '/')+1:], "AIDA"+id, s.ARN
		return s
	}
	role, session, _ := strings.Cut(name, "/")
	s.UserID = "AROA" + id + ":" + session
	s.principal = parts[0] + ":" + parts[1] + ":iam::" + s.Account + ":role/" + role
	return s
}

// decide finds out who signed the request, and asks the signer's policy.
func (g *iamGuard) decide(x *Exchange) Verdict {
	if err := x.ReadBody(); err != nil {
		return Verdict{Reason: UnreadableBody, Err: err}
	}
	signed, err := g.verifier.Verify(x.HTTP, x.StagePath, x.Body)
	if err != nil {
		return Verdict{Reason: BadSignature, Err: err, signature: SignatureTrace{Error: err.Error()}}
	}
	who := g.byKey[signed.AccessKeyID]
	v := Verdict{Caller: Caller{Signer: who}, signature: SignatureTrace{ARN: who.ARN}}
	v.judge(&x.Request, g.action)
	return v
}
