// Package cli is what the commands for operators have in common: how arguments are read, how errors become a line and an
// exit status, and how answers are printed. It is for mains only, and knows nothing of what they do.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"portcullis/authorizers/environ"
)

// The exit statuses: it was done, it failed, and the command line or a variable is wrong.
const (
	StatusDone   = 0
	StatusFailed = 1
	StatusUsage  = 2
)

// Command does one command with its arguments. Its errors become one line on stderr: an error of [Usage] and an
// [*environ.Error] with [StatusUsage], others with [StatusFailed]. [ErrHelp] prints the help in place of that.
type Command func(ctx context.Context, s *Session, args []string) error

// Program is a command line of several commands. All fields are required.
type Program struct {
	Name     string
	Help     string
	List     string // the commands' names, for people
	Commands map[string]Command
	Redact   func(text string) string // takes out of a text for stderr what may be a secret
}

// Session is what one run of a command has.
type Session struct {
	Getenv         func(string) string
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Now            time.Time

	program *Program
}

// Run does what the arguments ask for, and gives the exit status.
func (p *Program) Run(ctx context.Context, s Session, args []string) int {
	s.program = p
	err := p.dispatch(ctx, &s, args)
	if errors.Is(err, ErrHelp) {
		err = s.Print([]byte(p.Help))
	}
	switch {
	case err == nil:
		return StatusDone
	case errors.As(err, new(*UsageError)), errors.As(err, new(*environ.Error)):
		s.Note("%v", err)
		return StatusUsage
	}
	s.Note("%v", err)
	return StatusFailed
}

func (p *Program) dispatch(ctx context.Context, s *Session, args []string) error {
	if len(args) == 0 {
		return Usage("want a command: %s", p.List)
	}
	switch name := args[0]; name {
	case "help", "-h", "-help", "--help":
		if len(args) > 1 {
			return Usage("help: unexpected argument %q", args[1])
		}
		return ErrHelp
	default:
		command, known := p.Commands[name]
		if !known {
			return Usage("%q is no command; want %s", name, p.List)
		}
		err := command(ctx, s, args[1:])
		if err != nil && !errors.Is(err, ErrHelp) {
			err = fmt.Errorf("%s: %w", name, err)
		}
		return err
	}
}
