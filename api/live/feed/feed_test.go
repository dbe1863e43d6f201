package feed_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"portcullis/api/live/connections"
	"portcullis/api/live/feed"
	"portcullis/api/live/manage"
)

// TestDeliver: who is sent what, and what has to come again. Of connections, all are subscribed to all things, and ann to things/a as well.
func TestDeliver(t *testing.T) {
	ids := []string{"ann", "bob", "cy"}
	to := func(id string, f fault) func(string, string, int) fault {
		return func(other, _ string, _ int) fault {
			if other != id {
				return fault{}
			}
			return f
		}
	}
	on := func(id, text string, f fault) func(string, string, int) fault {
		return func(other, sent string, attempt int) fault {
			if other != id || sent != text || attempt > 1 {
				return fault{}
			}
			return f
		}
	}
	for name, test := range map[string]struct {
		set     func(*clients, *table)
		revoked revoked
		names   map[string][]string // that would revoke connections
		changes []string
		want    string // what each gets
		from    int
		outcome feed.Outcome // its numbers
	}{
		"all":  {changes: []string{"a1", "a2", "b1"}, want: "ann a1 a2 b1, bob a1 a2 b1, cy a1 a2 b1", from: 3, outcome: feed.Outcome{Sent: 9}},
		"none": {want: ""},
		"one has gone": {
			set:     func(c *clients, _ *table) { c.closed["bob"] = true },
			changes: []string{"a1", "a2"}, want: "ann a1 a2, cy a1 a2", from: 2, outcome: feed.Outcome{Sent: 4, Gone: 1},
		},
		"all have gone": {
			set:     func(c *clients, _ *table) { c.closed["ann"], c.closed["bob"], c.closed["cy"] = true, true, true },
			changes: []string{"a1", "a2"}, from: 2, outcome: feed.Outcome{Gone: 3},
		},
		"one takes nothing": {
			set:     func(c *clients, _ *table) { c.send = to("bob", fault{err: errBusy}) },
			changes: []string{"a1", "a2"}, want: "ann a1 a2, cy a1 a2", from: 2, outcome: feed.Outcome{Sent: 4, Closed: 1},
		},
		"one is busy at first": {
			set:     func(c *clients, _ *table) { c.send = on("bob", "a1", fault{err: errBusy}) },
			changes: []string{"a1", "a2"}, want: "ann a1 a2, bob a1 a2, cy a1 a2", from: 2, outcome: feed.Outcome{Sent: 6},
		},
		"calls are throttled": {
			set: func(c *clients, _ *table) {
				c.send = func(string, string, int) fault { return fault{err: errBusy} }
				c.close = func(string) error { return errBusy }
			},
			changes: []string{"a1", "a2"}, from: 0,
		},
		"down": {
			set:     func(c *clients, _ *table) { c.send = func(string, string, int) fault { return fault{err: errDown} } },
			changes: []string{"a1", "a2"}, from: 0,
		},
		"down for one change to one": {
			set:     func(c *clients, _ *table) { c.send = on("bob", "a2", fault{err: errDown}) },
			changes: []string{"a1", "a2", "a3"}, want: "ann a1 a2 a3, bob a1, cy a1 a2", from: 1, outcome: feed.Outcome{Sent: 6},
		},
		"an answer is lost": {
			set:     func(c *clients, _ *table) { c.send = on("bob", "a2", fault{err: errDown, done: true}) },
			changes: []string{"a1", "a2"}, want: "ann a1 a2, bob a1 a2, cy a1 a2", from: 1, outcome: feed.Outcome{Sent: 5},
		},
		"not allowed": {
			set: func(c *clients, _ *table) {
				c.send = func(string, string, int) fault { return fault{err: errors.New("forbidden")} }
			},
			changes: []string{"a1"}, from: 0,
		},
		"the store fails behind its subscribers": {
			set:     func(_ *clients, s *table) { s.fails = func() error { return errTable } },
			changes: []string{"a1"}, want: "ann a1, bob a1, cy a1", from: 0, outcome: feed.Outcome{Sent: 3},
		},
		"a subscriber cannot be read": {
			set: func(_ *clients, s *table) {
				s.more = func(topic string, yield func(connections.Subscriber, error) bool) {
					if topic == "things/*" {
						yield(connections.Subscriber{ID: "dan"}, &connections.BrokenError{ID: "dan", Attribute: "endsAt"})
					}
				}
			},
			changes: []string{"a1"}, want: "ann a1, bob a1, cy a1", from: 1, outcome: feed.Outcome{Sent: 3, Unknown: 1},
		},
		"one is revoked": {
			names: map[string][]string{"ann": {"all"}, "bob": {"all", "bob"}}, revoked: revoked{"bob"},
			changes: []string{"a1", "a2"}, want: "ann a1 a2, cy a1 a2", from: 2, outcome: feed.Outcome{Sent: 4, Withheld: 1},
		},
		"whether one is revoked cannot be told": {
			names:   map[string][]string{"bob": {"?"}},
			changes: []string{"a1"}, want: "ann a1, cy a1", from: 0, outcome: feed.Outcome{Sent: 2},
		},
		"an event is empty": {
			changes: []string{"a1", "-1", "a2"}, want: "ann a1 a2, bob a1 a2, cy a1 a2", from: 3, outcome: feed.Outcome{Sent: 6, Unsendable: 1},
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			c, s := newClients(), newTable()
			for _, id := range ids {
				s.subscribe(t, id, time.Hour, test.names[id], "things/*")
			}
			if err := s.Subscribe(t.Context(), "ann", "things/a"); err != nil {
				t.Fatal(err)
			}
			if test.set != nil {
				test.set(c, s)
			}
			batch := changes(test.changes...)
			for i := range batch {
				if batch[i].Key == "-" {
					batch[i].Event = ""
				}
			}
			// One call at a time makes what is sent before a failure always the same; AtOnce is for other tests.
			o := newFeed(t, feed.Config{Store: s, Sender: c, Revocations: test.revoked, AtOnce: 1}).Deliver(t.Context(), batch)
			var got []string
			for _, id := range slices.Sorted(maps.Keys(c.got)) {
				got = append(got, id+" "+strings.Join(c.got[id], " "))
			}
			if strings.Join(got, ", ") != test.want || o.From != test.from || (o.Err == nil) != (o.From == len(batch)) {
				t.Errorf("%s: %s, from %d, error %v; want %s, from %d", name, strings.Join(got, ", "), o.From, o.Err, test.want, test.from)
			}
			if o.From, o.Err = 0, nil; o != test.outcome {
				t.Errorf("%s: %+v, want %+v", name, o, test.outcome)
			}
		})
	}
}

