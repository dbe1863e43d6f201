package stage

import (
	"sync"
	"time"
)

// Cache keeps values for a time: an authorizer's answers by identity, or a method's by its key.
type Cache[V any] struct {
	ttl  time.Duration // 0: nothing is kept
	most int           // values; one more pushes another out
	now  func() time.Time

	mu      sync.Mutex
	entries map[string]entry[V]
}

type entry[V any] struct {
	value V
	until time.Time
}

// NewCache makes a cache of at most so many values, each of which is kept for ttl; zero: none is.
func NewCache[V any](ttl time.Duration, most int, now func() time.Time) *Cache[V] {
	return &Cache[V]{ttl: ttl, most: most, now: now, entries: map[string]entry[V]{}}
}

// Get gives the value of a key, and false where there is none or its time is over.
func (c *Cache[V]) Get(key string) (V, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	found, ok := c.entries[key]
	if !ok || !c.now().Before(found.until) {
		var none V
		return none, false
	}
	return found.value, true
}

// Put keeps a value for the cache's time, in the place of another one where the cache is full.
func (c *Cache[V]) Put(key string, value V) {
	if c.ttl == 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	if _, there := c.entries[key]; !there && len(c.entries) >= c.most {
		c.makeRoom(now)
	}
	c.entries[key] = entry[V]{value, now.Add(c.ttl)}
}

// Len is how many values are kept whose time is not over.
func (c *Cache[V]) Len() int {
	kept := 0
	c.each(func(string, entry[V]) { kept++ })
	return kept
}

// Flush drops all values, and tells how many there were whose time was not over.
func (c *Cache[V]) Flush() int {
	dropped := 0
	c.each(func(key string, _ entry[V]) {
		delete(c.entries, key)
		dropped++
	})
	return dropped
}

// each does something with all entries whose time is not over, in no order. Nothing is kept, nor found, meanwhile.
func (c *Cache[V]) each(do func(key string, e entry[V])) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	for key, e := range c.entries {
		if now.Before(e.until) {
			do(key, e)
		}
	}
}

// lookedAt is how many values are looked at for room: to look at all of them would keep every request waiting.
const lookedAt = 20

// makeRoom drops what has expired of some values, and one of them in any case.
func (c *Cache[V]) makeRoom(now time.Time) {
	looked := 0
	for key, e := range c.entries {
		looked++
		last := looked == min(lookedAt, c.most)
		if last || !now.Before(e.until) {
			delete(c.entries, key)
		}
		if last {
			return
		}
	}
}
