package dynamodb

import (
	"maps"
	"slices"

	"portcullis/deploy/emulators/dynamodb/internal/attribute"
)

// maxBatchWrites is how many writes one batch has. Source: API reference, BatchWriteItem.
const maxBatchWrites = 25

// batchWriteResponse is BatchWriteItem's. Nothing is ever left, as there is no throughput to exceed.
type batchWriteResponse struct {
	UnprocessedItems struct{}
}

// batchWriteItem puts and deletes items of several tables, each on its own; where one of the writes cannot be, none is done.
// Source: API reference, BatchWriteItem.
func (h *Handler) batchWriteItem(r *request) (any, *apiError) {
	r.nothing("ReturnConsumedCapacity", "NONE")
	r.nothing("ReturnItemCollectionMetrics", "NONE")
	writes := r.writes()
	if failure := r.end(); failure != nil {
		return nil, failure
	}
	tables, failure := h.tablesOf(tableNames(writes))
	if failure != nil {
		return nil, failure
	}
	keys := make([]attribute.Item, len(writes))
	seen := keysSeen{}
	for i, w := range writes {
		t := tables[w.table]
		if keys[i], failure = w.key(t); failure != nil {
			return nil, failure
		}
		if seen.again(t, keys[i]) {
			return nil, invalid("Provided list of item keys contains duplicates")
		}
	}
	for i, w := range writes {
		t := tables[w.table]
		if failure := t.change(keys[i], func(old attribute.Item) (attribute.Item, *apiError) { return w.apply(t, old) }); failure != nil {
			return nil, failure
		}
	}
	return batchWriteResponse{}, nil
}

// tableNames are where writes go.
func tableNames(writes []write) []string {
	names := make([]string, len(writes))
	for i, w := range writes {
		names[i] = w.table
	}
	return names
}

// tablesOf finds tables by their names, each once.
func (h *Handler) tablesOf(names []string) (map[string]*table, *apiError) {
	tables := map[string]*table{}
	for _, name := range names {
		if tables[name] != nil {
			continue
		}
		t, failure := h.table(name)
		if failure != nil {
			return nil, failure
		}
		tables[name] = t
	}
	return tables, nil
}

// keysSeen are keys of tables.
type keysSeen map[keySeen]bool

type keySeen struct {
	table *table
	texts [2]string
}

// again tells whether a key was seen before, and sees it.
func (seen keysSeen) again(t *table, key attribute.Item) bool {
	k := keySeen{t, t.key.texts(key)}
	before := seen[k]
	seen[k] = true
	return before
}

// writes reads RequestItems, in the order of the tables' names.
func (r *request) writes() (writes []write) {
	all := r.requestItems()
	if all == nil {
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(all.members)) {
		r.refuse(checkTableName(name))
		objects := all.objects(name)
		r.refuse(all.failure)
		if n := len(objects); n < 1 || n > maxBatchWrites {
			r.refuse(invalid("1 validation error detected: Value at 'requestItems.%s.member' failed to satisfy constraint: Map value must satisfy constraint: "+
				"[Member must have length less than or equal to %d, Member must have length greater than or equal to 1]", name, maxBatchWrites))
		}
		for _, object := range objects {
			w, failure := object.writeRequest(name)
			r.refuse(failure)
			writes = append(writes, w)
		}
	}
	if len(writes) > maxBatchWrites {
		r.refuse(invalid("Too many items requested for the BatchWriteItem call"))
	}
	return writes
}

// writeRequest reads a WriteRequest of a table.
func (r *request) writeRequest(table string) (write, *apiError) {
	w := write{table: table}
	put, deletion := r.object("PutRequest"), r.object("DeleteRequest")
	if failure := r.end(); failure != nil {
		return w, failure
	}
	switch {
	case (put == nil) == (deletion == nil):
		return w, invalid("A WriteRequest has one of PutRequest and DeleteRequest")
	case put != nil:
		item := put.required("Item")
		put.refuse(checkPutSize(item))
		w.puts(item)
		return w, put.end()
	}
	w.deletes(deletion.required("Key"))
	return w, deletion.end()
}
