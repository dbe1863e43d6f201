// Command revoke takes tokens back before they end: one token, those of one sign-in, those of a user, or all that an
// issuer issued up to a time. It writes to the DynamoDB table that authorizers with REVOCATION=table read, lists what is in
// it, and undoes.
//
// The table is the one that REVOCATION_TABLE names. The AWS SDK's own variables apply; AWS_ENDPOINT_URL_DYNAMODB reaches
// an emulator. A token is read from stdin, since command lines can be seen by others, and is never printed. It is not
// verified: whoever may write to the table may take any token back, and a made-up one is nobody's.
//
// An authorizer that accepted a token may accept it for ten seconds more; a gateway that caches the authorizer's answers, for
// its own time beyond that. See package revocation.
//
// The exit status is 0 where it was done, 1 where it failed, and 2 where the command line or a variable is wrong. Errors
// are one line on stderr. See revoke -h.
package main

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"regexp"
	"syscall"
	"time"

	"portcullis/authorizers/cmd/cli"
	"portcullis/authorizers/environ"
	"portcullis/authorizers/environ/tables"
	"portcullis/authorizers/revocation"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	os.Exit(run(ctx, os.Args[1:], os.Getenv, os.Stdin, os.Stdout, os.Stderr))
}

// program are the commands.
var program = cli.Program{
	Name: "revoke", Help: help, List: "token, user, all, list, undo or help",
	Commands: map[string]cli.Command{
		"token": tokenCommand, "user": userCommand, "all": allCommand, "list": listCommand, "undo": undoCommand,
	},
	Redact: withoutTokens,
}

// run does what the arguments ask for, and gives the exit status.
func run(ctx context.Context, args []string, getenv func(string) string, stdin io.Reader, stdout, stderr io.Writer) int {
	return program.Run(ctx, cli.Session{Getenv: getenv, Stdin: stdin, Stdout: stdout, Stderr: stderr, Now: time.Now()}, args)
}

// tokenLike matches what may be a token: a JSON object begins so in base64url.
var tokenLike = regexp.MustCompile(`eyJ[0-9A-Za-z_.-]+`)

// withoutTokens is a text in which no token stands, wherever on the command line it stood.
func withoutTokens(text string) string { return tokenLike.ReplaceAllString(text, "[redacted]") }

// open opens the table of revocations.
func open(ctx context.Context, s *cli.Session) (revocation.Store, error) {
	store, err := tables.OpenRevocations(ctx, s.Getenv)
	if err == nil && store == nil {
		err = &environ.Error{Variable: environ.RevocationTable, Err: errors.New("is not set; want the name of the DynamoDB table of the revocations")}
	}
	return store, err
}
