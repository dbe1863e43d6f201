package functions

import (
	"context"
	"time"

	"portcullis/authorizers"
	"portcullis/authorizers/apikey"
	"portcullis/authorizers/environ"
	"portcullis/authorizers/verify"
	"portcullis/deploy/desk/internal/project"
)

// Checks are what this module's authorizers check credentials by in a project, for people who ask about one. Of keys and revocations they
// remember nothing, and using them is no use of a key.
type Checks struct {
	Tokens  *verify.Verifier
	Issuers []verify.Issuer // whose tokens Tokens accepts, as services.Issuers has them

	revocations authorizers.Revocations // nil: tokens are good until they end
	unrevoked   error                   // why it cannot be told whether tokens were revoked; nil: it can
	keys        apikey.Store
	checks      environ.KeyChecks
	unread      error // why no key can be looked up; nil: they can
}

// Checks makes them, and calls nobody: clocks may differ by skew, and most is the largest token, in bytes. What is wrong with what the
// environment says of issuers is an [*environ.Error]; where only keys or revocations are out of reach, so is what hangs on them.
func (r *Runner) Checks(ctx context.Context, p *project.Project, skew time.Duration, most int) (*Checks, error) {
	issuers, err := r.config.Services.Issuers(p)
	if err != nil {
		return nil, err
	}
	c := &Checks{Issuers: issuers}
	c.revocations, c.unrevoked = environ.RevocationSource(r.called.getenv("token", configuration{}), issuers)
	c.keys, c.unread = r.called.keyStore(ctx)
	if c.unread == nil {
		c.checks, c.unread = environ.ParseKeyChecks(r.called.getenv("request", configuration{}))
	}
	c.Tokens, err = verify.New(verify.Config{Issuers: r.config.Services.Known(issuers), ClockSkew: skew, MaxToken: most})
	if err != nil {
		return nil, &environ.Error{Variable: environ.Issuers, Err: err}
	}
	return c, nil
}

// Close ends the fetches of keys that are under way.
func (c *Checks) Close() { c.Tokens.Close() }

// Token gives the claims of a token that is good and not revoked. The errors are those of [verify.Verifier.Verify] and
// [authorizers.Revocations]; with one that is not the verifier's, the claims are there too.
func (c *Checks) Token(ctx context.Context, token string) (*authorizers.Claims, error) {
	claims, err := c.Tokens.Verify(ctx, token)
	switch {
	case err != nil:
		return nil, err
	case c.unrevoked != nil:
		return claims, &authorizers.RevocationsUnavailableError{Err: c.unrevoked}
	case c.revocations == nil:
		return claims, nil
	}
	return claims, c.revocations.Check(ctx, token, claims)
}

// Key gives whose an API key is. The errors are those of [apikey.Checker].
func (c *Checks) Key(ctx context.Context, key string) (*authorizers.Principal, error) {
	if c.unread != nil {
		return nil, &authorizers.KeysUnavailableError{Err: c.unread}
	}
	checker, err := apikey.NewChecker(apikey.Config{Store: unused{c.keys}, SealedOnly: c.checks.SealedOnly})
	if err != nil {
		return nil, err
	}
	defer checker.Close()
	return checker.VerifyKey(ctx, key)
}

// unused looks keys up, and keeps no day of their use.
type unused struct{ apikey.Lookup }

// Touch changes nothing.
func (unused) Touch(context.Context, string, apikey.Day) error { return nil }
