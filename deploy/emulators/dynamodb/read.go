package dynamodb

import (
	"math"

	"portcullis/deploy/emulators/dynamodb/internal/attribute"
)

// getItemResponse has no Item where there is none.
type getItemResponse struct {
	Item *attribute.Item `json:",omitempty"`
}

// getItem reads one item. Source: API reference, GetItem.
func (h *Handler) getItem(r *request) (any, *apiError) {
	name := r.tableName()
	given := r.required("Key")
	r.flag("ConsistentRead")
	r.nothing("ReturnConsumedCapacity", "NONE")
	e := r.expressions(projectionExpression)
	t, key, failure := h.reachItem(r, name, given)
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

// scanResponse is Scan's. Items is nil where only their number is wanted.
type scanResponse struct {
	Items            *[]attribute.Item `json:",omitempty"`
	Count            int
	ScannedCount     int
	LastEvaluatedKey attribute.Item `json:",omitempty"`
}

// The values of Scan's Select that are not about indexes.
const (
	allAttributes      = "ALL_ATTRIBUTES"
	specificAttributes = "SPECIFIC_ATTRIBUTES"
	countOnly          = "COUNT"
)

// scan reads a part of a table. Source: API reference, Scan.
func (h *Handler) scan(r *request) (any, *apiError) {
	name := r.tableName()
	limit := r.limit("Limit", math.MaxInt32)
	start := r.item("ExclusiveStartKey")
	r.flag("ConsistentRead")
	r.nothing("ReturnConsumedCapacity", "NONE")
	e := r.expressions(filterExpression, projectionExpression)
	selected := r.selected(e)
	t, failure := h.reach(r, name)
	if failure != nil {
		return nil, failure
	}
	behind := ""
	if start != nil {
		if behind, failure = t.key.keyAs(start); failure != nil {
			return nil, invalid("The provided starting key is invalid: %s", failure.Message)
		}
	}
	items, stopped := t.page(behind, limit)
	return scanned(t, e, selected, items, stopped), nil
}

// selected reads Select, which goes with a projection or without one.
func (r *request) selected(e expressions) string {
	selected := ""
	if _, given := r.members["Select"]; given {
		selected = r.choice("Select", allAttributes, specificAttributes, countOnly)
	}
	switch projected := e.projection != nil; {
	case projected && selected == countOnly:
		r.refuse(invalid("Cannot specify the ProjectionExpression when choosing to get only the Count"))
	case projected && selected == allAttributes:
		r.refuse(invalid("Cannot specify the ProjectionExpression when choosing to get ALL_ATTRIBUTES"))
	case !projected && selected == specificAttributes:
		r.refuse(invalid("Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES"))
	}
	return selected
}

func scanned(t *table, e expressions, selected string, items []attribute.Item, stopped bool) scanResponse {
	response := scanResponse{ScannedCount: len(items)}
	found := []attribute.Item{}
	for _, item := range items {
		if e.condition == nil || e.condition.Holds(item) {
			found = append(found, e.project(item))
		}
	}
	response.Count = len(found)
	if selected != countOnly {
		response.Items = &found
	}
	if stopped {
		last := items[len(items)-1]
		response.LastEvaluatedKey = attribute.Item{t.key.attribute: last[t.key.attribute]}
	}
	return response
}
