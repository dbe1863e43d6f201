// Command local runs the whole of Portcullis on this machine: every mode of deploy/modes behind the local
// gateway, a Cognito-shaped issuer to sign in at, DynamoDB for users, API keys and revocations, API Gateway's control plane
// for API keys, and the functions, in this process or as real binaries. It serves other APIs and modes too, with functions
// of their own, and uses a real DynamoDB or Cognito where the environment names one.
//
//	go run ./deploy/local [--addr 127.0.0.1:8080] [--host NAME]... [--exec] [--mode FILE]... [--contract FILE] [--function NAME=URL|BINARY]... [--watch] [--verbose]
//
// The flag --help tells what the flags and the environment variables mean.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"portcullis/deploy/desk"
)

func main() {
	ctx, hardStop := interrupts()
	os.Exit(run(ctx, hardStop, os.Args[1:], os.Stdout, os.Stderr))
}

// run serves until ctx ends and the requests in flight are answered, or hardStop ends, and gives the exit status. What is
// wrong is one line on stderr.
func run(ctx, hardStop context.Context, args []string, stdout, stderr io.Writer) int {
	config, err := parseOptions(args)
	switch {
	case errors.Is(err, errHelp):
		fmt.Fprint(stdout, help)
		return 0
	case err == nil:
		config.Stdout, config.Stderr, config.Environ = stdout, stderr, os.Environ()
		err = desk.Run(ctx, hardStop, config)
	}
	if err != nil {
		fmt.Fprintln(stderr, "local:", desk.OneLine(err))
		return 1
	}
	return 0
}

// interrupts gives a context that the first interrupt ends, and one that the second ends: nobody waits for requests in
// flight then. A third ends the program at once.
func interrupts() (ctx, hardStop context.Context) {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	ctx, stop := context.WithCancel(context.Background())
	hardStop, cut := context.WithCancel(context.Background())
	go func() {
		<-signals
		stop()
		<-signals
		signal.Stop(signals)
		cut()
	}()
	return ctx, hardStop
}
