package key

import (
	"errors"

	"github.com/spf13/cobra"

	"portcullis/authorizers/apikey"
	"portcullis/deploy/portcullis/internal/cli"
)

// renewSeal is the command renew-seal.
func (g *group) renewSeal() *cobra.Command {
	command := &cobra.Command{
		Use:   "renew-seal [flags]",
		Short: "Make keys with another seal, where the seal has become known",
		Long: `Gives the table another seal: the secret by which authorizers tell keys from made-up ones without reading the table. The
first key makes one; this is for the case that somebody has it who floods the authorizers with keys made with it. It opens
nothing, and is no part of a key's secret.

Keys that were made before stay good, and are looked up within the same bound as made-up ones, until they are rotated; of
seals, the last four are known, and keys of earlier ones are refused. Keys can be made again after a minute, when all
authorizers know the new one. At a terminal it asks first; elsewhere it wants --yes.`,
		Example: `  portcullis key renew-seal --yes`,
		Args:    cli.Arguments(0, 0, ""),
	}
	yes := cli.AddYes(command)
	command.RunE = func(command *cobra.Command, _ []string) error {
		t, err := g.begin(command)
		if err != nil {
			return err
		}
		if err := t.Confirm(command.Context(), *yes, "Renew the seal? Keys that there are should be rotated afterwards."); err != nil {
			return err
		}
		err = t.recorder.Do(command, "key renew-seal", nil, func() error {
			err := t.store.RenewSeal(command.Context(), t.now)
			if errors.Is(err, apikey.ErrChanged) {
				return &cli.NoError{Err: errors.New("somebody else has renewed the seal just now; it is not renewed again")}
			}
			return err
		})
		if err != nil {
			return err
		}
		t.note("renewed the seal; keys can be made again from %s", t.now.Add(apikey.SealSettles).UTC().Format("15:04:05Z"))
		return nil
	}
	return command
}
