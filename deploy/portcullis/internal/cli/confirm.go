package cli

import (
	"bufio"
	"context"
	"errors"
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

// Await does what reads, which nothing but input ends, and waits for it no longer than ctx: then the error is [ErrInterrupted].
func Await[T any](ctx context.Context, read func() (T, error)) (T, error) {
	var text T
	var err error
	done := make(chan struct{})
	go func() {
		defer close(done)
		text, err = read()
	}()
	select {
	case <-done:
		return text, err
	case <-ctx.Done():
		return *new(T), ErrInterrupted
	}
}

// AtTerminal tells whether somebody can be asked: stdin is a terminal.
func (s *Session) AtTerminal() bool { return s.Stdin != nil && term.IsTerminal(int(s.Stdin.Fd())) }

// Quiet tells whether stderr is no terminal, where progress would only fill a log.
func (s *Session) Quiet() bool {
	file, ok := s.Stderr.(interface{ Fd() uintptr })
	return !ok || !term.IsTerminal(int(file.Fd()))
}
