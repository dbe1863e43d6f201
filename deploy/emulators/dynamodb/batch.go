package dynamodb

import (
	"encoding/json"
	"maps"
	"slices"

	"portcullis/deploy/emulators/dynamodb/internal/attribute"
)

// The limits of BatchGetItem: keys, and bytes of items that one answer has. Source: API reference, BatchGetItem.
const (
	maxBatchKeys = 100
	maxBatchSize = 16 << 20
)

// part is what a batch asks of one table: a KeysAndAttributes.
type part struct {
	expressions
	table string
	keys  []attribute.Item
	said  map[string]json.RawMessage // as it was said, without the keys
}

// batchResponse is BatchGetItem's. What was too much for one answer is in UnprocessedKeys, in the form of a request.
type batchResponse struct {
	Responses       map[string][]attribute.Item
	UnprocessedKeys map[string]map[string]any
}

// batchGetItem reads items of several tables by their keys, each on its own. Source: API reference, BatchGetItem.
func (h *Handler) batchGetItem(r *request) (any, *apiError) {
	r.nothing("ReturnConsumedCapacity", "NONE")
	parts := r.parts()
	if failure := r.end(); failure != nil {
		return nil, failure
	}
	response := batchResponse{map[string][]attribute.Item{}, map[string]map[string]any{}}
	size := 0
	for _, p := range parts {
		t, failure := h.table(p.table)
		if failure != nil {
			return nil, failure
		}
		if size, failure = response.add(t, p, size); failure != nil {
			return nil, failure
		}
	}
	return response, nil
}

// requestItems reads what a batch has for each table; nil: nothing is there, and the request is refused.
func (r *request) requestItems() *request {
	all := r.object("RequestItems")
	switch {
	case all == nil:
		r.refuse(r.null("RequestItems"))
	case len(all.members) == 0:
		r.refuse(invalid("1 validation error detected: Value '{}' at 'requestItems' failed to satisfy constraint: Member must have length greater than or equal to 1"))
	}
	return all
}

// parts reads RequestItems, in the order of the tables' names.
func (r *request) parts() (parts []part) {
	all := r.requestItems()
	if all == nil {
		return nil
	}
	keys := 0
	for _, name := range slices.Sorted(maps.Keys(all.members)) {
		r.refuse(checkTableName(name))
		object := all.object(name)
		if object == nil {
			break
		}
		p, failure := object.part(name)
		r.refuse(failure)
		parts = append(parts, p)
		keys += len(p.keys)
	}
	r.refuse(all.failure)
	if keys > maxBatchKeys {
		r.refuse(invalid("Too many items requested for the BatchGetItem call"))
	}
	return parts
}

func (r *request) part(table string) (p part, failure *apiError) {
	p = part{table: table, said: maps.Clone(r.members)}
	delete(p.said, "Keys")
	p.keys = r.items("Keys")
	r.flag("ConsistentRead")
	p.expressions = r.expressions(projectionExpression)
	const constraint = "1 validation error detected: Value at 'requestItems.%s.member.keys' failed to satisfy constraint: Member must "
	switch n := len(p.keys); {
	case p.keys == nil:
		r.refuse(invalid(constraint+"not be null", table))
	case n == 0:
		r.refuse(invalid(constraint+"have length greater than or equal to 1", table))
	case n > maxBatchKeys:
		r.refuse(invalid(constraint+"have length less than or equal to %d", table, maxBatchKeys))
	}
	return p, r.end()
}

// items is a list of attributes by their names; nil where the member is absent.
func (r *request) items(name string) []attribute.Item {
	var raws []json.RawMessage
	if !r.read(name, &raws) {
		return nil
	}
	items := make([]attribute.Item, len(raws))
	for i, raw := range raws {
		item, err := attribute.ParseItem(raw)
		r.refuse(failed("", err))
		items[i] = item
	}
	return items
}

// add reads a part from its table, as long as the answer has not grown too large.
func (b batchResponse) add(t *table, p part, size int) (int, *apiError) {
	read := map[[2]string]bool{}
	b.Responses[p.table] = []attribute.Item{}
	var left []attribute.Item
	for _, given := range p.keys {
		if failure := t.key.checkAlone(given); failure != nil {
			return size, failure
		}
		texts := t.key.texts(given)
		if read[texts] {
			return size, invalid("Provided list of item keys contains duplicates")
		}
		read[texts] = true
		item := t.get(given)
		if len(left) > 0 || size+item.Size() > maxBatchSize {
			left = append(left, given)
			continue
		}
		if item != nil {
			size += item.Size()
			b.Responses[p.table] = append(b.Responses[p.table], p.project(item))
		}
	}
	if len(left) > 0 {
		again := map[string]any{"Keys": left}
		for name, raw := range p.said {
			again[name] = raw
		}
		b.UnprocessedKeys[p.table] = again
	}
	return size, nil
}
