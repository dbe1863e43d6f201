package policy

import (
	"encoding/binary"
	"sync"
)

// What is remembered of callers' patterns is bounded in number, and in bytes.
const (
	maxDocuments     = 2000
	maxDocumentBytes = 16 << 20
)

// documents remembers the patterns that were compiled last, by what they depend on. It holds two
// generations: when the young one is full it becomes the old one, and the old one is forgotten.
type documents struct {
	mu         sync.Mutex
	young, old map[string]*patterns
	bytes      int // of the young ones
}

func (d *documents) find(key string) *patterns {
	d.mu.Lock()
	defer d.mu.Unlock()
	if p := d.young[key]; p != nil {
		return p
	}
	return d.old[key]
}

func (d *documents) keep(key string, p *patterns) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.young == nil || len(d.young) >= maxDocuments/2 || d.bytes+p.bytes > maxDocumentBytes/2 {
		d.young, d.old, d.bytes = map[string]*patterns{}, d.young, 0
	}
	d.young[key] = p
	d.bytes += p.bytes
}

// documentKey is all that the patterns for a caller depend on: what it has, and its id where that matters. The
// length of what it has is the same for all callers, and a prefix ends with a slash.
func (r *Rules) documentKey(prefix, id string, has capabilities) string {
	key := make([]byte, 0, len(prefix)+8*len(has)+1+len(id))
	key = append(key, prefix...)
	for _, word := range has {
		key = binary.LittleEndian.AppendUint64(key, word)
	}
	switch {
	case id == "":
		key = append(key, 'n') // nobody
	case has.meets(r.owners) && len(ownerSegments(id)) > 0: // other ids own no path
		key = append(append(key, 'o'), id...)
	default:
		key = append(key, 'a')
	}
	return string(key)
}
