package console

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"portcullis/deploy/gateway"
)

const (
	mostCalls    = 200              // that are kept for who begins to follow
	mostOfBench  = 50               // of the workbench's that are kept, beside those
	mostWaiting  = 1000             // that wait for one who reads slowly; one more, and the reader has to come again
	keepLooking  = 10 * time.Minute // for which calls are traced when nobody follows them any more
	silence      = 15 * time.Second // after which a comment tells that the stream is still there
	writeTimeout = 10 * time.Second // for which a reader may take nothing
	mostTraced   = 64 << 10         // bytes of an authorizer's event, and of its answer, that are kept
)

// live is the calls as they come, for those who follow them.
type live struct {
	looking atomic.Int64 // until when calls are traced, in nanoseconds of Unix time

	mu        sync.Mutex
	seq       int64
	kept      []*call // the last mostCalls of clients
	tried     []*call // the last mostOfBench of the workbench
	followers map[*follower]struct{}
	ended     bool
}

// follower is a stream of events.
type follower struct {
	events chan event
	over   chan struct{} // is closed where the reader is too slow, and when the desk ends
	to     http.ResponseWriter
	conn   *http.ResponseController
}

// event is what a stream tells: a call, or that the desk has reloaded.
type event interface{ frame() []byte }

// call is a request, or an event of a connection, that was answered.
type call struct {
	Seq    int64          `json:"seq"`
	Time   time.Time      `json:"time"`            // when it was answered
	Mode   string         `json:"mode"`            // "": it was for none
	Bench  bool           `json:"bench,omitempty"` // the workbench made it
	Trace  *gateway.Trace `json:"trace"`
	Why    string         `json:"why"`    // it was refused, or failed, in a sentence; "": it was not
	Change string         `json:"change"` // what would change that, in words

	adviser *adviser // of the project that was served then; nil: none was yet
	once    sync.Once
	text    []byte
}

// begin begins to count where no earlier desk has come to, so that who followed that one, and says how far, is told of all calls.
func (l *live) begin() { l.seq, l.followers = time.Now().UnixMicro(), map[*follower]struct{}{} }

// Traced tells whether somebody follows calls, or has not long ago.
func (c *Console) Traced() bool { return time.Now().UnixNano() < c.live.looking.Load() }

// Traces gives what takes the traces of a mode's gateway.
func (c *Console) Traces(mode string) func(*gateway.Trace) {
	return func(t *gateway.Trace) { c.note(mode, t, false) }
}

// benchTraces gives what takes the traces of the workbench's calls, which would push those of clients out else.
func (c *Console) benchTraces(d *Desk, mode string) func(*gateway.Trace) {
	return func(t *gateway.Trace) {
		if d.Written != nil {
			d.Written(t)
		}
		c.note(mode, t, true)
	}
}

func (c *Console) note(mode string, t *gateway.Trace, bench bool) {
	c.live.add(&call{Time: time.Now(), Mode: modeOf(mode, t), Bench: bench, Trace: bounded(t), adviser: c.adviser.Load()})
}

// Close ends the streams of those who follow, which would not end else. Nobody follows any more.
func (c *Console) Close() {
	l := &c.live
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ended = true
	for f := range l.followers {
		l.end(f)
	}
}

// add tells a call to all who follow. Nobody is waited for.
func (l *live) add(c *call) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.seq++
	c.Seq = l.seq
	if c.Bench {
		l.tried = lastOf(l.tried, c, mostOfBench)
	} else {
		l.kept = lastOf(l.kept, c, mostCalls)
	}
	l.tell(c)
}

// lastOf are the last calls with one more, which are at most so many.
func lastOf(calls []*call, c *call, most int) []*call {
	if len(calls) == most {
		calls = append(calls[:0:0], calls[1:]...)
	}
	return append(calls, c)
}

// reloaded tells that the desk serves something else now.
func (l *live) reloaded() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tell(reload{})
}

func (l *live) tell(e event) {
	for f := range l.followers {
		select {
		case f.events <- e:
		default:
			l.end(f)
		}
	}
}

