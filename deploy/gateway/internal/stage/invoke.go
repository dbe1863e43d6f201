package stage

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// The ways in which a function does not answer.
var (
	errNoAnswer       = errors.New("the function ended without an answer")
	ErrTimedOut       = errors.New("the function took too long")
	ErrEventTooLarge  = errors.New("the event is larger than 6 MB")
	errAnswerTooLarge = errors.New("the function's answer is larger than 6 MB")
)

// Invoke calls the function behind the method, and keeps what the access log and the trace say of it.
func (x *Exchange) Invoke(event any, timeout time.Duration) ([]byte, error) {
	text, err := json.Marshal(event)
	if err == nil && len(text) > maxPayload {
		err = ErrEventTooLarge
	}
	if err != nil {
		x.integrated.err = err.Error()
		return nil, err
	}
	start := time.Now()
	output, err := call(x.HTTP.Context(), x.Method.function, text, timeout)
	if err == nil && len(output) > maxPayload {
		err = errAnswerTooLarge
	}
	x.integrated = integration{called: true, latency: time.Since(start), status: 200}
	if err != nil {
		x.integrated.status, x.integrated.err = 0, err.Error()
	}
	return output, err
}

// call calls a function and waits for it as long as AWS would, whether the function heeds its context or not. As in
// AWS it runs on where the client goes away, and a panic is its own failure.
func call(ctx context.Context, function Invoker, event []byte, timeout time.Duration) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), timeout)
	defer cancel()
	type result struct {
		output []byte
		err    error
	}
	ended := make(chan result, 1)
	go func() {
		r := result{err: errNoAnswer}
		defer func() {
			if reason := recover(); reason != nil {
				r = result{err: fmt.Errorf("the function panicked: %v", reason)}
			}
			ended <- r
		}()
		r.output, r.err = function.Invoke(ctx, event)
	}()
	select {
	case r := <-ended:
		if ctx.Err() != nil {
			return nil, ErrTimedOut
		}
		return r.output, r.err
	case <-ctx.Done():
		return nil, ErrTimedOut
	}
}
