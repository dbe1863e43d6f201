// Package deskflag is the flag --desk, by which a subcommand works with what a desk (portcullis local) on this machine serves.
package deskflag

import (
	"context"
	"errors"

	"github.com/spf13/pflag"

	"portcullis/deploy/desk/about"
	"portcullis/deploy/internal/localtls"
	"portcullis/deploy/portcullis/internal/cli"
)

// Flag is --desk of one run of the command.
type Flag struct {
	URL string // of the desk; "": the flag is not given
}

// Add adds the flag --desk. What says what the desk is asked for, such as "contract and issuers".
func Add(flags *pflag.FlagSet, what string) *Flag {
	f := &Flag{}
	flags.StringVar(&f.URL, "desk", "", what+" are those of the desk at `URL`, such as http://127.0.0.1:8080")
	cli.RefuseEmpty(flags, "desk")
	return f
}

// Fetch asks the desk what it serves; nil where the flag is not given. A desk's certificate that was made on this machine is trusted, by
// the environment's getenv. The error is a [*cli.UsageError] where the URL is none of
// this machine's, and an [*about.Error] otherwise.
func (f *Flag) Fetch(ctx context.Context, getenv func(string) string) (*about.Desk, error) {
	if f.URL == "" {
		return nil, nil
	}
	told, err := about.Fetch(ctx, f.URL, localtls.Roots(getenv))
	if errors.Is(err, about.ErrNotLoopback) {
		return nil, cli.Usage("--desk %q: %w", f.URL, about.ErrNotLoopback)
	}
	return told, err
}
