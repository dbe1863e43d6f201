package key

import (
	"github.com/spf13/cobra"

	"portcullis/deploy/portcullis/internal/cli"
)

// setDisabled is the command disable or enable.
func (g *group) setDisabled(name string, disabled bool) *cobra.Command {
	command := &cobra.Command{
		Use:     name + " ID [flags]",
		Short:   "Let a key be accepted again",
		Long:    `Lets a key that was disabled be accepted again, until it expires.`,
		Example: `  portcullis key ` + name + ` "$ID"`,
		Args:    oneID,
	}
	if disabled {
		command.Short = "Refuse a key until it is enabled"
		command.Long = `Refuses a key until it is enabled. Its record stays as it is. ` + refusedWithin
	}
	output := cli.AddOutput(command, cli.FormatText, cli.FormatJSON)
	command.RunE = func(command *cobra.Command, args []string) error {
		t, err := g.begin(command)
		if err != nil {
			return err
		}
		id := args[0]
		err = t.do(name, id, nil, func() error { return explain(id, t.store.SetDisabled(command.Context(), id, disabled)) })
		if err != nil {
			return err
		}
		t.note("%sd %s", name, id)
		r, err := t.store.Get(command.Context(), id)
		if disabled {
			t.noteRefused(id)
			t.noteSuccessor(command.Context(), r)
		} else if err == nil && stateOf(r, t.now) == stateGood {
			t.noteAccepted(id)
		}
		switch {
		case output.Value != cli.FormatJSON:
			return nil
		case err != nil:
			return explain(id, err)
		}
		return t.PrintJSON(viewOf(r, t.now))
	}
	return command
}
