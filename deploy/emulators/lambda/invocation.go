package lambda

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"time"
)

// invocation is one event on its way.
type invocation struct {
	id      string
	event   []byte
	arn     string
	traceID string
	timeout time.Duration

	deadline time.Time    // set by begin; zero: the clock does not run yet
	outcome  chan outcome // gets one
}

// outcome is the function's answer, or an error.
type outcome struct {
	answer []byte
	err    error
}

type invocationIDKey struct{}

// WithInvocationID is a context with the id of what is invoked with it, by which the function's log and Lambda's own lines name it.
func WithInvocationID(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, invocationIDKey{}, id)
}

// InvocationID is the id of a context; "": it has none.
func InvocationID(ctx context.Context) string {
	id, _ := ctx.Value(invocationIDKey{}).(string)
	return id
}

func newInvocation(c Config, id string, event []byte) *invocation {
	return &invocation{
		id:      id,
		event:   bytes.Clone(event), // which may outlive the caller's wait
		arn:     c.ARN,
		traceID: newTraceID(),
		timeout: c.Timeout,
		outcome: make(chan outcome, 1),
	}
}

// begin starts the clock, unless it runs: the start of an environment is counted where it is begun again.
func (i *invocation) begin() *time.Timer {
	if i.deadline.IsZero() {
		i.deadline = time.Now().Add(i.timeout)
	}
	return time.NewTimer(time.Until(i.deadline))
}

// newTraceID is an X-Ray tracing header that says: not sampled.
// Source: AWS X-Ray developer guide, "Tracing header".
func newTraceID() string {
	var b [20]byte
	rand.Read(b[:])
	return fmt.Sprintf("Root=1-%08x-%s;Parent=%s;Sampled=0", time.Now().Unix(), hex.EncodeToString(b[:12]), hex.EncodeToString(b[12:]))
}
