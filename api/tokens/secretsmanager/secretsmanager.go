// Package secretsmanager keeps an app client's secret in AWS Secrets Manager: the secret's string is the client's secret,
// as it is.
package secretsmanager

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"portcullis/api/internal/awsfailure"
	"portcullis/api/tokens"
)

const (
	timeout    = 5 * time.Second
	retryAfter = time.Second
	maxSecret  = 1024 // bytes; Cognito's secrets have at most 64 characters
)

// Believed is how long a secret that was fetched is not fetched again, whatever is said of it: some of what Cognito does not
// accept, such as another app client's token, anybody can send.
const Believed = 10 * time.Second

// Secret is fetched when it is needed first, and again after a failure, once at a time. It is safe for concurrent use.
type Secret struct {
	client  *secretsmanager.Client
	arn     string
	now     func() time.Time
	turn    chan struct{} // has one element while somebody looks at what follows
	value   tokens.Secret // "": it is not known
	fetched time.Time     // when value was
}

// New returns the secret of an ARN or a name, without calling anybody. now is the clock; nil means time.Now.
func New(client *secretsmanager.Client, arn string, now func() time.Time) *Secret {
	if now == nil {
		now = time.Now
	}
	return &Secret{client: client, arn: arn, now: now, turn: make(chan struct{}, 1)}
}

// Get returns the secret. The error is a [*tokens.UnavailableError]: whatever is wrong, a later call asks again.
func (s *Secret) Get(ctx context.Context) (tokens.Secret, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	select {
	case s.turn <- struct{}{}:
	case <-ctx.Done():
		return "", s.failed(ctx.Err())
	}
	defer func() { <-s.turn }()
	if s.value != "" {
		return s.value, nil
	}
	value, err := s.fetch(ctx)
	if err != nil {
		return "", s.failed(err)
	}
	s.value, s.fetched = value, s.now()
	return value, nil
}

// Forget lets the next Get ask again, where the secret is still this one and was not fetched just now; see [Believed].
func (s *Secret) Forget(old tokens.Secret) {
	s.turn <- struct{}{}
	if s.value == old && s.now().Sub(s.fetched).Abs() >= Believed {
		s.value = ""
	}
	<-s.turn
}

func (s *Secret) fetch(ctx context.Context) (tokens.Secret, error) {
	out, err := s.client.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &s.arn})
	if err != nil {
		return "", err
	}
	value := aws.ToString(out.SecretString)
	if value == "" || len(value) > maxSecret {
		return "", fmt.Errorf("the secret's string has %d bytes, not 1 to %d", len(value), maxSecret)
	}
	return tokens.Secret(value), nil
}

func (s *Secret) failed(err error) error {
	return &tokens.UnavailableError{RetryAfter: retryAfter, Err: fmt.Errorf("secret %s: %w", s.arn, awsfailure.Loggable(err))}
}
