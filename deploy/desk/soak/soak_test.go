// Package soak has no code but tests: a load of many issuers' tokens, keys and revocations on the desk, with the functions as binaries.
package soak_test

import (
	"context"
	"flag"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"portcullis/authorizers/revocation/dynamo"
	"portcullis/authorizers/verify/verifytest"
)

var (
	duration  = flag.Duration("for", 15*time.Second, "how long the load lasts")
	inProcess = flag.Bool("in-process", false, "have the functions in the desk's process, which costs less for each answer: for more tokens in the same time")
	update    = flag.Bool("update", false, "write the table, the plots and the README's figures")
	verbose   = flag.Bool("samples", false, "print each sample as it is taken")
)

// callers are how many connections call at a time.
const callers = 16

// run is a load, and what comes of it.
type run struct {
	program *program
	issuers *issuers
	tally   *tally
	watch   *watch
	start   time.Time
	rows    []row
	taken   []*counts // at the end of each row
	first   *counts
	last    *counts

	rotations, revocations, keyChanges atomic.Int64
}

// TestSoak calls the desk for a time, and makes sure that each answer is right: that of a good token, of one that may not, that is bad, that
// ends or is revoked meanwhile, and of API keys that are made, replaced, disabled, enabled and deleted, while issuers get new keys.
func TestSoak(t *testing.T) {
	if testing.Short() {
		t.Skip("it calls for seconds: go test without -short")
	}
	r := &run{issuers: startIssuers(t), tally: newTally()}
	r.program = startProgram(t, r.issuers.variable(t))
	r.createUser(t)
	made := makeKeys(t, r.program.address)
	revocations, err := dynamo.Open(t.Context(), atDesk(r.program.address), "revocations")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), *duration)
	defer cancel()
	r.watch = newWatch(ctx, r.program.address, r.tally)
	r.start, r.first = time.Now(), r.take()
	var all sync.WaitGroup
	for n := range callers {
		c := &caller{connection: &connection{address: r.program.address}, tally: r.tally, issuers: r.issuers, keys: made, rand: rand.New(rand.NewPCG(5, uint64(n)))}
		all.Go(func() { c.run(ctx) })
	}
	all.Go(func() { r.issuers.rotate(ctx, &r.rotations) })
	all.Go(func() { made.churn(ctx, r.watch, &r.keyChanges) })
	all.Go(func() { revoke(ctx, r.issuers, revocations, r.watch, &r.revocations) })
	r.sample(ctx, t)
	all.Wait()
	r.watch.running.Wait()
	r.tally.report(t)
	for _, line := range r.program.log.others() {
		t.Log(line)
	}
	if len(r.rows) == 0 {
		t.Fatal("it was too short for a sample")
	}
	t.Log(r.summary())
	if *update {
		r.write(t)
	}
}

// createUser makes the user that is asked for.
func (r *run) createUser(t *testing.T) {
	t.Helper()
	token := r.issuers.all[issuerCount-1].OIDC(verifytest.Options{Scopes: []string{"users/write"}, Audience: []string{audience}})
	create, err := http.NewRequest(http.MethodPost, "http://"+r.program.address+"/rest-token/users", strings.NewReader(`{"id":"`+known+`","name":"Ada"}`))
	if err != nil {
		t.Fatal(err)
	}
	create.Header.Set("Authorization", "Bearer "+token)
	answer, err := http.DefaultClient.Do(create)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusCreated {
		t.Fatal(answer.Status)
	}
}

// sample takes samples until the context ends.
func (r *run) sample(ctx context.Context, t *testing.T) {
	each := max(*duration/120, time.Second)
	r.last = r.first
	for sleep(ctx, each) {
		now := r.take()
		next := now.since(r.last, r.start)
		r.rows, r.taken, r.last = append(r.rows, next), append(r.taken, now), now
		if *verbose {
			t.Logf("%.1f", next.values())
		}
	}
}
