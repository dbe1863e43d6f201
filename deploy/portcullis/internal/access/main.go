// Command access answers the questions of those who own an API's access rules: who may call what, what a change
// opens and closes, why a request is allowed or denied, and whether the rules hold together. It reads the
// contract, an OpenAPI file, and the scopes of groups; it calls no AWS service, and changes nothing.
//
// The contract is -contract FILE, else the variable CONTRACT, else openapi.yaml or api/openapi.yaml in the current
// folder. Groups are -group-scopes JSON (or @FILE), else the variable GROUP_SCOPES, as the authorizers read it.
//
// # access matrix
//
// A row for each operation (and for $connect, where the contract says who may connect to a WebSocket API), a column for each group (without groups: for each scope) and for each -scopes, as a table,
// or as Markdown, CSV, JSON or HTML. The same input gives the same bytes, so that a file of it can be
// committed, and a pull request shows what changes.
//
//	go run ./deploy/portcullis/internal/access matrix -group-scopes '{"admins":["users/read","users/write"],"members":["users/self"]}'
//
// # access diff
//
// What opens and what closes between two contracts (a file, or - for stdin), for whom: for callers by what their
// credentials hold, whether or not a group gives them that, and for groups, with and without an API key. A conflict that
// ends opens something too: requests that IAM patterns denied although the rules allowed them; one that begins closes
// such. Of a conflict that stays it is not told whether it is one for other callers than before. The exit status is 1 if
// anything opens.
//
//	git show HEAD:api/openapi.yaml | go run ./deploy/portcullis/internal/access diff - api/openapi.yaml
//
// # access explain
//
// Why one request is allowed or denied, the policy that an authorizer answers for this caller, and the
// statement of it that decides. A token is verified where ISSUERS or -issuers is given, and otherwise only decoded.
// The exit status is 0 only where the request is allowed, and the token, if there is one, verified; a public operation
// is allowed whatever the token. -connect, or the ARN of a $connect, asks about connecting to a WebSocket API.
//
//	go run ./deploy/portcullis/internal/access explain -method GET -path /users/7 -scopes users/self -id 7
//
// # access check
//
// Problems: operations that are open to everyone, routes that IAM cannot tell apart or that no request reaches, scopes
// that no group grants, operations that no group may call, callers whose policy would be too large to be written. The exit
// status is 1 if there is any. -allow-public names the operations that are meant for everyone, -granted the scopes that
// callers have elsewhere than in groups. Sizes are those for an owner's id of 128 bytes, a stage of ten characters, and
// the longest partition and region.
//
//	go run ./deploy/portcullis/internal/access check -allow-public signIn,refreshTokens,revokeToken,signOut -group-scopes '{"admins":["users/read","users/write"],"members":["users/self"]}'
//
// Findings are on stdout. What cannot be done is one line on stderr, and exit status 2.
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"strings"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	context.AfterFunc(ctx, stop) // a second interrupt ends the program at once
	os.Exit(run(ctx, os.Args[1:], os.Getenv, os.Stdin, os.Stdout, os.Stderr))
}

// The exit statuses.
const (
	statusGood   = 0
	statusFound  = 1 // something opens, is denied, or is a problem
	statusFailed = 2
)

// session is what one run of a command has.
type session struct {
	getenv func(string) string
	stdin  io.Reader
	out    *bytes.Buffer // the findings
}

// commands do one command each, and give the exit status.
var commands = map[string]func(ctx context.Context, s *session, args []string) (int, error){
	"matrix": matrixCommand, "diff": diffCommand, "explain": explainCommand, "check": checkCommand,
}

// run does what the arguments ask for, and gives the exit status. Nothing is written to stdout where it fails.
func run(ctx context.Context, args []string, getenv func(string) string, stdin io.Reader, stdout, stderr io.Writer) int {
	s := &session{getenv: getenv, stdin: stdin, out: &bytes.Buffer{}}
	status, err := dispatch(ctx, s, args)
	if errors.Is(err, errHelp) {
		s.out.Reset()
		s.out.WriteString(help)
		status, err = statusGood, nil
	}
	if err == nil {
		_, err = stdout.Write(s.out.Bytes())
	}
	if err != nil {
		fmt.Fprintln(stderr, "access:", withoutTokens(err.Error()))
		return statusFailed
	}
	return status
}

func dispatch(ctx context.Context, s *session, args []string) (int, error) {
	if len(args) == 0 {
		return 0, errors.New("want a command: matrix, diff, explain, check or help")
	}
	switch name := args[0]; name {
	case "help", "-h", "-help", "--help":
		if len(args) > 1 && name == "help" {
			return 0, fmt.Errorf("help: unexpected argument %q", args[1])
		}
		return 0, errHelp
	default:
		command, known := commands[name]
		if !known {
			return 0, fmt.Errorf("%q is no command; want matrix, diff, explain, check or help", name)
		}
		status, err := command(ctx, s, args[1:])
		if err != nil && !errors.Is(err, errHelp) {
			err = fmt.Errorf("%s: %w", name, err)
		}
		return status, err
	}
}

// tokenLike matches what may be a JSON Web Token, or its beginning: the base64url of {".
var tokenLike = regexp.MustCompile(`eyJ[A-Za-z0-9_.=-]*`)

// withoutTokens is an error's text as one line in which no token stands, wherever on the command line it stood.
func withoutTokens(text string) string {
	return strings.ReplaceAll(tokenLike.ReplaceAllString(text, "[redacted]"), "\n", " ")
}
