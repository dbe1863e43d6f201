// Package userstest checks that a users.Store does what the interface says.
package userstest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"portcullis/api/users"
)

// Run runs the suite, each part in a subtest with an empty store of its own from open. Stores that open returns must
// not share users, and none may accept a cursor of another.
func Run(t *testing.T, open func(t *testing.T) users.Store) {
	parts := []struct {
		name  string
		check func(t *testing.T, s users.Store)
	}{
		{"get what was created", getCreated},
		{"create only once", createOnce},
		{"create only good ids", createGoodIDs},
		{"find nobody", findNobody},
		{"update", update},
		{"update what was seen", updateSeen},
		{"update another of the same id", updateAnother},
		{"delete", remove},
		{"delete what was seen", removeSeen},
		{"create at once", createAtOnce},
		{"update at once", updateAtOnce},
		{"update what was seen at once", updateSeenAtOnce},
		{"list nobody", listNobody},
		{"list in pages of every size", listEverySize},
		{"list while others write", listWhileWriting},
		{"list after a deleted user", listAfterDeleted},
		{"refuse limits", refuseLimits},
		{"refuse altered cursors", refuseAltered},
	}
	for _, part := range parts {
		t.Run(part.name, func(t *testing.T) { part.check(t, open(t)) })
	}
	t.Run("refuse foreign cursors", func(t *testing.T) { refuseForeign(t, open(t), open(t)) })
}

var start = time.Date(2026, 3, 1, 12, 0, 0, 123456000, time.UTC)

// person returns a user as it is created.
func person(id string) users.User {
	return users.User{ID: id, Name: "Zoë " + id, Email: "zoe@example.com", CreatedAt: start, UpdatedAt: start, Version: 1}
}

func create(t *testing.T, s users.Store, u users.User) users.User {
	t.Helper()
	if err := s.Create(t.Context(), u); err != nil {
		t.Fatalf("Create(%q): %v", u.ID, err)
	}
	return u
}

// wantStored checks that the store has exactly u, with the times of the same instant in UTC.
func wantStored(t *testing.T, s users.Store, u users.User) {
	t.Helper()
	got, err := s.Get(t.Context(), u.ID)
	if err != nil {
		t.Fatalf("Get(%q): %v", u.ID, err)
	}
	if got != u {
		t.Errorf("Get(%q) = %+v, want %+v", u.ID, got, u)
	}
}

func wantError(t *testing.T, call string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: %v, want %v", call, err, want)
	}
}

func wantConflict(t *testing.T, call string, err error) {
	t.Helper()
	if !errors.As(err, new(*users.ConflictError)) {
		t.Errorf("%s: %v, want a *ConflictError", call, err)
	}
}

func numbered(n int) string { return fmt.Sprintf("user-%04d", n) }
