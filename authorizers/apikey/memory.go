package apikey

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"
)

// MemoryStore is a [Store] in this process's memory, for desks and tests. It lists records in the order of their ids.
// It shares nothing with the memory stores of revocations and of users but a map and a lock: what each operation does under the
// lock is what the interfaces differ in.
type MemoryStore struct {
	mu      sync.RWMutex
	records map[string]Record
	seals   Seals
}

// NewMemoryStore returns an empty store.
func NewMemoryStore() *MemoryStore { return &MemoryStore{records: map[string]Record{}} }

// Get implements [Lookup].
func (s *MemoryStore) Get(_ context.Context, id string) (Record, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	r, ok := s.records[id]
	if !ok {
		return Record{}, ErrNotFound
	}
	return r.clone(), nil
}

// Touch implements [Lookup].
func (s *MemoryStore) Touch(_ context.Context, id string, day Day) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r, ok := s.records[id]; ok && r.LastUsed < day {
		r.LastUsed = day
		s.records[id] = r
	}
	return nil
}

// Create implements [Store].
func (s *MemoryStore) Create(_ context.Context, r Record) error {
	if err := r.Validate(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, taken := s.records[r.ID]; taken {
		return ErrExists
	}
	s.records[r.ID] = kept(r)
	return nil
}

// kept is a record as the store has it.
func kept(r Record) Record {
	r = r.clone()
	r.Created, r.Expires = r.Created.UTC(), r.Expires.UTC()
	return r
}

// Replace implements [Store].
func (s *MemoryStore) Replace(_ context.Context, r Replacement) error {
	if !ValidID(r.Old.ID) {
		return ErrNotFound
	}
	if err := r.Validate(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	old, there := s.records[r.Old.ID]
	_, taken := s.records[r.New.ID]
	switch {
	case !there:
		return ErrNotFound
	case !old.isAs(r.Old):
		return ErrChanged
	case taken:
		return ErrExists
	}
	old.Disabled, old.Expires, old.Successor = r.Disabled, r.Expires.UTC(), r.New.ID
	s.records[old.ID], s.records[r.New.ID] = old, kept(r.New)
	return nil
}

// Seals implements [Lookup].
func (s *MemoryStore) Seals(context.Context) (Seals, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.seals, nil
}

// Seal implements [Store].
func (s *MemoryStore) Seal(_ context.Context, now time.Time) (Seal, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.seals.Newest.secret == nil {
		s.seals = s.seals.Renewed(now)
	}
	return s.seals.Maker(now)
}

// RenewSeal implements [Store].
func (s *MemoryStore) RenewSeal(_ context.Context, now time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seals = s.seals.Renewed(now)
	return nil
}

// SetDisabled implements [Store].
func (s *MemoryStore) SetDisabled(_ context.Context, id string, disabled bool) error {
	return s.change(id, func(r *Record) error {
		r.Disabled = disabled
		return nil
	})
}

// SetExpires implements [Store].
func (s *MemoryStore) SetExpires(_ context.Context, id string, expires time.Time) error {
	return s.change(id, func(r *Record) error {
		r.Expires = expires.UTC()
		return CheckExpires(expires, r.Created)
	})
}

// change keeps what the change makes of a record, unless that is an error.
func (s *MemoryStore) change(id string, change func(*Record) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.records[id]
	if !ok {
		return ErrNotFound
	}
	if err := change(&r); err != nil {
		return err
	}
	s.records[id] = r
	return nil
}

// Delete implements [Store].
func (s *MemoryStore) Delete(_ context.Context, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.records[id]; !ok {
		return ErrNotFound
	}
	delete(s.records, id)
	return nil
}

// DeleteAsRead implements [Store].
func (s *MemoryStore) DeleteAsRead(_ context.Context, r Record) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	now, there := s.records[r.ID]
	switch {
	case !there:
		return ErrNotFound
	case !now.isAs(r):
		return ErrChanged
	}
	delete(s.records, r.ID)
	return nil
}

// isAs tells whether a record is as one that was read, in what people change of it.
func (r Record) isAs(read Record) bool {
	return r.Hash == read.Hash && r.Disabled == read.Disabled && r.Expires.Equal(read.Expires) && r.Successor == read.Successor
}

// List implements [Store]. Its cursor is the last id of a page.
func (s *MemoryStore) List(_ context.Context, limit int, cursor string) (Page, error) {
	if err := CheckLimit(limit); err != nil {
		return Page{}, err
	}
	if cursor != "" && !ValidID(cursor) {
		return Page{}, ErrBadCursor
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	ids := slices.Sorted(maps.Keys(s.records))
	ids = slices.DeleteFunc(ids, func(id string) bool { return id <= cursor })
	var page Page
	for _, id := range ids[:min(limit, len(ids))] {
		page.Records = append(page.Records, s.records[id].clone())
	}
	if len(ids) > limit {
		page.Next = ids[limit-1]
	}
	return page, nil
}
