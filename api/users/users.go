// Package users keeps users and serves them as a Lambda function behind API Gateway: create, read, update, delete
// and list.
//
// It knows nothing of authorizers. Who may call is decided before an event arrives here, and no claim is read.
//
// A client that may have to repeat a POST /users, as after a time-out or a 503, sends an id of its own: where the first request
// was done, the second is a 409 (ErrExists) and makes no other user. An id that the service makes is another in each request.
package users

import (
	"context"
	"time"
)

// User is one user, in the shape that clients see.
type User struct {
	// ID is what CheckID accepts. It never changes.
	ID string `json:"id"`
	// Name is for people.
	Name string `json:"name"`
	// Email is a plain address, or "" when the user has none.
	Email string `json:"email,omitempty"`
	// CreatedAt and UpdatedAt are in UTC, to the microsecond.
	CreatedAt time.Time `json:"createdAt"`
	UpdatedAt time.Time `json:"updatedAt"`
	// Version is 1 when the user is created and grows by one with each update.
	Version int `json:"version"`
}

// SameVersion reports whether u and v are one version of one user. A user that was deleted and created again
// under its old id is another one.
func (u User) SameVersion(v User) bool {
	return u.ID == v.ID && u.Version == v.Version && u.CreatedAt.Equal(v.CreatedAt)
}

// Change replaces what a client may change of a user.
type Change struct {
	Name string
	// Email "" removes the address.
	Email string
	// At becomes the user's UpdatedAt.
	At time.Time
}

// Page is a part of the list of users.
type Page struct {
	// Users are at most as many as were asked for.
	Users []User
	// Next is the cursor of the page after this one, or "" when this is the last.
	Next string
}

// Store keeps users. It is safe for concurrent use. A method that cannot reach what it stores in, or is refused for
// being too busy, returns an *UnavailableError; a write that returns one may or may not have been done.
//
// userstest checks that an implementation does what is said here.
type Store interface {
	// Create adds u as it is, or returns ErrExists when its id is taken, or an *InputError when its id is
	// none (see CheckID).
	Create(ctx context.Context, u User) error
	// Get returns the user, as the last write that was finished before the call left it, or ErrNotFound.
	Get(ctx context.Context, id string) (User, error)
	// List returns up to limit users (see CheckLimit) after the cursor, or from the beginning when it is "".
	// A page without users is the last one. The order is the store's own; who follows Next to the end gets every
	// user that was there all the time exactly once. The cost does not grow with the number of users kept.
	// A cursor that this store did not make is ErrBadCursor.
	List(ctx context.Context, limit int, cursor string) (Page, error)
	// Update changes the user, increments its version, and returns it as it is now, in one step; or ErrNotFound.
	// With seen, it does so only if the stored user is the SameVersion, and returns a *ConflictError otherwise.
	Update(ctx context.Context, id string, c Change, seen *User) (User, error)
	// Delete removes the user; or ErrNotFound. With seen, as for Update.
	Delete(ctx context.Context, id string, seen *User) error
}
