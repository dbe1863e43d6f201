// Command apikey issues and manages API keys in the DynamoDB table that the authorizers read: it creates them, lists and
// shows their records, rotates, disables, enables and deletes them.
//
// The table is the one that API_KEYS_TABLE names. The AWS SDK's own variables apply; AWS_ENDPOINT_URL_DYNAMODB reaches
// an emulator. The text of a key is written once, to stdout, when it is created; nothing else of it is kept but a hash,
// which is never shown.
//
// With -usage-plan, a key gets an API key of API Gateway beside it, which joins the plan: the authorizer answers its
// value as usageIdentifierKey, and the gateway counts throttle and quota by it. It is named portcullis-ID, its value is
// random and not the key's secret, and the keys that a key is rotated to share it. It is deleted with the last of
// them; where DynamoDB has removed an expired record on its own, delete with the record's id deletes it still.
//
// What fails midway is undone, also where the key was made and stdout did not take it, and where an interrupt, a
// termination or a hangup comes between; what cannot be undone is said, with the ids of what is left. An authorizer that knows a key may accept it for a minute after it was disabled, deleted
// or given an end; a gateway that caches the authorizer's answers, for its own time beyond that.
//
// The exit status is 0 where it was done, 1 where it failed, and 2 where the command line or a variable is wrong. Errors
// are one line on stderr. See apikey -h.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"portcullis/authorizers/cmd/environ"
)

func main() {
	signal.Ignore(syscall.SIGPIPE) // a stdout that nobody reads is an error, and does not end the program before it undoes
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	os.Exit(run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr))
}

// The exit statuses.
const (
	statusDone   = 0
	statusFailed = 1
	statusUsage  = 2
)

// session is what one run of a command has.
type session struct {
	getenv         func(string) string
	stdout, stderr io.Writer
	now            time.Time
}

// commands do one command each.
var commands = map[string]func(ctx context.Context, s *session, args []string) error{
	"create": createCommand, "list": listCommand, "show": showCommand, "rotate": rotateCommand,
	"disable": disableCommand, "enable": enableCommand, "delete": deleteCommand,
}

// run does what the arguments ask for, and gives the exit status.
func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	s := &session{getenv: getenv, stdout: stdout, stderr: stderr, now: time.Now()}
	err := dispatch(ctx, s, args)
	if errors.Is(err, errHelp) {
		err = s.print([]byte(help))
	}
	switch {
	case err == nil:
		return statusDone
	case errors.As(err, new(*usageError)), errors.As(err, new(*environ.Error)):
		s.note("%v", err)
		return statusUsage
	}
	s.note("%v", err)
	return statusFailed
}

const commandList = "create, list, show, rotate, disable, enable, delete or help"

func dispatch(ctx context.Context, s *session, args []string) error {
	if len(args) == 0 {
		return usage("want a command: %s", commandList)
	}
	switch name := args[0]; name {
	case "help", "-h", "-help", "--help":
		if len(args) > 1 {
			return usage("help: unexpected argument %q", args[1])
		}
		return errHelp
	default:
		command, known := commands[name]
		if !known {
			return usage("%q is no command; want %s", name, commandList)
		}
		err := command(ctx, s, args[1:])
		if err != nil && !errors.Is(err, errHelp) {
			err = fmt.Errorf("%s: %w", name, err)
		}
		return err
	}
}
