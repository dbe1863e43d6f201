package apikey

import (
	"context"
	"fmt"
	"time"
)

// Lookup is what a [Checker] needs of a store.
type Lookup interface {
	// Get returns the record, as the last write that was finished before the call left it, or ErrNotFound. A record
	// that has expired may be there or not.
	Get(ctx context.Context, id string) (Record, error)
	// Touch raises the record's LastUsed to a day. Where it is that day or a later one already, and where there is no
	// such record, nothing changes, and that is no error.
	Touch(ctx context.Context, id string, day Day) error
}

// Store keeps records. It is safe for concurrent use, and shares no memory with what it takes and gives.
//
// apikeytest checks that an implementation does what is said here.
type Store interface {
	Lookup
	// Create adds a record, or returns ErrExists where its id is taken, or the error of [Record.Validate].
	Create(ctx context.Context, r Record) error
	// SetDisabled disables or enables the key; or ErrNotFound.
	SetDisabled(ctx context.Context, id string, disabled bool) error
	// SetExpires gives the key another end, the zero time for none; or ErrNotFound, or a *ValueError for a time that
	// [Record.Validate] would refuse.
	SetExpires(ctx context.Context, id string, expires time.Time) error
	// Delete removes the record; or ErrNotFound.
	Delete(ctx context.Context, id string) error
	// List returns up to limit records (see [CheckLimit]) after the cursor, or from the beginning when it is "". The
	// order is the store's own; who follows Next to the end gets every record that was there all the time exactly
	// once. What is no cursor is ErrBadCursor.
	List(ctx context.Context, limit int, cursor string) (Page, error)
}

// Page is a part of the list of records.
type Page struct {
	Records []Record // at most as many as were asked for
	Next    string   // the cursor of the page after this one, which may be empty; "" when this is the last
}

// MaxPage is the largest number of records on a page.
const MaxPage = 100

// CheckLimit returns nil when a page may have up to limit records: 1 to [MaxPage]. Otherwise it returns a [*ValueError].
func CheckLimit(limit int) error {
	if limit < 1 || limit > MaxPage {
		return &ValueError{"limit", fmt.Sprintf("must be a number from 1 to %d", MaxPage)}
	}
	return nil
}

// CheckExpires returns nil when a key that was created then may end at a time, or never with the zero time. Otherwise it
// returns a [*ValueError].
func CheckExpires(expires, created time.Time) error {
	if problem := expiresProblem(expires, created); problem != "" {
		return &ValueError{"expires", problem}
	}
	return nil
}
