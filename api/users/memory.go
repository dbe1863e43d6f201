package users

import (
	"context"
	"sync"
)

// MemoryStore is a Store in this process's memory, for desks and tests. It lists users in the order of their ids.
type MemoryStore struct {
	key CursorKey

	mu    sync.RWMutex
	users map[string]User
	ids   order
}

// NewMemoryStore returns an empty store with a cursor key of its own.
func NewMemoryStore() *MemoryStore {
	key, err := NewCursorKey(NewCursorSecret())
	if err != nil {
		panic(err) // the secret always has the right size
	}
	return &MemoryStore{key: key, users: map[string]User{}}
}

// Create implements Store.
func (s *MemoryStore) Create(_ context.Context, u User) error {
	if err := CheckID(u.ID); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, taken := s.users[u.ID]; taken {
		return ErrExists
	}
	s.users[u.ID] = u
	s.ids.insert(u.ID)
	return nil
}

// Get implements Store.
func (s *MemoryStore) Get(_ context.Context, id string) (User, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	u, ok := s.users[id]
	if !ok {
		return User{}, ErrNotFound
	}
	return u, nil
}

// List implements Store.
func (s *MemoryStore) List(_ context.Context, limit int, cursor string) (Page, error) {
	if err := CheckLimit(limit); err != nil {
		return Page{}, err
	}
	after := ""
	if cursor != "" {
		var err error
		if after, err = s.key.Open(cursor); err != nil {
			return Page{}, err
		}
	}
	list := s.after(after, limit+1)
	if len(list) <= limit {
		return Page{Users: list}, nil
	}
	return Page{Users: list[:limit], Next: s.key.Seal(list[limit-1].ID)}, nil
}

func (s *MemoryStore) after(id string, n int) []User {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var list []User
	for _, id := range s.ids.after(id, n) {
		list = append(list, s.users[id])
	}
	return list
}

// Update implements Store.
func (s *MemoryStore) Update(_ context.Context, id string, c Change, seen *User) (User, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u, err := s.current(id, seen)
	if err != nil {
		return User{}, err
	}
	u.Name, u.Email, u.UpdatedAt = c.Name, c.Email, c.At
	u.Version++
	s.users[id] = u
	return u, nil
}

// Delete implements Store.
func (s *MemoryStore) Delete(_ context.Context, id string, seen *User) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.current(id, seen); err != nil {
		return err
	}
	delete(s.users, id)
	s.ids.remove(id)
	return nil
}

// current returns the stored user if it is the one that was seen. The caller holds s.mu.
func (s *MemoryStore) current(id string, seen *User) (User, error) {
	u, ok := s.users[id]
	if !ok {
		return User{}, ErrNotFound
	}
	if seen != nil && !u.SameVersion(*seen) {
		return User{}, &ConflictError{ID: id, Seen: seen.Version, Stored: u.Version}
	}
	return u, nil
}
