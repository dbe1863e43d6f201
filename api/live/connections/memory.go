package connections

import (
	"context"
	"iter"
	"maps"
	"slices"
	"sync"
	"time"
)

// Memory is a [Store] in this process's memory, for desks and tests. [NewMemory] makes one.
type Memory struct {
	mu      sync.RWMutex
	all     map[string]Connection
	topics  index
	revoked index
}

// index are the IDs of connections by the names that they have.
type index map[string]map[string]bool

func (i index) add(name, id string) {
	if i[name] == nil {
		i[name] = map[string]bool{}
	}
	i[name][id] = true
}

func (i index) remove(name, id string) {
	if delete(i[name], id); len(i[name]) == 0 {
		delete(i, name)
	}
}

// NewMemory returns a store that keeps nothing yet.
func NewMemory() *Memory {
	return &Memory{all: map[string]Connection{}, topics: index{}, revoked: index{}}
}

// Open implements [Store].
func (m *Memory) Open(_ context.Context, c Connection) error {
	if err := c.Validate(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, taken := m.all[c.ID]; taken {
		return ErrExists
	}
	m.all[c.ID] = c.clone()
	for _, name := range c.Revocations {
		m.revoked.add(name, c.ID)
	}
	return nil
}

// Get implements [Store].
func (m *Memory) Get(_ context.Context, id string) (Connection, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	c, there := m.all[id]
	if !there {
		return Connection{}, ErrNotFound
	}
	return c.clone(), nil
}

// Subscribe implements [Store].
func (m *Memory) Subscribe(_ context.Context, id, topic string) error {
	if err := CheckTopic(topic); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	c, there := m.all[id]
	switch {
	case !there:
		return ErrNotFound
	case slices.Contains(c.Topics, topic):
		return nil
	case len(c.Topics) >= MaxTopics:
		return ErrTooMany
	}
	c.Topics = sortedOnce(append(slices.Clone(c.Topics), topic))
	m.all[id] = c
	m.topics.add(topic, id)
	return nil
}

// Unsubscribe implements [Store].
func (m *Memory) Unsubscribe(_ context.Context, id, topic string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	c, there := m.all[id]
	if !there {
		return ErrNotFound
	}
	c.Topics = slices.DeleteFunc(slices.Clone(c.Topics), func(other string) bool { return other == topic })
	m.all[id] = c
	m.topics.remove(topic, id)
	return nil
}

// Forget implements [Store].
func (m *Memory) Forget(_ context.Context, id string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, topic := range m.all[id].Topics {
		m.topics.remove(topic, id)
	}
	for _, name := range m.all[id].Revocations {
		m.revoked.remove(name, id)
	}
	delete(m.all, id)
	return nil
}

// Subscribers implements [Store].
func (m *Memory) Subscribers(_ context.Context, topic string) iter.Seq2[Subscriber, error] {
	return m.of(m.topics, topic)
}

// Revoked implements [Store].
func (m *Memory) Revoked(_ context.Context, name string) iter.Seq2[Subscriber, error] {
	return m.of(m.revoked, name)
}

// of gives the connections that an index has of a name.
func (m *Memory) of(i index, name string) iter.Seq2[Subscriber, error] {
	return func(yield func(Subscriber, error) bool) {
		m.mu.RLock()
		ids := slices.Sorted(maps.Keys(i[name]))
		found := make([]Subscriber, len(ids))
		for at, id := range ids {
			found[at] = m.all[id].subscriber()
		}
		m.mu.RUnlock()
		for _, s := range found {
			if !yield(s, nil) {
				return
			}
		}
	}
}

// Ended implements [Store].
func (m *Memory) Ended(_ context.Context, at time.Time) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		m.mu.RLock()
		var ids []string
		for id, c := range m.all {
			if !c.Ends.After(at) && c.Ends.After(at.AddDate(0, 0, -1)) {
				ids = append(ids, id)
			}
		}
		m.mu.RUnlock()
		for _, id := range ids {
			if !yield(id, nil) {
				return
			}
		}
	}
}
