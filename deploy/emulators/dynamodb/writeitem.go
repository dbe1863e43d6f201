package dynamodb

import (
	"slices"

	"portcullis/deploy/emulators/dynamodb/internal/attribute"
)

// The values of ReturnValues.
const (
	returnNone       = "NONE"
	returnAllOld     = "ALL_OLD"
	returnUpdatedOld = "UPDATED_OLD"
	returnAllNew     = "ALL_NEW"
	returnUpdatedNew = "UPDATED_NEW"
)

// writeResponse has no Attributes where there are none to return.
type writeResponse struct {
	Attributes attribute.Item `json:",omitempty"`
}

// putItem puts an item in the place of the one with its key. Source: API reference, PutItem.
func (h *Handler) putItem(r *request) (any, *apiError) {
	w := r.put()
	return h.writeItem(r, w, r.returns(returnNone, returnAllOld))
}

// deleteItem deletes an item; one that is not there is no error. Source: API reference, DeleteItem.
func (h *Handler) deleteItem(r *request) (any, *apiError) {
	w := r.delete()
	return h.writeItem(r, w, r.returns(returnNone, returnAllOld))
}

// updateItem changes an item, or makes it of its key where it is not there. Source: API reference, UpdateItem.
func (h *Handler) updateItem(r *request) (any, *apiError) {
	w := r.update()
	return h.writeItem(r, w, r.returns(allReturns...))
}

var allReturns = []string{returnNone, returnAllOld, returnUpdatedOld, returnAllNew, returnUpdatedNew}

// returns reads ReturnValues, of which an operation takes some, and the members by which nothing else is asked for.
func (r *request) returns(allowed ...string) string {
	returns := r.choice("ReturnValues", allReturns...)
	if r.failure == nil && !slices.Contains(allowed, returns) {
		r.refuse(invalid("Return values set to invalid value"))
	}
	r.nothing("ReturnConsumedCapacity", "NONE")
	r.nothing("ReturnItemCollectionMetrics", "NONE")
	return returns
}

// writeItem is a write by itself.
func (h *Handler) writeItem(r *request, w write, returns string) (any, *apiError) {
	t, failure := h.reach(r, w.table)
	if failure != nil {
		return nil, failure
	}
	key, failure := w.key(t)
	if failure != nil {
		return nil, failure
	}
	var response writeResponse
	failure = t.change(key, func(old attribute.Item) (attribute.Item, *apiError) {
		changed, failure := w.apply(t, old)
		response.Attributes = w.returned(returns, old, changed)
		return changed, failure
	})
	if failure != nil {
		return nil, failure
	}
	return response, nil
}

// returned is what ReturnValues asks for.
func (w write) returned(returns string, old, changed attribute.Item) attribute.Item {
	switch {
	case returns == returnAllOld:
		return old
	case returns == returnAllNew:
		return changed
	case w.update == nil:
		return nil
	case returns == returnUpdatedOld:
		return w.update.Before(old)
	case returns == returnUpdatedNew:
		return w.update.After(changed)
	}
	return nil
}
