// Package dynamo keeps the entries of package revocation in a DynamoDB table whose partition key is the string attribute "id",
// without a sort key, and whose TTL attribute is "expiresAt".
//
// Authorizers need the permission dynamodb:BatchGetItem on the table, and who revokes tokens dynamodb:PutItem. Who
// administers it needs dynamodb:DeleteItem and Scan too.
//
// DynamoDB removes an item some time after its TTL, within days
// (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/howitworks-ttl.html). Until then it is read, counts,
// and is listed.
package dynamo

import (
	"context"
	"errors"
	"iter"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"portcullis/authorizers/dynamodb"
	"portcullis/authorizers/revocation"
)

// maxRaces is how often an entry is widened by one that another wrote meanwhile.
const maxRaces = 10

// Store is a revocation.Store and a revocation.Reader in a DynamoDB table. What it reads is strongly consistent: a revocation
// counts from the end of its write. It is safe for concurrent use.
type Store struct {
	table *dynamodb.Table
}

// New returns the store in a table.
func New(table *dynamodb.Table) *Store { return &Store{table} }

// Open returns the store in the table of a name, where and as whom the AWS SDK's configuration has it, as [dynamodb.OfSDK] says.
// It calls nobody. The error may be an *authorizers.ConfigError.
func Open(ctx context.Context, cfg aws.Config, name string) (*Store, error) {
	config, err := dynamodb.OfSDK(ctx, cfg, name)
	if err != nil {
		return nil, err
	}
	table, err := dynamodb.Open(config)
	if err != nil {
		return nil, err
	}
	return New(table), nil
}

// OpenNames opens the store in a table as [Open] does, for who knows of tokens by the names of their revocations alone: each looks them up each
// time that it is asked, and remembered believes for [revocation.RememberedFor] what it has read.
func OpenNames(ctx context.Context, cfg aws.Config, name string) (each revocation.ByName, remembered *revocation.NameChecker, err error) {
	store, err := Open(ctx, cfg, name)
	if err != nil {
		return each, nil, err
	}
	remembered, err = revocation.NewNameChecker(revocation.NameConfig{Entries: store})
	return revocation.ByName{Entries: store}, remembered, err
}

// Read implements revocation.Reader. It costs one read unit for each claim that can be looked up. An item that is no entry is
// an [*ItemError].
func (s *Store) Read(ctx context.Context, ids []string) ([]revocation.Entry, error) {
	items, err := s.table.BatchGet(ctx, ids)
	if err != nil {
		return nil, err
	}
	var entries []revocation.Entry
	for _, item := range items {
		e, err := entryOf(item)
		if err != nil {
			return nil, err
		}
		entries = append(entries, e)
	}
	return entries, nil
}

// Revoke implements revocation.Store. Its errors include [*ItemError], where what stands in the table already is no entry. A sign-out that
// is not done stays so.
func (s *Store) Revoke(ctx context.Context, e revocation.Entry) error {
	_, err := s.write(ctx, e, "", func(old mark) (mark, bool) { return old, true })
	return err
}

// RevokeFamily revokes the tokens of one sign-in, as [revocation.OfFamily] says, with the errors of Revoke. It and RevokeUser are
// for callers that know of no entries, such as the tokens function.
func (s *Store) RevokeFamily(ctx context.Context, issuer, originTokenID string, ends time.Time) error {
	return s.Revoke(ctx, revocation.OfFamily(issuer, originTokenID, ends))
}

// RevokeUser revokes the tokens of a user up to a second, as [revocation.OfUser] says, with the errors of Revoke.
func (s *Store) RevokeUser(ctx context.Context, issuer, subject string, before, ends time.Time) error {
	return s.Revoke(ctx, revocation.OfUser(issuer, subject, before, ends))
}

// BeginSignOut is RevokeUser, and keeps a mark of the sign-out, which is not empty, until EndSignOut: the last one, where several begin.
func (s *Store) BeginSignOut(ctx context.Context, issuer, subject string, before, ends time.Time, of string) error {
	_, err := s.write(ctx, revocation.OfUser(issuer, subject, before, ends), "", func(mark) (mark, bool) { return mark(of), true })
	return err
}

