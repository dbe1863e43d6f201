package lambda_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"portcullis/deploy/emulators/lambda"
)

// crowd is a server that tells of each event that comes, and answers when it may.
type crowd struct {
	url      string
	came     chan struct{}
	mayLeave chan struct{}

	mu         sync.Mutex
	here, most int
}

func newCrowd(t *testing.T) *crowd {
	c := &crowd{came: make(chan struct{}, 2000), mayLeave: make(chan struct{}, 2000)}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.count(1)
		c.came <- struct{}{}
		<-c.mayLeave
		c.count(-1)
		fmt.Fprint(w, "{}")
	}))
	t.Cleanup(server.Close)
	c.url = server.URL
	return c
}

func (c *crowd) count(more int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.here += more
	c.most = max(c.most, c.here)
}

func (c *crowd) remote(t *testing.T, path string, atOnce int) *lambda.Remote {
	t.Helper()
	r, err := lambda.NewRemote(lambda.RemoteConfig{Name: "orders", URL: c.url + path, AtOnce: atOnce})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// intrusion is how long events that may not come have to do so. A test does not fail by it.
const intrusion = 50 * time.Millisecond

// TestRemoteTakesTurns: the emulator gets one event at a time, whichever of its names it is called by, and a server as many as are said.
func TestRemoteTakesTurns(t *testing.T) {
	for _, test := range []struct {
		path           string
		atOnce, events int
		want           int
	}{
		{"", 0, 20, 1},
		{"/", 7, 20, 1},
		{"/2015-03-31/functions/function/invocations", 7, 20, 1},
		{"/orders", 3, 20, 3},
		{"/orders", 0, 20, 20},
		{"/2015-03-31/functions/orders/invocations", 0, 20, 20},
	} {
		t.Run(fmt.Sprintf("%s %d", test.path, test.atOnce), func(t *testing.T) {
			c := newCrowd(t)
			remote := c.remote(t, test.path, test.atOnce)
			var all sync.WaitGroup
			for i := range test.events {
				r := remote
				if i%2 == 1 {
					r = remote.Named(fmt.Sprint("orders", i))
				}
				all.Go(func() {
					if answer, err := r.Invoke(context.Background(), []byte("{}")); string(answer) != "{}" || err != nil {
						t.Errorf("%s, %v", answer, err)
					}
				})
			}
			for range test.want {
				<-c.came
			}
			time.Sleep(intrusion)
			for range test.events {
				c.mayLeave <- struct{}{}
			}
			all.Wait()
			if c.most != test.want {
				t.Errorf("%d events were there at once, want %d", c.most, test.want)
			}
		})
	}
}

// TestRemoteKeepsItsPlace: an event whose caller has gone is there until the function has answered, and one whose caller goes while it
// waits never comes.
func TestRemoteKeepsItsPlace(t *testing.T) {
	c := newCrowd(t)
	r := c.remote(t, "", 0)
	ctx, cancel := context.WithCancel(context.Background())
	first, waits := make(chan error, 1), make(chan error, 1)
	go func() { _, err := r.Invoke(ctx, []byte("{}")); first <- err }()
	<-c.came
	go func() { _, err := r.Invoke(ctx, []byte("{}")); waits <- err }()
	cancel()
	for _, left := range []chan error{first, waits} {
		if err := <-left; !errors.Is(err, context.Canceled) {
			t.Errorf("error %v", err)
		}
	}
	if _, err := r.Invoke(ctx, []byte("{}")); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	next := make(chan error, 1)
	go func() { _, err := r.Invoke(context.Background(), []byte("{}")); next <- err }()
	time.Sleep(intrusion)
	c.mayLeave <- struct{}{}
	<-c.came
	c.mayLeave <- struct{}{}
	if err := <-next; err != nil || c.most != 1 || len(c.came) != 0 {
		t.Errorf("error %v, %d events at once, %d more", err, c.most, len(c.came))
	}
}

// TestRemoteQueueIsBounded: who comes when a thousand wait is told so at once.
func TestRemoteQueueIsBounded(t *testing.T) {
	c := newCrowd(t)
	r := c.remote(t, "", 0)
	results := make(chan error, 1100)
	for range 1100 {
		go func() { _, err := r.Invoke(context.Background(), []byte("{}")); results <- err }()
	}
	for range 1100 - 1001 {
		err := <-results
		failure, is := errors.AsType[*lambda.Error](err)
		if !is || failure.Type != "Remote.Busy" || !strings.Contains(err.Error(), "1000 events wait for "+c.url) {
			t.Fatalf("error %v", err)
		}
	}
	for range 1001 {
		c.mayLeave <- struct{}{}
	}
	for range 1001 {
		if err := <-results; err != nil {
			t.Error(err)
		}
	}
	for range 2 { // who has waited makes room
		go func() { _, err := r.Invoke(context.Background(), []byte("{}")); results <- err }()
		c.mayLeave <- struct{}{}
	}
	for range 2 {
		if err := <-results; err != nil {
			t.Error(err)
		}
	}
	if c.most != 1 {
		t.Errorf("%d events were there at once", c.most)
	}
}

func TestRemoteRefusesFewerThanNone(t *testing.T) {
	if _, err := lambda.NewRemote(lambda.RemoteConfig{Name: "orders", URL: "http://127.0.0.1:1/a", AtOnce: -1}); err == nil || !strings.Contains(err.Error(), "got -1") {
		t.Errorf("%v", err)
	}
}
