// Package cognito is an identity provider in an Amazon Cognito user pool, as one of its app clients.
//
// It calls the operations that need no AWS credentials. The app client must allow the flow ALLOW_USER_PASSWORD_AUTH, or
// ALLOW_USER_SRP_AUTH for [SRP], and have token revocation enabled; refresh tokens may be rotated or not. With a client secret, each call carries what proves
// that it is known.
package cognito

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"

	"portcullis/api/tokens"
)

// ClientSecret knows the app client's secret. It is safe for concurrent use.
type ClientSecret interface {
	// Get gives the secret; a failure that may pass is a [*tokens.UnavailableError].
	Get(ctx context.Context) (tokens.Secret, error)
	// Forget says that the secret was not accepted. It may be another one by now.
	Forget(tokens.Secret)
}

// Config says which app client it is.
type Config struct {
	// Client calls Cognito. It is required.
	Client *cognitoidentityprovider.Client
	// ClientID is the app client's. It is required.
	ClientID string
	// Secret is the app client's; nil: it has none.
	Secret ClientSecret
	// PublicClients are the ids of other app clients of the pool, without secrets, whose tokens can be given up here: revoked and signed out,
	// and not renewed. There are at most 8.
	PublicClients []string
	// Timeout bounds each call of Cognito; 0 means 5 seconds.
	Timeout time.Duration
}

// ClientIDError says that a text can be no app client's id.
type ClientIDError struct{ ID string }

// Error quotes the id, and says what is expected.
func (e *ClientIDError) Error() string {
	return fmt.Sprintf("app client id %q: want 1 to 128 letters, digits and + _ -", e.ID)
}

// Pool is the user pool, as its app client sees it. It is safe for concurrent use.
type Pool struct {
	client  *cognitoidentityprovider.Client
	id      string
	secret  ClientSecret
	others  []string // that are public
	timeout time.Duration
}

var _ tokens.Identity = (*Pool)(nil)

const (
	lowerLetters     = "abcdefghijklmnopqrstuvwxyz"
	upperLetters     = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	digits           = "0123456789"
	lettersAndDigits = lowerLetters + upperLetters + digits
)

// isMadeOf tells whether a text has 1 to most characters, each one of these.
func isMadeOf(text string, most int, characters string) bool {
	return len(text) >= 1 && len(text) <= most && strings.Trim(text, characters) == ""
}

// ValidClientID tells what can be an app client's id.
func ValidClientID(text string) bool { return isMadeOf(text, 128, lettersAndDigits+"_+-") }

// New returns a Pool without calling anybody. A ClientID that can be none is a [*ClientIDError].
func New(c Config) (*Pool, error) {
	if c.Client == nil {
		return nil, fmt.Errorf("cognito: Config.Client is missing")
	}
	if !ValidClientID(c.ClientID) {
		return nil, &ClientIDError{c.ClientID}
	}
	if len(c.PublicClients) > maxPublicClients {
		return nil, fmt.Errorf("cognito: Config.PublicClients has %d ids: want at most %d", len(c.PublicClients), maxPublicClients)
	}
	for _, id := range c.PublicClients {
		if !ValidClientID(id) {
			return nil, &ClientIDError{id}
		}
	}
	p := &Pool{client: c.Client, id: c.ClientID, secret: c.Secret, others: slices.Clone(c.PublicClients), timeout: c.Timeout}
	if p.timeout == 0 {
		p.timeout = 5 * time.Second
	}
	return p, nil
}

// maxPublicClients bounds how often Cognito is asked about one token.
const maxPublicClients = 8

// as is the pool as another of its app clients sees it, which has no secret.
func (p *Pool) as(id string) *Pool {
	if id == p.id {
		return p
	}
	return &Pool{client: p.client, id: id, timeout: p.timeout}
}

// all are the ids of the app clients whose tokens can be given up here, that of an access token first: it may say so, and Cognito decides.
func (p *Pool) all(access tokens.Secret) []string {
	ids := append([]string{p.id}, p.others...)
	c, err := readClaims(access)
	if i := slices.Index(ids, c.Client); err == nil && i > 0 {
		ids[0], ids[i] = ids[i], ids[0]
	}
	return ids
}

// once lets the SDK not call again: an attempt that failed may have sent a code, used up a session or rotated a token.
func once(o *cognitoidentityprovider.Options) { o.Retryer = aws.NopRetryer{} }

// call calls Cognito, in the time that there is, as an operation whose name its error has.
func call[T any](ctx context.Context, p *Pool, operation string, do func(ctx context.Context) (T, error)) (T, error) {
	ctx, cancel := context.WithTimeout(ctx, p.timeout)
	defer cancel()
	answer, err := do(ctx)
	return answer, failed(operation, err)
}

// callWithSecret is call with the client's secret, "" where it has none. One that Cognito does not accept, or may not have accepted, in whose
// place there is another by now, is no failure: Cognito has done nothing for it, so the call is made with that one.
func callWithSecret[T any](ctx context.Context, p *Pool, operation string, do func(ctx context.Context, secret tokens.Secret) (T, error)) (answer T, err error) {
	with := func(secret tokens.Secret) (T, error) {
		return call(ctx, p, operation, func(ctx context.Context) (T, error) { return do(ctx, secret) })
	}
	if p.secret == nil {
		return with("")
	}
	secret, err := p.secret.Get(ctx)
	if err != nil {
		return answer, err
	}
	if answer, err = with(secret); !isSecretError(err) && !errors.Is(err, errHash) {
		return answer, err
	}
	p.secret.Forget(secret)
	other, unread := p.secret.Get(ctx)
	switch {
	case unread != nil && errors.Is(err, errHash): // whose fault it is cannot be told
		return answer, unread
	case unread != nil || other == secret:
		return answer, err
	}
	if answer, err = with(other); isSecretError(err) {
		p.secret.Forget(other)
	}
	return answer, err
}

// prove adds SECRET_HASH to an operation's parameters where there is a secret
// (https://docs.aws.amazon.com/cognito/latest/developerguide/signing-up-users-in-your-app.html#cognito-user-pools-computing-secret-hash).
func (p *Pool) prove(parameters map[string]string, username string, secret tokens.Secret) {
	if secret == "" {
		return
	}
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(username + p.id))
	parameters["SECRET_HASH"] = base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// given is nil for "", which Cognito takes for a value.
func given(secret tokens.Secret) *string {
	if secret == "" {
		return nil
	}
	return aws.String(string(secret))
}

func tokensOf(r *types.AuthenticationResultType) tokens.Tokens {
	return tokens.Tokens{
		Access:  tokens.Secret(aws.ToString(r.AccessToken)),
		ID:      tokens.Secret(aws.ToString(r.IdToken)),
		Refresh: tokens.Secret(aws.ToString(r.RefreshToken)),
		Expires: int(r.ExpiresIn),
	}
}
