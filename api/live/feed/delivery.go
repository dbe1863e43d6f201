package feed

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
	"unicode/utf8"

	"portcullis/api/live/connections"
	"portcullis/api/live/manage"
)

// delivery is one batch that is being sent.
type delivery struct {
	Config
	changes []Change
	calls   chan struct{} // has an element for each call that is being made
	stop    context.CancelFunc

	mu        sync.Mutex
	topics    map[string]*topic
	left      map[string]bool // connections that are gone or were closed
	waiting   map[string]bool // connections that are busy, and waited for
	recovered int             // times that a connection took what it had been too busy for
	failures  int
	outcome   Outcome
}

// topic are the subscribers of one, which are read when they are first asked for.
type topic struct {
	known chan struct{} // closed when they have been read
	list  []connections.Subscriber
	ids   map[string]bool
	err   error // why there may be more
}

// all sends all changes. What is to come of one key is done by one goroutine, which has one for each connection. Topics of several keys are
// read at once; calls are begun key by key, so that those that come first are done first, and a batch that does not fit into its time has
// them behind it when it comes again.
func (d *delivery) all(ctx context.Context) {
	var keys sync.WaitGroup
	atOnce := make(chan struct{}, d.AtOnce)
	turn := make(chan struct{})
	close(turn)
	for _, indexes := range d.byKey(ctx) {
		atOnce <- struct{}{}
		own, next := turn, make(chan struct{})
		keys.Go(func() {
			defer func() { <-atOnce }()
			d.key(ctx, indexes, own, next)
		})
		turn = next
	}
	keys.Wait()
}

// byKey are the indexes of each key's changes, in order, the key first whose first change is first.
func (d *delivery) byKey(ctx context.Context) (keys [][]int) {
	at := map[string]int{}
	for i, c := range d.changes {
		if c.Event == "" || len(c.Event) > manage.MaxText || !utf8.ValidString(c.Event) {
			d.outcome.Unsendable++
			d.Log.LogAttrs(ctx, slog.LevelError, "change passed over", slog.String("reason", "its event is empty, too long, or no text"), slog.String("sequenceNumber", c.Position))
			continue
		}
		place, known := at[c.Key]
		if !known {
			place = len(keys)
			at[c.Key], keys = place, append(keys, nil)
		}
		keys[place] = append(keys[place], i)
	}
	return keys
}

// key sends the changes of one key, to several connections at once, and to each in order; from its turn on, and it says when the next has it.
func (d *delivery) key(ctx context.Context, indexes []int, turn <-chan struct{}, next chan<- struct{}) {
	names, topics := d.topicsFor(ctx, indexes)
	var subscribers sync.WaitGroup
	defer subscribers.Wait()
	<-turn
	defer close(next)
	for at, t := range topics {
		for _, s := range t.list {
			has := func(t *topic) bool { return t.ids[s.ID] }
			if slices.ContainsFunc(topics[:at], has) {
				continue
			}
			if ctx.Err() != nil {
				d.fail(indexes[0], ctx.Err())
				return
			}
			of := names[at : at+1]
			if slices.ContainsFunc(topics[at+1:], has) {
				of = topicsOf(s.ID, names, topics)
			}
			d.calls <- struct{}{}
			subscribers.Go(func() {
				defer func() { <-d.calls }()
				d.connection(ctx, indexes, s, of)
			})
		}
	}
}

// topicsFor are the topics of some changes, and their names, each once.
func (d *delivery) topicsFor(ctx context.Context, indexes []int) (names []string, topics []*topic) {
	for _, i := range indexes {
		for _, name := range d.changes[i].Topics {
			if slices.Contains(names, name) {
				continue
			}
			t := d.topic(ctx, name)
			if names, topics = append(names, name), append(topics, t); t.err != nil {
				d.fail(i, t.err)
			}
		}
	}
	return names, topics
}

// topicsOf are the names of the topics that a connection is subscribed to.
func topicsOf(id string, names []string, topics []*topic) (of []string) {
	for at, t := range topics {
		if t.ids[id] {
			of = append(of, names[at])
		}
	}
	return of
}

// topic gives the subscribers of a topic. All changes of the batch had been made before they are read, so that who subscribes later and
// then lists sees what the changes made.
func (d *delivery) topic(ctx context.Context, name string) *topic {
	d.mu.Lock()
	t := d.topics[name]
	if t != nil {
		d.mu.Unlock()
		<-t.known
		return t
	}
	t = &topic{known: make(chan struct{}), ids: map[string]bool{}}
	d.topics[name] = t
	d.mu.Unlock()
	defer close(t.known)
	d.read(ctx, name, t)
	return t
}

// read reads a topic's subscribers. One of whom it cannot be read when it ends is sent nothing.
func (d *delivery) read(ctx context.Context, name string, t *topic) {
	for s, err := range d.Store.Subscribers(ctx, name) {
		switch broken := (*connections.BrokenError)(nil); {
		case err == nil:
			t.list, t.ids[s.ID] = append(t.list, s), true
		case errors.As(err, &broken):
			d.count(&d.outcome.Unknown)
			d.Log.LogAttrs(ctx, slog.LevelError, "subscriber passed over", slog.String("reason", err.Error()))
		default:
			t.err = err
		}
	}
}

