package revocation

import (
	"context"
	"fmt"
	"slices"
	"time"

	"portcullis/authorizers"
)

// NamesOf gives the names of all revocations that can end a verified token: the IDs of the entries that can cover it, 1 to
// [MaxRead]. With the time at which it was issued they are all that is to be known of it to tell later whether it was revoked
// since, as [ByName] and [NameChecker] do; and they show nothing of it. Give it to authorizers.Config.RevocationNames.
func NamesOf(c *authorizers.Claims) []string {
	names := make([]string, 0, MaxRead)
	for _, kind := range kinds {
		for _, value := range valuesOf(kind, c) {
			names = append(names, idOf(kind, c.Issuer, value))
		}
	}
	return names
}

// ErrTooManyNames: more names than those of one token.
var ErrTooManyNames = fmt.Errorf("revocation: more names of revocations than the %d that a token has at most", MaxRead)

// ByName tells by the names of a token's revocations whether it was revoked, with one read for each question. It tells of a token
// with the names that [NamesOf] gives what [InTable] tells of it.
type ByName struct {
	Entries Reader // gives the entries; required
}

// Revoked tells whether a token of these names was revoked that was issued at a time, in whole seconds; zero: nobody knows when,
// which is before any time. Names that are no entry's ID are passed over; where there is no other, nothing is read, and the
// token is good. Where it cannot be told, the error is an [*authorizers.RevocationsUnavailableError]; it is [ErrTooManyNames] for
// more than [MaxRead].
func (b ByName) Revoked(ctx context.Context, names []string, issuedAt time.Time) (bool, error) {
	names, err := validNames(names)
	if err != nil || len(names) == 0 {
		return false, err
	}
	return told(b.read(ctx, names, issuedAt))
}

// read tells whether a token of 1 to MaxRead valid names was revoked.
func (b ByName) read(ctx context.Context, names []string, issuedAt time.Time) (bool, error) {
	entries, err := b.Entries.Read(ctx, names)
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(entries, func(e Entry) bool { return slices.Contains(names, e.ID()) && e.coversTime(seconds(issuedAt)) }), nil
}

// validNames are those of the names that are IDs of entries, each once and sorted, in a list of their own.
func validNames(names []string) ([]string, error) {
	valid := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return !ValidID(name) })
	slices.Sort(valid)
	if valid = slices.Compact(valid); len(valid) > MaxRead {
		return nil, ErrTooManyNames
	}
	return valid, nil
}

// told makes an error one that says that it cannot be told.
func told(revoked bool, err error) (bool, error) {
	if err != nil {
		return false, &authorizers.RevocationsUnavailableError{Err: err}
	}
	return revoked, nil
}
