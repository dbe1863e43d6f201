package soak_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// connection is a client that keeps its connection.
type connection struct {
	address string
	net     net.Conn
	answers *bufio.Reader
	request []byte
}

// call sends a request for a user, with a header that has the credential, and gives the status of the answer.
func (c *connection) call(mode, header, credential string) (int, error) {
	if c.net == nil {
		opened, err := net.Dial("tcp", c.address)
		if err != nil {
			return 0, err
		}
		c.net, c.answers = opened, bufio.NewReader(opened)
	}
	c.request = fmt.Appendf(c.request[:0], "GET /%s/users/%s HTTP/1.1\r\nHost: %s\r\n%s: %s\r\n\r\n", mode, known, c.address, header, credential)
	if _, err := c.net.Write(c.request); err != nil {
		return 0, c.fail(err)
	}
	status, err := readAnswer(c.answers)
	if err != nil {
		return 0, c.fail(err)
	}
	return status, nil
}

func (c *connection) fail(err error) error {
	c.close()
	return err
}

func (c *connection) close() {
	if c.net != nil {
		c.net.Close()
		c.net = nil
	}
}

// readAnswer reads an answer with a Content-Length, at less cost than net/http's client.
func readAnswer(r *bufio.Reader) (status int, err error) {
	first, err := r.ReadSlice('\n')
	if err != nil {
		return 0, err
	}
	if len(first) < 12 {
		return 0, fmt.Errorf("answer %q", first)
	}
	if status, err = strconv.Atoi(string(first[9:12])); err != nil {
		return 0, fmt.Errorf("answer %q", first)
	}
	length := 0
	for {
		line, err := r.ReadSlice('\n')
		if err != nil {
			return 0, err
		}
		if len(line) == 2 {
			break
		}
		if value, ok := bytes.CutPrefix(line, []byte("Content-Length: ")); ok {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
				return 0, err
			}
		}
	}
	_, err = io.CopyN(io.Discard, r, int64(length))
	return status, err
}

// tally counts answers.
type tally struct {
	statuses [600]atomic.Int64
	modes    map[string]*atomic.Int64
	tokens   atomic.Int64 // that were called with for the first time
	early    atomic.Int64 // refusals of keys that were too new
	tookMore [len(steps)]atomic.Int64

	mu    sync.Mutex
	wrong int
	first []string // of what was wrong
}

// steps are bounds of times, between which answers are counted.
var steps = [...]time.Duration{
	100 * time.Microsecond, 200 * time.Microsecond, 500 * time.Microsecond, time.Millisecond, 2 * time.Millisecond, 5 * time.Millisecond, 10 * time.Millisecond,
	20 * time.Millisecond, 50 * time.Millisecond, 100 * time.Millisecond, 200 * time.Millisecond, 500 * time.Millisecond, time.Second, 2 * time.Second, time.Hour,
}

func newTally() *tally {
	t := &tally{modes: map[string]*atomic.Int64{}}
	for _, mode := range modes {
		t.modes[mode] = &atomic.Int64{}
	}
	return t
}

func (t *tally) answered(mode string, status int, took time.Duration) {
	t.statuses[status%600].Add(1)
	t.modes[mode].Add(1)
	for s := range steps {
		if took <= steps[s] {
			t.tookMore[s].Add(1)
			return
		}
	}
}

// isWrong notes an answer that is not right.
func (t *tally) isWrong(format string, args ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.wrong++; len(t.first) < 20 {
		t.first = append(t.first, time.Now().UTC().Format("15:04:05.000 ")+fmt.Sprintf(format, args...))
	}
}

func (t *tally) wrongs() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.wrong
}

// report fails a test for what was wrong.
func (t *tally) report(to *testing.T) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, line := range t.first {
		to.Error(line)
	}
	if t.wrong > len(t.first) {
		to.Errorf("and %d more wrong answers", t.wrong-len(t.first))
	}
}

// caller is a client: it makes tokens, uses them, and comes back with some.
type caller struct {
	*connection
	tally   *tally
	issuers *issuers
	keys    *keys
	rand    *rand.Rand
	recent  []*token // that it comes back with
	next    int      // of those, which is forgotten next
}

// recently is how many tokens each caller comes back with: all of them together have more than a function remembers.
const recently = 400

// run calls until the context ends.
func (c *caller) run(ctx context.Context) {
	defer c.close()
	for ctx.Err() == nil {
		var err error
		switch n := c.rand.IntN(100); {
		case n < 70:
			err = c.first()
		case n < 93 && len(c.recent) > 0:
			err = c.use(c.recent[c.rand.IntN(len(c.recent))])
		default:
			err = c.useKey()
		}
		if err != nil {
			c.tally.isWrong("no answer: %v", err)
			sleep(ctx, 100*time.Millisecond)
		}
	}
}

// first calls with a token for the first time.
func (c *caller) first() error {
	mode := modes[0]
	switch n := c.rand.IntN(10); {
	case n == 0:
		mode = "rest-request"
	case n < 4:
		mode = "http-lambda"
	}
	t := c.issuers.make(c.rand, choose(c.rand), mode)
	c.tally.tokens.Add(1)
	if len(c.recent) < recently {
		c.recent = append(c.recent, t)
	} else {
		c.recent[c.next] = t
		c.next = (c.next + 1) % recently
	}
	return c.use(t)
}

func (c *caller) use(t *token) error {
	asked := time.Now()
	status, err := c.call(t.mode, "Authorization", "Bearer "+t.text)
	if err != nil {
		return err
	}
	now := time.Now()
	c.tally.answered(t.mode, status, now.Sub(asked))
	if !t.allows(status, asked, now) {
		c.tally.isWrong("%s, a token that %s, of %s: %d, want %d", t.mode, t.name, t.issuer.URL, status, t.want)
	} else if status == 401 && t.want == 200 && now.Before(t.settled) {
		c.tally.early.Add(1)
	}
	return nil
}

func (c *caller) useKey() error {
	k := c.keys.any(c.rand)
	asked := time.Now()
	status, err := c.call("rest-request", "X-Api-Key", k.text)
	if err != nil {
		return err
	}
	c.tally.answered("rest-request", status, time.Since(asked))
	if status != 200 && !(status == 401 && k.ended.Load()) {
		c.tally.isWrong("a key that may read: %d", status)
	}
	return nil
}
