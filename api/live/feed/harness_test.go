package feed_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"portcullis/api/live/connections"
	"portcullis/api/live/feed"
	"portcullis/api/live/manage"
)

// clients are a manage.Sender's other side: what each has got, and what fails on the way to it.
type clients struct {
	mu     sync.Mutex
	got    map[string][]string // what connections were sent, in order
	closed map[string]bool
	calls  int
	ends   map[string]time.Time // when a connection has nothing sent to it any more
	late   []string             // what was sent to a connection then

	send  func(id, text string, attempt int) fault // nil: no fault; attempt counts the calls for this text to this connection
	close func(id string) error                    // nil: no fault
	tries map[string]int
}

// fault is what goes wrong with a call.
type fault struct {
	err   error
	done  bool          // it is done all the same
	after time.Duration // how long it takes
}

func newClients() *clients {
	return &clients{got: map[string][]string{}, closed: map[string]bool{}, ends: map[string]time.Time{}, tries: map[string]int{}}
}

var (
	errBusy  = &manage.BusyError{Err: errors.New("made by a test")}
	errDown  = &manage.UnavailableError{Err: errors.New("made by a test")}
	errTable = &connections.UnavailableError{Err: errors.New("made by a test")}
)

func (c *clients) Send(ctx context.Context, id, text string) error {
	c.mu.Lock()
	c.calls++
	c.tries[id+text]++
	var f fault
	switch {
	case c.closed[id]:
		f.err = manage.ErrGone
	case c.send != nil:
		f = c.send(id, text, c.tries[id+text])
	}
	if f.err == nil || f.done {
		c.got[id] = append(c.got[id], text)
		if end, has := c.ends[id]; has && !time.Now().Before(end) {
			c.late = append(c.late, id+" "+text)
		}
	}
	c.mu.Unlock()
	if f.after > 0 {
		select {
		case <-time.After(f.after):
		case <-ctx.Done():
			return &manage.UnavailableError{Err: ctx.Err()}
		}
	}
	return f.err
}

func (c *clients) Close(_ context.Context, id string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls++
	if c.closed[id] {
		return manage.ErrGone
	}
	if c.close != nil {
		if err := c.close(id); err != nil {
			return err
		}
	}
	c.closed[id] = true
	return nil
}

// table is a store that counts what is asked of it, and fails as it is told.
type table struct {
	*connections.Memory
	mu    sync.Mutex
	reads int
	fails func() error                                                       // nil: it does not
	more  func(topic string, yield func(connections.Subscriber, error) bool) // what a topic has before its subscribers; nil: nothing
}

func newTable() *table { return &table{Memory: connections.NewMemory()} }

func (s *table) failure() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fails == nil {
		return nil
	}
	return s.fails()
}

func (s *table) Subscribers(ctx context.Context, topic string) iter.Seq2[connections.Subscriber, error] {
	s.mu.Lock()
	s.reads++
	s.mu.Unlock()
	return func(yield func(connections.Subscriber, error) bool) {
		if s.more != nil {
			s.more(topic, yield)
		}
		for subscriber, err := range s.Memory.Subscribers(ctx, topic) {
			if !yield(subscriber, err) {
				return
			}
		}
		if err := s.failure(); err != nil {
			yield(connections.Subscriber{}, err)
		}
	}
}

func (s *table) Forget(ctx context.Context, id string) error {
	if err := s.failure(); err != nil {
		return err
	}
	return s.Memory.Forget(ctx, id)
}

// subscribe opens a connection of a credential that is a minute old and ends after a time, and subscribes it.
func (s *table) subscribe(t testing.TB, id string, ends time.Duration, revocations []string, topics ...string) {
	t.Helper()
	now := time.Now().Truncate(time.Second)
	err := s.Open(t.Context(), connections.Connection{ID: id, OpenedAt: now, Ends: now.Add(ends), IssuedAt: now.Add(-time.Minute), Revocations: revocations})
	for _, topic := range topics {
		err = errors.Join(err, s.Subscribe(t.Context(), id, topic))
	}
	if err != nil {
		t.Fatal(err)
	}
}

// revoked are names that are revoked; those that begin with ? are such that nobody can tell.
type revoked []string

func (r revoked) Revoked(_ context.Context, names []string, _ time.Time) (bool, error) {
	for _, name := range names {
		if name[0] == '?' {
			return true, errors.New("made by a test")
		}
	}
	return slices.ContainsFunc(names, func(name string) bool { return slices.Contains(r, name) }), nil
}

func newFeed(t testing.TB, c feed.Config) *feed.Feed {
	t.Helper()
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	f, err := feed.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// change is one of a key, which all are told of, and those who watch the key.
func change(key string, number int) feed.Change {
	event := fmt.Sprint(key, number)
	return feed.Change{ID: "event-" + event, Key: key, Topics: []string{"things/*", "things/" + key}, Event: event, Position: "at-" + event}
}

// changes are those named, such as a1.
func changes(names ...string) (all []feed.Change) {
	for _, name := range names {
		all = append(all, change(name[:1], int(name[1]-'0')))
	}
	return all
}
