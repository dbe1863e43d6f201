package gateway

import (
	"sync"
	"time"
)

// maxCached bounds how many answers of an authorizer are kept.
const maxCached = 10_000

// cache keeps an authorizer's answers by identity: policy and context, not the verdict on a request.
// Errors and malformed answers are never in it.
type cache struct {
	ttl time.Duration
	now func() time.Time

	mu      sync.Mutex
	entries map[string]entry
}

type entry struct {
	identity identity
	until    time.Time
}

func newCache(ttl time.Duration, now func() time.Time) *cache {
	return &cache{ttl: ttl, now: now, entries: map[string]entry{}}
}

func (c *cache) get(key string) (identity, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	found, ok := c.entries[key]
	if !ok || !c.now().Before(found.until) {
		return identity{}, false
	}
	return found.identity, true
}

func (c *cache) put(key string, value identity) {
	if c.ttl == 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	if len(c.entries) >= maxCached {
		c.makeRoom(now)
	}
	c.entries[key] = entry{value, now.Add(c.ttl)}
}

// makeRoom drops what has expired or, where nothing has, any one answer.
func (c *cache) makeRoom(now time.Time) {
	for key, e := range c.entries {
		if !now.Before(e.until) {
			delete(c.entries, key)
		}
	}
	for key := range c.entries {
		if len(c.entries) < maxCached {
			return
		}
		delete(c.entries, key)
	}
}
