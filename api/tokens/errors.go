package tokens

import (
	"errors"
	"fmt"
	"time"

	"portcullis/api/internal/lambdaproxy"
)

var (
	// ErrRefused: the identity provider does not accept a credential, a code, a session or a token.
	ErrRefused = errors.New("refused by the identity provider")
	// ErrEnded is ErrRefused of an access token that is the identity provider's and in time, and was ended there before.
	ErrEnded = fmt.Errorf("%w: the access token was ended", ErrRefused)
	// ErrDisabled is ErrRefused of an access token that is the identity provider's, and whose user is disabled there. Whether its sign-in was
	// ended is not known: it may be good again once the user is enabled.
	ErrDisabled = fmt.Errorf("%w: the user is disabled", ErrRefused)
	// ErrReplaced: the refresh token was rotated, and another one took its place.
	ErrReplaced = errors.New("refresh token was replaced")
)

// ThrottledError says that the identity provider is asked too often, by all clients or about one user.
type ThrottledError struct {
	// RetryAfter is how long to wait before trying again.
	RetryAfter time.Duration
	// Err is what the provider said.
	Err error
}

// Error says that the provider throttles, and the cause.
func (e *ThrottledError) Error() string { return fmt.Sprintf("identity provider throttles: %v", e.Err) }

// Unwrap returns the cause.
func (e *ThrottledError) Unwrap() error { return e.Err }

// UnavailableError says that something that is needed cannot be reached now and may be later.
type UnavailableError struct {
	// RetryAfter is how long to wait before trying again.
	RetryAfter time.Duration
	Err        error
}

// Error says that something is unavailable, and the cause.
func (e *UnavailableError) Error() string { return fmt.Sprintf("unavailable: %v", e.Err) }

// Unwrap returns the cause.
func (e *UnavailableError) Unwrap() error { return e.Err }

// ChallengeError says that a sign-in asks for a step that cannot be handed on, such as the set-up of a second factor.
type ChallengeError struct {
	Name string // the provider's name for it
}

// Error quotes the challenge's name.
func (e *ChallengeError) Error() string {
	return fmt.Sprintf("challenge %q cannot be handed on", e.Name)
}

// What a request, an event or an allowed origin is refused with.
type (
	InputError     = lambdaproxy.InputError
	MediaTypeError = lambdaproxy.MediaTypeError
	EventError     = lambdaproxy.EventError
	OriginError    = lambdaproxy.OriginError
)

func invalid(field, problem string) error { return &InputError{Field: field, Problem: problem} }

// unauthorized is what a client is told of ErrRefused.
type unauthorized struct {
	text string
	// challenge says what should have been in Authorization (RFC 6750, section 3); "": the credentials were in the body, for which there
	// is no scheme to say.
	challenge string
}

func (e *unauthorized) Error() string { return e.text }

// denied gives ErrRefused the words of an operation, the same ones whatever the reason.
func denied(err error, as *unauthorized) error {
	if errors.Is(err, ErrRefused) {
		return as
	}
	return err
}

// rotatedError is an error after the client's refresh token was rotated: the client needs the new one to try again.
type rotatedError struct {
	refresh Secret
	err     error
}

func (e *rotatedError) Error() string { return e.err.Error() }

func (e *rotatedError) Unwrap() error { return e.err }
