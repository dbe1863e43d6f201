package console_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"portcullis/deploy/desk/console"
	"portcullis/deploy/gateway"
)

// reader is who reads a stream, with the time of a bubble for its deadlines.
type reader struct {
	mu       sync.Mutex
	got      bytes.Buffer
	deadline time.Time     // of what is being written
	moved    chan struct{} // is closed when the deadline is another one
	stopped  bool          // it takes nothing any more
	header   http.Header
}

func newReader() *reader { return &reader{moved: make(chan struct{}), header: http.Header{}} }

func (r *reader) Header() http.Header { return r.header }

func (r *reader) WriteHeader(int) {}

// SetWriteDeadline is what http.ResponseController asks for.
func (r *reader) SetWriteDeadline(at time.Time) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.deadline = at
	close(r.moved)
	r.moved = make(chan struct{})
	return nil
}

func (r *reader) Flush() {}

// Write takes a text, or waits for the deadline.
func (r *reader) Write(text []byte) (int, error) {
	for {
		r.mu.Lock()
		stopped, deadline, moved := r.stopped, r.deadline, r.moved
		if !stopped {
			r.got.Write(text)
		}
		r.mu.Unlock()
		if !stopped {
			return len(text), nil
		}
		select {
		case <-time.After(time.Until(deadline)):
			return 0, os.ErrDeadlineExceeded
		case <-moved:
		}
	}
}

// stop has the reader take nothing any more.
func (r *reader) stop() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stopped = true
}

// read is what has come since the last time.
func (r *reader) read() string {
	synctest.Wait()
	r.mu.Lock()
	defer r.mu.Unlock()
	defer r.got.Reset()
	return r.got.String()
}

// follow begins a stream, and gives what tells that it has ended.
func follow(t *testing.T, c *console.Console, r *reader) (ended <-chan struct{}) {
	t.Helper()
	request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/_console/live", nil)
	done := make(chan struct{})
	go func() {
		defer close(done)
		c.ServeHTTP(r, request)
	}()
	synctest.Wait()
	return done
}

func hasEnded(ended <-chan struct{}) bool {
	synctest.Wait()
	select {
	case <-ended:
		return true
	default:
		return false
	}
}

func call(c *console.Console, path string) {
	c.Traces("mode")(&gateway.Trace{RequestID: "id", Method: "GET", Path: path, Status: 200})
}

// A stream is never silent for longer than 15 seconds, by which who reads it knows that it is still there.
func TestLiveIsNeverSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, r := console.New(), newReader()
		ended := follow(t, c, r)
		if got := r.read(); got != "retry: 1000\n\n" {
			t.Errorf("at first %q", got)
		}
		for _, step := range []struct {
			after time.Duration
			call  bool
			want  string
		}{
			{15*time.Second - 1, false, ""},
			{1, false, ":\n\n"},
			{15*time.Second - 1, false, ""},
			{1, false, ":\n\n"},
			{10 * time.Second, true, "event: call\n"},
			{15*time.Second - 1, false, ""}, // behind the call
			{1, false, ":\n\n"},
		} {
			time.Sleep(step.after) // by the clock of the bubble
			if step.call {
				call(c, "/mode/x")
			}
			if got := r.read(); (got == "") != (step.want == "") || !strings.Contains(got, step.want) || step.want == ":\n\n" && got != step.want {
				t.Errorf("%v later %q, want %q", step.after, got, step.want)
			}
		}
		c.Close()
		if !hasEnded(ended) {
			t.Error("the stream goes on when the desk ends")
		}
	})
}

// A reader who takes nothing for ten seconds is left, and nobody waits for it meanwhile.
func TestLiveLeavesWhoTakesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, slow, other := console.New(), newReader(), newReader()
		ended := follow(t, c, slow)
		others := follow(t, c, other)
		slow.stop()
		call(c, "/mode/first")
		time.Sleep(10*time.Second - 1)
		if hasEnded(ended) {
			t.Error("the stream ended too early")
		}
		call(c, "/mode/second")
		if got := other.read(); !strings.Contains(got, "/mode/first") || !strings.Contains(got, "/mode/second") {
			t.Errorf("the other is told %q", got)
		}
		time.Sleep(time.Nanosecond)
		if !hasEnded(ended) {
			t.Error("the stream goes on")
		}
		if hasEnded(others) {
			t.Error("the other stream has ended too")
		}
		c.Close()
		<-others
	})
}

// Of a reader for whom more waits than a stream holds nothing is kept: it is left at once, and told all that is kept when it comes again.
func TestLiveLeavesWhoIsTooSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, slow := console.New(), newReader()
		ended := follow(t, c, slow)
		slow.stop()
		begun := time.Now()
		call(c, "/mode/0")
		synctest.Wait() // which is being written
		const holds = 1250
		for i := range holds {
			call(c, fmt.Sprint("/mode/", i+1))
		}
		if hasEnded(ended) {
			t.Errorf("the stream ended before more than %d calls waited", holds)
		}
		call(c, "/mode/last")
		if !hasEnded(ended) || time.Since(begun) != 0 {
			t.Errorf("the stream goes on, %v later", time.Since(begun))
		}
		again := newReader()
		ended = follow(t, c, again)
		if got := again.read(); strings.Count(got, "event: call\n") != 200 || !strings.Contains(got, `"/mode/last"`) || strings.Contains(got, `"/mode/1051"`) || !strings.Contains(got, `"/mode/1052"`) {
			t.Errorf("%d calls, %.300s", strings.Count(got, "event: call\n"), got)
		}
		c.Close()
		if !hasEnded(ended) || !hasEnded(follow(t, c, newReader())) {
			t.Error("a stream goes on when the desk has ended")
		}
	})
}

// Calls are traced while somebody follows, and for ten minutes from when the last one has gone.
func TestTracedWhileFollowed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, first, second := console.New(), newReader(), newReader()
		if c.Traced() {
			t.Error("nobody has come yet")
		}
		one := follow(t, c, first)
		two := follow(t, c, second)
		time.Sleep(time.Hour)
		first.stop()
		call(c, "/mode/x")
		time.Sleep(10 * time.Second)
		if !hasEnded(one) || !c.Traced() {
			t.Error("one still follows")
		}
		c.Close()
		<-two
		time.Sleep(10*time.Minute - 1)
		if !c.Traced() {
			t.Error("somebody followed not ten minutes ago")
		}
		time.Sleep(time.Nanosecond)
		if c.Traced() {
			t.Error("nobody follows any more")
		}
	})
}
