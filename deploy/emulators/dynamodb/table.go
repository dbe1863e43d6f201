package dynamodb

import (
	"strings"
	"sync"
	"time"

	"portcullis/deploy/emulators/dynamodb/internal/attribute"
)

// table is a table with its items.
type table struct {
	region      string // of its ARN
	name        string
	key         schema
	definitions []definition // of all keys' attributes, as they were given
	created     time.Time
	units       throughput
	indexes     []*index

	lock       sync.Mutex // of what follows, and of the indexes' items
	timeToLive string     // the TTL attribute; "" means none
	listing    listing
	stream     *Stream // the latest, which may have ended; nil: there has been none
}

func newTable(region, name string, key schema, created time.Time) *table {
	return &table{region: region, name: name, key: key, created: created, listing: listing{key: key}}
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

// check holds a table to what a table can be.
func (t *table) check() *apiError {
	if failure := checkTableName(t.name); failure != nil {
		return failure
	}
	if failure := t.key.check(); failure != nil {
		return failure
	}
	if len(t.timeToLive) > maxKeyName {
		return invalid("A TTL attribute's name must have 1 to 255 bytes, not %d", len(t.timeToLive))
	}
	return t.checkIndexes()
}

func (t *table) get(key attribute.Item) attribute.Item {
	t.lock.Lock()
	defer t.lock.Unlock()
	return t.listing.get(key)
}

// change puts what next makes of a key's item in its place. An item that is not there is nil, before and after.
func (t *table) change(key attribute.Item, next func(attribute.Item) (attribute.Item, *apiError)) *apiError {
	t.lock.Lock()
	defer t.lock.Unlock()
	old := t.listing.get(key)
	changed, failure := next(old)
	if failure != nil {
		return failure
	}
	t.replace(old, changed, nil)
	return nil
}

// replace puts an item in the place of another, in the table and in its indexes, and tells the stream, in the name of who does
// it; nil is a client. Who calls it has the lock.
func (t *table) replace(old, item attribute.Item, who *Identity) {
	t.listing.replace(old, item)
	for _, x := range t.indexes {
		x.listing.replace(x.part(old), x.part(item))
	}
	if t.stream != nil {
		t.stream.add(old, item, who)
	}
}

// read reads a page of one of the table's listings.
func (t *table) read(l *listing, w walk) (items []attribute.Item, stopped bool) {
	t.lock.Lock()
	defer t.lock.Unlock()
	return l.read(w)
}
