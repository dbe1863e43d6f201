package revocation

import (
	"context"
	"crypto/sha256"
	"strconv"
	"strings"
	"time"

	"portcullis/authorizers"
)

// defaultMaxNamed is for one environment that sends something to as many connections.
const defaultMaxNamed = 65536

// NameConfig says how a [NameChecker] works.
type NameConfig struct {
	// Entries gives the entries; required.
	Entries Reader

	// MaxRemembered is how many tokens are remembered, of which each takes some 150 bytes. Zero: 65,536.
	MaxRemembered int

	Now func() time.Time // nil: time.Now
}

// NameChecker tells what [ByName] does, and remembers it as a [Checker] does, for [RememberedFor]: of tokens with the same names that
// were issued at the same time. It is safe for concurrent use.
type NameChecker struct {
	source  ByName
	answers *answers[bool]
}

// NewNameChecker makes a checker. The error is an [*authorizers.ConfigError].
func NewNameChecker(config NameConfig) (*NameChecker, error) {
	if config.Entries == nil {
		return nil, &authorizers.ConfigError{Field: "Entries", Reason: "are missing"}
	}
	if config.MaxRemembered < 0 {
		return nil, &authorizers.ConfigError{Field: "MaxRemembered", Reason: "want a number of tokens"}
	}
	return &NameChecker{ByName{config.Entries}, newAnswers[bool](config.MaxRemembered, defaultMaxNamed, config.Now)}, nil
}

// Revoked tells what that of [ByName] tells. It cannot be told either where the context ends first: that ends the waiting for an answer,
// not the question.
func (c *NameChecker) Revoked(ctx context.Context, names []string, issuedAt time.Time) (bool, error) {
	names, err := validNames(names)
	if err != nil || len(names) == 0 {
		return false, err
	}
	f := fingerprint(sha256.Sum256([]byte(strconv.FormatInt(issuedAt.Unix(), 10) + " " + strings.Join(names, " "))))
	if revoked, known := c.answers.known(f); known {
		return revoked, nil
	}
	return told(c.answers.ask(ctx, f, func(ctx context.Context) (bool, error) { return c.source.read(ctx, names, issuedAt) }))
}
