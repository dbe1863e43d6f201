package dynamodb

import (
	"fmt"

	"portcullis/deploy/emulators/dynamodb/internal/attribute"
)

// get is a Get of a transaction.
type get struct {
	expressions
	table string
	key   attribute.Item
}

// transactGetItems reads items of several tables as they are at one moment. Source: API reference, TransactGetItems.
func (h *Handler) transactGetItems(r *request) (any, *apiError) {
	r.nothing("ReturnConsumedCapacity", "NONE")
	gets := r.gets()
	if failure := r.end(); failure != nil {
		return nil, failure
	}
	names := make([]string, len(gets))
	for i, g := range gets {
		names[i] = g.table
	}
	tables, failure := h.tablesOf(names)
	if failure != nil {
		return nil, failure
	}
	actions := make([]action, len(gets))
	seen := keysSeen{}
	for i, g := range gets {
		a := action{at: tables[g.table], key: g.key, failure: tables[g.table].key.checkAlone(g.key)}
		if a.failure == nil && seen.again(a.at, a.key) {
			return nil, errSameItem
		}
		a.next = func(_ *table, old attribute.Item) (attribute.Item, *apiError) { return old, nil }
		actions[i] = a
	}
	defer lockAll(tables)()
	if failure := decide(actions); failure != nil {
		return nil, failure
	}
	responses := make([]getItemResponse, len(gets))
	for i, a := range actions {
		if a.item != nil {
			item := gets[i].project(a.item)
			responses[i].Item = &item
		}
	}
	return struct{ Responses []getItemResponse }{responses}, nil
}

// gets reads TransactItems that are to be read.
func (r *request) gets() (gets []get) {
	for i, object := range r.transactItems() {
		given := object.object("Get")
		if given == nil {
			object.path = fmt.Sprintf("transactItems.%d.member.", i+1)
			object.refuse(object.null("Get"))
			r.refuse(object.end())
			return nil
		}
		given.path = fmt.Sprintf("transactItems.%d.member.get.", i+1)
		g := get{key: given.required("Key"), table: given.tableName()}
		g.expressions = given.expressions(projectionExpression)
		r.refuse(given.end())
		r.refuse(object.end())
		gets = append(gets, g)
	}
	return gets
}