// TestTopics: a change goes to those that are subscribed to a topic of it, once, and to nobody else.
func TestTopics(t *testing.T) {
	c, s := newClients(), newTable()
	for id, topics := range map[string][]string{
		"all": {"things/*"}, "a": {"things/a"}, "both": {"things/a", "things/*"}, "b": {"things/b"}, "ab": {"things/a", "things/b"},
		"none": nil, "other": {"things", "things/", "things/A", "*"},
	} {
		s.subscribe(t, id, time.Hour, nil, topics...)
	}
	o := newFeed(t, feed.Config{Store: s, Sender: c}).Deliver(t.Context(), changes("a1", "b1", "c1", "a2"))
	want := map[string]string{"all": "a1 a2 b1 c1", "a": "a1 a2", "both": "a1 a2 b1 c1", "b": "b1", "ab": "a1 a2 b1"}
	for id, got := range c.got {
		slices.Sort(got)
		if strings.Join(got, " ") != want[id] {
			t.Errorf("%s gets %q, want %s", id, got, want[id])
		}
		delete(want, id)
	}
	if len(want) > 0 || o.From != 4 {
		t.Errorf("missing %v; %+v", want, o)
	}
}

// TestTopicsOfOneKeyDiffer: a change that left a topic is not sent to those that are subscribed to it, though others of its key are.
func TestTopicsOfOneKeyDiffer(t *testing.T) {
	c, s := newClients(), newTable()
	s.subscribe(t, "red", time.Hour, nil, "red")
	s.subscribe(t, "blue", time.Hour, nil, "blue")
	s.subscribe(t, "both", time.Hour, nil, "blue", "red")
	s.subscribe(t, "ends", time.Hour, nil, "red", "green")
	newFeed(t, feed.Config{Store: s, Sender: c}).Deliver(t.Context(), []feed.Change{
		{Key: "a", Topics: []string{"red"}, Event: "1"}, {Key: "a", Topics: []string{"red", "blue"}, Event: "2"}, {Key: "a", Topics: []string{"blue"}, Event: "3"},
		{Key: "a", Topics: []string{"green"}, Event: "4"},
	})
	for id, want := range map[string]string{"red": "12", "blue": "23", "both": "123", "ends": "124"} {
		if got := strings.Join(c.got[id], ""); got != want {
			t.Errorf("%s gets %s, want %s", id, got, want)
		}
	}
}

