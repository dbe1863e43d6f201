// Package desk runs the whole of Portcullis on this machine: every mode of deploy/modes behind the local
// gateway, a Cognito-shaped issuer to sign in at, DynamoDB for users, API keys and revocations, API Gateway's control plane
// for API keys, and the functions, in this process or as real binaries. It serves other APIs and modes too, with functions
// of their own, and uses a real DynamoDB or Cognito where the environment names one.
//
//	go run ./deploy/local [-addr 127.0.0.1:8080] [-host NAME]... [-exec] [-mode FILE]... [-contract FILE] [-function NAME=URL|BINARY]... [-watch] [-verbose]
//
// The flag -h tells what the flags and the environment variables mean.
package desk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Main serves as the command line says, and ends the program.
func Main() {
	ctx, patience := interrupts()
	os.Exit(run(ctx, patience, os.Args[1:], os.Stdout, os.Stderr))
}

// run serves until ctx ends and the requests in flight are answered, or patience ends, and gives the exit status. What is
// wrong is one line on stderr.
func run(ctx, patience context.Context, args []string, stdout, stderr io.Writer) int {
	options, err := parseOptions(args)
	switch {
	case errors.Is(err, errHelp):
		fmt.Fprint(stdout, help)
		return 0
	case err == nil:
		err = serve(ctx, patience, options, stdout, &lockedWriter{to: stderr})
	}
	if err != nil {
		fmt.Fprintln(stderr, "local:", oneLine(err))
		return 1
	}
	return 0
}

// oneLine is an error's text without line breaks.
func oneLine(err error) string {
	var parts []string
	for line := range strings.Lines(err.Error()) {
		if line = strings.TrimSpace(line); line != "" {
			parts = append(parts, line)
		}
	}
	return strings.ReplaceAll(strings.Join(parts, "; "), ":; ", ": ")
}

// lockedWriter keeps what is written at once together, whoever writes.
type lockedWriter struct {
	mu sync.Mutex
	to io.Writer
}

func (w *lockedWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.to.Write(p)
}

// watchInterval is how often -watch looks at the files.
const watchInterval = time.Second / 2

func serve(ctx, patience context.Context, options options, stdout, stderr io.Writer) error {
	watcher := newWatcher(options.watched)
	project, err := readProject(options)
	if err != nil {
		return err
	}
	listener, err := listen(options.addr)
	if err != nil {
		return err
	}
	defer listener.Close()
	site, err := newSite(listener.Addr(), options)
	if err != nil {
		return err
	}
	d, err := newDeployer(patience, options, project, site, stderr)
	if err != nil {
		return err
	}
	defer d.close()
	if err := d.deploy(ctx, project); err != nil {
		if ctx.Err() != nil {
			return errors.New("interrupted at the start")
		}
		return err
	}
	printGreeting(stdout, site.current.index)
	if options.watch {
		ticker := time.NewTicker(watchInterval)
		defer ticker.Stop()
		defer d.watch(ctx, watcher, ticker.C)()
	}
	return serveHTTP(ctx, patience, listener, options.hosts.guard(site), d.log, stderr)
}

// listen names what is wrong with the address as the flag does.
func listen(addr string) (net.Listener, error) {
	listener, err := net.Listen("tcp", addr)
	if failure, ok := errors.AsType[*net.OpError](err); ok {
		err = failure.Err
	}
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("-addr %q: the address is in use; with the port 0 it is one that is free", addr)
	case err != nil:
		return nil, fmt.Errorf("-addr %q: %w", addr, err)
	}
	return listener, nil
}
