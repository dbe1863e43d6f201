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
	// Seals returns those of the store, as the last write that was finished before the call left them; the zero Seals where
	// no key was made with one yet.
	Seals(ctx context.Context) (Seals, error)
}

// Store keeps records. It is safe for concurrent use, and shares no memory with what it takes and gives.
//
// apikeytest checks that an implementation does what is said here.
type Store interface {
	Lookup
	// Create adds a record, or returns ErrExists where its id is taken, or the error of [Record.Validate].
	Create(ctx context.Context, r Record) error
	// Replace adds a record in the place of another, which gets an end and its ID as Successor: both, or nothing with one of these errors. ErrNotFound:
	// the other is gone. ErrChanged: it is no longer as it was read, or somebody else writes it just now. ErrExists: the new
	// id is taken. Or that of Validate, or a *ValueError for an end that [Record.Validate] would refuse.
	Replace(ctx context.Context, r Replacement) error
	// Seal returns the seal to make keys with, after making one where the store has none. Who asks at the same time gets the
	// same. The error may be a *SealError.
	Seal(ctx context.Context, now time.Time) (Seal, error)
	// RenewSeal puts a new seal before those that there are: for the case that one has become known. Or ErrChanged, where
	// somebody else renews it just now.
	RenewSeal(ctx context.Context, now time.Time) error
	// SetDisabled disables or enables the key; or ErrNotFound.
	SetDisabled(ctx context.Context, id string, disabled bool) error
	// SetExpires gives the key another end, the zero time for none; or ErrNotFound, or a *ValueError for a time that
	// [Record.Validate] would refuse.
	SetExpires(ctx context.Context, id string, expires time.Time) error
	// Delete removes the record; or ErrNotFound.
	Delete(ctx context.Context, id string) error
	// DeleteAsRead removes a record that is as it was read: its ID, Hash, Disabled, Expires and Successor have to be so still. Or
	// ErrNotFound, or ErrChanged, with which it stays.
	DeleteAsRead(ctx context.Context, r Record) error
	// List returns up to limit records (see [CheckLimit]) after the cursor, or from the beginning when it is "". The
	// order is the store's own; who follows Next to the end gets every record that was there all the time exactly
	// once. What is no cursor is ErrBadCursor.
	List(ctx context.Context, limit int, cursor string) (Page, error)
}

// Replacement is a record in the place of another.
type Replacement struct {
	New      Record    // to add; its ID becomes the Successor of the other
	Old      Record    // the other, as it was read: its ID, Hash, Disabled, Expires and Successor have to be so still
	Disabled bool      // what the other has from then on
	Expires  time.Time // what the other has from then on
}

// Validate returns nil for a replacement that may be made, and otherwise ErrExists or a [*ValueError], as Replace does.
func (r *Replacement) Validate() error {
	if err := r.New.Validate(); err != nil {
		return err
	}
	if r.New.ID == r.Old.ID {
		return ErrExists
	}
	return CheckExpires(r.Expires, r.Old.Created)
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