// follow begins a stream with the kept calls behind one.
func (l *live) follow(w http.ResponseWriter, after int64) *follower {
	f := &follower{make(chan event, mostCalls+mostOfBench+mostWaiting), make(chan struct{}), w, http.NewResponseController(w)}
	l.mu.Lock()
	defer l.mu.Unlock()
	all := slices.SortedFunc(slices.Values(slices.Concat(l.kept, l.tried)), func(a, b *call) int { return cmp.Compare(a.Seq, b.Seq) })
	for _, c := range all {
		if c.Seq > after {
			f.events <- c
		}
	}
	l.followers[f] = struct{}{}
	l.looking.Store(math.MaxInt64)
	if l.ended {
		l.end(f)
	}
	return f
}

// leave notes that a stream has ended.
func (l *live) leave(f *follower) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.forget(f)
}

// end ends a stream, also where its reader takes nothing.
func (l *live) end(f *follower) {
	l.forget(f)
	close(f.over)
	f.conn.SetWriteDeadline(time.Now())
}

func (l *live) forget(f *follower) {
	if _, there := l.followers[f]; !there {
		return
	}
	delete(l.followers, f)
	if len(l.followers) == 0 {
		l.looking.Store(time.Now().Add(keepLooking).UnixNano())
	}
}

// serveLive streams calls as server-sent events: those that are kept, but for those that the reader says it has, and then each as it comes.
// See https://html.spec.whatwg.org/multipage/server-sent-events.html.
func (c *Console) serveLive(w http.ResponseWriter, r *http.Request) {
	after, _ := strconv.ParseInt(r.Header.Get("Last-Event-ID"), 10, 64) // who has none, has none of the calls
	w.Header().Set("Content-Type", "text/event-stream")
	f := c.live.follow(w, after)
	defer c.live.leave(f)
	quiet := time.NewTicker(silence)
	defer quiet.Stop()
	text := []byte("retry: 1000\n\n") // after so many milliseconds the browser comes again
	for f.send(text) == nil {
		select {
		case e := <-f.events:
			text = e.frame()
			quiet.Reset(silence)
		case <-quiet.C:
			text = []byte(":\n\n")
		case <-f.over:
			return
		case <-r.Context().Done():
			return
		}
	}
}

var errOver = errors.New("the stream is over")

// send sends a text, to a reader who takes it in time.
func (f *follower) send(text []byte) error {
	f.conn.SetWriteDeadline(time.Now().Add(writeTimeout)) // where there can be one
	select {
	case <-f.over: // whose deadline it was, perhaps
		return errOver
	default:
	}
	if _, err := f.to.Write(text); err != nil {
		return err
	}
	return f.conn.Flush()
}

// frame is the call as an event, of which the advice is made when the first one reads it, and not in the call's time.
func (c *call) frame() []byte {
	c.once.Do(func() {
		if c.adviser != nil {
			c.Why, c.Change = c.adviser.advise(c.Mode, c.Trace)
		}
		data, err := json.Marshal(c)
		if err != nil {
			data, _ = json.Marshal(map[string]any{"seq": c.Seq, "time": c.Time, "mode": c.Mode, "why": "the call cannot be shown: " + err.Error()})
		}
		c.text = fmt.Appendf(nil, "id: %d\nevent: call\ndata: %s\n\n", c.Seq, data)
	})
	return c.text
}

// reload is that the desk serves something else.
type reload struct{}

func (reload) frame() []byte { return []byte("event: desk\ndata: {}\n\n") }

// modeOf is the mode that a call is for; "": it is for none, and a gateway answers that has to.
func modeOf(mode string, t *gateway.Trace) string {
	if first, _ := splitPath(t.Path); first != mode {
		return ""
	}
	return mode
}

// bounded is a trace without what is too long to be kept.
func bounded(t *gateway.Trace) *gateway.Trace {
	if t.Authorizer == nil || len(t.Authorizer.Event) <= mostTraced && len(t.Authorizer.Answer) <= mostTraced {
		return t
	}
	cut, authorizer := *t, *t.Authorizer
	for _, text := range []*json.RawMessage{&authorizer.Event, &authorizer.Answer} {
		if len(*text) > mostTraced {
			*text = json.RawMessage(fmt.Sprintf(`"%d bytes, which are not kept"`, len(*text)))
		}
	}
	cut.Authorizer = &authorizer
	return &cut
}
