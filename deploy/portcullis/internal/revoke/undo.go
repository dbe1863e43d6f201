package revoke

import (
	"errors"

	"github.com/spf13/cobra"

	"portcullis/authorizers/revocation"
	"portcullis/deploy/portcullis/internal/cli"
	"portcullis/deploy/portcullis/internal/trail"
)

// undone is what is shown of an entry that was removed.
type undone struct {
	ID    string `json:"id"`
	State string `json:"state"`
}

func (g *group) undo() *cobra.Command {
	command := &cobra.Command{
		Use:   "undo ID [flags]",
		Short: "Let revoked tokens be good again",
		Long:  `Removes a revocation from the table, so that those of its tokens that have not ended are good again.`,
		Example: `  ID=$(portcullis revoke user --issuer https://issuer.example.com --sub bob)
  portcullis revoke undo "$ID"`,
		Args: oneID,
	}
	output := cli.AddOutput(command, cli.FormatText, cli.FormatJSON)
	command.RunE = func(command *cobra.Command, args []string) error {
		id := args[0]
		table, err := g.open(command.Context())
		if err != nil {
			return err
		}
		err = table.Do(command, "revoke undo", []trail.Detail{{Name: "revocation", Value: id}}, func() error {
			err := table.Store.Undo(command.Context(), id)
			if errors.Is(err, revocation.ErrNotFound) {
				return &cli.NoError{Err: errors.New("there is no revocation " + id)}
			}
			return err
		})
		if err != nil {
			return err
		}
		g.Note(command, "undid %s; those of its tokens that have not ended are good again", id)
		if output.Value == cli.FormatJSON {
			return g.PrintJSON(undone{id, "undone"})
		}
		return nil
	}
	return command
}

// oneID wants one argument, the ID of a revocation.
func oneID(command *cobra.Command, args []string) error {
	if err := cli.Arguments(1, 1, "the ID that list shows")(command, args); err != nil {
		return err
	}
	if !revocation.ValidID(args[0]) {
		return cli.Usage("%.60q is no ID: want one that list shows, such as sub-… or jti-…", args[0])
	}
	return nil
}
