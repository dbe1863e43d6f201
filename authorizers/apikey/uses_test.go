package apikey_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"portcullis/authorizers"
	"portcullis/authorizers/apikey"
)

// wantUsed waits for the writes, and wants the day that a record was last used and how many writes there were.
func (s *scene) wantUsed(step string, key apikey.Key, day string, touches int64) {
	s.Helper()
	s.checker.Close()
	r, err := s.store.MemoryStore.Get(s.Context(), key.ID())
	if err != nil || r.LastUsed.String() != day || s.store.touches.Load() != touches {
		s.Errorf("%s: last used %s after %d writes, error %v, want %s after %d", step, r.LastUsed, s.store.touches.Load(), err, day, touches)
	}
}

func TestLastUsed(t *testing.T) {
	const hour = time.Hour
	tests := []struct {
		name    string
		uses    []time.Duration // after noon of 2026-03-01
		day     string
		touches int64
	}{
		{"once", []time.Duration{0}, "2026-03-01", 1},
		{"all day", []time.Duration{0, 0, time.Second, time.Minute, hour, 12*hour - 1}, "2026-03-01", 1},
		{"on two days", []time.Duration{0, 12 * hour}, "2026-03-02", 2},
		{"on two days, remembered", []time.Duration{12*hour - time.Second, 12 * hour, 12*hour + time.Second}, "2026-03-02", 2},
		{"never", nil, "never", 0},
	}
	for _, test := range tests {
		s := newScene(t, nil)
		key := s.key(apikey.Record{})
		for _, at := range test.uses {
			s.advance(at - s.clock().Sub(start))
			s.check(test.name, key, "")
		}
		s.check("another secret", forged(key), authorizers.CodeAPIKeySecret)
		s.wantUsed(test.name, key, test.day, test.touches)
	}
}

// TestOnlyGoodUsesCount: a refused key is not used.
func TestOnlyGoodUsesCount(t *testing.T) {
	s := newScene(t, nil)
	disabled, expired := s.key(apikey.Record{Disabled: true}), s.key(apikey.Record{Expires: start.Add(time.Second)})
	s.advance(time.Second)
	s.check("disabled", disabled, authorizers.CodeAPIKeyDisabled)
	s.check("expired", expired, authorizers.CodeAPIKeyExpired)
	s.check("another secret", forged(disabled), authorizers.CodeAPIKeySecret)
	s.wantUsed("disabled", disabled, "never", 0)
	s.wantUsed("expired", expired, "never", 0)
}

// TestUsedElsewhere: what another process wrote today is not written again.
func TestUsedElsewhere(t *testing.T) {
	s := newScene(t, nil)
	key := s.key(apikey.Record{})
	s.must(s.store.MemoryStore.Touch(t.Context(), key.ID(), apikey.DayOf(start)))
	s.check("used elsewhere", key, "")
	s.wantUsed("used elsewhere", key, "2026-03-01", 0)
}

// slow is a store whose Touch waits, and tells that it began and how it ended.
type slow struct {
	*watched
	began, release chan struct{}
}

func (s *slow) Touch(ctx context.Context, id string, day apikey.Day) error {
	s.began <- struct{}{}
	<-s.release
	return s.watched.Touch(ctx, id, day)
}

// TestLastUsedIsNotWaitedFor: checks end while the write goes on, Close waits for it, and no more are written then.
func TestLastUsedIsNotWaitedFor(t *testing.T) {
	var store *slow
	s := newScene(t, func(c *apikey.Config) {
		store = &slow{c.Store.(*watched), make(chan struct{}, 100), make(chan struct{})}
		c.Store = store
	})
	key := s.key(apikey.Record{})
	s.check("at first", key, "")
	<-store.began
	s.check("while it is written", key, "")
	closed := make(chan struct{})
	go func() { s.checker.Close(); close(closed) }()
	select {
	case <-closed:
		t.Error("Close did not wait")
	default:
	}
	close(store.release)
	<-closed
	s.check("closed", s.key(apikey.Record{}), "")
	s.wantUsed("closed", key, "2026-03-01", 1)
}

// TestWritesAreBounded: no more than 16 are under way at a time, and what was left out is written with the next use.
func TestWritesAreBounded(t *testing.T) {
	var store *slow
	s := newScene(t, func(c *apikey.Config) {
		store = &slow{c.Store.(*watched), make(chan struct{}, 100), make(chan struct{})}
		c.Store = store
	})
	var keys []apikey.Key
	for range 40 {
		keys = append(keys, s.key(apikey.Record{}))
		s.check("at first", keys[len(keys)-1], "")
	}
	for range 16 {
		<-store.began
	}
	if len(store.began) > 0 {
		t.Error("more than 16 writes are under way")
	}
	close(store.release)
	s.wantUsed("the first", keys[0], "2026-03-01", 16)
	s.wantUsed("the last", keys[39], "never", 16)
}

// TestWriteFails: it is logged, it is no matter of the caller's, and it is tried again a minute later and no sooner.
func TestWriteFails(t *testing.T) {
	log := make(lines, 1)
	s := newScene(t, func(c *apikey.Config) {
		c.Store = &failing{c.Store.(*watched)}
		c.Log = slog.New(slog.NewTextHandler(log, nil))
	})
	key, other := s.key(apikey.Record{}), s.key(apikey.Record{})
	s.check("at first", key, "")
	if line := <-log; !strings.Contains(line, "keyId="+key.ID()) || !strings.Contains(line, errDown.Error()) {
		t.Errorf("logged %s", line)
	}
	s.advance(time.Minute - 1)
	s.check("within a minute", key, "")
	s.check("another within a minute", other, "")
	if got := s.store.touches.Load(); got != 1 {
		t.Errorf("%d writes within a minute, want 1", got)
	}
	s.advance(1)
	s.check("after a minute", key, "")
	<-log
	s.wantUsed("after a minute", key, "never", 2)
}

// failing is a store that cannot write the day of last use.
type failing struct{ *watched }

func (f *failing) Touch(context.Context, string, apikey.Day) error {
	f.touches.Add(1)
	return errDown
}

// lines takes the lines of a log.
type lines chan string

func (l lines) Write(p []byte) (int, error) {
	l <- string(p)
	return len(p), nil
}
