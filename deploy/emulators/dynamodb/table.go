package dynamodb

import (
	"slices"
	"strings"
	"sync"
	"time"

	"portcullis/deploy/emulators/dynamodb/internal/attribute"
)

// key is a table's partition key.
type key struct {
	attribute string
	of        attribute.Type // String, Number or Binary
}

// table is a table with its items. The items are never changed, only put in each other's place.
type table struct {
	name    string
	key     key
	created time.Time
	units   throughput

	lock       sync.Mutex
	timeToLive string                    // the TTL attribute; "" means none
	items      map[string]attribute.Item // by the text of their keys
	order      []string                  // the keys' texts, sorted
}

func newTable(name string, k key, created time.Time) *table {
	return &table{name: name, key: k, created: created, items: map[string]attribute.Item{}}
}

func checkTableName(name string) *apiError {
	switch {
	case len(name) < 3 || len(name) > 255:
		return invalid("TableName must be at least 3 characters long and at most 255 characters long")
	case strings.ContainsFunc(name, notInTableName):
		return invalid("1 validation error detected: Value '%s' at 'tableName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+", name)
	}
	return nil
}

func notInTableName(c rune) bool {
	return !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_' || c == '.' || c == '-')
}

// maxKeyName is how long the name of a key's attribute may be, in bytes. Source: as checkTableName's.
const maxKeyName = 255

// check holds a table to what a table can be.
func (t *table) check() *apiError {
	if failure := checkTableName(t.name); failure != nil {
		return failure
	}
	if n := len(t.key.attribute); n < 1 || n > maxKeyName {
		return invalid("A key attribute's name must have 1 to 255 bytes, not %d", n)
	}
	if len(t.timeToLive) > maxKeyName {
		return invalid("A TTL attribute's name must have 1 to 255 bytes, not %d", len(t.timeToLive))
	}
	return nil
}

// maxKeySize is how large a partition key's value may be, in bytes. Source: "Service, account, and table quotas in
// Amazon DynamoDB", Partition key values.
const maxKeySize = 2048

// keyIn is the text of an item's key.
func (k key) keyIn(item attribute.Item) (string, *apiError) {
	value := item[k.attribute]
	switch {
	case !value.Exists():
		return "", invalid("One or more parameter values were invalid: Missing the key %s in the item", k.attribute)
	case value.Type != k.of:
		return "", invalid("One or more parameter values were invalid: Type mismatch for key %s expected: %s actual: %s", k.attribute, k.of, value.Type)
	}
	return value.Text, k.checkText(value.Text)
}

// keyAs is the text of a key that stands alone.
func (k key) keyAs(alone attribute.Item) (string, *apiError) {
	value := alone[k.attribute]
	if len(alone) != 1 || value.Type != k.of {
		return "", invalid("The provided key element does not match the schema")
	}
	return value.Text, k.checkText(value.Text)
}

func (k key) checkText(text string) *apiError {
	switch {
	case text == "" && k.of == attribute.Binary:
		return invalid("One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty binary value. Key: %s", k.attribute)
	case text == "":
		return invalid("One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: %s", k.attribute)
	case len(text) > maxKeySize && k.of != attribute.Number:
		return invalid("One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of%d bytes", maxKeySize)
	}
	return nil
}

// value is the key with a text, as a value of its attribute.
func (k key) value(text string) attribute.Value { return attribute.Value{Type: k.of, Text: text} }

func (t *table) get(key string) attribute.Item {
	t.lock.Lock()
	defer t.lock.Unlock()
	return t.items[key]
}

// change puts what next makes of a key's item in its place. An item that is not there is nil, before and after.
func (t *table) change(key string, next func(attribute.Item) (attribute.Item, *apiError)) *apiError {
	t.lock.Lock()
	defer t.lock.Unlock()
	changed, failure := next(t.items[key])
	if failure != nil {
		return failure
	}
	at, there := t.find(key)
	switch {
	case changed == nil && there:
		delete(t.items, key)
		t.order = slices.Delete(t.order, at, at+1)
	case changed != nil && !there:
		t.order = slices.Insert(t.order, at, key)
	}
	if changed != nil {
		t.items[key] = changed
	}
	return nil
}

// find is where in the order a key is, or would be.
func (t *table) find(key string) (at int, there bool) {
	return slices.BinarySearchFunc(t.order, key, func(a, b string) int {
		order, _ := t.key.value(a).Compare(t.key.value(b))
		return order
	})
}

// maxPage bounds the items that one Scan reads, in the bytes that their sizes count. Source:
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Scan.html.
const maxPage = 1 << 20

// page reads up to limit items behind a key ("" is the beginning), and says whether it stopped before the end. As
// DynamoDB does, it does not look whether anything follows the last item of the limit.
func (t *table) page(behind string, limit int) (items []attribute.Item, stopped bool) {
	t.lock.Lock()
	defer t.lock.Unlock()
	at, size := 0, 0
	if behind != "" {
		var there bool
		if at, there = t.find(behind); there {
			at++
		}
	}
	for _, key := range t.order[at:] {
		item := t.items[key]
		size += item.Size()
		if len(items) == limit || size > maxPage {
			return items, true
		}
		items = append(items, item)
	}
	return items, len(items) == limit
}

// size is how many items there are, and their bytes.
func (t *table) size() (items, bytes int) {
	t.lock.Lock()
	defer t.lock.Unlock()
	for _, item := range t.items {
		bytes += item.Size()
	}
	return len(t.items), bytes
}
