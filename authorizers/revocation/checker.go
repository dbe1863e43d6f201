package revocation

import (
	"context"
	"crypto/sha256"
	"errors"
	"time"

	"portcullis/authorizers"
)

const defaultMaxRemembered = 4096

// Config says how a [Checker] works.
type Config struct {
	// Source is asked about tokens that are not remembered, such as [InTable]; required.
	Source authorizers.Revocations

	// MaxRemembered is how many tokens are remembered. Zero: 4,096.
	MaxRemembered int

	Now func() time.Time // nil: time.Now
}

// Checker is an authorizers.Revocations that remembers for [RememberedFor] what its source said of a token, and failures
// not at all. However many ask about one token at a time, its source is asked once (single flight). Ages are counted by the clock
// on the wall: a process that is frozen meanwhile, as a Lambda function is, finds after it what the clock says. It is safe
// for concurrent use.
type Checker struct {
	source  authorizers.Revocations
	answers *answers[error] // an *authorizers.TokenError; nil: the token is good
}

// NewChecker makes a checker. The error is an [*authorizers.ConfigError].
func NewChecker(config Config) (*Checker, error) {
	if config.Source == nil {
		return nil, &authorizers.ConfigError{Field: "Source", Reason: "is missing"}
	}
	if config.MaxRemembered < 0 {
		return nil, &authorizers.ConfigError{Field: "MaxRemembered", Reason: "want a number of tokens"}
	}
	return &Checker{config.Source, newAnswers[error](config.MaxRemembered, defaultMaxRemembered, config.Now)}, nil
}

// Check implements authorizers.Revocations. Where it cannot be told, as when the context ends first, the error is an
// [*authorizers.RevocationsUnavailableError]. The context ends the waiting for an answer, not the question.
func (c *Checker) Check(ctx context.Context, token string, claims *authorizers.Claims) error {
	f := fingerprint(sha256.Sum256([]byte(token)))
	if revoked, known := c.answers.known(f); known {
		return revoked
	}
	own := *claims // the caller's may change, once it waits no more
	revoked, err := c.answers.ask(ctx, f, func(ctx context.Context) (error, error) { return c.ask(ctx, token, &own) })
	if err != nil {
		return &authorizers.RevocationsUnavailableError{Err: err}
	}
	return revoked
}

// ask asks the source, and tells its refusals from its failures.
func (c *Checker) ask(ctx context.Context, token string, claims *authorizers.Claims) (revoked, failed error) {
	err := c.source.Check(ctx, token, claims)
	if errors.Is(err, &authorizers.TokenError{Code: authorizers.CodeRevoked}) {
		return err, nil
	}
	return nil, err
}
