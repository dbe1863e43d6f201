package lambda

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"sync"
	"time"

	"portcullis/deploy/internal/process"
)

// environment is one process, with a Runtime API of its own.
type environment struct {
	config Config
	cmd    *exec.Cmd
	lines  lines
	output tail
	next   chan *invocation // handed to the process that polls

	polled     chan struct{} // closed at the first poll
	polledOnce sync.Once
	ended      chan struct{} // closed when the process has ended and its API is shut; then endErr is set
	endErr     error

	mu        sync.Mutex
	current   *invocation // handed out, without an outcome yet
	initError *Error      // what the process reported of its initialization

	registered bool // it asked for SIGTERM before its end
}

// newEnvironment starts the process.
func newEnvironment(c Config) (*environment, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	e := &environment{
		config: c,
		lines:  lines{to: c.Stderr, name: c.Label},
		cmd:    exec.Command(c.Binary),
		next:   make(chan *invocation),
		polled: make(chan struct{}),
		ended:  make(chan struct{}),
	}
	e.cmd.Env = c.environ(listener.Addr().String())
	e.cmd.Dir = filepath.Dir(c.Binary)
	e.cmd.Stdout = io.MultiWriter(&e.lines, &e.output)
	e.cmd.Stderr = e.cmd.Stdout
	end, err := process.Start(e.cmd)
	if err != nil {
		listener.Close()
		return nil, err
	}
	go e.serve(listener, end)
	return e, nil
}

// serve answers the Runtime API until the process ends.
func (e *environment) serve(listener net.Listener, end <-chan error) {
	server := &http.Server{Handler: e.runtimeAPI(), ReadHeaderTimeout: 10 * time.Second}
	stopped := make(chan struct{})
	go func() {
		server.Serve(listener)
		close(stopped)
	}()
	e.endErr = <-end
	e.lines.flush()
	server.Close()
	<-stopped
	close(e.ended)
}

// errOverran tells that a process did not come to poll in time.
var errOverran = errors.New("the initialization takes too long")

// awaitPoll returns when the process is ready for an invocation, or with what kept it from that.
func (e *environment) awaitPoll(ctx context.Context, requestID string, patience time.Duration) error {
	over := time.NewTimer(patience)
	defer over.Stop()
	select {
	case <-e.polled:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-over.C:
		return errOverran
	case <-e.ended:
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.initError != nil {
		return e.initError
	}
	return exited(requestID, e.endErr)
}

// invoke has the process handle i, and ends the process if that takes too long. It reports false if
// the process ended before it took i.
func (e *environment) invoke(i *invocation) (outcome, bool) {
	deadline := i.begin()
	defer deadline.Stop()
	select {
	case e.next <- i:
	case <-e.ended:
		return outcome{}, false
	case <-deadline.C:
		return e.timeOut(i), true
	}
	select {
	case o := <-i.outcome:
		return o, true
	case <-deadline.C:
		return e.timeOut(i), true
	case <-e.ended:
	}
	select {
	case o := <-i.outcome: // it answered, and ended right after
		return o, true
	default:
		return outcome{err: exited(i.id, e.endErr)}, true
	}
}

func (e *environment) timeOut(i *invocation) outcome {
	e.kill()
	failure := timedOut(i.id, i.timeout)
	e.config.say(failure.Message)
	return outcome{err: failure}
}

// kill ends the process and what it started, and waits for its end.
func (e *environment) kill() {
	if !e.over() {
		process.Kill(e.cmd)
	}
	<-e.ended
}

func (e *environment) over() bool {
	select {
	case <-e.ended:
		return true
	default:
		return false
	}
}

// tail keeps the last 4 KB written to it.
type tail struct {
	mu   sync.Mutex
	last []byte
}

const tailSize = 4 << 10

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last = append(t.last, p...)
	if over := len(t.last) - tailSize; over > 0 {
		t.last = append([]byte(nil), t.last[over:]...)
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(bytes.TrimSpace(t.last))
}
