// Command portcullis is the one command of Portcullis for people: who may call what, fixtures for tests of authorizers, API keys,
// revoked tokens and who changed them, signing in, a WebSocket by hand, an API on this machine, and the zips that are deployed.
//
//	go build -o portcullis ./deploy/portcullis
//
// portcullis --help lists its subcommands. Each is in a package below this one of its name; logout and whoami are in login's.
//
// The exit status is 0 where it was done, or the answer is yes; 1 where the answer is no; 2 where it could not be asked or
// done; 130 where it was interrupted. Answers are on stdout, and all else is on stderr.
package main

import (
	"github.com/spf13/cobra"

	"portcullis/deploy/portcullis/build"
	"portcullis/deploy/portcullis/internal/access"
	"portcullis/deploy/portcullis/internal/audit"
	"portcullis/deploy/portcullis/internal/cli"
	"portcullis/deploy/portcullis/internal/fixture"
	"portcullis/deploy/portcullis/internal/key"
	"portcullis/deploy/portcullis/internal/login"
	"portcullis/deploy/portcullis/internal/revoke"
	"portcullis/deploy/portcullis/internal/ws"
	"portcullis/deploy/portcullis/local"
)

func main() { cli.Main(command) }

// command is the whole command, as one run of it uses it.
func command(s *cli.Session) *cobra.Command {
	root := &cobra.Command{
		Use:   "portcullis",
		Short: "Who may call what behind Amazon API Gateway",
		Long: `Who may call what behind Amazon API Gateway: access rules, fixtures for tests of authorizers, API keys, revoked tokens, who
changed these, signing in, a WebSocket by hand, an API on this machine, and the zips that are deployed.

Exit status: 0 it was done, or yes; 1 the answer is no; 2 it could not be asked or done; 130 interrupted.`,
	}
	root.AddCommand(access.Command(s), fixture.Command(s), key.Command(s), revoke.Command(s), audit.Command(s), local.Command(s), build.Command(s))
	root.AddCommand(login.Commands(s)...)
	root.AddCommand(ws.Command(s, login.Token))
	return root
}
