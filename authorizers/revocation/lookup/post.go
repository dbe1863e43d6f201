package lookup

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"time"
)

// CallTimeout bounds a question with all its attempts; an earlier deadline of the context counts.
const CallTimeout = 4 * time.Second

const (
	attemptTimeout = 3 * time.Second // so that one that hangs leaves time for another
	maxAnswer      = 1 << 20
	pause          = 100 * time.Millisecond // before another attempt, on average
)

// service posts operations of one service.
type service struct {
	client      *http.Client
	endpoint    string
	target      string // how X-Amz-Target begins
	contentType string
	sign        func(ctx context.Context, r *http.Request, body []byte) error // nil: requests are not signed
}

// newClient returns the client to use in the place of the one of a configuration: no redirect is followed, since it would
// take credentials elsewhere.
func newClient(given *http.Client) *http.Client {
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

// call posts an operation, and once more where that may help. It gives the answer's body; the error is a [*ServiceError],
// an [*AnswerError] or that of the connection.
func (s *service) call(ctx context.Context, operation string, body []byte) ([]byte, error) {
	answer, err := s.post(ctx, operation, body)
	if err == nil || !passes(err) {
		return answer, err
	}
	if wait(ctx) != nil {
		return nil, err
	}
	return s.post(ctx, operation, body)
}

// passes tells whether an error may be gone with another attempt.
func passes(err error) bool {
	var service *ServiceError
	if errors.As(err, &service) {
		return service.passes()
	}
	return !errors.As(err, new(*AnswerError)) && !errors.As(err, new(*signError))
}

// signError says why a request could not be signed.
type signError struct{ err error }

func (e *signError) Error() string { return "credentials: " + e.err.Error() }

func (e *signError) Unwrap() error { return e.err }

// wait lets a random while pass, so that those who were throttled together do not come back together.
func wait(ctx context.Context) error {
	timer := time.NewTimer(pause/2 + rand.N(pause))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *service) post(ctx context.Context, operation string, body []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, attemptTimeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.endpoint, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", s.contentType)
	r.Header.Set("X-Amz-Target", s.target+operation)
	if s.sign != nil {
		if err := s.sign(ctx, r, body); err != nil {
			return nil, &signError{err}
		}
	}
	r.Header["Idempotency-Key"] = nil // not sent; a connection that died in a frozen process is replaced at once
	response, err := s.client.Do(r)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	return read(operation, response)
}

// read gives the body of a good answer.
func read(operation string, response *http.Response) ([]byte, error) {
	answer, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	switch {
	case len(answer) > maxAnswer:
		return nil, &AnswerError{operation, "the answer is too large"}
	case response.StatusCode != http.StatusOK:
		return nil, parseError(operation, response.StatusCode, answer)
	case err != nil:
		return nil, err
	}
	return answer, nil
}