// TestEnds: nothing is sent from the second on at which a connection ends, by the clock at each push, and after each wait.
func TestEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s := newClients(), newTable()
		ends := 10 * time.Second
		for id, topic := range map[string]string{"slow": "things/a", "busy": "things/b", "ended": "things/c"} {
			s.subscribe(t, id, ends, nil, topic)
			c.ends[id] = time.Now().Add(ends)
		}
		time.Sleep(ends - 2*time.Second)
		f := newFeed(t, feed.Config{Store: s, Sender: c})
		c.send = func(id, _ string, attempt int) fault {
			if id == "busy" {
				return fault{err: errBusy}
			}
			return fault{after: time.Second}
		}
		o := f.Deliver(t.Context(), changes("a1", "a2", "a3", "a4"))
		if len(c.got["slow"]) != 2 || o.Withheld != 1 || o.From != 4 {
			t.Errorf("the slow one gets %q; %+v", c.got["slow"], o)
		}
		o = f.Deliver(t.Context(), changes("c1"))
		if len(c.got["ended"]) != 0 || o.Withheld != 1 || len(c.late) > 0 {
			t.Errorf("from the end on: %q %q; %+v", c.got["ended"], c.late, o)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		c, s := newClients(), newTable()
		s.subscribe(t, "busy", 10*time.Second, nil, "things/b")
		time.Sleep(10*time.Second - 50*time.Millisecond)
		c.send = func(_, _ string, attempt int) fault {
			if attempt <= 2 {
				return fault{err: errBusy}
			}
			return fault{}
		}
		o := newFeed(t, feed.Config{Store: s, Sender: c}).Deliver(t.Context(), changes("b1"))
		if len(c.got["busy"]) != 0 || o.Withheld != 1 || o.From != 1 {
			t.Errorf("one that ends while it is waited for gets %q; %+v", c.got["busy"], o)
		}
	})
}

// asked is Revocations whose answers come one after the other, and the last again and again.
type asked struct {
	answers []bool
	calls   int
	last    string // that was asked
}

func (a *asked) Revoked(_ context.Context, names []string, issuedAt time.Time) (bool, error) {
	a.calls++
	a.last = strings.Join(names, " ") + " of " + issuedAt.UTC().Format(time.TimeOnly)
	return a.answers[min(a.calls, len(a.answers))-1], nil
}

// TestRevokedMeanwhile: whether a connection is revoked is asked at each push and after each wait.
func TestRevokedMeanwhile(t *testing.T) {
	for name, busy := range map[string]int{"between two changes": 0, "while it is waited for": 1} {
		synctest.Test(t, func(t *testing.T) {
			c, s := newClients(), newTable()
			s.subscribe(t, "ann", time.Hour, []string{"all"}, "things/*")
			c.send = func(_, text string, attempt int) fault {
				if text == "a1" && attempt <= busy {
					return fault{err: errBusy}
				}
				return fault{}
			}
			r := &asked{answers: []bool{false, true}}
			o := newFeed(t, feed.Config{Store: s, Sender: c, Revocations: r}).Deliver(t.Context(), changes("a1", "a2", "a3"))
			if len(c.got["ann"]) != 1-busy || o.From != 3 || o.Withheld != 1 || r.calls != 2 || r.last != "all of 23:59:00" {
				t.Errorf("%s: %q, asked %d times, last %q; %+v", name, c.got["ann"], r.calls, r.last, o)
			}
		})
	}
}

