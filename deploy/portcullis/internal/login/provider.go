package login

import (
	"context"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"

	"portcullis/api/tokens"
	"portcullis/api/tokens/client"
	"portcullis/api/tokens/cognito"
	"portcullis/deploy/internal/localtls"
	"portcullis/deploy/portcullis/internal/login/profile"
)

// timeout bounds each call.
const timeout = 20 * time.Second

// provider is where tokens come from, with the errors of [tokens.Identity].
type provider interface {
	SignIn(ctx context.Context, c tokens.Credentials) (tokens.Outcome, error)
	Reply(ctx context.Context, r tokens.Reply) (tokens.Outcome, error)
	Refresh(ctx context.Context, refresh tokens.Secret, device string) (tokens.Tokens, error)
	// Revoke tells whether all that came of the refresh token is refused too, and not the refresh token alone.
	Revoke(ctx context.Context, refresh, access tokens.Secret, device string) (all bool, err error)
	SignOut(ctx context.Context, access tokens.Secret) error
}

// dial makes the provider of a place, without calling anybody. One on this machine is trusted by a certificate that was made here.
func (s *session) dial(p profile.Place) (provider, error) {
	transport := localtls.Transport(s.Getenv)
	if p.API != "" {
		return client.New(client.Config{Address: p.API, Timeout: timeout, Transport: transport})
	}
	region, err := cognito.Region(p.Pool)
	if err != nil {
		return nil, err
	}
	options := cognitoidentityprovider.Options{Region: region, Credentials: aws.AnonymousCredentials{}, HTTPClient: httpClient(transport)}
	if p.Endpoint != "" {
		options.BaseEndpoint = &p.Endpoint
	}
	config := cognito.Config{Client: cognitoidentityprovider.New(options), ClientID: p.Client, Timeout: timeout}
	if p.Secret != "" {
		config.Secret = clientSecret(p.Secret)
	}
	pool, err := cognito.NewSRP(p.Pool, config)
	return direct{pool}, err
}

// direct is a user pool without an API before it that could tell authorizers of what is revoked.
type direct struct{ cognito.SRP }

func (d direct) Revoke(ctx context.Context, refresh, _ tokens.Secret, _ string) (all bool, err error) {
	return false, d.SRP.Revoke(ctx, refresh, "")
}

// clientSecret is an app client's secret that is known.
type clientSecret tokens.Secret

func (s clientSecret) Get(context.Context) (tokens.Secret, error) { return tokens.Secret(s), nil }

func (clientSecret) Forget(tokens.Secret) {}

// maxAnswer is more than Cognito answers, in bytes.
const maxAnswer = 1 << 20

// httpClient follows no redirects, and reads no answer beyond maxAnswer.
func httpClient(transport http.RoundTripper) *http.Client {
	return &http.Client{
		Transport:     bounded{transport},
		Timeout:       timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

type bounded struct{ next http.RoundTripper }

func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := b.next.RoundTrip(r)
	if err == nil {
		response.Body = http.MaxBytesReader(nil, response.Body, maxAnswer)
	}
	return response, err
}
