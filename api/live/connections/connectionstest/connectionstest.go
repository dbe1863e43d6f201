// Package connectionstest checks that a connections.Store does what the interface says.
package connectionstest

import (
	"errors"
	"fmt"
	"iter"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"portcullis/api/live/connections"
)

// Run runs the suite, each part in a subtest with an empty store of its own from open.
func Run(t *testing.T, open func(t *testing.T) connections.Store) {
	for _, part := range []struct {
		name  string
		check func(t *testing.T, s connections.Store)
	}{
		{"get what was opened", getOpened},
		{"open only once", openOnce},
		{"open only good ones", openGood},
		{"find nothing", findNothing},
		{"subscribe", subscribe},
		{"subscribe to good topics", subscribeGood},
		{"subscribe to so many", subscribeMost},
		{"unsubscribe", unsubscribe},
		{"forget", forget},
		{"many of one topic", many},
		{"revoked", revoked},
		{"ended", ended},
		{"stop early", stopEarly},
		{"subscribe at once", subscribeAtOnce},
		{"forget at once", forgetAtOnce},
	} {
		t.Run(part.name, func(t *testing.T) { part.check(t, open(t)) })
	}
}

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// connection is one as it is opened.
func connection(id string) connections.Connection {
	return connections.Connection{
		ID: id, Grant: "1;;7;bearer=a%20b;", OpenedAt: noon, Ends: noon.Add(time.Hour), IssuedAt: noon.Add(-time.Minute), Revocations: []string{"of " + id, "of all"},
	}
}

// subscriber is what is to be found of connection(id).
func subscriber(id string) connections.Subscriber {
	return connections.Subscriber{ID: id, Ends: noon.Add(time.Hour), IssuedAt: noon.Add(-time.Minute), Revocations: []string{"of " + id, "of all"}}
}

func mustOpen(t *testing.T, s connections.Store, ids ...string) {
	t.Helper()
	for _, id := range ids {
		if err := s.Open(t.Context(), connection(id)); err != nil {
			t.Fatalf("Open(%q): %v", id, err)
		}
	}
}

func mustSubscribe(t *testing.T, s connections.Store, id string, topics ...string) {
	t.Helper()
	for _, topic := range topics {
		if err := s.Subscribe(t.Context(), id, topic); err != nil {
			t.Fatalf("Subscribe(%q, %q): %v", id, topic, err)
		}
	}
}

func wantError(t *testing.T, call string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: %v, want %v", call, err, want)
	}
}

// ids are those that are given, sorted.
func ids(t *testing.T, given iter.Seq2[connections.Subscriber, error]) []string {
	t.Helper()
	var all []string
	for s, err := range given {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, s.ID)
	}
	return slices.Sorted(slices.Values(all))
}

// wantSubscribers checks who is subscribed to a topic.
func wantSubscribers(t *testing.T, s connections.Store, topic string, want ...string) {
	t.Helper()
	if got := ids(t, s.Subscribers(t.Context(), topic)); !slices.Equal(got, want) {
		t.Errorf("to %q there are subscribed %q, want %q", topic, got, want)
	}
}

func wantConnection(t *testing.T, s connections.Store, want connections.Connection) {
	t.Helper()
	got, err := s.Get(t.Context(), want.ID)
	if slices.Sort(want.Revocations); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("Get = %+v, %v, want %+v", got, err, want)
	}
}

