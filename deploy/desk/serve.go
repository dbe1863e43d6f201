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

// serveHTTP serves until ctx ends, and then until the requests in flight are answered, or hardStop ends.
func serveHTTP(ctx, hardStop context.Context, listener net.Listener, handler http.Handler, log *slog.Logger, notice func(string)) error {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn)}
	served := make(chan error, 1)
	go func() { served <- server.Serve(gateway.KeepHeaderNames(server, listener)) }()
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	waiting := time.AfterFunc(drainNotice, func() { notice("waiting for the requests in flight; Ctrl-C cuts them") })
	defer waiting.Stop()
	finish, cancel := context.WithTimeout(hardStop, drainTimeout)
	defer cancel()
	defer server.Close() // cuts what did not finish
	if server.Shutdown(finish) != nil {
		return errors.New("requests in flight were cut")
	}
	return nil
}
