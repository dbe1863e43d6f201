package desk

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
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
		Handler: d.config.guardBodies(hosts(d.config.Hosts).guard(d)), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute,
		ErrorLog: slog.NewLogLogger(d.log.Handler(), slog.LevelWarn),
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
