package dynamodb

import (
	"slices"
	"sort"

	"portcullis/deploy/emulators/dynamodb/internal/attribute"
	"portcullis/deploy/emulators/dynamodb/internal/expression"
)

// listing is items in the order of their keys, of which no two are the same. The items are never changed, only put in
// each other's place.
type listing struct {
	key   schema // an index's is followed by the table's, so that it is a key
	items []attribute.Item
}

// find is where an item with a key is, or would be.
func (l *listing) find(key attribute.Item) (at int, there bool) {
	return slices.BinarySearchFunc(l.items, key, l.compare)
}

func (l *listing) compare(a, b attribute.Item) int {
	for _, k := range l.key {
		if order, _ := a[k.AttributeName].Compare(b[k.AttributeName]); order != 0 {
			return order
		}
	}
	return 0
}

// get is the item with a key, nil where there is none.
func (l *listing) get(key attribute.Item) attribute.Item {
	if at, there := l.find(key); there {
		return l.items[at]
	}
	return nil
}

// replace puts an item in the place of another. One that is nil is not there.
func (l *listing) replace(old, item attribute.Item) {
	if old != nil {
		at, _ := l.find(old)
		if item != nil && l.compare(old, item) == 0 {
			l.items[at] = item
			return
		}
		l.items = slices.Delete(l.items, at, at+1)
	}
	if item != nil {
		at, _ := l.find(item)
		l.items = slices.Insert(l.items, at, item)
	}
}

// size is how many bytes the items have.
func (l *listing) size() (bytes int) {
	for _, item := range l.items {
		bytes += item.Size()
	}
	return bytes
}

// walk is how a listing is read.
type walk struct {
	conditions []expression.KeyCondition // on the first of the key's attributes, in their order
	backward   bool
	behind     attribute.Item // a key that meets the conditions, behind which it begins; nil is the beginning
	limit      int            // of items
}

// maxPage bounds the items that one Scan or Query reads, in the bytes that their sizes count. Source:
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Query.html.
const maxPage = 1 << 20

// read gives a page of items, and says whether it stopped before the end. As DynamoDB does, it does not look whether
// anything follows the last item of the limit.
func (l *listing) read(w walk) (items []attribute.Item, stopped bool) {
	from, to := l.span(w)
	for size := 0; from < to; {
		item := l.items[from]
		if w.backward {
			item = l.items[to-1]
		}
		size += item.Size()
		if len(items) == w.limit || size > maxPage {
			return items, true
		}
		items = append(items, item)
		if w.backward {
			to--
		} else {
			from++
		}
	}
	return items, len(items) == w.limit
}

// span is from which item on, and before which, a walk has not been yet.
func (l *listing) span(w walk) (from, to int) {
	from, to = 0, len(l.items)
	for i, c := range w.conditions {
		name, items := l.key[i].AttributeName, l.items[from:to]
		to = from + sort.Search(len(items), func(at int) bool { return c.Side(items[at][name]) > 0 })
		from += sort.Search(len(items), func(at int) bool { return c.Side(items[at][name]) >= 0 })
	}
	if w.behind == nil {
		return from, to
	}
	at, there := l.find(w.behind)
	switch {
	case w.backward:
		return from, at
	case there:
		at++
	}
	return at, to
}
