package gateway

import (
	"strings"

	"portcullis/deploy/gateway/sigv4"
	"portcullis/deploy/modes"
)

// iamGuard is the authorization AWS_IAM: it knows those who may sign, and their policies. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/permissions.html and
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-access-control-iam.html.
type iamGuard struct {
	verifier *sigv4.Verifier
	byKey    map[string]*signer
}

func newIAMGuard(s *stage) (guard, error) {
	g := &iamGuard{byKey: map[string]*signer{}}
	secrets := map[string]sigv4.Credentials{}
	for _, caller := range s.mode.LocalCallers {
		g.byKey[caller.AccessKeyID] = newSigner(caller)
		secrets[caller.AccessKeyID] = sigv4.Credentials{
			SecretAccessKey: sigv4.Secret(caller.SecretAccessKey), SessionToken: sigv4.Secret(caller.SessionToken),
		}
	}
	var err error
	g.verifier, err = sigv4.New(sigv4.Config{Region: s.config.Region, Now: s.config.Now, Lookup: func(id string) (sigv4.Credentials, bool) {
		found, known := secrets[id]
		return found, known
	}})
	return g, err
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

// decide finds out who signed the request, and asks the signer's policy.
func (g *iamGuard) decide(x *exchange) verdict {
	if err := x.readBody(); err != nil {
		return verdict{reason: unreadableBody, err: err}
	}
	signed, err := g.verifier.Verify(x.r, x.stagePath, x.body)
	if err != nil {
		return verdict{reason: badSignature, err: err, signature: &SignatureTrace{Error: err.Error()}}
	}
	who := g.byKey[signed.AccessKeyID]
	v := verdict{caller: caller{signer: who}, signature: &SignatureTrace{ARN: who.arn}}
	v.judge(&x.request)
	return v
}

func (g *iamGuard) authorization() string                      { return modes.IAM }
func (g *iamGuard) scopesOf(*method) []string                  { return nil }
func (g *iamGuard) describeAuthorizer() *AuthorizerDescription { return nil }
