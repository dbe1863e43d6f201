// Package cli is what the subcommands of portcullis share: how an error becomes lines on stderr and an exit status, which
// flags mean the same everywhere, how answers are written, and what is never printed. It knows nothing of what the
// subcommands do; a subcommand is a package that gives a [cobra.Command] whose RunE uses a [Session].
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// The exit statuses of all subcommands.
const (
	StatusDone        = 0   // it was done, or the answer is yes
	StatusNo          = 1   // the answer is no: something opens, is denied, is a problem, nobody is signed in
	StatusFailed      = 2   // it could not be asked or done: the command line, a variable, a file, the network
	StatusInterrupted = 130 // a signal ended it, as shells tell of SIGINT (128 + 2)
)

// Session is what one run of the command works with. All fields are required.
type Session struct {
	Getenv         func(string) string
	Stdin          *os.File // a terminal is told from a pipe by it
	Stdout, Stderr io.Writer
	Now            func() time.Time
}

// Main runs a command with what the process has, and ends it. A first signal ends the command's context, a second one the
// program at once.
func Main(command func(*Session) *cobra.Command) {
	signal.Ignore(syscall.SIGPIPE) // a stdout that nobody reads is an error, and ends nothing midway
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	context.AfterFunc(ctx, stop)
	s := &Session{Getenv: os.Getenv, Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Now: time.Now}
	Exit(s.Run(ctx, command(s), os.Args[1:]))
}

// UsageError says what is wrong with the command line; where it can be, it names the flag or argument, and what would be
// right.
type UsageError struct {
	Err error
}

// Error is the cause's text.
func (e *UsageError) Error() string { return e.Err.Error() }

// Unwrap gives the cause.
func (e *UsageError) Unwrap() error { return e.Err }

// Usage makes a [*UsageError], as fmt.Errorf does.
func Usage(format string, args ...any) error { return &UsageError{fmt.Errorf(format, args...)} }

// AsUsage makes an error a [*UsageError], and each of a joined one's, so that each is a line still.
func AsUsage(err error) error {
	several, joined := err.(interface{ Unwrap() []error })
	if !joined {
		return &UsageError{err}
	}
	var all []error
	for _, one := range several.Unwrap() {
		all = append(all, AsUsage(one))
	}
	return errors.Join(all...)
}

// NoError is an answer that is no: the exit status is [StatusNo]. Err is written to stderr; where it is nil, what was
// printed has said so already.
type NoError struct {
	Err error
}

// Error is the cause's text, or says that the answer is no.
func (e *NoError) Error() string {
	if e.Err == nil {
		return "the answer is no"
	}
	return e.Err.Error()
}

// Unwrap gives the cause.
func (e *NoError) Unwrap() error { return e.Err }

// No is an answer that is no, and was printed.
var No error = &NoError{}

// ErrInterrupted is the error of a command that a signal ended; so is any error once the command's context has ended.
var ErrInterrupted = errors.New("interrupted")

// Run does what the arguments ask of a command, and gives the exit status. Errors are lines on stderr behind the name of
// the subcommand, one for each of a joined error's, without any secret that [Redact] knows.
func (s *Session) Run(ctx context.Context, root *cobra.Command, args []string) int {
	root.SetArgs(args)
	root.SetIn(s.Stdin)
	root.SetOut(s.Stdout)
	root.SetErr(s.Stderr)
	prepare(root)
	ran, err := root.ExecuteContextC(ctx)
	if err == nil {
		return StatusDone
	}
	if err != No {
		for _, line := range linesOf(err) {
			s.Note(ran, "%s", line)
		}
	}
	switch {
	case isNo(err):
		return StatusNo
	case errors.As(err, new(*UsageError)):
		return StatusFailed
	case ctx.Err() != nil || errors.Is(err, ErrInterrupted):
		return StatusInterrupted
	}
	return StatusFailed
}

// isNo tells whether an error is an answer that is no, and nothing else: where something could not be asked as well, the
// answer is not known.
func isNo(err error) bool {
	if several, ok := err.(interface{ Unwrap() []error }); ok {
		return !slices.ContainsFunc(several.Unwrap(), func(one error) bool { return !isNo(one) })
	}
	if _, no := err.(*NoError); no {
		return true
	}
	cause := errors.Unwrap(err)
	return cause != nil && isNo(cause)
}

// linesOf are the texts of an error: one of each of those that [errors.Join] joined. Other errors that wrap several say
// more than those do.
func linesOf(err error) []string {
	several, ok := err.(interface{ Unwrap() []error })
	if !ok || fmt.Sprint(err) != fmt.Sprint(errors.Join(several.Unwrap()...)) {
		return []string{err.Error()}
	}
	var lines []string
	for _, one := range several.Unwrap() {
		lines = append(lines, linesOf(one)...)
	}
	return lines
}

// Note writes a line to stderr behind a command's name, without any secret that [Redact] knows.
func (s *Session) Note(command *cobra.Command, format string, args ...any) {
	text := OneLine(Redact(fmt.Sprintf(format, args...)))
	fmt.Fprintf(s.Stderr, "%s: %s\n", command.CommandPath(), text)
}

// Quiet tells whether stderr is no terminal, where progress would only fill a log.
func (s *Session) Quiet() bool {
	file, ok := s.Stderr.(interface{ Fd() uintptr })
	return !ok || !term.IsTerminal(int(file.Fd()))
}

// Print writes a text to stdout. Its error says that it is stdout that took nothing.
func (s *Session) Print(text string) error {
	if _, err := io.WriteString(s.Stdout, text); err != nil {
		return fmt.Errorf("stdout: %w", err)
	}
	return nil
}

// Discards tells whether what is printed is lost: stdout is the null device. Go opens that too where a process is started with a
// stdout that is closed, and nothing tells the two apart for sure.
func (s *Session) Discards() bool {
	file, ok := s.Stdout.(interface{ Stat() (os.FileInfo, error) })
	if !ok {
		return false
	}
	stdout, err := file.Stat()
	if err != nil {
		return false // nor is it written to: Print says so
	}
	null, err := os.Stat(os.DevNull)
	return err == nil && os.SameFile(stdout, null)
}

// PrintJSON writes a value to stdout as [WriteJSON] does, at once. Its error says that it is stdout that took nothing.
func (s *Session) PrintJSON(value any) error {
	var text strings.Builder
	if err := WriteJSON(&text, value); err != nil {
		return err
	}
	return s.Print(text.String())
}

// PrintTable writes a table to stdout as [Table.Write] does, at once. Its error says that it is stdout that took nothing.
func (s *Session) PrintTable(t *Table, format string) error {
	var text strings.Builder
	if err := t.Write(&text, format); err != nil {
		return err
	}
	return s.Print(text.String())
}