// EndSignOut is RevokeUser where the mark is kept still, and forgets it. Otherwise it writes nothing, and tells so.
func (s *Store) EndSignOut(ctx context.Context, issuer, subject string, before, ends time.Time, of string) (pending bool, err error) {
	return s.write(ctx, revocation.OfUser(issuer, subject, before, ends), mark(of), func(old mark) (mark, bool) { return "", old == mark(of) && of != "" })
}

// mark says whose sign-out is not done; "": there is none.
type mark string

// write writes an entry, widened by the one that is there, with the mark that takes the place of the old one; next may say that nothing is to
// be written. The old mark is guessed, and looked up where that was wrong. done is whether the entry is in the table, or what was there
// revokes as much.
func (s *Store) write(ctx context.Context, e revocation.Entry, old mark, next func(old mark) (mark, bool)) (done bool, err error) {
	if err := e.Validate(); err != nil {
		return false, err
	}
	for range maxRaces {
		to, wanted := next(old)
		if !wanted {
			return false, nil
		}
		err := s.put(ctx, e, old, to)
		refused, ok := errors.AsType[*dynamodb.ConditionError](err)
		if !ok {
			return err == nil, err
		}
		if len(refused.Item) == 0 && old == "" {
			return false, err
		}
		if len(refused.Item) == 0 { // it has expired, and is gone
			old = ""
			continue
		}
		there, err := entryOf(refused.Item)
		if err != nil {
			return false, err
		}
		if old, err = markOf(there, refused.Item); err != nil {
			return false, err
		}
		wide := e.Widen(there)
		if to, _ := next(old); wide == there && to == old || there == e && old == "" && to == "" { // or it was this write, whose answer was lost
			return true, nil
		}
		e = wide
	}
	return false, errors.New("others write the same revocation all the time")
}

// put writes an entry and a mark, unless the entry in the table lasts longer or covers more, or the mark is another one than was thought: then
// the error has the item there.
func (s *Store) put(ctx context.Context, e revocation.Entry, was, to mark) error {
	item := itemOf(e)
	c := dynamodb.Condition{
		Expression: "attribute_not_exists(id) OR #expires <= :expires",
		Names:      map[string]string{"#expires": expires},
		Values:     dynamodb.Item{":expires": item[expires]},
		Old:        true,
	}
	if value, timed := item[before]; timed {
		c.Names["#before"], c.Values[":before"], c.Names["#signOut"] = before, value, signOut
		c.Expression = "attribute_not_exists(id) OR (#expires <= :expires AND #before <= :before AND attribute_not_exists(#signOut))"
		if was != "" {
			c.Expression = "#expires <= :expires AND #before <= :before AND #signOut = :signOut"
			c.Values[":signOut"] = dynamodb.Text(string(was))
		}
	}
	if to != "" {
		item[signOut] = dynamodb.Text(string(to))
	}
	return s.table.Put(ctx, item, c)
}

// markOf is the mark of an item; "" where it has none.
func markOf(e revocation.Entry, item dynamodb.Item) (mark, error) {
	r := dynamodb.Reader{Item: item}
	if !r.Has(signOut) {
		return "", nil
	}
	of := text(&r, signOut)
	if r.Bad != "" {
		return "", &ItemError{e.ID(), r.Bad}
	}
	return mark(of), nil
}

// Undo implements revocation.Store. An item that is no entry is removed as well.
func (s *Store) Undo(ctx context.Context, id string) error {
	if !revocation.ValidID(id) {
		return revocation.ErrNotFound
	}
	err := s.table.Delete(ctx, id, dynamodb.Condition{Expression: "attribute_exists(id)", Once: true})
	if errors.As(err, new(*dynamodb.ConditionError)) {
		return revocation.ErrNotFound
	}
	return err
}

// Entries implements revocation.Store. It scans the whole table. Its errors include [*ItemError].
func (s *Store) Entries(ctx context.Context) iter.Seq2[revocation.Entry, error] {
	return func(yield func(revocation.Entry, error) bool) {
		for behind := ""; ; {
			items, next, err := s.table.Scan(ctx, 0, behind)
			if err != nil {
				yield(revocation.Entry{}, err)
				return
			}
			for _, item := range items {
				if !yield(entryOf(item)) {
					return
				}
			}
			if behind = next; behind == "" {
				return
			}
		}
	}
}
