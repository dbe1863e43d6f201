package dynamodb

import (
	"fmt"

	"portcullis/deploy/emulators/dynamodb/internal/attribute"
)

// getItemResponse has no Item where there is none.
type getItemResponse struct {
	Item *attribute.Item `json:",omitempty"`
}

// getItem reads one item. Source: API reference, GetItem.
func (h *Handler) getItem(r *request) (any, *apiError) {
	name := r.tableName()
	key := r.required("Key")
	r.flag("ConsistentRead")
	r.nothing("ReturnConsumedCapacity", "NONE")
	e := r.expressions(projectionExpression)
	t, failure := h.reachItem(r, name, key)
	if failure != nil {
		return nil, failure
	}
	item := t.get(key)
	if item == nil {
		return getItemResponse{}, nil
	}
	item = e.project(item)
	return getItemResponse{&item}, nil
}

// project is what the projection wants of an item, all of it where there is none.
func (e expressions) project(item attribute.Item) attribute.Item {
	if e.projection == nil {
		return item
	}
	return e.projection.Of(item)
}

// Item gives what GetItem answers for a table without sort keys, nil where there is no item: for programs that have the Handler.
// Nobody may change it. The error says that there is no such table, or what is wrong with the key.
func (h *Handler) Item(table, key string) (attribute.Item, error) {
	t, failure := h.table(table)
	if failure != nil {
		return nil, fmt.Errorf("dynamodb: table %q: %s", table, failure.Message)
	}
	item := attribute.Item{t.key[0].AttributeName: {Type: attribute.String, Text: key}}
	if failure := t.key.checkAlone(item); failure != nil {
		return nil, fmt.Errorf("dynamodb: table %q: %s", table, failure.Message)
	}
	return t.get(item), nil
}
