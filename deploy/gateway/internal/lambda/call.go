package lambda

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"
)

// Invoker is a Lambda function, as gateway.Invoker says.
type Invoker interface {
	// Invoke gives the function's answer to an event. The context ends when the function's time is over.
	Invoke(ctx context.Context, event []byte) ([]byte, error)
}

// Explanation tells which decision of an authorizer's log its answer, or its failure, stands for; what is not known of it is "".
type Explanation struct {
	Reason       string // of the decision
	InvocationID string // of the function
}

// explanationKey is what a context has of [CallExplained].
type explanationKey struct{}

// Explain tells the gateway whose context a function is called with, as gateway.Explain says. The last one counts.
func Explain(ctx context.Context, e Explanation) {
	if told, is := ctx.Value(explanationKey{}).(*atomic.Pointer[Explanation]); is {
		told.Store(&e)
	}
}

// CallExplained is Call, and gives what the function has told by [Explain] until it answered, failed, or took too long.
func CallExplained(ctx context.Context, function Invoker, event []byte, timeout time.Duration) ([]byte, Explanation, error) {
	told := &atomic.Pointer[Explanation]{}
	told.Store(&Explanation{})
	output, err := Call(context.WithValue(ctx, explanationKey{}, told), function, event, timeout)
	return output, *told.Load(), err
}

// MaxPayload is how large a function's event and answer may be, in bytes. See
// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html.
const MaxPayload = 6 << 20

// The ways in which a function does not answer.
var (
	errNoAnswer       = errors.New("the function ended without an answer")
	ErrTimedOut       = errors.New("the function took too long")
	ErrEventTooLarge  = errors.New("the event is larger than 6 MB")
	ErrAnswerTooLarge = errors.New("the function's answer is larger than 6 MB")
)

// Call calls a function and waits for it as long as AWS would, whether the function heeds its context or not. As in
// AWS it runs on where the client goes away, and a panic is its own failure.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html.
func Call(ctx context.Context, function Invoker, event []byte, timeout time.Duration) ([]byte, error) {
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
		growStack()
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

// growStack makes the stack of a new goroutine as large as most functions of this process need it, while there is nothing on it. It would
// be doubled and moved four times else, with all that is on it then, which is a twentieth of what a call costs.
//
//go:noinline
func growStack() byte {
	var room [12 << 10]byte
	return room[stackUse.Load()&1]
}

// stackUse keeps the compiler from leaving growStack's room out.
var stackUse atomic.Uint32
