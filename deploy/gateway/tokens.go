package gateway

import "portcullis/deploy/gateway/internal/stage"

// Tokens makes the verifiers of the gateway's own authorizers:
//
//	Verifier(issuer TokenIssuer) (TokenVerifier, error)
//
// Package jwtauth has one.
type Tokens = stage.Tokens

// TokenIssuer says which tokens an authorizer of the gateway takes: of a UserPool and a Use ("id" or "access"), for
// COGNITO_USER_POOLS, or of an Issuer for an Audience, for JWT. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-integrate-with-cognito.html and
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html.
type TokenIssuer = stage.TokenIssuer

// TokenVerifier checks the signature of a token, its times, its issuer and whom it is meant for, as API Gateway does: RSA
// algorithms only.
//
//	VerifyToken(ctx context.Context, token string) error
//
// The error is a [*TokenError] for a bad token, which is refused, and any other where that cannot be told, which makes
// the gateway answer that its authorizer failed.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html.
type TokenVerifier = stage.TokenVerifier

// TokenError says why a token is refused: by a Description, as in error_description (RFC 6750, section 3), and whether
// it is Expired and was good once, which REST APIs answer with another text.
type TokenError = stage.TokenError
