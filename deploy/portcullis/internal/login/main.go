// Command login signs in, and prints an access token for calls:
//
//	curl -H "Authorization: Bearer $(login)" https://api.example.com/prod/users
//
// It signs in at an API that has POST /tokens (-api), or at a Cognito user pool (-pool and -client), where it proves that the
// password is known without sending it (SRP). The variable AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER, or AWS_ENDPOINT_URL,
// reaches an emulator of Cognito. Where to sign in, and who, is kept in a profile, so that later calls need no flags.
//
// The access token alone goes to stdout; what is asked and said goes to stderr. A token that is good for another minute is
// printed as it is; one that is not is renewed first, and where that is refused, somebody is asked to sign in. A
// password is asked for without echo, or is a line of stdin; it is neither an argument nor a variable, and is not kept.
//
// Profiles are files of mode 0600 in the folder portcullis/login of the user's configuration folder. Files that others can
// read or write are refused. Programs that run at once take turns to renew the tokens of a profile, so that a refresh token
// that is rotated is used once; an interrupt waits until the new one is kept.
//
// Many systems have a login of their own in PATH; go build -o NAME gives this one another name.
//
// Nothing secret is sent without TLS but to a loopback host, nor to where an answer redirects.
//
// The exit status is 0 where it was done, 1 where it failed, 2 where the command line or a variable is wrong, and 130 where
// it was interrupted. Errors are one line on stderr. See login -h.
package main

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"portcullis/deploy/portcullis/internal/login/profile"
)

func main() {
	signal.Ignore(syscall.SIGPIPE) // a stdout that nobody reads is an error, and ends nothing midway
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	status := run(ctx, os.Args[1:], &session{getenv: os.Getenv, stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, now: time.Now})
	if status == statusInterrupted {
		endByInterrupt()
	}
	os.Exit(status)
}

// The exit statuses.
const (
	statusDone        = 0
	statusFailed      = 1
	statusUsage       = 2
	statusInterrupted = 130
)

// session is what one run of a command has.
type session struct {
	getenv         func(string) string
	stdin          *os.File
	stdout, stderr io.Writer
	now            func() time.Time
}

// commands do one command each; "" is that without a name.
var commands = map[string]func(ctx context.Context, s *session, args []string) error{
	"": tokenCommand, "status": statusCommand, "sign-out": signOutCommand,
}

// run does what the arguments ask for, and gives the exit status.
func run(ctx context.Context, args []string, s *session) int {
	err := dispatch(ctx, s, args)
	if errors.Is(err, errHelp) {
		err = s.print(help)
	}
	switch {
	case err == nil:
		return statusDone
	case errors.As(err, new(*usageError)):
		s.note("%v", err)
		return statusUsage
	case ctx.Err() != nil || errors.Is(err, errInterrupted):
		s.note("%v", errInterrupted)
		return statusInterrupted
	}
	s.note("%v", err)
	return statusFailed
}

func dispatch(ctx context.Context, s *session, args []string) error {
	if len(args) == 0 || args[0] != "" && args[0][0] == '-' {
		return commands[""](ctx, s, args)
	}
	if args[0] == "help" {
		return errHelp
	}
	command, known := commands[args[0]]
	if !known || args[0] == "" {
		return usage("unknown command; want status, sign-out, help, or flags alone") // what is there may be a password
	}
	return command(ctx, s, args[1:])
}

// open opens the store of profiles.
func open() (*profile.Store, error) {
	folder, err := os.UserConfigDir()
	if err != nil {
		return nil, err
	}
	return profile.Open(filepath.Join(folder, "portcullis", "login"))
}
