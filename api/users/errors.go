package users

import (
	"errors"
	"fmt"
	"time"

	"portcullis/api/internal/lambdaproxy"
)

var (
	// ErrNotFound: there is no user with this id.
	ErrNotFound = errors.New("user not found")
	// ErrExists: there is a user with this id already.
	ErrExists = errors.New("user already exists")
	// ErrBadCursor: the cursor was not made by this store, or was altered.
	ErrBadCursor = errors.New("not a cursor of this store")
)

// ConflictError says that the stored user is not the version that the caller has seen.
type ConflictError struct {
	ID string
	// Seen is the version that the caller named, Stored the one that is there. They are equal when the user was
	// deleted and created again.
	Seen, Stored int
}

// Error names the user by ID, and both versions.
func (e *ConflictError) Error() string {
	return fmt.Sprintf("user %q is at version %d and not the version %d that was seen", e.ID, e.Stored, e.Seen)
}

// UnavailableError says that the store cannot tell now and may be able to later: it is throttled or out of reach.
type UnavailableError struct {
	// RetryAfter is how long to wait before trying again.
	RetryAfter time.Duration
	Err        error // the store's
}

// Error says that the store is unavailable, and the cause.
func (e *UnavailableError) Error() string { return fmt.Sprintf("store is unavailable: %v", e.Err) }

// Unwrap returns the cause.
func (e *UnavailableError) Unwrap() error { return e.Err }

// What a request, an event or an allowed origin is refused with.
type (
	InputError  = lambdaproxy.InputError
	EventError  = lambdaproxy.EventError
	OriginError = lambdaproxy.OriginError
)

func invalid(field, problem string) error { return &InputError{Field: field, Problem: problem} }
