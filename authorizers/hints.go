package authorizers

import (
	"sync"
	"time"
)

// How often the log repeats a hint, and how many it tells apart.
const (
	hintEvery = time.Minute
	maxHints  = 100
)

// hints keeps the log from saying over and over what to change in the configuration.
type hints struct {
	mu   sync.Mutex
	said map[string]time.Time
}

// isDue tells whether to say a hint now; "" is none. The zero hints have said nothing; nil never do.
func (h *hints) isDue(hint string, now time.Time) bool {
	if h == nil || hint == "" {
		return false
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if last, said := h.said[hint]; said && now.Before(last.Add(hintEvery)) {
		return false
	}
	if h.said == nil || len(h.said) >= maxHints {
		h.said = map[string]time.Time{}
	}
	h.said[hint] = now
	return true
}
