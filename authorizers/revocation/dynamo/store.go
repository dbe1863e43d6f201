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

// Revoke implements revocation.Store. Its errors include [*ItemError], where what stands in the table already is no entry.
func (s *Store) Revoke(ctx context.Context, e revocation.Entry) error {
	if err := e.Validate(); err != nil {
		return err
	}
	for range maxRaces {
		err := s.put(ctx, e)
		refused, ok := errors.AsType[*dynamodb.ConditionError](err)
		if !ok || len(refused.Item) == 0 {
			return err
		}
		old, err := entryOf(refused.Item)
		if err != nil {
			return err
		}
		if e = e.Widen(old); e == old {
			return nil
		}
	}
	return errors.New("others write the same revocation all the time")
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

// put writes an entry, unless the one in the table lasts longer or covers more: then the error has the item there.
func (s *Store) put(ctx context.Context, e revocation.Entry) error {
	item := itemOf(e)
	c := dynamodb.Condition{
		Expression: "attribute_not_exists(id) OR #expires <= :expires",
		Names:      map[string]string{"#expires": expires},
		Values:     dynamodb.Item{":expires": item[expires]},
		Old:        true,
	}
	if value, timed := item[before]; timed {
		c.Expression = "attribute_not_exists(id) OR (#expires <= :expires AND #before <= :before)"
		c.Names["#before"], c.Values[":before"] = before, value
	}
	return s.table.Put(ctx, item, c)
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
