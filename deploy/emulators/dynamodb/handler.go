package dynamodb

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"

	"portcullis/deploy/emulators/dynamodb/internal/attribute"
	"portcullis/deploy/emulators/internal/wire"
)

// Config says what a Handler begins with. Its zero value has no tables.
type Config struct {
	// Tables are there from the start. Clients can make more.
	Tables []Table

	// Now is the clock, for the times at which tables were made; nil means time.Now.
	Now func() time.Time
}

// Table describes a table whose partition key is a string.
type Table struct {
	Name         string // 3 to 255 characters out of a-z A-Z 0-9 _ . -
	PartitionKey string // the key's attribute; 1 to 255 bytes
	TimeToLive   string // the TTL attribute; "" means no TTL
}

// Handler is the server. Its methods may be called from several goroutines at once.
type Handler struct {
	now func() time.Time

	lock   sync.RWMutex
	tables map[string]*table
}

// New fails where a table of c cannot be, or is there twice.
func New(c Config) (*Handler, error) {
	h := &Handler{now: c.Now, tables: map[string]*table{}}
	if h.now == nil {
		h.now = time.Now
	}
	for _, described := range c.Tables {
		t := newTable(described.Name, key{described.PartitionKey, attribute.String}, h.now())
		t.timeToLive = described.TimeToLive
		if err := t.check(); err != nil {
			return nil, fmt.Errorf("dynamodb: table %q: %s", described.Name, err.Message)
		}
		if err := h.add(t); err != nil {
			return nil, fmt.Errorf("dynamodb: table %q is there twice", described.Name)
		}
	}
	return h, nil
}

// service is what X-Amz-Target begins with; the operation's name follows.
const service = "DynamoDB_20120810."

// IsRequest tells whether a request is one of DynamoDB's protocol, by its header X-Amz-Target, so that a server that
// speaks several protocols at one address knows whom to give it.
func IsRequest(r *http.Request) bool {
	asked, _ := wire.Target(r)
	return asked == service
}

func (h *Handler) add(t *table) *apiError {
	h.lock.Lock()
	defer h.lock.Unlock()
	if _, there := h.tables[t.name]; there {
		return &apiError{Type: resourceInUse, Message: "Table already exists: " + t.name}
	}
	h.tables[t.name] = t
	return nil
}

// table finds a table by its name.
func (h *Handler) table(name string) (*table, *apiError) {
	h.lock.RLock()
	defer h.lock.RUnlock()
	t, ok := h.tables[name]
	if !ok {
		return nil, errNoTable
	}
	return t, nil
}

// reach ends the reading of a request about items, and finds their table.
func (h *Handler) reach(r *request, name string) (*table, *apiError) {
	if failure := r.end(); failure != nil {
		return nil, failure
	}
	return h.table(name)
}

// reachItem is as reach, for a request about one item, and gives the text of the item's key.
func (h *Handler) reachItem(r *request, name string, alone attribute.Item) (t *table, key string, failure *apiError) {
	if t, failure = h.reach(r, name); failure != nil {
		return nil, "", failure
	}
	key, failure = t.key.keyAs(alone)
	return t, key, failure
}

// reachTable is as reach, for a request about the table itself: there, what is missing is named.
func (h *Handler) reachTable(r *request, name string) (*table, *apiError) {
	t, failure := h.reach(r, name)
	if failure == errNoTable {
		return nil, noSuchTable(name)
	}
	return t, failure
}

func (h *Handler) remove(name string) (*table, *apiError) {
	h.lock.Lock()
	defer h.lock.Unlock()
	t, ok := h.tables[name]
	if !ok {
		return nil, noSuchTable(name)
	}
	delete(h.tables, name)
	return t, nil
}

// names are the tables' names, in order.
func (h *Handler) names() []string {
	h.lock.RLock()
	defer h.lock.RUnlock()
	return slices.Sorted(maps.Keys(h.tables))
}
