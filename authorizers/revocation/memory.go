package revocation

import (
	"context"
	"iter"
	"maps"
	"slices"
	"sync"
)

// MemoryStore is a [Store] and its [Reader] in this process's memory, for desks and tests. It keeps entries that have
// expired, and gives them in the order of their IDs.
type MemoryStore struct {
	mu      sync.RWMutex
	entries map[string]Entry
}

// NewMemoryStore returns an empty store.
func NewMemoryStore() *MemoryStore { return &MemoryStore{entries: map[string]Entry{}} }

// Read implements [Reader].
func (s *MemoryStore) Read(_ context.Context, ids []string) ([]Entry, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var found []Entry
	for _, id := range ids {
		if e, there := s.entries[id]; there {
			found = append(found, e)
		}
	}
	return found, nil
}

// Revoke implements [Store].
func (s *MemoryStore) Revoke(_ context.Context, e Entry) error {
	if err := e.Validate(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if old, there := s.entries[e.ID()]; there {
		e = e.Widen(old)
	}
	s.entries[e.ID()] = e
	return nil
}

// Undo implements [Store].
func (s *MemoryStore) Undo(_ context.Context, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, there := s.entries[id]; !there {
		return ErrNotFound
	}
	delete(s.entries, id)
	return nil
}

// Entries implements [Store].
func (s *MemoryStore) Entries(context.Context) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		s.mu.RLock()
		all := maps.Clone(s.entries)
		s.mu.RUnlock()
		for _, id := range slices.Sorted(maps.Keys(all)) {
			if !yield(all[id], nil) {
				return
			}
		}
	}
}
