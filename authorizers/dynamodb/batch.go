package dynamodb

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"portcullis/authorizers/internal/awsjson"
)

// keys are the keys to read of one table, and batch those of all, as BatchGetItem has them.
// See https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html.
type (
	keys struct {
		Keys           []Item
		ConsistentRead bool
	}
	batch map[string]keys
)

// BatchGet reads the items that there are of up to 100 different ids, in any order, with one BatchGetItem and more of them for
// keys that were not processed. It costs a read unit for each id, or more for large items.
func (t *Table) BatchGet(ctx context.Context, ids []string) ([]Item, error) {
	const operation = "BatchGetItem"
	ctx, cancel := context.WithTimeout(ctx, awsjson.CallTimeout)
	defer cancel()
	var all []Item
	for left := ids; ; {
		items, unprocessed, err := t.batchGet(ctx, operation, left)
		if err != nil {
			return nil, t.failed(operation, err)
		}
		all = append(all, items...)
		if left = unprocessed; len(left) == 0 {
			return all, nil
		}
		if err := awsjson.Pause(ctx); err != nil {
			return nil, t.failed(operation, fmt.Errorf("%d keys are left unprocessed: %w", len(left), err))
		}
	}
}

// batchGet reads items once, and gives the ids that were not processed.
func (t *Table) batchGet(ctx context.Context, operation string, ids []string) (items []Item, unprocessed []string, err error) {
	wanted := make([]Item, len(ids))
	for i, id := range ids {
		wanted[i] = keyOf(id)
	}
	var found struct {
		Responses       map[string][]Item
		UnprocessedKeys batch
	}
	name := t.config.Table
	if err := t.call(ctx, operation, struct{ RequestItems batch }{batch{name: {wanted, true}}}, &found, true); err != nil {
		return nil, nil, err
	}
	items = found.Responses[name]
	unprocessed, err = within(ids, items, found.UnprocessedKeys[name].Keys)
	silent := items == nil && len(unprocessed) < len(ids) // what is not listed is not in the table, if there is a list
	if err != nil || silent || !isOnly(found.Responses, name) || !isOnly(found.UnprocessedKeys, name) {
		return nil, nil, &awsjson.AnswerError{Reason: "the answer is not about the keys that were asked for"}
	}
	return items, unprocessed, nil
}

// isOnly tells whether an answer is about no other table than the named one.
func isOnly[T any](tables map[string]T, name string) bool {
	_, there := tables[name]
	return len(tables) == 0 || there && len(tables) == 1
}

var errOthers = errors.New("other keys")

// within gives the ids of the keys that were not processed. All items and keys have to be of ids that were asked for, each
// once.
func within(ids []string, items, keys []Item) (unprocessed []string, err error) {
	left := slices.Clone(ids)
	for i, one := range slices.Concat(items, keys) {
		id := one[Key].S
		if id == nil {
			return nil, errOthers
		}
		at := slices.Index(left, *id)
		if at < 0 {
			return nil, errOthers
		}
		left = slices.Delete(left, at, at+1)
		if i >= len(items) {
			unprocessed = append(unprocessed, *id)
		}
	}
	return unprocessed, nil
}
