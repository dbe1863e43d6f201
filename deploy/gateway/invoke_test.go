package gateway_test

import (
	"context"
	"runtime"
	"testing"
	"time"

	"portcullis/deploy/gateway"
)

// deaf is a function that does not heed its context.
type deaf struct{ until chan struct{} }

func (f deaf) Invoke(context.Context, []byte) ([]byte, error) {
	<-f.until
	return []byte(`{}`), nil
}

// gone is a function whose goroutine ends.
type gone struct{}

func (gone) Invoke(context.Context, []byte) ([]byte, error) {
	runtime.Goexit()
	return nil, nil
}

// panicking is a function that panics.
type panicking struct{}

func (panicking) Invoke(context.Context, []byte) ([]byte, error) { panic("broken") }

// TestFunctionsThatFailBadly: a function that never returns takes no longer than AWS lets it, and one that panics has
// failed, as in AWS; the client gets its answer either way.
func TestFunctionsThatFailBadly(t *testing.T) {
	until := make(chan struct{})
	t.Cleanup(func() { close(until) })
	for _, test := range []struct {
		name                                             string
		function                                         gateway.Invoker
		timeout                                          time.Duration
		rest, restAuthorizer, http, httpAuthorizer       int
		restBody, restAuthBody, httpBody, httpAuthBodies string
	}{
		{"deaf", deaf{until}, 20 * time.Millisecond, 504, 500, 503, 500, `{"message": "Endpoint request timed out"}`, `{"message":null}`, unavailable, serverError},
		{"panicking", panicking{}, time.Minute, 502, 500, 500, 500, `{"message": "Internal server error"}`, `{"message":null}`, serverError, serverError},
		{"gone", gone{}, time.Minute, 502, 500, 500, 500, `{"message": "Internal server error"}`, `{"message":null}`, serverError, serverError},
	} {
		change := func(c *setting) {
			c.Timeout, c.Functions = test.timeout, map[string]gateway.Invoker{"token": test.function, "things": test.function}
		}
		rest, http := newStage(t, change), newHTTPStage(t, httpModeText, change)
		for _, step := range []struct {
			s       *stage
			request string
			status  int
			body    string
		}{
			{rest, "GET /test/open", test.rest, test.restBody},
			{rest, "GET /test/things\nAuthorization: Bearer all", test.restAuthorizer, test.restAuthBody},
			{http, "GET /test/open", test.http, test.httpBody},
			{http, "GET /test/things\nAuthorization: Bearer all", test.httpAuthorizer, test.httpAuthBodies},
		} {
			if got := step.s.send(t, step.request); got.status != step.status || got.body != step.body {
				t.Errorf("%s: %s: %d %s, want %d %s", test.name, step.request, got.status, got.body, step.status, step.body)
			}
		}
	}
}