// TestRevocationTakesTime: a connection that ends while it is asked whether it is revoked is sent nothing.
func TestRevocationTakesTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s := newClients(), newTable()
		s.subscribe(t, "ann", time.Second, []string{"all"}, "things/*")
		newFeed(t, feed.Config{Store: s, Sender: c, Revocations: slowly{}}).Deliver(t.Context(), changes("a1"))
		if len(c.got["ann"]) > 0 {
			t.Errorf("it gets %q", c.got["ann"])
		}
	})
}

type slowly struct{}

func (slowly) Revoked(context.Context, []string, time.Time) (bool, error) {
	time.Sleep(time.Second)
	return false, nil
}

// TestCost: what one change costs, whoever else is connected.
func TestCost(t *testing.T) {
	for _, test := range []struct {
		connected, all, one int // connections; those subscribed to all things, and to this one
		changes             []string
		reads, messages     int
	}{
		{1000, 0, 0, []string{"a1"}, 2, 0},
		{1000, 10, 0, []string{"a1"}, 2, 10},
		{1000, 10, 5, []string{"a1"}, 2, 15},
		{1000, 10, 5, []string{"a1", "a2", "a3"}, 2, 45},
		{1000, 10, 5, []string{"a1", "b1", "c1", "a2"}, 4, 50},
	} {
		c, s := newClients(), newTable()
		for i := range test.connected {
			var topics []string
			switch {
			case i < test.all:
				topics = []string{"things/*", "things/a"} // both, and one message
			case i < test.all+test.one:
				topics = []string{"things/a"}
			}
			s.subscribe(t, fmt.Sprint(i), time.Hour, nil, topics...)
		}
		o := newFeed(t, feed.Config{Store: s, Sender: c}).Deliver(t.Context(), changes(test.changes...))
		if s.reads != test.reads || c.calls != test.messages || o.Sent != test.messages {
			t.Errorf("%+v: %d reads, %d calls, %d sent", test, s.reads, c.calls, o.Sent)
		}
	}
}

// TestAtOnce: no more calls are made at once than are allowed, and as many.
func TestAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s := newClients(), newTable()
		for i := range 20 {
			s.subscribe(t, fmt.Sprint(i), time.Hour, nil, "things/*")
		}
		c.send = func(string, string, int) fault { return fault{after: time.Second} }
		start := time.Now()
		o := newFeed(t, feed.Config{Store: s, Sender: c, AtOnce: 5}).Deliver(t.Context(), changes("a1", "b1"))
		if took := time.Since(start); took != 8*time.Second || o.Sent != 40 {
			t.Errorf("40 calls of a second, 5 at once, take %v; %+v", took, o)
		}
	})
}

// TestTakesNothing: how long one that takes nothing is waited for, and that others do not wait for it, nor the next batch.
func TestTakesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s := newClients(), newTable()
		s.subscribe(t, "ann", time.Hour, nil, "things/*")
		s.subscribe(t, "bob", time.Hour, nil, "things/*")
		start := time.Now()
		var last time.Time
		c.send = func(id, _ string, _ int) fault {
			if id == "bob" {
				return fault{err: errBusy}
			}
			last = time.Now()
			return fault{}
		}
		f := newFeed(t, feed.Config{Store: s, Sender: c})
		if o := f.Deliver(t.Context(), changes("a1", "a2", "b1")); o.Closed != 1 || o.Sent != 3 || o.From != 3 {
			t.Errorf("%+v", o)
		}
		if took := time.Since(start); took < time.Second || took > 2*time.Second || last != start {
			t.Errorf("it takes %v, and others have theirs after %v", took, last.Sub(start))
		}
		if !c.closed["bob"] || max(c.tries["boba1"], c.tries["bobb1"]) != 5 {
			t.Errorf("closed: %v, after %v", c.closed["bob"], c.tries)
		}
		if _, err := s.Get(t.Context(), "bob"); !errors.Is(err, connections.ErrNotFound) {
			t.Errorf("it is not forgotten: %v", err)
		}
		start = time.Now()
		if o := f.Deliver(t.Context(), changes("a3")); time.Since(start) > 0 || o.Sent != 1 || o.From != 1 {
			t.Errorf("the next batch takes %v; %+v", time.Since(start), o)
		}
	})
}

