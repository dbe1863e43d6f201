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

// writing is what the three writes have in common.
type writing struct {
	expressions
	table   string
	returns string // a value of ReturnValues
	shows   bool   // ReturnValuesOnConditionCheckFailure is ALL_OLD
}

// writeResponse has no Attributes where there are none to return.
type writeResponse struct {
	Attributes attribute.Item `json:",omitempty"`
}

func (r *request) writing(members ...string) writing {
	w := writing{table: r.tableName()}
	w.returns = r.choice("ReturnValues", returnNone, returnAllOld, returnUpdatedOld, returnAllNew, returnUpdatedNew)
	w.shows = r.choice("ReturnValuesOnConditionCheckFailure", returnNone, returnAllOld) == returnAllOld
	r.nothing("ReturnConsumedCapacity", "NONE")
	r.nothing("ReturnItemCollectionMetrics", "NONE")
	w.expressions = r.expressions(members...)
	if !slices.Contains(members, updateExpression) && w.returns != returnNone && w.returns != returnAllOld {
		r.refuse(invalid("Return values set to invalid value"))
	}
	return w
}

// apply checks the condition and changes the item as next says.
func (w writing) apply(t *table, key attribute.Item, next func(attribute.Item) (attribute.Item, *apiError)) (any, *apiError) {
	var response writeResponse
	failure := t.change(key, func(old attribute.Item) (attribute.Item, *apiError) {
		if w.condition != nil && !w.condition.Holds(old) {
			return nil, w.refusal(old)
		}
		changed, failure := next(old)
		response.Attributes = w.returned(old, changed)
		return changed, failure
	})
	if failure != nil {
		return nil, failure
	}
	return response, nil
}

func (w writing) refusal(old attribute.Item) *apiError {
	failure := &apiError{Type: conditionFailed, Message: "The conditional request failed"}
	if w.shows {
		failure.Item = old
	}
	return failure
}

// returned is what ReturnValues asks for.
func (w writing) returned(old, changed attribute.Item) attribute.Item {
	switch {
	case w.returns == returnAllOld:
		return old
	case w.returns == returnAllNew:
		return changed
	case w.update == nil:
		return nil
	case w.returns == returnUpdatedOld:
		return w.update.Before(old)
	case w.returns == returnUpdatedNew:
		return w.update.After(changed)
	}
	return nil
}

// putItem puts an item in the place of the one with its key. Source: API reference, PutItem.
func (h *Handler) putItem(r *request) (any, *apiError) {
	item := r.required("Item")
	w := r.writing(conditionExpression)
	if item.Size() > attribute.MaxItemSize {
		r.refuse(invalid("Item size has exceeded the maximum allowed size"))
	}
	t, failure := h.reach(r, w.table)
	if failure != nil {
		return nil, failure
	}
	if failure := t.key.checkIn(item); failure != nil {
		return nil, failure
	}
	if failure := t.misfit(item).put(); failure != nil {
		return nil, failure
	}
	return w.apply(t, t.key.of(item), func(attribute.Item) (attribute.Item, *apiError) { return item, nil })
}

// deleteItem deletes an item; one that is not there is no error. Source: API reference, DeleteItem.
func (h *Handler) deleteItem(r *request) (any, *apiError) {
	key := r.required("Key")
	w := r.writing(conditionExpression)
	t, failure := h.reachItem(r, w.table, key)
	if failure != nil {
		return nil, failure
	}
	return w.apply(t, key, func(attribute.Item) (attribute.Item, *apiError) { return nil, nil })
}

// updateItem changes an item, or makes it of its key where it is not there. Source: API reference, UpdateItem.
func (h *Handler) updateItem(r *request) (any, *apiError) {
	key := r.required("Key")
	w := r.writing(updateExpression, conditionExpression)
	t, failure := h.reachItem(r, w.table, key)
	if failure != nil {
		return nil, failure
	}
	if failure := w.keepsKey(t.key); failure != nil {
		return nil, failure
	}
	return w.apply(t, key, func(old attribute.Item) (attribute.Item, *apiError) {
		if old == nil {
			old = key
		}
		changed, failure := w.updated(old)
		if failure == nil {
			failure = t.misfit(changed).updated()
		}
		return changed, failure
	})
}

// keepsKey refuses an update of the key.
func (w writing) keepsKey(key schema) *apiError {
	if w.update == nil {
		return nil
	}
	for _, path := range w.update.Paths() {
		if name := path[0].Name; key.has(name) {
			return invalid("One or more parameter values were invalid: Cannot update attribute %s. This attribute is part of the key", name)
		}
	}
	return nil
}

// updated is the item after the update, held to an item's limits.
func (w writing) updated(old attribute.Item) (attribute.Item, *apiError) {
	if w.update == nil {
		return old, nil
	}
	changed, err := w.update.Apply(old)
	if err == nil {
		err = changed.Check()
	}
	if err != nil {
		return nil, failed("", err)
	}
	if changed.Size() > attribute.MaxItemSize {
		return nil, invalid("Item size to update has exceeded the maximum allowed size")
	}
	return changed, nil
}
