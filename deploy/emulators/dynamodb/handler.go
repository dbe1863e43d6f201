package dynamodb

import (
	"cmp"
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

	// Region is the one that ARNs and records name, such as eu-west-1; "": local.
	Region string

	// Now is the clock, for the times at which tables and records were made, and at which they end; nil means time.Now.
	Now func() time.Time
}

// Table describes a table whose keys are strings, but for what its indexes say.
type Table struct {
	Name         string  // 3 to 255 characters out of a-z A-Z 0-9 _ . -
	PartitionKey string  // the key's attribute; 1 to 255 bytes
	SortKey      string  // likewise; "" means none
	Indexes      []Index // global secondary indexes, at most 20
	TimeToLive   string  // the TTL attribute; "" means no TTL
	Stream       string  // its stream's view: KEYS_ONLY, NEW_IMAGE, OLD_IMAGE or NEW_AND_OLD_IMAGES; "" means no stream
}

// Index describes a global secondary index.
type Index struct {
	Name             string   // 3 to 255 characters out of a-z A-Z 0-9 _ . -
	PartitionKey     string   // the key's attribute, a string; 1 to 255 bytes
	SortKey          string   // likewise, a string or a number; "" means none
	NumberSort       bool     // the sort key is a number
	Projection       string   // ALL, which "" means too, KEYS_ONLY or INCLUDE
	NonKeyAttributes []string // what INCLUDE includes beside the keys of the index and the table
}

// Handler is the server. Its methods may be called from several goroutines at once.
type Handler struct {
	now    func() time.Time
	region string

	transacted transacted

	lock    sync.RWMutex
	tables  map[string]*table
	streams []*Stream // in the order in which they were made, and those that ended for as long as records are kept
}

// New fails where a table of c cannot be, or is there twice.
func New(c Config) (*Handler, error) {
	h := &Handler{now: c.Now, region: cmp.Or(c.Region, "local"), tables: map[string]*table{}}
	if h.now == nil {
		h.now = time.Now
	}
	for _, described := range c.Tables {
		t := described.table(h.region, h.now())
		if err := t.check(); err != nil {
			return nil, fmt.Errorf("dynamodb: table %q: %s", described.Name, err.Message)
		}
		if view := described.Stream; view != "" && !slices.Contains(views, view) {
			return nil, fmt.Errorf("dynamodb: table %q: no stream has the view %q", described.Name, view)
		}
		if err := h.add(t, described.Stream); err != nil {
			return nil, fmt.Errorf("dynamodb: table %q is there twice", described.Name)
		}
	}
	return h, nil
}

func (d Table) table(region string, created time.Time) *table {
	t := newTable(region, d.Name, stringKey(d.PartitionKey, d.SortKey), created)
	t.timeToLive = d.TimeToLive
	for _, given := range d.Indexes {
		x := &index{
			name:       given.Name,
			key:        stringKey(given.PartitionKey, given.SortKey),
			projection: projection{cmp.Or(given.Projection, projectAll), given.NonKeyAttributes},
		}
		if given.NumberSort && len(x.key) == 2 {
			x.key[1].of = attribute.Number
		}
		x.listing.key = x.key.with(t.key)
		t.indexes = append(t.indexes, x)
	}
	for _, key := range t.keys() {
		t.define(key)
	}
	return t
}

// The services are what X-Amz-Target begins with; the operation's name follows.
const (
	service        = "DynamoDB_20120810."
	streamsService = "DynamoDBStreams_20120810."
)

// IsRequest tells whether a request is one of DynamoDB's protocol or of DynamoDB Streams', by its header X-Amz-Target, so that
// a server that speaks several protocols at one address knows whom to give it.
func IsRequest(r *http.Request) bool {
	asked, _ := wire.Target(r)
	return asked == service || asked == streamsService
}

// add adds a table, with a stream where view is not "".
func (h *Handler) add(t *table, view string) *apiError {
	h.lock.Lock()
	defer h.lock.Unlock()
	if _, there := h.tables[t.name]; there {
		return &apiError{Type: resourceInUse, Message: "Table already exists: " + t.name}
	}
	if view != "" {
		h.enable(t, view)
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

// reachItem is as reach, for a request about the item with a key.
func (h *Handler) reachItem(r *request, name string, key attribute.Item) (*table, *apiError) {
	t, failure := h.reach(r, name)
	if failure != nil {
		return nil, failure
	}
	return t, t.key.checkAlone(key)
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
	if s := t.latestStream(); s != nil {
		s.end()
	}
	return t, nil
}

// names are the tables' names, in order.
func (h *Handler) names() []string {
	h.lock.RLock()
	defer h.lock.RUnlock()
	return slices.Sorted(maps.Keys(h.tables))
}
