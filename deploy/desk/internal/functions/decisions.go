package functions

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"

	"portcullis/deploy/emulators/lambda"
	"portcullis/deploy/gateway"
)

// decisions reads the reasons of decisions in what this module's authorizers log, whether they run here or as binaries, for those who ask
// by the id of an invocation: an event of type TOKEN has no other.
type decisions struct {
	to io.Writer // gets all that is logged

	mu       sync.Mutex
	expected map[string]chan string // by invocation; each gets one reason
}

func newDecisions(to io.Writer) *decisions {
	return &decisions{to: to, expected: map[string]chan string{}}
}

// log is that of an authorizer in this process: its lines have the id of the invocation and its name, as those of the binaries do.
func (d *decisions) log(name string) *slog.Logger {
	return slog.New(invocationHandler{labelled{slog.NewJSONHandler(d, nil), name}})
}

type invocationHandler struct{ slog.Handler }

// Handle adds the id.
func (h invocationHandler) Handle(ctx context.Context, record slog.Record) error {
	if id := lambda.InvocationID(ctx); id != "" {
		record.AddAttrs(slog.String("invocationId", id))
	}
	return h.Handler.Handle(ctx, record)
}

// WithAttrs keeps that it does.
func (h invocationHandler) WithAttrs(attributes []slog.Attr) slog.Handler {
	return invocationHandler{h.Handler.WithAttrs(attributes)}
}

// WithGroup is as WithAttrs.
func (h invocationHandler) WithGroup(name string) slog.Handler {
	return invocationHandler{h.Handler.WithGroup(name)}
}

// Write hands on what is logged. A line that comes in parts is not read.
func (d *decisions) Write(p []byte) (int, error) {
	for line := range bytes.Lines(p) {
		if bytes.Contains(line, []byte(`"msg":"decision"`)) && !bytes.Contains(line, []byte(`"decision":"policy"`)) {
			d.read(line)
		}
	}
	return d.to.Write(p)
}

func (d *decisions) read(line []byte) {
	var decision struct{ Reason, InvocationID string }
	if json.Unmarshal(line, &decision) != nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if reason := d.expected[decision.InvocationID]; reason != nil {
		delete(d.expected, decision.InvocationID)
		reason <- decision.Reason
	}
}

// expect notes that the reason of an invocation's decision is asked for, until it is forgotten.
func (d *decisions) expect(id string) <-chan string {
	reason := make(chan string, 1)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.expected[id] = reason
	return reason
}

func (d *decisions) forget(id string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.expected, id)
}

// explaining is an authorizer of this module that tells of the decisions that its answers and failures stand for.
type explaining struct {
	gateway.Invoker
	decisions *decisions
}

// patience is how long what lets nobody in waits for the line of its decision, which a binary has written before it answers, and which
// comes by a pipe of its own.
const patience = 250 * time.Millisecond

// Invoke does what the authorizer does.
func (e explaining) Invoke(ctx context.Context, event []byte) ([]byte, error) {
	id := uuid.NewString()
	reason := e.decisions.expect(id)
	defer e.decisions.forget(id)
	gateway.Explain(ctx, "", id)
	answer, err := e.Invoker.Invoke(lambda.WithInvocationID(ctx, id), event)
	if err == nil && !denies(answer) {
		return answer, nil
	}
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case why := <-reason:
		gateway.Explain(ctx, why, id)
	case <-ctx.Done():
	case <-late.C:
	}
	return answer, err
}

// denies tells whether an answer of this module's authorizers is for somebody who is not known, or says no: the log has a reason for it.
func denies(answer []byte) bool {
	return bytes.HasPrefix(answer, []byte(`{"principalId":"unauthorized",`)) || bytes.HasPrefix(answer, []byte(`{"isAuthorized":false`))
}
