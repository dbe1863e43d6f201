// Package dynamo keeps the records of API keys in a DynamoDB table whose partition key is the string attribute "id",
// without a sort key, and whose TTL attribute is "expiresAt".
//
// A rotation is one TransactWriteItems, which needs the permissions of what it does, PutItem and UpdateItem
// (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html).
//
// Who checks keys needs the permissions dynamodb:GetItem and dynamodb:UpdateItem on the table. The second is for the day
// of the last use, and can be held to that with the condition
//
//	"ForAllValues:StringEquals": {"dynamodb:Attributes": ["id", "lastUsed"]},
//	"Null":                      {"dynamodb:Attributes": "false"},
//	"StringEqualsIfExists":      {"dynamodb:ReturnValues": "NONE"}
//
// Who administers keys needs dynamodb:GetItem, PutItem, UpdateItem, DeleteItem and Scan. See
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html.
//
// The item whose id is "#seal" holds the secrets of the seals, which are read and written by the same permissions. Who may
// read the table has them, and can cause reads of it by them, and nothing else.
//
// DynamoDB removes an item some time after its TTL, within days
// (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/howitworks-ttl.html). Until then it is read and listed.
package dynamo

import (
	"context"
	"errors"

	"portcullis/authorizers/apikey"
	"portcullis/authorizers/dynamodb"
)

// Store is an apikey.Store in a DynamoDB table. What it reads is strongly consistent. It is safe for concurrent use.
type Store struct {
	table *dynamodb.Table
}

// New returns the store in a table.
func New(table *dynamodb.Table) *Store { return &Store{table} }

// Get implements apikey.Lookup. Its errors include *ItemError.
func (s *Store) Get(ctx context.Context, id string) (apikey.Record, error) {
	if !apikey.ValidID(id) {
		return apikey.Record{}, apikey.ErrNotFound
	}
	item, err := s.table.Get(ctx, id)
	if err != nil {
		return apikey.Record{}, err
	}
	if item == nil {
		return apikey.Record{}, apikey.ErrNotFound
	}
	r, err := recordOf(item)
	if err == nil && r.ID != id {
		return apikey.Record{}, &ItemError{r.ID, dynamodb.Key, nil}
	}
	return r, err
}

// Create implements apikey.Store.
func (s *Store) Create(ctx context.Context, r apikey.Record) error {
	if err := r.Validate(); err != nil {
		return err
	}
	err := s.table.Put(ctx, itemOf(r), dynamodb.Condition{Expression: "attribute_not_exists(id)", Once: true})
	if conditionFailed(err) != nil {
		return apikey.ErrExists
	}
	return err
}

// Delete implements apikey.Store.
func (s *Store) Delete(ctx context.Context, id string) error {
	if !apikey.ValidID(id) {
		return apikey.ErrNotFound
	}
	err := s.table.Delete(ctx, id, dynamodb.Condition{Expression: "attribute_exists(id)", Once: true})
	if conditionFailed(err) != nil {
		return apikey.ErrNotFound
	}
	return err
}

// DeleteAsRead implements apikey.Store.
func (s *Store) DeleteAsRead(ctx context.Context, r apikey.Record) error {
	if !apikey.ValidID(r.ID) {
		return apikey.ErrNotFound
	}
	c := asRead(r)
	c.Once = true
	err := s.table.Delete(ctx, r.ID, c)
	switch refused := conditionFailed(err); {
	case refused == nil:
		return err
	case len(refused.Item) == 0:
		return apikey.ErrNotFound
	}
	return apikey.ErrChanged
}

// List implements apikey.Store. A page is one part of a scan, and its cursor is the last id that was read. Where items
// are no records, the error is a *PageError that names each, and the page is there all the same, with the other records
// and the next cursor: who wants the rest of the list can go on.
func (s *Store) List(ctx context.Context, limit int, cursor string) (apikey.Page, error) {
	if err := apikey.CheckLimit(limit); err != nil {
		return apikey.Page{}, err
	}
	if cursor != "" && !isCursor(cursor) {
		return apikey.Page{}, apikey.ErrBadCursor
	}
	items, next, err := s.table.Scan(ctx, limit, cursor)
	if err != nil {
		return apikey.Page{}, err
	}
	if next != "" && !isCursor(next) {
		return apikey.Page{}, &ItemError{next, dynamodb.Key, nil}
	}
	page := apikey.Page{Next: next}
	var broken []error
	for _, item := range items {
		if id := item[dynamodb.Key].S; id != nil && *id == sealID {
			continue
		}
		if r, err := recordOf(item); err != nil {
			broken = append(broken, err)
		} else {
			page.Records = append(page.Records, r)
		}
	}
	if len(broken) > 0 {
		return page, &PageError{broken}
	}
	return page, nil
}

// isCursor tells whether a list can go on behind an id.
func isCursor(id string) bool { return apikey.ValidID(id) || id == sealID }

// conditionFailed returns DynamoDB's refusal of a conditional write, or nil.
func conditionFailed(err error) *dynamodb.ConditionError {
	refused, _ := errors.AsType[*dynamodb.ConditionError](err)
	return refused
}
