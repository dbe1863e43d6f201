package apikey

import (
	"errors"
	"fmt"
)

var (
	// ErrNotFound: the store has no record with this id.
	ErrNotFound = errors.New("apikey: no such key")
	// ErrExists: the store has a record with this id already.
	ErrExists = errors.New("apikey: the key exists already")
	// ErrBadCursor: the text is no cursor of a list of keys.
	ErrBadCursor = errors.New("apikey: not a cursor")
)

// Code says in a stable word why a key is refused.
type Code string

// The reasons to refuse a key.
const (
	CodeMalformed Code = "api-key-malformed" // not of a key's form
	CodeMistyped  Code = "api-key-mistyped"  // of a key's form, and the checksum is not its own
	CodeUnknown   Code = "api-key-unknown"   // no key has this id
	CodeSecret    Code = "api-key-secret-mismatch"
	CodeDisabled  Code = "api-key-disabled"
	CodeExpired   Code = "api-key-expired"
)

// KeyError says why a key is refused. It never holds the key's secret.
type KeyError struct {
	Code Code
	ID   string // of the key; "" where it is malformed or mistyped
}

func (e *KeyError) Error() string {
	if e.ID == "" {
		return "api key: " + string(e.Code)
	}
	return "api key " + e.ID + ": " + string(e.Code)
}

// Is tells whether target is a *KeyError of the same code and, if target names an id, of the same key:
//
//	errors.Is(err, &apikey.KeyError{Code: apikey.CodeExpired})
func (e *KeyError) Is(target error) bool {
	t, ok := target.(*KeyError)
	return ok && t.Code == e.Code && (t.ID == "" || t.ID == e.ID)
}

// UnavailableError says that a key could be neither accepted nor refused.
type UnavailableError struct {
	Err error
}

func (e *UnavailableError) Error() string { return fmt.Sprintf("api keys are unavailable: %v", e.Err) }

// Unwrap returns the cause.
func (e *UnavailableError) Unwrap() error { return e.Err }

// ValueError says what is wrong with a record, or with what a store is asked for.
type ValueError struct {
	Field string // such as "owner"
	// Problem continues the sentence that Field begins.
	Problem string
}

func (e *ValueError) Error() string { return fmt.Sprintf("apikey: %s %s", e.Field, e.Problem) }
