// Command local runs the whole of Portcullis on this machine: every mode of deploy/modes behind the local
// gateway, a Cognito-shaped issuer to sign in at, and the functions, in this process or as real binaries.
//
//	go run ./deploy/local [-addr 127.0.0.1:8080] [-exec]
package main

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
	"path/filepath"
	"syscall"
	"time"

	"portcullis/api"
	"portcullis/deploy/build/functions"
	"portcullis/deploy/local/gateway"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second interrupt ends the program at once
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run serves until the context ends, and gives the exit status. What is wrong is one line on stderr.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	options, err := parseOptions(args)
	switch {
	case errors.Is(err, errHelp):
		fmt.Fprint(stdout, help)
		return 0
	case err == nil:
		err = serve(ctx, options, stdout, stderr)
	}
	if err != nil {
		fmt.Fprintln(stderr, "local:", err)
		return 1
	}
	return 0
}

// project is what the files of the module say.
type project struct {
	folder   string // of go.mod
	contract *api.Contract
	modes    []*gateway.Mode
}

func readProject() (*project, error) {
	here, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	folder, err := functions.ModuleDir(here)
	if err != nil {
		return nil, err
	}
	p := &project{folder: folder}
	if p.contract, err = api.Load(p.file("api", "openapi.yaml")); err != nil {
		return nil, err
	}
	p.modes, err = gateway.LoadModes(p.file("deploy", "modes"))
	return p, err
}

// file is the path of a file of the module, as short as it can be said from here.
func (p *project) file(parts ...string) string {
	full := filepath.Join(append([]string{p.folder}, parts...)...)
	here, err := os.Getwd()
	if err != nil {
		return full
	}
	if short, err := filepath.Rel(here, full); err == nil {
		return short
	}
	return full
}

// shutdownTimeout is how long requests in flight may take to finish: as long as an integration may.
const shutdownTimeout = 30 * time.Second

func serve(ctx context.Context, options options, stdout, stderr io.Writer) error {
	project, err := readProject()
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", options.addr)
	if err != nil {
		return err
	}
	defer listener.Close()
	site, err := newSite(listener.Addr(), options, project)
	if err != nil {
		return err
	}
	log := slog.New(slog.NewJSONHandler(stderr, nil))
	set, err := startFunctions(ctx, options, project, site, log, stderr)
	if err != nil {
		return err
	}
	defer set.close()
	if err := site.addGateways(project, set, log); err != nil {
		return err
	}
	server := &http.Server{Handler: site, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn)}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	site.printGreeting(stdout)
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	finish, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
	defer cancel()
	return server.Shutdown(finish)
}
