package key

import (
	"cmp"
	"context"
	"errors"
	"os"
	"slices"
	"strings"

	"portcullis/authorizers/apikey"
	"portcullis/authorizers/apikey/dynamo"
	"portcullis/deploy/portcullis/internal/cli"
)

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
		return cmp.Or(a.Created.Compare(b.Created), strings.Compare(a.ID, b.ID))
	})
	if len(broken) > 0 {
		return records, &dynamo.PageError{Items: broken}
	}
	return records, nil
}

// users are the ids of other keys that have a usage key and have not come to their end.
func (t *task) users(ctx context.Context, usageKey, except string) ([]string, error) {
	records, err := all(ctx, t.store)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, r := range records {
		if r.UsageKey == usageKey && r.ID != except && !r.Expired(t.now) {
			ids = append(ids, r.ID)
		}
	}
	return ids, nil
}

// save writes a new record.
func (t *task) save(ctx context.Context, u *undo, r apikey.Record) error {
	u.add("the record "+r.ID+" in the table, if it was written", func(ctx context.Context) error {
		return ignoreMissing(t.store.Delete(ctx, r.ID))
	})
	err := t.store.Create(ctx, r)
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

// checkStdout refuses a stdout on which the text of a new key would be lost, before there is one.
func (g *group) checkStdout() error {
	if g.Discards() {
		return cli.Usage("stdout is closed, or %s: the text of the key is written there, once, and would be lost; nothing was done", os.DevNull)
	}
	return nil
}

// reveal writes the text of a new key to stdout.
func (t *task) reveal(key apikey.Key, shown issued, format string) error {
	if format == cli.FormatJSON {
		shown.Key = key.Reveal()
		return t.PrintJSON(shown)
	}
	return t.Print(key.Reveal() + "\n")
}
