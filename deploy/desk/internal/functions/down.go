package functions

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"

	"portcullis/deploy/emulators/lambda"
	"portcullis/deploy/gateway"
)

// watched is a function of which the log is told, once, when it goes down: what the gateway answers then says nothing of why.
// After an answer it is told again.
type watched struct {
	gateway.Invoker
	name string
	log  *slog.Logger
	down atomic.Bool
}

// Invoke does what the function does.
func (w *watched) Invoke(ctx context.Context, event []byte) ([]byte, error) {
	answer, err := w.Invoker.Invoke(ctx, event)
	switch down := isDown(err); {
	case !down:
		w.down.Store(false)
	case w.down.CompareAndSwap(false, true):
		w.log.Error("the function does not answer", slog.String("function", w.name), slog.Any("error", err))
	}
	return answer, err
}

// isDown tells whether an error is none that the function itself reported. Those have the types of its language; what becomes of a
// process, or of a call, has one with a dot.
func isDown(err error) bool {
	if reported, ok := errors.AsType[*lambda.Error](err); ok {
		for _, kind := range []string{"Remote.", "Runtime.", "Sandbox."} {
			if strings.HasPrefix(reported.Type, kind) {
				return true
			}
		}
		return false
	}
	return err != nil && !errors.Is(err, lambda.ErrClosed)
}
