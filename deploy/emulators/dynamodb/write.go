package dynamodb

import "portcullis/deploy/emulators/dynamodb/internal/attribute"

// write is one write of one item, as a request of its own, a batch and a transaction have it.
type write struct {
	expressions
	table string
	shows bool // ReturnValuesOnConditionCheckFailure is ALL_OLD

	// key holds the write to the keys of its table, and gives that of its item.
	key func(*table) (attribute.Item, *apiError)
	// next is what the write makes of the item with the key. One that is not there is nil, before and after.
	next func(t *table, old attribute.Item) (attribute.Item, *apiError)
}

// write reads what all writes have that stand by themselves or in a transaction.
func (r *request) write(members ...string) write {
	w := write{table: r.tableName()}
	w.shows = r.choice("ReturnValuesOnConditionCheckFailure", returnNone, returnAllOld) == returnAllOld
	w.expressions = r.expressions(members...)
	return w
}

// put reads a write that puts an item in the place of the one with its key.
func (r *request) put() write {
	item := r.required("Item")
	w := r.write(conditionExpression)
	w.puts(item)
	r.refuse(checkPutSize(item))
	return w
}

func checkPutSize(item attribute.Item) *apiError {
	if item.Size() > attribute.MaxItemSize {
		return invalid("Item size has exceeded the maximum allowed size")
	}
	return nil
}

func (w *write) puts(item attribute.Item) {
	w.key = func(t *table) (attribute.Item, *apiError) {
		if failure := t.key.checkIn(item); failure != nil {
			return nil, failure
		}
		return t.key.of(item), t.misfit(item).put()
	}
	w.next = func(*table, attribute.Item) (attribute.Item, *apiError) { return item, nil }
}

// delete reads a write that deletes an item; one that is not there is no error.
func (r *request) delete() write {
	key := r.required("Key")
	w := r.write(conditionExpression)
	w.deletes(key)
	return w
}

func (w *write) deletes(key attribute.Item) {
	w.key = func(t *table) (attribute.Item, *apiError) { return key, t.key.checkAlone(key) }
	w.next = func(*table, attribute.Item) (attribute.Item, *apiError) { return nil, nil }
}

// update reads a write that changes an item, or makes it of its key where it is not there.
func (r *request) update() write {
	key := r.required("Key")
	w := r.write(updateExpression, conditionExpression)
	w.key = func(t *table) (attribute.Item, *apiError) {
		if failure := t.key.checkAlone(key); failure != nil {
			return nil, failure
		}
		return key, w.keepsKey(t.key)
	}
	w.next = func(t *table, old attribute.Item) (attribute.Item, *apiError) {
		if old == nil {
			old = key
		}
		changed, failure := w.updated(old)
		if failure == nil {
			failure = t.misfit(changed).updated()
		}
		return changed, failure
	}
	return w
}

// apply checks the condition, and gives what the write makes of the item.
func (w write) apply(t *table, old attribute.Item) (attribute.Item, *apiError) {
	if w.condition != nil && !w.condition.Holds(old) {
		return nil, w.refusal(old)
	}
	return w.next(t, old)
}

func (w write) refusal(old attribute.Item) *apiError {
	failure := &apiError{Type: conditionFailed, Message: "The conditional request failed"}
	if w.shows {
		failure.Item = old
	}
	return failure
}

// keepsKey refuses an update of the key.
func (w write) keepsKey(key schema) *apiError {
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
func (w write) updated(old attribute.Item) (attribute.Item, *apiError) {
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