func getOpened(t *testing.T, s connections.Store) {
	for _, c := range []connections.Connection{
		connection("PJqB0fHsqRcCHlw="),
		{ID: "-_aé/#", OpenedAt: noon, Ends: noon},
		{ID: "early", Grant: strings.Repeat("ä", 2048), OpenedAt: time.Unix(0, 0).UTC(), Ends: time.Unix(0, 0).UTC(), IssuedAt: time.Unix(0, 0).UTC(), Revocations: []string{"x"}},
	} {
		if err := s.Open(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		wantConnection(t, s, c)
	}
	elsewhere := connection("elsewhere")
	elsewhere.Ends, elsewhere.IssuedAt = elsewhere.Ends.In(time.FixedZone("", 3600)), elsewhere.IssuedAt.In(time.FixedZone("", -3600))
	if err := s.Open(t.Context(), elsewhere); err != nil {
		t.Fatal(err)
	}
	wantConnection(t, s, connection("elsewhere"))
}

func openOnce(t *testing.T, s connections.Store) {
	mustOpen(t, s, "a")
	mustSubscribe(t, s, "a", "things")
	wantError(t, "Open", s.Open(t.Context(), connection("a")), connections.ErrExists)
	want := connection("a")
	want.Topics = []string{"things"}
	wantConnection(t, s, want)
	if err := s.Forget(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	mustOpen(t, s, "a")
	wantConnection(t, s, connection("a"))
}

func openGood(t *testing.T, s connections.Store) {
	for field, change := range map[string]func(*connections.Connection){
		"ID":            func(c *connections.Connection) { c.ID = "" },
		"ID ":           func(c *connections.Connection) { c.ID = "\xff" },
		"ID  ":          func(c *connections.Connection) { c.ID = strings.Repeat("a", 1025) },
		"Grant":         func(c *connections.Connection) { c.Grant = strings.Repeat("a", 4097) },
		"Grant ":        func(c *connections.Connection) { c.Grant = "\xff" },
		"OpenedAt":      func(c *connections.Connection) { c.OpenedAt = noon.Add(1) },
		"Ends":          func(c *connections.Connection) { c.Ends = time.Time{} },
		"IssuedAt":      func(c *connections.Connection) { c.IssuedAt = noon.Add(1) },
		"IssuedAt ":     func(c *connections.Connection) { c.IssuedAt = time.Unix(-1, 0) },
		"IssuedAt  ":    func(c *connections.Connection) { c.IssuedAt = time.Unix(253402300800, 0) },
		"Revocations":   func(c *connections.Connection) { c.Revocations = []string{""} },
		"Revocations ":  func(c *connections.Connection) { c.Revocations = strings.Split("abcdefghi", "") },
		"Revocations  ": func(c *connections.Connection) { c.Revocations = []string{"a", "b", "a"} },
		"Topics":        func(c *connections.Connection) { c.Topics = []string{"a"} },
	} {
		c := connection("a")
		change(&c)
		var wrong *connections.ValueError
		if err := s.Open(t.Context(), c); !errors.As(err, &wrong) || wrong.Field != strings.TrimSpace(field) {
			t.Errorf("Open with another %s: %v", field, err)
		}
	}
	_, err := s.Get(t.Context(), "a")
	wantError(t, "Get", err, connections.ErrNotFound)
	if got := ids(t, s.Revoked(t.Context(), "of all")); len(got) > 0 {
		t.Errorf("%q are there", got)
	}
}

func findNothing(t *testing.T, s connections.Store) {
	_, err := s.Get(t.Context(), "none")
	wantError(t, "Get", err, connections.ErrNotFound)
	wantError(t, "Subscribe", s.Subscribe(t.Context(), "none", "things"), connections.ErrNotFound)
	wantError(t, "Unsubscribe", s.Unsubscribe(t.Context(), "none", "things"), connections.ErrNotFound)
	wantError(t, "Forget", s.Forget(t.Context(), "none"), nil)
	wantSubscribers(t, s, "things")
}

func subscribe(t *testing.T, s connections.Store) {
	mustOpen(t, s, "a", "b")
	mustSubscribe(t, s, "a", "things", "others", "things")
	mustSubscribe(t, s, "b", "things")
	wantSubscribers(t, s, "things", "a", "b")
	wantSubscribers(t, s, "others", "a")
	wantSubscribers(t, s, "thing")
	wantSubscribers(t, s, "things/1")
	want := connection("a")
	want.Topics = []string{"others", "things"}
	wantConnection(t, s, want)
	wantOnly(t, s.Subscribers(t.Context(), "others"), subscriber("a"))
	undated, found := connection("ab"), subscriber("ab")
	undated.IssuedAt, found.IssuedAt = time.Time{}, time.Time{}
	wantError(t, "Open", s.Open(t.Context(), undated), nil)
	mustSubscribe(t, s, "ab", "theirs")
	wantOnly(t, s.Subscribers(t.Context(), "theirs"), found)
}

// wantOnly checks that one is given, and all that is known of it.
func wantOnly(t *testing.T, given iter.Seq2[connections.Subscriber, error], want connections.Subscriber) {
	t.Helper()
	count := 0
	for got, err := range given {
		if count++; err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("there is %+v, %v, want %+v", got, err, want)
		}
	}
	if count != 1 {
		t.Errorf("%d are given, want one", count)
	}
}

func subscribeGood(t *testing.T, s connections.Store) {
	mustOpen(t, s, "a")
	for _, topic := range []string{"", "\xff", strings.Repeat("a", 1025)} {
		if err := s.Subscribe(t.Context(), "a", topic); !errors.As(err, new(*connections.ValueError)) {
			t.Errorf("Subscribe to %.10q: %v", topic, err)
		}
		wantError(t, "Unsubscribe", s.Unsubscribe(t.Context(), "a", topic), nil)
	}
	for _, topic := range []string{"*", "ä#1", strings.Repeat("a", 1024)} {
		mustSubscribe(t, s, "a", topic)
		wantSubscribers(t, s, topic, "a")
	}
}

func subscribeMost(t *testing.T, s connections.Store) {
	mustOpen(t, s, "a")
	for i := range connections.MaxTopics {
		mustSubscribe(t, s, "a", fmt.Sprint("topic ", i))
	}
	wantError(t, "Subscribe", s.Subscribe(t.Context(), "a", "one more"), connections.ErrTooMany)
	wantSubscribers(t, s, "one more")
	mustSubscribe(t, s, "a", "topic 0")
	if err := s.Unsubscribe(t.Context(), "a", "topic 0"); err != nil {
		t.Fatal(err)
	}
	mustSubscribe(t, s, "a", "one more")
}

func unsubscribe(t *testing.T, s connections.Store) {
	mustOpen(t, s, "a", "b")
	mustSubscribe(t, s, "a", "things", "others")
	mustSubscribe(t, s, "b", "things")
	for range 2 {
		wantError(t, "Unsubscribe", s.Unsubscribe(t.Context(), "a", "things"), nil)
		wantSubscribers(t, s, "things", "b")
		wantSubscribers(t, s, "others", "a")
	}
	wantError(t, "Unsubscribe", s.Unsubscribe(t.Context(), "a", "others"), nil)
	wantConnection(t, s, connection("a"))
}

func forget(t *testing.T, s connections.Store) {
	mustOpen(t, s, "a", "b")
	mustSubscribe(t, s, "a", "things", "others")
	mustSubscribe(t, s, "b", "things")
	for range 2 {
		wantError(t, "Forget", s.Forget(t.Context(), "a"), nil)
		_, err := s.Get(t.Context(), "a")
		wantError(t, "Get", err, connections.ErrNotFound)
		wantSubscribers(t, s, "things", "b")
		wantSubscribers(t, s, "others")
		if got := ids(t, s.Revoked(t.Context(), "of all")); !slices.Equal(got, []string{"b"}) {
			t.Errorf("of all there are revoked %q", got)
		}
	}
}

// many has so many subscribers that no page of a store holds them all.
func many(t *testing.T, s connections.Store) {
	const count = 40
	var want []string
	for i := range count {
		c := connection(fmt.Sprintf("%03d%s", i, strings.Repeat("-", 1000)))
		c.Revocations = nil
		for j := range connections.MaxRevocations {
			c.Revocations = append(c.Revocations, fmt.Sprint(i, j, strings.Repeat("-", 1000)))
		}
		if err := s.Open(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		mustSubscribe(t, s, c.ID, "things")
		want = append(want, c.ID)
	}
	wantSubscribers(t, s, "things", want...)
}

func revoked(t *testing.T, s connections.Store) {
	mustOpen(t, s, "a", "b")
	for name, want := range map[string][]string{"of all": {"a", "b"}, "of a": {"a"}, "of": nil, "of c": nil} {
		if got := ids(t, s.Revoked(t.Context(), name)); !slices.Equal(got, want) {
			t.Errorf("of %q there are revoked %q, want %q", name, got, want)
		}
	}
	wantOnly(t, s.Revoked(t.Context(), "of a"), subscriber("a"))
}

func ended(t *testing.T, s connections.Store) {
	for id, ends := range map[string]time.Duration{
		"long ago": -25 * time.Hour, "a day ago": -24*time.Hour + time.Minute, "hours ago": -5 * time.Hour, "just now": -time.Second, "now": 0, "soon": time.Second, "later": 2 * time.Hour,
	} {
		c := connection(id)
		c.Ends = noon.Add(ends)
		if err := s.Open(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	mustOpen(t, s, "forgotten")
	wantError(t, "Forget", s.Forget(t.Context(), "forgotten"), nil)
	for at, want := range map[time.Time][]string{
		noon:                  {"a day ago", "hours ago", "just now", "now"},
		noon.Add(time.Second): {"a day ago", "hours ago", "just now", "now", "soon"},
		noon.AddDate(0, 0, 2): nil,
	} {
		var got []string
		for id, err := range s.Ended(t.Context(), at) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, id)
		}
		if slices.Sort(got); !slices.Equal(got, want) {
			t.Errorf("ended at %s: %q, want %q", at, got, want)
		}
	}
}

// stopEarly takes the first of several, and asks for no more.
func stopEarly(t *testing.T, s connections.Store) {
	mustOpen(t, s, "a", "b")
	mustSubscribe(t, s, "a", "things")
	mustSubscribe(t, s, "b", "things")
	for _, given := range []iter.Seq2[connections.Subscriber, error]{s.Subscribers(t.Context(), "things"), s.Revoked(t.Context(), "of all")} {
		count := 0
		for range given {
			count++
			break
		}
		if count != 1 {
			t.Errorf("%d were given", count)
		}
	}
	for id, err := range s.Ended(t.Context(), noon.Add(2*time.Hour)) {
		if err != nil || id == "" {
			t.Errorf("%q, %v", id, err)
		}
		break
	}
}

// atOnce calls run for 0 to n-1, all at once.
func atOnce(n int, run func(i int)) {
	var all sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		all.Go(func() {
			<-start
			run(i)
		})
	}
	close(start)
	all.Wait()
}

// subscribeAtOnce subscribes one connection to more topics than it may have: that many it gets.
func subscribeAtOnce(t *testing.T, s connections.Store) {
	mustOpen(t, s, "a")
	var mu sync.Mutex
	var want []string
	atOnce(connections.MaxTopics+4, func(i int) {
		topic := fmt.Sprintf("topic %02d", i)
		err := s.Subscribe(t.Context(), "a", topic)
		if err != nil && !errors.Is(err, connections.ErrTooMany) {
			t.Error(err)
		}
		if mu.Lock(); err == nil {
			want = append(want, topic)
		}
		mu.Unlock()
	})
	slices.Sort(want)
	if got, err := s.Get(t.Context(), "a"); err != nil || len(want) != connections.MaxTopics || !slices.Equal(got.Topics, want) {
		t.Errorf("subscribed to %q, %v, want %q", got.Topics, err, want)
	}
}

// forgetAtOnce forgets a connection while it is subscribed and unsubscribed: what is left of it, if anything, goes by Unsubscribe.
func forgetAtOnce(t *testing.T, s connections.Store) {
	mustOpen(t, s, "a", "b")
	mustSubscribe(t, s, "b", "topic 1")
	atOnce(8, func(i int) {
		topic := fmt.Sprint("topic ", i%3)
		var err error
		switch i % 4 {
		case 0, 1:
			err = s.Subscribe(t.Context(), "a", topic)
		case 2:
			err = s.Unsubscribe(t.Context(), "a", topic)
		default:
			err = s.Forget(t.Context(), "a")
		}
		if err != nil && !errors.Is(err, connections.ErrNotFound) {
			t.Error(err)
		}
	})
	wantError(t, "Forget", s.Forget(t.Context(), "a"), nil)
	for i := range 3 {
		wantError(t, "Unsubscribe", s.Unsubscribe(t.Context(), "a", fmt.Sprint("topic ", i)), connections.ErrNotFound)
	}
	wantSubscribers(t, s, "topic 0")
	wantSubscribers(t, s, "topic 1", "b")
	wantSubscribers(t, s, "topic 2")
	if got := ids(t, s.Revoked(t.Context(), "of a")); len(got) > 0 {
		t.Errorf("of a there are revoked %q", got)
	}
}
