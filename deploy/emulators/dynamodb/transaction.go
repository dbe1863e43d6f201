package dynamodb

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"portcullis/deploy/emulators/dynamodb/internal/attribute"
)

// The limits of a transaction: actions, and bytes of the items that it is about. Source: API reference, TransactWriteItems.
const (
	maxActions         = 100
	maxTransactionSize = 4 << 20
)

// reason is a CancellationReason. The Code of an action that kept nothing from being done is None.
type reason struct {
	Code    string
	Message string         `json:",omitempty"`
	Item    attribute.Item `json:",omitempty"`
}

// transactWriteItems does all of its actions, or none. Source: API reference, TransactWriteItems.
func (h *Handler) transactWriteItems(r *request) (any, *apiError) {
	token := r.clientRequestToken()
	digest := digestOf(r)
	r.nothing("ReturnConsumedCapacity", "NONE")
	r.nothing("ReturnItemCollectionMetrics", "NONE")
	writes := r.actions()
	if failure := r.end(); failure != nil {
		return nil, failure
	}
	if failure := h.transacted.once(token, digest, h.now, func() *apiError { return h.transact(writes) }); failure != nil {
		return nil, failure
	}
	return struct{}{}, nil
}

// transactItems reads the objects of TransactItems.
func (r *request) transactItems() []*request {
	if _, there := r.members["TransactItems"]; !there {
		r.refuse(r.null("TransactItems"))
	}
	objects := r.objects("TransactItems")
	const constraint = "1 validation error detected: Value at 'transactItems' failed to satisfy constraint: Member must have length "
	switch n := len(objects); {
	case n < 1:
		r.refuse(invalid(constraint + "greater than or equal to 1"))
	case n > maxActions:
		r.refuse(invalid(constraint+"less than or equal to %d", maxActions))
	}
	return objects
}

// actions reads TransactItems that are to be done.
func (r *request) actions() (writes []write) {
	for i, object := range r.transactItems() {
		w, failure := object.action(fmt.Sprintf("transactItems.%d.member.", i+1))
		r.refuse(failure)
		writes = append(writes, w)
	}
	return writes
}

// action reads a TransactWriteItem, which is the one of its members.
func (r *request) action(path string) (w write, failure *apiError) {
	kinds := []struct {
		name string
		read func(*request) write
	}{
		{"ConditionCheck", (*request).conditionCheck},
		{"Put", (*request).put},
		{"Delete", (*request).delete},
		{"Update", (*request).transactUpdate},
	}
	found := 0
	for _, kind := range kinds {
		object := r.object(kind.name)
		if object == nil {
			continue
		}
		found++
		object.path = path + lowerFirst(kind.name) + "."
		w = kind.read(object)
		r.refuse(object.end())
	}
	if found != 1 && len(r.members) == 0 {
		return w, invalid("TransactItems can only contain one of Check, Put, Update or Delete")
	}
	return w, r.end()
}

// conditionCheck reads an action that leaves its item as it is.
func (r *request) conditionCheck() write {
	r.must(conditionExpression)
	key := r.required("Key")
	w := r.write(conditionExpression)
	w.deletes(key)
	w.next = func(_ *table, old attribute.Item) (attribute.Item, *apiError) { return old, nil }
	return w
}

// transactUpdate reads an Update, which must have an expression where that of UpdateItem may have none.
func (r *request) transactUpdate() write {
	r.must(updateExpression)
	return r.update()
}

// must wants a member that is read later.
func (r *request) must(name string) {
	if _, there := r.members[name]; !there {
		r.refuse(r.null(name))
	}
}

// action is a write of a transaction, and what it comes to.
type action struct {
	write
	at        *table
	key       attribute.Item // nil where the write does not fit its table
	old, item attribute.Item
	failure   *apiError
}

var errSameItem = invalid("Transaction request cannot include multiple operations on one item")

// transact does all writes, or tells why it does none.
func (h *Handler) transact(writes []write) *apiError {
	tables, failure := h.tablesOf(tableNames(writes))
	if failure != nil {
		return failure
	}
	actions := make([]action, len(writes))
	seen := keysSeen{}
	for i, w := range writes {
		a := action{write: w, at: tables[w.table]}
		if a.key, a.failure = w.key(a.at); a.failure == nil && seen.again(a.at, a.key) {
			return errSameItem
		}
		actions[i] = a
	}
	defer lockAll(tables)()
	if failure := decide(actions); failure != nil {
		return failure
	}
	for _, a := range actions {
		a.at.replace(a.old, a.item, nil)
	}
	return nil
}

// lockAll locks tables, always in the same order, so that no two transactions wait for each other.
func lockAll(tables map[string]*table) (unlock func()) {
	all := make([]*table, 0, len(tables))
	for _, t := range tables {
		all = append(all, t)
	}
	slices.SortFunc(all, func(a, b *table) int { return cmp.Compare(a.name, b.name) })
	for _, t := range all {
		t.lock.Lock()
	}
	return func() {
		for _, t := range all {
			t.lock.Unlock()
		}
	}
}

// decide finds out what each action makes of its item, and changes nothing. Who calls it has the tables' locks.
func decide(actions []action) *apiError {
	size, failed := 0, false
	for i := range actions {
		a := &actions[i]
		if a.failure == nil {
			a.old = a.at.listing.get(a.key)
			a.item, a.failure = a.apply(a.at, a.old)
		}
		failed = failed || a.failure != nil
		if a.item != nil {
			size += a.item.Size()
		} else {
			size += a.old.Size()
		}
	}
	switch {
	case failed:
		return canceled(actions)
	case size > maxTransactionSize:
		return invalid("The items of the transaction have %d bytes, which is more than the %d that they may have together", size, maxTransactionSize)
	}
	return nil
}

// canceled tells of each action why it could not be.
func canceled(actions []action) *apiError {
	reasons, codes := make([]reason, len(actions)), make([]string, len(actions))
	for i, a := range actions {
		reasons[i] = reasonOf(a.failure)
		codes[i] = reasons[i].Code
	}
	return &apiError{
		Type: transactionCanceled, Reasons: reasons,
		Message: "Transaction cancelled, please refer cancellation reasons for specific reasons [" + strings.Join(codes, ", ") + "]",
	}
}

func reasonOf(failure *apiError) reason {
	switch {
	case failure == nil:
		return reason{Code: "None"}
	case failure.Type == conditionFailed:
		return reason{"ConditionalCheckFailed", failure.Message, failure.Item}
	}
	return reason{Code: "ValidationError", Message: failure.Message}
}
