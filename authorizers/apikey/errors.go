package apikey

import (
	"errors"
	"fmt"
	"time"
)

var (
	// ErrNotFound: the store has no record with this id.
	ErrNotFound = errors.New("apikey: no such key")
	// ErrExists: the store has a record with this id already.
	ErrExists = errors.New("apikey: the key exists already")
	// ErrChanged: somebody else has changed what a write was based on.
	ErrChanged = errors.New("apikey: somebody else has changed it meanwhile")
	// ErrBadCursor: the text is no cursor of a list of keys.
	ErrBadCursor = errors.New("apikey: not a cursor")
)

// ValueError says what is wrong with a record, or with what a store is asked for.
type ValueError struct {
	Field string // such as "owner"
	// Problem continues the sentence that Field begins.
	Problem string
}

// Error is a sentence of Field and Problem.
func (e *ValueError) Error() string { return fmt.Sprintf("apikey: %s %s", e.Field, e.Problem) }

// SealError says that no key can be made yet, because the seal was renewed a moment ago.
type SealError struct {
	Settles time.Time // from then on keys are made with it
}

// Error says when.
func (e *SealError) Error() string {
	return "apikey: the seal was renewed a moment ago; keys can be made again from " + e.Settles.UTC().Format(time.RFC3339)
}
