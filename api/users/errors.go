package users

import (
	"errors"
	"fmt"
	"time"
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

func (e *ConflictError) Error() string {
	return fmt.Sprintf("user %q is at version %d and not the version %d that was seen", e.ID, e.Stored, e.Seen)
}

// UnavailableError says that the store cannot tell now and may be able to later: it is throttled or out of reach.
type UnavailableError struct {
	// RetryAfter is how long to wait before trying again.
	RetryAfter time.Duration
	Err        error
}

func (e *UnavailableError) Error() string { return fmt.Sprintf("store is unavailable: %v", e.Err) }

// Unwrap returns the cause.
func (e *UnavailableError) Unwrap() error { return e.Err }

// InputError says what is wrong with a request. Its text is for the client.
type InputError struct {
	// Field names the part that is wrong: a member of the body, a parameter, a header; "" means the whole request.
	Field string
	// Problem continues the sentence that Field begins.
	Problem string
}

func (e *InputError) Error() string {
	if e.Field == "" {
		return e.Problem
	}
	return e.Field + " " + e.Problem
}

// EventError says why an event is none that a Handler takes. It carries no part of the event.
type EventError struct {
	Reason string
}

func (e *EventError) Error() string { return "not an API Gateway proxy event: " + e.Reason }

// OriginError says that a value of Config.AllowedOrigins is no origin.
type OriginError struct {
	Origin string
	// Want says what is expected.
	Want string
}

func (e *OriginError) Error() string {
	return fmt.Sprintf("allowed origin %q: want %s", e.Origin, e.Want)
}
