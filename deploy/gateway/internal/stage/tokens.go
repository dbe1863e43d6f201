package stage

import "context"

// Tokens makes the verifiers of the gateway's own authorizers.
type Tokens interface {
	// Verifier makes the verifier of one issuer's tokens.
	Verifier(issuer TokenIssuer) (TokenVerifier, error)
}

// TokenIssuer says which tokens an authorizer of the gateway takes.
type TokenIssuer struct {
	UserPool string   // COGNITO_USER_POOLS: the ARN of a user pool; "": the stack's own. For any of its clients
	Use      string   // of a user pool's token: "id" or "access"; "" for JWT
	Issuer   string   // JWT: an https URL; "": the stack's own user pool, and its clients
	Audience []string // JWT: whom tokens may be meant for, by aud or, where there is none, client_id
}

// TokenVerifier checks the signature of a token, its times, its issuer and whom it is meant for, as API Gateway does: RSA
// algorithms only. The error is a [*TokenError] for a bad token, and any other where that cannot be told.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html.
type TokenVerifier interface {
	VerifyToken(ctx context.Context, token string) error
}

// TokenError says why a token is refused.
type TokenError struct {
	Description string // as in error_description (RFC 6750, section 3)
	Expired     bool   // it was good once
}

// Error is the description.
func (e *TokenError) Error() string { return e.Description }