// connection sends changes of one key to one connection that is subscribed to topics, as far as they are for it.
func (d *delivery) connection(ctx context.Context, indexes []int, s connections.Subscriber, topics []string) {
	for _, i := range indexes {
		is := func(topic string) bool { return slices.Contains(topics, topic) }
		if !slices.ContainsFunc(d.changes[i].Topics, is) {
			continue
		}
		if !d.goesOn(i, s.ID) || !d.push(ctx, i, s, topics) {
			return
		}
	}
}

// goesOn tells whether a change is still to be sent to a connection. What follows the first one that has to come again comes again too. That
// one is still sent to the others: one connection in trouble is not to keep it from them.
func (d *delivery) goesOn(i int, id string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return i <= d.outcome.From && !d.left[id]
}

// push sends a change to a connection. It tells whether the connection may be sent the next one.
func (d *delivery) push(ctx context.Context, i int, s connections.Subscriber, topics []string) bool {
	recovered := 0
	for attempt := 0; ; attempt++ {
		may, err := d.may(ctx, s)
		if err == nil && !may {
			d.count(&d.outcome.Withheld)
			return false
		}
		if err = cmp.Or(err, ctx.Err()); err == nil {
			err = d.Sender.Send(ctx, s.ID, d.changes[i].Event)
		}
		switch busy := (*manage.BusyError)(nil); {
		case err == nil:
			d.sent(attempt > 0)
			return true
		case errors.Is(err, manage.ErrGone):
			d.forget(ctx, s.ID, topics, &d.outcome.Gone)
			return false
		case !errors.As(err, &busy):
			d.fail(i, err)
			return false
		case attempt >= len(waits) && (attempt == maxAttempts || d.recoveries() == recovered):
			d.close(ctx, i, s.ID, topics)
			return false
		}
		recovered = d.recoveries()
		if err := d.wait(ctx, s.ID, waits[min(attempt, len(waits)-1)]); err != nil {
			d.fail(i, err)
			return false
		}
		if !d.goesOn(i, s.ID) {
			return false
		}
	}
}

// sent counts a message, and whether its connection had been too busy for it.
func (d *delivery) sent(recovered bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.outcome.Sent++; recovered {
		d.recovered++
	}
}

// recoveries are how many there were until now. Where there are some while a connection is waited for, calls are refused because of the
// account's limit, and not because this client takes nothing.
func (d *delivery) recoveries() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.recovered
}

// wait waits for half a time to all of it, for a connection that is busy. Meanwhile it keeps one of the calls, so that fewer are made where
// all are refused; but only one, whatever the keys are of which there is something for the connection.
func (d *delivery) wait(ctx context.Context, id string, most time.Duration) error {
	if d.waitFor(id) {
		defer d.waited(id)
	} else {
		<-d.calls
		defer func() { d.calls <- struct{}{} }()
	}
	timer := time.NewTimer(most/2 + rand.N(most/2))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// waitFor tells whether a connection is waited for by nobody else.
func (d *delivery) waitFor(id string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.waiting[id] {
		return false
	}
	d.waiting[id] = true
	return true
}

func (d *delivery) waited(id string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.waiting, id)
}

// close closes a connection that takes nothing. While it is open it must get the change.
func (d *delivery) close(ctx context.Context, i int, id string, topics []string) {
	if err := d.Sender.Close(ctx, id); err != nil && !errors.Is(err, manage.ErrGone) {
		d.fail(i, err)
		return
	}
	d.Log.LogAttrs(ctx, slog.LevelInfo, "closed", slog.String("reason", "it takes nothing"), slog.String("connectionId", id))
	d.forget(ctx, id, topics, &d.outcome.Closed)
}

// forget forgets a connection that is no more, and the subscriptions by which it was found, which may have outlived it. If it cannot, the
// next push does.
func (d *delivery) forget(ctx context.Context, id string, topics []string, counter *int) {
	d.mu.Lock()
	known := d.left[id]
	d.left[id] = true
	d.mu.Unlock()
	if known {
		return
	}
	d.count(counter)
	err := d.Store.Forget(ctx, id)
	for _, topic := range topics {
		if left := d.Store.Unsubscribe(ctx, id, topic); !errors.Is(left, connections.ErrNotFound) {
			err = errors.Join(err, left)
		}
	}
	if err != nil {
		d.Log.LogAttrs(ctx, slog.LevelWarn, "not forgotten", slog.String("connectionId", id), slog.String("error", err.Error()))
	}
}

func (d *delivery) count(counter *int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	*counter++
}

// fail says that a change has to come again.
func (d *delivery) fail(i int, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.outcome.From = min(d.outcome.From, i)
	if d.outcome.Err == nil {
		d.outcome.Err = err
	}
	if d.failures++; d.failures == maxFailures {
		d.stop()
	}
}

// report writes the batch's line.
func (d *delivery) report(ctx context.Context) {
	o := d.outcome
	level, attributes := slog.LevelInfo, []slog.Attr{
		slog.Int("changes", len(d.changes)), slog.Int("sent", o.Sent), slog.Int("gone", o.Gone), slog.Int("closed", o.Closed),
		slog.Int("withheld", o.Withheld), slog.Int("unsendable", o.Unsendable), slog.Int("unknown", o.Unknown),
	}
	if o.Err != nil {
		level = slog.LevelWarn
		attributes = append(attributes, slog.String("again", d.changes[o.From].Position), slog.Int("failures", d.failures), slog.String("error", o.Err.Error()))
	}
	d.Log.LogAttrs(ctx, level, "delivered", attributes...)
}
