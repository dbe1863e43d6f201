package dynamodb

import "portcullis/deploy/emulators/dynamodb/internal/attribute"

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
