package soak_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"portcullis/authorizers/revocation"
	"portcullis/authorizers/revocation/dynamo"
)

const (
	revokeEach = 200 * time.Millisecond
	kept       = 300 * time.Second // for how long the gateway keeps a policy: as the modes have it
	atOnce     = 4                 // processes of a function; each has its own memory
)

// expectation is a call whose answer is known beforehand.
type expectation struct {
	name               string
	mode               string
	header, credential string
	want               int    // 401 stands for 403 too
	then               func() // what is done after it; nil: nothing
}

// watch makes calls when they are due.
type watch struct {
	address string
	tally   *tally
	running sync.WaitGroup
	ctx     context.Context
	due     chan dueCall

	mu      sync.Mutex
	checked map[string]int // how often what was expected was asked for, by its name
}

type dueCall struct {
	*expectation
	at time.Time
}

func newWatch(ctx context.Context, address string, t *tally) *watch {
	w := &watch{address: address, tally: t, ctx: ctx, due: make(chan dueCall), checked: map[string]int{}}
	for range 2 {
		w.running.Go(w.run)
	}
	return w
}

// expect has a call made at a time, unless all ends before that.
func (w *watch) expect(at time.Time, e *expectation) {
	time.AfterFunc(time.Until(at), func() {
		select {
		case w.due <- dueCall{e, at}:
		case <-w.ctx.Done():
		}
	})
}

func (w *watch) run() {
	c := &connection{address: w.address}
	defer c.close()
	for {
		select {
		case <-w.ctx.Done():
			return
		case e := <-w.due:
			w.check(c, e)
		}
	}
}

// check asks as often as there are processes, so that most of them answer.
func (w *watch) check(c *connection, e dueCall) {
	for range atOnce {
		asked := time.Now()
		status, err := c.call(e.mode, e.header, e.credential)
		if err != nil {
			w.tally.isWrong("%s: no answer: %v", e.name, err)
			return
		}
		w.tally.answered(e.mode, status, time.Since(asked))
		if status != e.want && !(e.want == 401 && status == 403) {
			w.tally.isWrong("%s, in %s, %v after it had to be so: %d, want %d", e.name, e.mode, asked.Sub(e.at).Round(time.Millisecond), status, e.want)
		}
	}
	w.count(e.name)
	if e.then != nil {
		e.then()
	}
}

func (w *watch) count(name string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.checked[name]++
}

// revoke revokes tokens and the users of others, which are refused from then on: at once by who was never asked about them, after ten
// seconds by who was, and after that and the time for which the gateway keeps a policy where it does.
func revoke(ctx context.Context, s *issuers, store *dynamo.Store, w *watch, revocations *atomic.Int64) {
	r := rand.New(rand.NewPCG(3, 4))
	c := &connection{address: w.address}
	defer c.close()
	for n := 0; sleep(ctx, revokeEach); n++ {
		if err := revokeOne(ctx, s, store, w, c, r, n); err != nil && ctx.Err() == nil {
			w.tally.isWrong("a revocation: %v", err)
		}
		revocations.Add(1)
	}
}

func revokeOne(ctx context.Context, s *issuers, store *dynamo.Store, w *watch, c *connection, r *rand.Rand, n int) error {
	t := s.make(r, &kinds[0], "")
	for time.Now().Before(t.settled) { // a refusal has to be that of a revocation
		t = s.make(r, &kinds[0], "")
	}
	for _, mode := range modes {
		status, err := c.call(mode, "Authorization", "Bearer "+t.text)
		if err != nil {
			return err
		}
		w.tally.answered(mode, status, 0)
		if status != 200 {
			return fmt.Errorf("%s of a good token: %d", mode, status)
		}
	}
	entry := revocation.OfToken(t.issuer.URL, t.id, t.ends)
	if n%2 == 1 {
		entry = revocation.OfUser(t.issuer.URL, t.subject, time.Now(), t.ends)
	}
	if err := store.Revoke(ctx, entry); err != nil {
		return err
	}
	revoked := time.Now()
	for _, mode := range modes {
		after := revocation.RememberedFor
		if mode != "rest-request" {
			after += kept
		}
		w.expect(revoked.Add(after), &expectation{name: "a revoked token, " + mode, mode: mode, header: "Authorization", credential: "Bearer " + t.text, want: 401})
	}
	return nil
}
