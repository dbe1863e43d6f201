package gateway

import (
	"errors"

	"portcullis/deploy/gateway/sigv4"
	"portcullis/policy"
)

// httpIAMGuard is an HTTP API's authorization AWS_IAM. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-access-control-iam.html.
type httpIAMGuard struct {
	*callers
}

func newHTTPIAMGuard(s *stage) (httpGuard, error) {
	c, err := newCallers(s)
	return &httpIAMGuard{c}, err
}

// authorize answers all alike whom it does not know and whom it does not let: unlike a REST API, an HTTP API does not
// say what is wrong with a signature.
func (g *httpIAMGuard) authorize(x *exchange) *httpRefusal {
	err := g.authenticate(x)
	switch {
	case errors.As(err, new(*sigv4.Error)):
		return refuseHTTP(forbidden)
	case err != nil:
		return bodyRefusal(err)
	}
	if result := x.judge(x.signer.document, x.signer.permits); result.Decision != policy.Allow {
		return refuseHTTP(forbidden)
	}
	return nil
}
