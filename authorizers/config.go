package authorizers

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"

	"portcullis/policy"
)

// TokenVerifier verifies the text of a token. Its errors are [*TokenError] for a bad token, and any other,
// such as [*UnavailableError], where that cannot be told. Package verify has one.
type TokenVerifier interface {
	// Verify gives what the token claims, once its signature, issuer, audience and times are checked.
	Verify(ctx context.Context, token string) (*Claims, error)
}

// KeyVerifier verifies the text of an API key and gives its holder. Its errors are [*KeyError] for a bad key,
// and any other, such as [*KeysUnavailableError], where that cannot be told. Package apikey has one.
type KeyVerifier interface {
	// VerifyKey gives the holder of a key that is known, enabled, not expired and used from where it may be.
	VerifyKey(ctx context.Context, key string) (*Principal, error)
}

// Config is what an authorizer works with.
type Config struct {
	Rules       *policy.Rules // who may call what; required
	Tokens      TokenVerifier // nil: tokens are not looked at; required but for a REQUEST authorizer with Keys
	Revocations Revocations   // nil: tokens are good until they end
	Keys        KeyVerifier   // nil: API keys are not looked at; of a REQUEST authorizer only
	Simple      bool          // answer HTTP APIs of payload format 2.0 with isAuthorized; false: with a policy
	Deny        bool          // answer whom no credential lets in with a denial; false: with [ErrUnauthorized]
	MaxToken    int           // the longest token that Tokens takes, in bytes; 0: DefaultMaxToken
	Log         *slog.Logger  // gets a line for each decision; nil: none

	// RevocationNames gives the names of all revocations that can end a verified token, as the function behind a WebSocket API
	// looks them up while the token's connection is open: 1 to 5 different texts without spaces. They go into the context of
	// $connect, see [ContextRevocations], and are asked for nowhere else. nil: no connection has any, so that none can be ended
	// before its token ends.
	RevocationNames func(*Claims) []string

	TokenSources TokenSources // where tokens are looked for; zero: the strict default. Of TOKEN and JWT authorizers: bearer, raw or both
}

// DefaultMaxToken is how long a token may be, in bytes: as long as all headers that API Gateway passes on.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html.
const DefaultMaxToken = 10240

// checkTokensOnly refuses what is not for an authorizer, such as "a TOKEN", that takes tokens of the header Authorization alone.
func (c *Config) checkTokensOnly(kind string) error {
	if c.Tokens == nil {
		return &ConfigError{"Tokens", "is missing"}
	}
	if c.Keys != nil {
		return &ConfigError{"Keys", "are not for " + kind + " authorizer, which looks at no API key"}
	}
	return c.TokenSources.checkHeadersOnly(kind)
}

// completed is the configuration with the values that its zeros stand for, or what is wrong with it.
func (c Config) completed() (Config, error) {
	switch {
	case c.Rules == nil:
		return c, &ConfigError{"Rules", "are missing"}
	case c.Tokens == nil && c.Keys == nil:
		return c, &ConfigError{"Tokens and Keys", "are missing: no credential would be accepted"}
	case c.MaxToken < 0:
		return c, &ConfigError{"MaxToken", fmt.Sprintf("want a number of bytes, or 0 for %d, got %d", DefaultMaxToken, c.MaxToken)}
	}
	c.MaxToken = cmp.Or(c.MaxToken, DefaultMaxToken)
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	c.TokenSources = c.TokenSources.orDefault()
	return c, nil
}
