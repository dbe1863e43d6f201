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

// ValueError says what is wrong with a record, or with what a store is asked for.
type ValueError struct {
	Field string // such as "owner"
	// Problem continues the sentence that Field begins.
	Problem string
}

// Error is a sentence of Field and Problem.
func (e *ValueError) Error() string { return fmt.Sprintf("apikey: %s %s", e.Field, e.Problem) }
