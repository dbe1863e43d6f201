// Package lambda runs a Lambda function's own binary on this machine. It serves the Lambda Runtime
// API that the binary polls (aws-lambda-go's lambda.Start and every other runtime client), so that
// what is tried here is what is deployed.
//
// It keeps Lambda's rules for one function: an environment (one process) handles one invocation at a
// time, more environments start when all are busy, up to a limit; an invocation that times out or
// crashes costs its environment, and nothing else. It does not keep Lambda's isolation: the processes
// see this machine's files and network, memory is not limited, and idle processes are not frozen.
//
// A [Remote] is a function that somebody else runs, at an address.
package lambda

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/google/uuid"
)

// ErrClosed answers invocations that come after Close.
var ErrClosed = errors.New("function: closed")

// Config says which function, and what Lambda would have been told of it.
type Config struct {
	Name   string   // the function's name; required
	Binary string   // path of the program; required. Its folder is the working directory
	Env    []string // the whole environment, as name=value; Lambda's own variables are added and win, but for TZ

	Timeout         time.Duration // of one invocation; 0 means 3 s, as in Lambda
	InitTimeout     time.Duration // from a process's start to its first poll, before it is started anew for an invocation; 0 means 10 s, as in Lambda
	ShutdownTimeout time.Duration // from SIGTERM, for a process that asks for it, to its end; 0 means 500 ms, as in Lambda
	MaxEnvironments int           // how many processes there may be; 0 means 4

	ARN    string    // of the function; "" means one in us-east-1, of account 123456789012
	Stderr io.Writer // gets what the processes write to stdout and stderr, a line at a time; nil discards it
	Label  string    // goes before each of these lines, and as the member function into those that are a JSON object; "" adds nothing
}

// Function is a started function. Its methods may be called from several goroutines at once.
type Function struct {
	config Config
	slots  chan struct{} // one for each invocation that has, or is getting, an environment

	mu       sync.Mutex
	closing  bool
	stopped  bool
	inFlight sync.WaitGroup
	idle     []*environment // the last used is the last
	overran  bool           // the first environment did, and no invocation has begun it again
	all      map[*environment]bool
}

// Start starts the first environment and waits until it polls for an invocation, or InitTimeout is over: then it is ended, and begun again
// at the first invocation, as in Lambda, which Stderr tells. ctx bounds that wait alone. The error is a *StartError if the process could
// not be started, ended, or reported that its initialization failed; else it names what is wrong with c.
// See https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html and
// https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html.
func Start(ctx context.Context, c Config) (*Function, error) {
	c, err := c.complete()
	if err != nil {
		return nil, err
	}
	f := &Function{config: c, slots: make(chan struct{}, c.MaxEnvironments), all: map[*environment]bool{}}
	first, err := f.start(ctx, uuid.NewString(), c.InitTimeout)
	switch {
	case errors.Is(err, errOverran):
		f.overran = true
		c.say(fmt.Sprintf("the initialization takes more than %v: it is begun again at the first invocation, within its %v, as in Lambda", c.InitTimeout, c.Timeout))
	case err != nil:
		return nil, err
	default:
		f.idle = append(f.idle, first)
	}
	return f, nil
}

