// Package login is what portcullis login, logout and whoami do: sign in at an API that has POST /tokens, or at a Cognito user
// pool by SRP, keep the tokens in a profile, and renew and revoke them.
//
// Programs that run at once take turns to renew the tokens of a profile, so that a refresh token that is rotated is used once;
// an interrupt waits until the new one is kept. Other commands that call with a profile's token are given it by [Token].
package login

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"portcullis/deploy/portcullis/internal/cli"
	"portcullis/deploy/portcullis/internal/login/profile"
)

// Commands are login, logout and whoami, for one run of portcullis.
func Commands(s *cli.Session) []*cobra.Command {
	return []*cobra.Command{newLogin(s), newLogout(s), newWhoami(s)}
}

// session is one run of one of the commands.
type session struct {
	*cli.Session
	command *cobra.Command // in whose name notes are written
}

// newCommand makes a command without arguments, and with the flag that all have: the name of a profile.
func newCommand(s *cli.Session, name *string, run func(context.Context, *session) error) *cobra.Command {
	command := cli.Secretive(&cobra.Command{Args: cli.Arguments(0, 0, ""), ValidArgsFunction: cobra.NoFileCompletions})
	command.Flags().StringVar(name, "profile", "default", "the profile `NAME`: where to sign in, as whom, and the tokens")
	command.RegisterFlagCompletionFunc("profile", cobra.NoFileCompletions)
	command.RunE = func(c *cobra.Command, _ []string) error {
		if !profile.ValidName(*name) {
			return errProfileName
		}
		return cutShort(c.Context(), run(c.Context(), &session{s, c}))
	}
	return command
}

var errProfileName = cli.Usage("--profile: want 1 to 64 letters, digits, _ and -")

// cutShort is the error of a command: what fails once the context has ended fails because of that.
func cutShort(ctx context.Context, err error) error {
	if err == nil || ctx.Err() == nil || errors.As(err, new(*cli.UsageError)) || errors.As(err, new(*cli.NoError)) {
		return err
	}
	return cli.ErrInterrupted
}

// open opens the store of profiles.
func open() (*profile.Store, error) {
	folder, err := os.UserConfigDir()
	if err != nil {
		return nil, err
	}
	return profile.Open(filepath.Join(folder, "portcullis", "login"))
}
