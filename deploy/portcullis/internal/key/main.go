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
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"portcullis/authorizers/cmd/cli"
)

func main() {
	signal.Ignore(syscall.SIGPIPE) // a stdout that nobody reads is an error, and does not end the program before it undoes
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	os.Exit(run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr))
}

// session is what one run of a command has.
type session struct {
	*cli.Session
}

// on is a command that works with a session.
func on(do func(ctx context.Context, s *session, args []string) error) cli.Command {
	return func(ctx context.Context, s *cli.Session, args []string) error { return do(ctx, &session{s}, args) }
}

// program are the commands.
var program = cli.Program{
	Name: "apikey", Help: help, List: "create, list, show, rotate, disable, enable, delete or help",
	Commands: map[string]cli.Command{
		"create": on(createCommand), "list": on(listCommand), "show": on(showCommand), "rotate": on(rotateCommand),
		"disable": on(disableCommand), "enable": on(enableCommand), "delete": on(deleteCommand),
	},
	Redact: withoutKeys,
}

// run does what the arguments ask for, and gives the exit status.
func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	return program.Run(ctx, cli.Session{Getenv: getenv, Stdout: stdout, Stderr: stderr, Now: time.Now()}, args)
}
