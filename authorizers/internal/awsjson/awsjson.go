// Package awsjson posts operations of AWS services whose protocol is AWS JSON, with net/http and nothing of the AWS SDK, so
// that a function which links it starts as quickly as without.
//
// Each call is bounded: an attempt by three seconds and 8 MiB of answer, and there is one more attempt at the most. Redirects
// are not followed. An error never holds a credential.
//
// Source: https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html.
package awsjson

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"
)

// CallTimeout is what callers bound a question with all its attempts by; an earlier deadline of the context counts.
const CallTimeout = 4 * time.Second

const (
	attemptTimeout = 3 * time.Second        // so that one that hangs leaves time for another
	maxAnswer      = 8 << 20                // DynamoDB answers with up to 1 MB of items, which JSON makes more
	pause          = 100 * time.Millisecond // before another attempt, on average
)

// Service is one service at one address.
type Service struct {
	Client      *http.Client // see NewClient
	Endpoint    string
	Target      string // how X-Amz-Target begins
	ContentType string
	Sign        func(ctx context.Context, r *http.Request, body []byte) error // nil: requests are not signed
}

// NewClient returns the client to use in the place of the one of a configuration, which may be nil: no redirect is followed,
// since it would take credentials elsewhere.
func NewClient(given *http.Client) *http.Client {
	client := &http.Client{}
	if given != nil {
		*client = *given
	} else {
		transport := http.DefaultTransport.(*http.Transport).Clone()
		transport.MaxIdleConnsPerHost = 16
		client.Transport = transport
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return client
}

const lowerAndDigits = "abcdefghijklmnopqrstuvwxyz0123456789"

// IsRegion tells whether a text can be a region's name, and so a label of a domain.
func IsRegion(name string) bool {
	for word := range strings.SplitSeq(name, "-") {
		if word == "" || strings.Trim(word, lowerAndDigits) != "" {
			return false
		}
	}
	return true
}

// Call posts an operation, and once more where that may help: after a throttle, and, where the operation may be done again
// though it was done already, after an error of the server's or a broken connection. It gives the answer's body; the error is a
// [*ServiceError], an [*AnswerError] or that of the connection or the credentials.
func (s *Service) Call(ctx context.Context, operation string, body []byte, again bool) ([]byte, error) {
	answer, err := s.post(ctx, operation, body, again)
	if err == nil || !passes(err, again) {
		return answer, err
	}
	if Pause(ctx) != nil {
		return nil, err
	}
	return s.post(ctx, operation, body, again)
}

// passes tells whether an error may be gone with another attempt.
func passes(err error, again bool) bool {
	if service, ok := errors.AsType[*ServiceError](err); ok {
		return service.isThrottle() || again && service.Status >= http.StatusInternalServerError
	}
	return again && !errors.As(err, new(*AnswerError)) && !errors.As(err, new(*signError))
}

// signError says why a request could not be signed.
type signError struct{ err error }

func (e *signError) Error() string { return "credentials: " + e.err.Error() }

func (e *signError) Unwrap() error { return e.err }

// Pause lets a random while pass, so that those who were throttled together do not come back together. The error is the
// context's.
func Pause(ctx context.Context) error {
	timer := time.NewTimer(pause/2 + rand.N(pause))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *Service) post(ctx context.Context, operation string, body []byte, again bool) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, attemptTimeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.Endpoint, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", s.ContentType)
	r.Header.Set("X-Amz-Target", s.Target+operation)
	if s.Sign != nil {
		if err := s.Sign(ctx, r, body); err != nil {
			return nil, &signError{err}
		}
	}
	if again {
		r.Header["Idempotency-Key"] = nil // not sent; a connection that died in a frozen process is replaced at once
	}
	response, err := s.Client.Do(r)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	return read(response)
}

// read gives the body of a good answer.
func read(response *http.Response) ([]byte, error) {
	answer, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	switch {
	case len(answer) > maxAnswer:
		return nil, &AnswerError{"the answer is too large"}
	case response.StatusCode != http.StatusOK:
		return nil, parseError(response.StatusCode, answer)
	case err != nil:
		return nil, err
	}
	return answer, nil
}