// Invoke has the function handle event, a JSON document of at most 6 MB, and returns its answer. It
// waits while all environments are busy.
//
// What the function reports, and what becomes of it, is an *Error as Lambda's Invoke would answer it.
// The invocation's id is the one that [WithInvocationID] gave ctx, where it has one.
//
// If ctx ends first, Invoke returns ctx's error, and an invocation that has begun goes on without it,
// as in Lambda. After Close the error is ErrClosed.
// See https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html.
func (f *Function) Invoke(ctx context.Context, event []byte) ([]byte, error) {
	if len(event) > maxPayload {
		return nil, fmt.Errorf("function %s: the event has %d bytes, and Lambda takes %d", f.config.Name, len(event), maxPayload)
	}
	if !f.enter() {
		return nil, ErrClosed
	}
	select {
	case f.slots <- struct{}{}:
	case <-ctx.Done():
		f.inFlight.Done()
		return nil, ctx.Err()
	}
	done := make(chan outcome, 1)
	go func() {
		o := f.run(cmp.Or(InvocationID(ctx), uuid.NewString()), event)
		<-f.slots
		f.inFlight.Done()
		done <- o
	}()
	select {
	case o := <-done:
		return o.answer, o.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Close takes no more invocations, waits for those that have been taken, and ends the processes. If
// ctx ends first, it ends the processes at once, their invocations with them, and returns ctx's error.
// When it returns, no process is left.
func (f *Function) Close(ctx context.Context) error {
	f.mu.Lock()
	f.closing = true
	f.mu.Unlock()
	quiet := make(chan struct{})
	go func() {
		f.inFlight.Wait()
		close(quiet)
	}()
	var err error
	select {
	case <-quiet:
	case <-ctx.Done():
		err = ctx.Err()
	}
	f.stop(err == nil)
	<-quiet
	return err
}

func (f *Function) enter() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closing {
		return false
	}
	f.inFlight.Add(1)
	return true
}

// run gives the event to an environment. One whose end was noticed while it was idle never saw the
// event, and the next one gets it; if its end is noticed only after, nobody can tell, and the
// invocation fails, as in Lambda.
func (f *Function) run(id string, event []byte) outcome {
	i := newInvocation(f.config, id, event)
	for {
		e, err := f.environment(i)
		if err != nil {
			return outcome{err: invocationError(err)}
		}
		o, taken := e.invoke(i)
		f.release(e)
		if taken {
			return o
		}
	}
}

// environment returns the idle environment that was used last, or a new one. The caller has a slot,
// so there are fewer than MaxEnvironments when none is idle.
func (f *Function) environment(i *invocation) (*environment, error) {
	i.deadline = time.Time{}
	f.mu.Lock()
	if n := len(f.idle); n > 0 {
		e := f.idle[n-1]
		f.idle = f.idle[:n-1]
		f.mu.Unlock()
		return e, nil
	}
	again := f.overran
	f.overran = false
	f.mu.Unlock()
	if !again {
		e, err := f.start(context.Background(), i.id, f.config.InitTimeout)
		if !errors.Is(err, errOverran) {
			return e, err
		}
	}
	i.begin().Stop()
	e, err := f.start(context.Background(), i.id, i.timeout)
	if errors.Is(err, errOverran) {
		err = timedOut(i.id, i.timeout)
		f.config.say(err.Error())
	}
	return e, err
}

// start starts an environment and waits until it polls, as long as it has patience. The error is errOverran where that is over.
func (f *Function) start(ctx context.Context, requestID string, patience time.Duration) (*environment, error) {
	e, err := f.launch()
	if err != nil {
		return nil, &StartError{Function: f.config.Name, Err: err}
	}
	if err := e.awaitPoll(ctx, requestID, patience); err != nil {
		e.kill()
		f.release(e)
		return nil, &StartError{Function: f.config.Name, Err: err, Output: e.output.String()}
	}
	return e, nil
}

// launch starts an environment that stop will find, or none after stop.
func (f *Function) launch() (*environment, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.stopped {
		return nil, ErrClosed
	}
	e, err := newEnvironment(f.config)
	if err == nil {
		f.all[e] = true
	}
	return e, err
}

// release makes the environment idle, or forgets it if its process has ended.
func (f *Function) release(e *environment) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if e.over() {
		delete(f.all, e)
		return
	}
	f.idle = append(f.idle, e)
}

// stop ends all processes, and waits for their ends. Politely, they have time to end on their own where they asked for it.
func (f *Function) stop(politely bool) {
	f.mu.Lock()
	f.stopped = true
	var left []*environment
	for e := range f.all {
		left = append(left, e)
	}
	f.mu.Unlock()
	var ends sync.WaitGroup
	for _, e := range left {
		ends.Go(func() {
			if politely {
				e.end()
			} else {
				e.kill()
			}
		})
	}
	ends.Wait()
}