// TestManyTakeNothing: they are waited for together, though there is something of several keys for each, and others do not wait for them.
func TestManyTakeNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s := newClients(), newTable()
		for i := range 6 {
			s.subscribe(t, fmt.Sprint("stuck", i), time.Hour, nil, "things/*")
		}
		s.subscribe(t, "z", time.Hour, nil, "things/*") // behind them
		start := time.Now()
		var last time.Time
		c.send = func(id, _ string, _ int) fault {
			if id != "z" {
				return fault{err: errBusy}
			}
			last = time.Now()
			return fault{}
		}
		o := newFeed(t, feed.Config{Store: s, Sender: c, AtOnce: 8}).Deliver(t.Context(), changes("a1", "b1", "c1", "d1", "e1", "f1", "g1", "h1"))
		if took := time.Since(start); took > 3*time.Second || last != start || o.Closed != 6 || o.Sent != 8 || o.From != 8 {
			t.Errorf("it takes %v, and the last one has its own after %v; %+v", took, last.Sub(start), o)
		}
	})
}

// TestAccountLimit: where two of three calls are refused, whoever they are for, hardly anybody is taken for one who takes nothing: some of
// the last ones, when there is nobody left to tell by. Of five calls, all are refused for one in eight.
func TestAccountLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s := newClients(), newTable()
		for i := range 200 {
			s.subscribe(t, fmt.Sprint(i), time.Hour, nil, "things/*")
		}
		chance := rand.New(rand.NewPCG(1, 1))
		c.send = func(string, string, int) fault {
			if chance.IntN(3) > 0 {
				return fault{err: errBusy}
			}
			return fault{}
		}
		o := newFeed(t, feed.Config{Store: s, Sender: c, AtOnce: 16}).Deliver(t.Context(), changes("a1"))
		if o.Closed > 10 || o.Sent+o.Closed != 200 || o.From != 1 {
			t.Errorf("%+v", o)
		}
	})
}

// TestForgets: what is left of a connection that is gone, also where a subscription has outlived it.
func TestForgets(t *testing.T) {
	c, s := newClients(), newTable()
	s.subscribe(t, "ann", time.Hour, nil, "things/*", "things/a", "things/b")
	c.closed["ann"], c.closed["left"] = true, true
	unsubscribed := &outlived{table: s}
	o := newFeed(t, feed.Config{Store: unsubscribed, Sender: c, AtOnce: 1}).Deliver(t.Context(), changes("a1", "a2", "b1"))
	if o.Gone != 2 || o.From != 3 || c.calls != 2 {
		t.Errorf("%d calls; %+v", c.calls, o)
	}
	if _, err := s.Get(t.Context(), "ann"); !errors.Is(err, connections.ErrNotFound) {
		t.Errorf("it is not forgotten: %v", err)
	}
	if want := []string{"things/*"}; !slices.Equal(unsubscribed.topics, want) {
		t.Errorf("unsubscribed from %q, want %q", unsubscribed.topics, want)
	}
}

// outlived has a subscription of a connection that there is not.
type outlived struct {
	*table
	topics []string // that it was unsubscribed from
}

func (o *outlived) Subscribers(ctx context.Context, topic string) iter.Seq2[connections.Subscriber, error] {
	return func(yield func(connections.Subscriber, error) bool) {
		if topic == "things/*" {
			yield(connections.Subscriber{ID: "left", Ends: time.Now().Add(time.Hour)}, nil)
		}
		o.table.Subscribers(ctx, topic)(yield)
	}
}

func (o *outlived) Unsubscribe(ctx context.Context, id, topic string) error {
	if id == "left" {
		o.topics = append(o.topics, topic)
	}
	return o.table.Unsubscribe(ctx, id, topic)
}

// TestDownStops: where nothing can be sent, not everybody is tried.
func TestDownStops(t *testing.T) {
	c, s := newClients(), newTable()
	for i := range 1000 {
		s.subscribe(t, fmt.Sprint(i), time.Hour, nil, "things/*")
	}
	c.send = func(string, string, int) fault { return fault{err: errDown} }
	o := newFeed(t, feed.Config{Store: s, Sender: c, AtOnce: 4}).Deliver(t.Context(), changes("a1", "b1", "c1"))
	if o.From != 0 || !errors.As(o.Err, new(*manage.UnavailableError)) || c.calls > 8+4 {
		t.Errorf("%d calls; %+v", c.calls, o)
	}
}

