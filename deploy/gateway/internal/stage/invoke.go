package stage

import (
	"time"

	"portcullis/deploy/gateway/internal/lambda"
)

// Invoke calls the function behind the method with an event, as JSON, and keeps what the access log and the trace say of it.
func (x *Exchange) Invoke(event func(x *Exchange) ([]byte, error), timeout time.Duration) ([]byte, error) {
	text, err := event(x)
	if err == nil && len(text) > lambda.MaxPayload {
		err = lambda.ErrEventTooLarge
	}
	if err != nil {
		x.integrated.err = err.Error()
		return nil, err
	}
	start := time.Now()
	output, err := lambda.Call(x.HTTP.Context(), x.Method.function, text, timeout)
	if err == nil && len(output) > lambda.MaxPayload {
		err = lambda.ErrAnswerTooLarge
	}
	x.integrated = integration{called: true, latency: time.Since(start), status: 200}
	if err != nil {
		x.integrated.status, x.integrated.err = 0, err.Error()
	}
	return output, err
}
