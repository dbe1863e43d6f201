package desk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"portcullis/deploy/gateway"
)

// shutdownTimeout is how long requests in flight may take to finish: as long as an integration may.
const shutdownTimeout = 30 * time.Second

// shutdownNotice is how long they take before the program says what it waits for.
const shutdownNotice = time.Second

// interrupts gives a context that the first interrupt ends, and one that the second ends: nobody waits for requests in
// flight then. A third ends the program at once.
func interrupts() (ctx, patience context.Context) {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	ctx, stop := context.WithCancel(context.Background())
	patience, hurry := context.WithCancel(context.Background())
	go func() {
		<-signals
		stop()
		<-signals
		signal.Stop(signals)
		hurry()
	}()
	return ctx, patience
}

// serveHTTP serves until ctx ends, and then until the requests in flight are answered, or patience ends.
func serveHTTP(ctx, patience context.Context, listener net.Listener, handler http.Handler, log *slog.Logger, stderr io.Writer) error {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn)}
	served := make(chan error, 1)
	go func() { served <- server.Serve(gateway.KeepHeaderNames(server, listener)) }()
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	notice := time.AfterFunc(shutdownNotice, func() {
		fmt.Fprintln(stderr, "local: waiting for the requests in flight; Ctrl-C cuts them")
	})
	defer notice.Stop()
	finish, cancel := context.WithTimeout(patience, shutdownTimeout)
	defer cancel()
	defer server.Close() // cuts what did not finish
	if server.Shutdown(finish) != nil {
		return errors.New("requests in flight were cut")
	}
	return nil
}
