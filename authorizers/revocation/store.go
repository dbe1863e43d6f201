package revocation

import (
	"context"
	"errors"
	"iter"
	"slices"

	"portcullis/authorizers"
)

// ErrNotFound: the store has no entry with this ID.
var ErrNotFound = errors.New("revocation: no such entry")

// Reader reads entries.
type Reader interface {
	// Read returns those entries that there are of up to [MaxRead] different IDs, in any order, as the last write that
	// was finished before the call left them.
	Read(ctx context.Context, ids []string) ([]Entry, error)
}

// MaxRead is how many entries a [Reader] reads at once: one of each kind, and one more of a user who has an id beside sub.
const MaxRead = 5

// Store keeps entries. It is safe for concurrent use. Package revocationtest checks that an implementation does what is
// said here.
type Store interface {
	// Revoke keeps an entry, or returns the error of [Entry.Validate]. Where one of the same ID is there already, both
	// count from then on: what was revoked stays revoked, in whatever order entries come. So it may be done
	// again.
	Revoke(ctx context.Context, e Entry) error
	// Undo removes the entry; or ErrNotFound.
	Undo(ctx context.Context, id string) error
	// Entries gives all entries, in the store's own order. An error stands for an entry that cannot be read, or for all that
	// would follow, where nothing does.
	Entries(ctx context.Context) iter.Seq2[Entry, error]
}

// InTable tells of a token what the entries say that a reader reads, with one read for each check. Give it to a
// [Checker], which remembers the answers.
func InTable(entries Reader) authorizers.Revocations { return inTable{entries} }

type inTable struct {
	entries Reader
}

// Check implements authorizers.Revocations. The claim of a refusal is that of the entry which says most.
func (t inTable) Check(ctx context.Context, _ string, claims *authorizers.Claims) error {
	entries, err := t.entries.Read(ctx, NamesOf(claims))
	if err != nil {
		return err
	}
	for _, kind := range kinds {
		if slices.ContainsFunc(entries, func(e Entry) bool { return e.Kind == kind && e.Covers(claims) }) {
			return &authorizers.TokenError{Code: authorizers.CodeRevoked, Claim: string(kind)}
		}
	}
	return nil
}
