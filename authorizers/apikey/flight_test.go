package apikey_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"portcullis/authorizers"
	"portcullis/authorizers/apikey"
)

// TestOneRead: however many ask for a key at a time, it is read once, whether it is there or not.
func TestOneRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, nil)
		key, unknown := s.key(apikey.Record{}), s.unknown()
		s.store.hold = make(chan struct{})
		for range 50 {
			go s.check("the key", key, "")
			go s.check("an unknown one", unknown, authorizers.CodeAPIKeyUnknown)
		}
		synctest.Wait() // until all of them wait
		close(s.store.hold)
		synctest.Wait()
		s.wantReads("100 checks", 2)
	})
}

// TestFloodAtOnce: reads that are under way count as well.
func TestFloodAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, func(c *apikey.Config) { c.MaxUnknown = 10 })
		s.store.hold = make(chan struct{})
		var unread atomic.Int64
		for range 100 {
			go func() {
				if _, err := s.checker.Check(t.Context(), s.unknown()); outcome(err) == "flooded" {
					unread.Add(1)
				}
			}()
		}
		synctest.Wait()
		close(s.store.hold)
		synctest.Wait()
		if s.wantReads("100 checks", 10); unread.Load() != 90 {
			t.Errorf("%d were not read, want 90", unread.Load())
		}
	})
}

// TestContextEndsTheWaiting: who gives up does not take the read from the others.
func TestContextEndsTheWaiting(t *testing.T) {
	s := newScene(t, nil)
	key := s.key(apikey.Record{})
	s.store.hold = make(chan struct{})
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.checker.Check(ended, key); outcome(err) != "unavailable" || !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	close(s.store.hold)
	s.check("the read that others wait for", key, "")
	s.wantReads("both", 1)
	if _, err := s.checker.Check(ended, key); err != nil {
		t.Errorf("remembered: %v", err)
	}
}

// TestFrozen: a read that was under way when the process was frozen says nothing of what is the case afterwards.
func TestFrozen(t *testing.T) {
	s := newScene(t, nil)
	key := s.key(apikey.Record{})
	s.store.hold, s.store.read = make(chan struct{}), make(chan struct{})
	check := func() <-chan error {
		outcome := make(chan error, 1)
		go func() {
			_, err := s.checker.Check(context.Background(), key)
			outcome <- err
		}()
		<-s.store.read
		return outcome
	}
	first := check()
	s.must(s.store.SetDisabled(t.Context(), key.ID(), true))
	s.advance(time.Minute)
	second := check()
	close(s.store.hold)
	if err := <-first; outcome(err) != "unavailable" {
		t.Errorf("who waited: %v, want unavailable", err)
	}
	if err := <-second; outcome(err) != string(authorizers.CodeAPIKeyDisabled) {
		t.Errorf("who came afterwards: %v, want %s", err, authorizers.CodeAPIKeyDisabled)
	}
	s.check("remembered", key, authorizers.CodeAPIKeyDisabled)
	s.wantReads("in all", 2)
}

// TestNobodyJoins: where nothing is remembered, nobody gets what a read brings that began before.
func TestNobodyJoins(t *testing.T) {
	s := newScene(t, func(c *apikey.Config) { c.FoundFor = 0 })
	key := s.key(apikey.Record{})
	s.store.hold, s.store.read = make(chan struct{}), make(chan struct{}, 2)
	outcomes := make(chan error, 2)
	check := func() {
		go func() {
			_, err := s.checker.Check(context.Background(), key)
			outcomes <- err
		}()
	}
	check()
	<-s.store.read
	s.must(s.store.SetDisabled(t.Context(), key.ID(), true))
	check()
	select { // where the second joined the first, there is no other read
	case <-s.store.read:
	case <-time.After(5 * time.Second):
		t.Error("the second has joined the read of the first")
	}
	close(s.store.hold)
	var refused int
	for range 2 {
		if err := <-outcomes; outcome(err) == string(authorizers.CodeAPIKeyDisabled) {
			refused++
		}
	}
	if refused != 1 {
		t.Errorf("%d were refused, want the second", refused)
	}
}
