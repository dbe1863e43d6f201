package jwtauth

import (
	"cmp"
	"context"
	"errors"
	"strings"

	"portcullis/authorizers"
	"portcullis/authorizers/verify"
	"portcullis/deploy/gateway"
)

// verifier is one issuer's.
type verifier struct {
	verify *verify.Verifier
}

// VerifyToken checks a token. The error is a [*gateway.TokenError] for a bad one, and an
// [*authorizers.UnavailableError] where its key could not be had.
func (v *verifier) VerifyToken(ctx context.Context, token string) error {
	_, err := v.verify.Verify(ctx, token)
	refused := (*authorizers.TokenError)(nil)
	if errors.As(err, &refused) {
		return &gateway.TokenError{Description: describe(refused, token), Expired: refused.Code == authorizers.CodeExpired}
	}
	return err
}

// descriptions are API Gateway's for expired tokens, and for those of another audience or issuer; what it says of the
// others is not known.
var descriptions = map[authorizers.Code]string{
	authorizers.CodeTooLarge:     "the token is too large",
	authorizers.CodeMalformed:    "the token is malformed",
	authorizers.CodeHeader:       "the token has an unacceptable header",
	authorizers.CodeAlgorithm:    "signing method is invalid",
	authorizers.CodeKeyID:        "the token does not have a valid kid",
	authorizers.CodeKeyUnknown:   "the token does not have a valid kid",
	authorizers.CodeKeyAlgorithm: "signing method does not fit the key",
	authorizers.CodeSignature:    "signature is invalid",
	authorizers.CodeIssuer:       "issuer does not match",
	authorizers.CodeAudience:     "the token does not have a valid audience",
	authorizers.CodeTokenUse:     "the token does not have a valid use",
	authorizers.CodeExpired:      "the token has expired",
	authorizers.CodeNotYet:       "the token is not valid yet",
}

// mayTell tells whether a stranger's algorithm may be told: it becomes part of a header.
func mayTell(algorithm string) bool {
	return len(algorithm) <= 10 && isOf(lowercase+uppercase+digits, algorithm)
}

// describe says why a token is refused. Of the number of segments and the algorithm it speaks as API Gateway was seen to.
func describe(refused *authorizers.TokenError, token string) string {
	switch {
	case refused.Code == authorizers.CodeMalformed && strings.Count(token, ".") != 2:
		return "token contains an invalid number of segments"
	case refused.Code == authorizers.CodeAlgorithm && mayTell(refused.Got):
		return "signing method " + refused.Got + " is invalid"
	case refused.Code == authorizers.CodeClaim:
		return "the token does not have a valid " + refused.Claim
	}
	return cmp.Or(descriptions[refused.Code], "the token is invalid")
}
