package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// AddYes gives a command that destroys something the flag --yes, for [Session.Confirm].
func AddYes(command *cobra.Command) *bool {
	return command.Flags().Bool("yes", false, "do not ask whether it is meant")
}

// Confirm makes sure that what a command destroys is meant: by --yes, or by somebody at the terminal who answers y or yes.
// Without either it is a [*UsageError]; another answer is a [*NoError], and the end of ctx before one [ErrInterrupted].
func (s *Session) Confirm(ctx context.Context, yes bool, question string) error {
	if yes {
		return nil
	}
	if !s.AtTerminal() {
		return Usage("%s Nobody can be asked here: --yes says that it is meant", question)
	}
	fmt.Fprintf(s.Stderr, "%s [y/N] ", OneLine(Redact(question)))
	answer, err := Await(ctx, func() (string, error) {
		line, _ := bufio.NewReader(s.Stdin).ReadString('\n')
		return strings.ToLower(strings.TrimSpace(line)), nil
	})
	switch {
	case err != nil:
		fmt.Fprintln(s.Stderr)
		return err
	case answer == "y" || answer == "yes":
		return nil
	}
	return &NoError{errors.New("nothing was done")}
}
