package lambda

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// invocation is one event on its way.
type invocation struct {
	id      string
	event   []byte
	arn     string
	traceID string
	timeout time.Duration

	deadline time.Time    // set by begin
	outcome  chan outcome // gets one
}

// outcome is the function's answer, or an error.
type outcome struct {
	answer []byte
	err    error
}

func newInvocation(c Config, event []byte) *invocation {
	return &invocation{
		id:      uuid.NewString(),
		event:   bytes.Clone(event), // which may outlive the caller's wait
		arn:     c.ARN,
		traceID: newTraceID(),
		timeout: c.Timeout,
		outcome: make(chan outcome, 1),
	}
}

// begin starts the clock: the start of an environment is not counted.
func (i *invocation) begin() *time.Timer {
	i.deadline = time.Now().Add(i.timeout)
	return time.NewTimer(i.timeout)
}

// newTraceID is an X-Ray tracing header that says: not sampled.
// Source: AWS X-Ray developer guide, "Tracing header".
func newTraceID() string {
	var b [20]byte
	rand.Read(b[:])
	return fmt.Sprintf("Root=1-%08x-%s;Parent=%s;Sampled=0", time.Now().Unix(), hex.EncodeToString(b[:12]), hex.EncodeToString(b[12:]))
}
