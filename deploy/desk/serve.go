package desk

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"runtime"
	"sync/atomic"
	"time"

	"portcullis/deploy/gateway"
)

// drainTimeout is how long requests in flight may take to finish: as long as an integration may.
const drainTimeout = 30 * time.Second

// drainNotice is how long they take before the program says what it waits for.
const drainNotice = time.Second

// serve serves until ctx ends, and then until the requests and messages in flight are answered, or hardStop ends. Clients of WebSocket
// APIs are told at once that the desk goes away.
func (d *desk) serve(ctx context.Context, listener net.Listener) error {
	server := &http.Server{
		Handler: d.config.guardBodies(hosts(d.config.Hosts).guard(d, d.config.note)), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute,
		ConnState: new(turns).take,
		ErrorLog:  slog.NewLogLogger(d.log.Handler(), slog.LevelWarn),
	}
	served := make(chan error, 1)
	go func() {
		served <- server.Serve(gateway.KeepHeaderNames(server, d.config.identity.Listener(listener, d.config.note)))
	}()
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	waiting := time.AfterFunc(drainNotice, func() { d.config.note("waiting for the requests and messages in flight; Ctrl-C cuts them") })
	defer waiting.Stop()
	d.console.Close() // or its streams would be waited for
	finish, cancel := context.WithTimeout(d.hardStop, drainTimeout)
	defer cancel()
	defer server.Close() // cuts what did not finish
	disconnected := make(chan struct{})
	go func() {
		d.closeGateways()
		close(disconnected)
	}()
	if server.Shutdown(finish) != nil { // which has no part in connections of WebSocket APIs
		return errCut
	}
	select {
	case <-disconnected:
		return nil
	case <-finish.Done():
		return errCut
	}
}

var errCut = errors.New("requests in flight were cut")

// turns has connections take turns where there are more than processors. The next request on a connection whose client is quick is often
// there when the last one is answered, and Go's scheduler looks for what came on the others when it has nothing else to do, or after 10 ms.
type turns struct{ open atomic.Int64 }

// turn is how long a connection stands back: as good as nothing, and yet long enough for the scheduler to look.
const turn = 10 * time.Microsecond

// take is an http.Server's ConnState.
func (t *turns) take(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		t.open.Add(1)
	case http.StateClosed, http.StateHijacked:
		t.open.Add(-1)
	case http.StateIdle:
		if t.open.Load() > int64(runtime.GOMAXPROCS(0)) {
			time.Sleep(turn)
		}
	}
}
