package feed_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"portcullis/api/live/connections"
	"portcullis/api/live/feed"
)

// simulation is a stream that is delivered by a source that asks again, to clients that come, stay, go, end and are revoked, while the
// store and the calls fail.
type simulation struct {
	*rand.Rand
	clients *clients
	table   *table
	feed    *feed.Feed
	revoked revoked
	expects map[string]map[string]bool // the topics of each connection
	stays   map[string]bool            // those that nothing ends
	before  map[string]int             // how many a revoked connection had been sent when it was
}

// faulty is how often what fails, of a hundred.
type faulty struct{ down, lost, busy, slow, gone, table int }

func newSimulation(t *testing.T, seed uint64, f faulty) *simulation {
	s := &simulation{Rand: rand.New(rand.NewPCG(seed, 1)), clients: newClients(), table: newTable(), expects: map[string]map[string]bool{}, stays: map[string]bool{}, before: map[string]int{}}
	in := func(percent int) bool { return s.IntN(100) < percent }
	s.clients.send = func(id, _ string, attempt int) fault {
		switch {
		case in(f.gone) && !s.stays[id]:
			s.clients.closed[id] = true
			return fault{err: errDown}
		case in(f.down):
			return fault{err: errDown}
		case in(f.lost):
			return fault{err: errDown, done: true}
		case in(f.busy) && attempt < 4:
			return fault{err: errBusy}
		case in(f.slow):
			return fault{after: time.Duration(s.IntN(100)) * time.Millisecond}
		}
		return fault{}
	}
	s.table.fails = func() error {
		s.clients.mu.Lock() // for its chance
		defer s.clients.mu.Unlock()
		if in(f.table) {
			return errTable
		}
		return nil
	}
	s.feed = newFeed(t, feed.Config{Store: s.table, Sender: s.clients, Revocations: &s.revoked, AtOnce: 8})
	return s
}

const simulatedKeys = "abcdefghijklmnopqrst"

// connect opens connections: half of them stay, the others end or may be revoked or go.
func (s *simulation) connect(t *testing.T, count int) {
	for i := range count {
		id := fmt.Sprintf("%03d", i)
		ends, names := 100*time.Hour, []string{"everybody"}
		switch {
		case i%2 == 0:
			s.stays[id] = true
		case i%4 == 1:
			ends = time.Duration(1+s.IntN(60)) * time.Second
			s.clients.ends[id] = time.Now().Add(ends)
		default:
			names = append(names, id)
		}
		topics := []string{"things/*"}
		if i%3 > 0 {
			topics = nil
			for range 1 + s.IntN(5) {
				topics = append(topics, "things/"+string(simulatedKeys[s.IntN(len(simulatedKeys))]))
			}
		}
		s.expects[id] = map[string]bool{}
		for _, topic := range topics {
			s.expects[id][topic] = true
		}
		s.table.subscribe(t, id, ends, names, topics...)
	}
}

// run delivers a stream in batches, each again from where the feed says.
func (s *simulation) run(t *testing.T, stream []feed.Change) {
	for tries := 0; len(stream) > 0; tries++ {
		if tries > 50*1000 {
			t.Fatalf("%d changes are left", len(stream))
		}
		if s.IntN(5) == 0 {
			id := fmt.Sprintf("%03d", 3+4*s.IntN(25))
			if _, is := s.before[id]; !is && s.expects[id] != nil {
				s.before[id] = len(s.clients.got[id])
				s.revoked = append(s.revoked, id)
			}
		}
		batch := stream[:min(len(stream), 1+s.IntN(100))]
		o := s.feed.Deliver(t.Context(), batch)
		if o.From < 0 || o.From > len(batch) {
			t.Fatalf("%+v", o)
		}
		stream = stream[o.From:]
		time.Sleep(time.Second)
	}
}

// check holds what each connection has got against the stream.
func (s *simulation) check(t *testing.T, stream []feed.Change) {
	if len(s.clients.late) > 0 {
		t.Errorf("after their end connections were sent %q", s.clients.late)
	}
	for id, sent := range s.before {
		if got := s.clients.got[id]; len(got) > sent {
			t.Errorf("%s was revoked, and is sent %q", id, got[sent:])
		}
	}
	for id, topics := range s.expects {
		next := map[string]int{} // of each key, how many of its changes came, each at least once
		of := map[string][]string{}
		for _, c := range stream {
			if topics["things/*"] || topics["things/"+c.Key] {
				of[c.Key] = append(of[c.Key], c.Event)
			}
		}
		for _, event := range s.clients.got[id] {
			key := event[:1]
			switch at := index(of[key], event); {
			case at < 0:
				t.Errorf("%s is sent %s, which is not for it", id, event)
			case at > next[key]:
				t.Errorf("%s is sent %s before %s", id, event, of[key][next[key]])
			case at == next[key]:
				next[key]++
			}
		}
		for key, all := range of {
			if s.stays[id] && next[key] < len(all) {
				t.Errorf("%s, which stays, is never sent %s", id, all[next[key]])
			}
		}
	}
}

func index(all []string, event string) int {
	for i, other := range all {
		if other == event {
			return i
		}
	}
	return -1
}

// TestSimulation: whatever fails, a connection that stays gets all that is for it, of each key in order; and none gets what is not for it, or
// anything once it has ended or is revoked.
func TestSimulation(t *testing.T) {
	for name, test := range map[string]struct {
		faulty
		connections, changes int
		fewest               int // messages
	}{
		"nothing fails":                 {faulty{}, 100, 1000, 20_000},
		"calls fail":                    {faulty{down: 1}, 20, 200, 1000},
		"answers are lost":              {faulty{lost: 1}, 20, 200, 1000},
		"connections are busy and slow": {faulty{busy: 10, slow: 10}, 20, 200, 1000},
		"many go":                       {faulty{gone: 5}, 100, 200, 1000},
		"the store fails":               {faulty{table: 3}, 20, 200, 1000},
		"everything":                    {faulty{down: 1, lost: 1, busy: 5, slow: 5, gone: 1, table: 1}, 40, 200, 1000},
	} {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(2) {
				synctest.Test(t, func(t *testing.T) {
					s := newSimulation(t, seed, test.faulty)
					s.connect(t, test.connections)
					numbers := map[string]int{}
					var stream []feed.Change
					for range test.changes {
						key := string(simulatedKeys[s.IntN(len(simulatedKeys))])
						numbers[key]++
						stream = append(stream, change(key, numbers[key]))
					}
					s.run(t, stream)
					s.check(t, stream)
					sent := 0
					for _, got := range s.clients.got {
						sent += len(got)
					}
					if sent < test.fewest {
						t.Errorf("only %d messages", sent)
					}
					if test.gone > 0 {
						s.forgotten(t)
					}
				})
			}
		})
	}
}

// forgotten makes sure that of connections that have gone nothing is sent to any more.
func (s *simulation) forgotten(t *testing.T) {
	s.clients.send, s.table.fails = nil, nil
	s.feed.Deliver(t.Context(), changes(strings.Split("a0 b0 c0 d0 e0 f0 g0 h0 i0 j0 k0 l0 m0 n0 o0 p0 q0 r0 s0 t0", " ")...))
	for id := range s.clients.closed {
		c, err := s.table.Get(t.Context(), id)
		if err == nil && len(c.Topics) > 0 && c.Ends.After(time.Now()) && !s.isRevoked(id) || err != nil && !errors.Is(err, connections.ErrNotFound) {
			t.Errorf("%s has gone, and is kept: %+v, %v", id, c, err)
		}
	}
}

func (s *simulation) isRevoked(id string) bool {
	_, is := s.before[id]
	return is
}
