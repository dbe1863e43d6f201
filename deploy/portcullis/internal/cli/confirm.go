package cli

import (
	"bufio"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// AddYes gives a command that destroys something the flag --yes, for [Session.Confirm].
func AddYes(command *cobra.Command) *bool {
	return command.Flags().Bool("yes", false, "do not ask whether it is meant")
}

// Confirm makes sure that what a command destroys is meant: by --yes, or by somebody at the terminal who answers y or yes.
// Without either it is a [*UsageError], and nothing is done.
func (s *Session) Confirm(yes bool, question string) error {
	if yes {
		return nil
	}
	if s.Stdin == nil || !term.IsTerminal(int(s.Stdin.Fd())) {
		return Usage("%s Nobody can be asked here: --yes says that it is meant", question)
	}
	fmt.Fprintf(s.Stderr, "%s [y/N] ", OneLine(Redact(question)))
	answer, _ := bufio.NewReader(s.Stdin).ReadString('\n')
	switch strings.ToLower(strings.TrimSpace(answer)) {
	case "y", "yes":
		return nil
	}
	return &NoError{fmt.Errorf("nothing was done")}
}

// Quiet tells whether stderr is no terminal, where progress would only fill a log.
func (s *Session) Quiet() bool {
	file, ok := s.Stderr.(interface{ Fd() uintptr })
	return !ok || !term.IsTerminal(int(file.Fd()))
}
