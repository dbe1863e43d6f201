package gateway

import (
	"sync"
	"time"
)

// cache keeps values for a time: an authorizer's answers by identity, or a method's by its key.
type cache[V any] struct {
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

func newCache[V any](ttl time.Duration, most int, now func() time.Time) *cache[V] {
	return &cache[V]{ttl: ttl, most: most, now: now, entries: map[string]entry[V]{}}
}

func (c *cache[V]) get(key string) (V, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	found, ok := c.entries[key]
	if !ok || !c.now().Before(found.until) {
		var none V
		return none, false
	}
	return found.value, true
}

func (c *cache[V]) put(key string, value V) {
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

// lookedAt is how many values are looked at for room: to look at all of them would keep every request waiting.
const lookedAt = 20

// makeRoom drops what has expired of some values, and one of them in any case.
func (c *cache[V]) makeRoom(now time.Time) {
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