// TestContextEnds: what cannot be sent in time comes again.
func TestContextEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s := newClients(), newTable()
		s.subscribe(t, "ann", time.Hour, nil, "things/*")
		c.send = func(string, string, int) fault { return fault{after: time.Second} }
		ctx, cancel := context.WithTimeout(t.Context(), 2500*time.Millisecond)
		defer cancel()
		start := time.Now()
		o := newFeed(t, feed.Config{Store: s, Sender: c}).Deliver(ctx, changes("a1", "a2", "a3", "a4"))
		if o.From != 2 || !errors.Is(o.Err, context.DeadlineExceeded) || time.Since(start) != 2500*time.Millisecond {
			t.Errorf("%+v after %v", o, time.Since(start))
		}
	})
}

// TestBatchLongerThanItsTime: of a batch for which there is not the time, the first changes are done, and do not come again for ever.
func TestBatchLongerThanItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s := newClients(), newTable()
		for i := range 100 {
			s.subscribe(t, fmt.Sprint(i), time.Hour, nil, "things/*")
		}
		c.send = func(string, string, int) fault { return fault{after: 10 * time.Millisecond} } // a change takes 250 ms
		ctx, cancel := context.WithTimeout(t.Context(), 600*time.Millisecond)
		defer cancel()
		o := newFeed(t, feed.Config{Store: s, Sender: c, AtOnce: 4}).Deliver(ctx, changes("a1", "b1", "c1", "d1", "e1", "f1", "g1", "h1"))
		if o.From != 2 || !errors.Is(o.Err, context.DeadlineExceeded) {
			t.Errorf("%+v", o)
		}
	})
}

// TestUnsendable: an event that no message can carry is passed over, and said with its place and without what it is.
func TestUnsendable(t *testing.T) {
	for name, event := range map[string]string{"empty": "", "too long": strings.Repeat("x", manage.MaxText+1), "no text": "hidden\xff"} {
		c, s := newClients(), newTable()
		s.subscribe(t, "ann", time.Hour, nil, "things/*")
		var log strings.Builder
		all := changes("a1", "a2", "a3")
		all[1].Event = event
		all[2].Event = strings.Repeat("y", manage.MaxText)
		o := newFeed(t, feed.Config{Store: s, Sender: c, Log: slog.New(slog.NewTextHandler(&log, nil))}).Deliver(t.Context(), all)
		if o.From != 3 || o.Sent != 2 || o.Unsendable != 1 {
			t.Errorf("%s: %+v", name, o)
		}
		if text := log.String(); strings.Count(text, "level=ERROR") != 1 || !strings.Contains(text, "sequenceNumber=at-a2") || strings.Contains(text, "hidden") || len(text) > 700 {
			t.Errorf("%s: the log has %.700s", name, text)
		}
	}
}

func TestNew(t *testing.T) {
	c, s := newClients(), newTable()
	for name, config := range map[string]feed.Config{
		"Config.Store": {Sender: c}, "Config.Sender": {Store: s}, "Config.AtOnce": {Store: s, Sender: c, AtOnce: -1},
	} {
		var wrong *feed.ConfigError
		if _, err := feed.New(config); !errors.As(err, &wrong) || wrong.Field != name {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestFlapping: clients that take something now and then do not keep others, which take nothing, from being closed.
func TestFlapping(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s := newClients(), newTable()
		s.subscribe(t, "flaps", time.Hour, nil, "things/*")
		s.subscribe(t, "stuck", time.Hour, nil, "things/*")
		c.send = func(id, _ string, attempt int) fault {
			if id == "stuck" || attempt < 3 {
				return fault{err: errBusy}
			}
			return fault{}
		}
		var batch []feed.Change
		for number := range 100 {
			batch = append(batch, change("a", number))
		}
		start := time.Now()
		o := newFeed(t, feed.Config{Store: s, Sender: c}).Deliver(t.Context(), batch)
		if o.Closed != 1 || o.Sent != 100 || c.tries["stucka0"] != 17 || time.Since(start) > time.Minute {
			t.Errorf("%+v, after %d calls for the one that is stuck", o, c.tries["stucka0"])
		}
	})
}
