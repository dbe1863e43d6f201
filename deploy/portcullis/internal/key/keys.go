package main

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"portcullis/authorizers/apikey"
	"portcullis/authorizers/apikey/dynamo"
	"portcullis/authorizers/environ"
	"portcullis/authorizers/environ/tables"
)

// open opens the table of keys.
func (s *session) open(ctx context.Context) (apikey.Store, error) {
	store, err := tables.OpenKeys(ctx, s.Getenv)
	if err == nil && store == nil {
		err = &environ.Error{Variable: environ.APIKeysTable, Err: errors.New("is not set; want the name of the DynamoDB table of the keys")}
	}
	return store, err
}

// all reads the records of a store, the oldest first. Where items of the table are no records, the others are given
// beside an error that names those.
func all(ctx context.Context, store apikey.Store) ([]apikey.Record, error) {
	var records []apikey.Record
	var broken []error
	for cursor := ""; ; {
		page, err := store.List(ctx, apikey.MaxPage, cursor)
		if part := (*dynamo.PageError)(nil); errors.As(err, &part) {
			broken = append(broken, part.Items...)
		} else if err != nil {
			return nil, err
		}
		records = append(records, page.Records...)
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	slices.SortFunc(records, func(a, b apikey.Record) int {
		if order := a.Created.Compare(b.Created); order != 0 {
			return order
		}
		return strings.Compare(a.ID, b.ID)
	})
	if len(broken) > 0 {
		return records, &dynamo.PageError{Items: broken}
	}
	return records, nil
}

// users are the ids of other keys that have a usage key and have not come to their end.
func users(ctx context.Context, store apikey.Store, usageKey, except string, now time.Time) ([]string, error) {
	records, err := all(ctx, store)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, r := range records {
		if r.UsageKey == usageKey && r.ID != except && !r.Expired(now) {
			ids = append(ids, r.ID)
		}
	}
	return ids, nil
}

// save writes a new record.
func save(ctx context.Context, store apikey.Store, u *undo, r apikey.Record) error {
	u.add("the record "+r.ID+" in the table, if it was written", func(ctx context.Context) error {
		return ignoreMissing(store.Delete(ctx, r.ID))
	})
	err := store.Create(ctx, r)
	if isRefused(err) || errors.Is(err, apikey.ErrExists) {
		u.dropLast()
	}
	return err
}

func ignoreMissing(err error) error {
	if errors.Is(err, apikey.ErrNotFound) {
		return nil
	}
	return err
}

// issued is what is shown, once, of a new key.
type issued struct {
	Key string `json:"key"`
	view
	Replaces *replaced `json:"replaces,omitempty"`
}

// reveal writes the text of a new key to stdout.
func (s *session) reveal(key apikey.Key, shown issued, asJSON bool) error {
	if asJSON {
		shown.Key = key.Reveal()
		return s.PrintJSON(shown)
	}
	return s.Print([]byte(key.Reveal() + "\n"))
}
