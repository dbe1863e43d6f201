package authorizers

import (
	"context"
	"errors"
	"fmt"
)

// CodeRevoked is the reason to refuse a token that was good, and was revoked.
const CodeRevoked Code = "token-revoked"

// Revocations tells whether a token, whose text and claims were verified, was revoked. Check returns nil where it was
// not, a [*TokenError] with [CodeRevoked] where it was, and any other error where that cannot be told. It is asked
// for each invocation, also with a token that was seen before. Package revocation has one.
type Revocations interface {
	Check(ctx context.Context, token string, claims *Claims) error
}

// RevocationsUnavailableError says that a good token could be neither accepted nor refused: whether it was revoked could
// not be told.
type RevocationsUnavailableError struct {
	Err error
}

// Error says that revocations are unavailable, and the cause.
func (e *RevocationsUnavailableError) Error() string {
	return fmt.Sprintf("revocations are unavailable: %v", e.Err)
}

// Unwrap gives the cause.
func (e *RevocationsUnavailableError) Unwrap() error { return e.Err }

// bearers finds out whose a token is.
type bearers struct {
	verifier    TokenVerifier
	revocations Revocations
}

// bearer is who holds a token. With an error there may be a principal, for the log: the token is theirs, and not good.
func (b bearers) bearer(ctx context.Context, token string) (*Principal, error) {
	claims, err := b.verifier.Verify(ctx, token)
	if err != nil {
		return nil, err
	}
	if claims == nil {
		return nil, errors.New("the verifier gave neither claims nor an error")
	}
	p := TokenPrincipal(claims)
	return &p, b.checkRevoked(ctx, token, claims)
}

// checkRevoked makes sure that an error which does not say that the token was revoked is none about the token.
func (b bearers) checkRevoked(ctx context.Context, token string, claims *Claims) error {
	if b.revocations == nil {
		return nil
	}
	err := b.revocations.Check(ctx, token, claims)
	if err == nil {
		return nil
	}
	var unavailable *RevocationsUnavailableError
	if revoked, ok := errors.AsType[*TokenError](err); ok && revoked.Code == CodeRevoked && !errors.As(err, &unavailable) {
		return revoked
	}
	if !errors.As(err, &unavailable) {
		unavailable = &RevocationsUnavailableError{err}
	}
	return unavailable
}
