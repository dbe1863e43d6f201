package main

import (
	"cmp"
	"errors"
	"flag"
	"io"

	"portcullis/deploy/portcullis/internal/login/profile"
)

// options are what the command line says.
type options struct {
	profile  string
	place    profile.Place // what of it is given
	username string

	passwordStdin, secretStdin bool
	id, force                  bool
	here, forget               bool
}

// newFlags makes a command's flags, with the one that all commands have.
func newFlags(o *options) *flag.FlagSet {
	flags := flag.NewFlagSet("login", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&o.profile, "profile", "default", "")
	return flags
}

func parseToken(args []string) (options, error) {
	var o options
	flags := newFlags(&o)
	flags.StringVar(&o.place.API, "api", "", "")
	flags.StringVar(&o.place.Pool, "pool", "", "")
	flags.StringVar(&o.place.Client, "client", "", "")
	flags.StringVar(&o.username, "username", "", "")
	flags.BoolVar(&o.passwordStdin, "password-stdin", false, "")
	flags.BoolVar(&o.secretStdin, "client-secret-stdin", false, "")
	flags.BoolVar(&o.id, "id", false, "")
	flags.BoolVar(&o.force, "force", false, "")
	if err := parse(flags, &o, args); err != nil {
		return o, err
	}
	if o.place.API != "" && cmp.Or(o.place.Pool, o.place.Client) != "" {
		return o, usage("-api with -pool or -client: want one way to sign in")
	}
	if o.place.API != "" && o.secretStdin {
		return o, usage("-client-secret-stdin with -api: an API has its app client's secret itself")
	}
	return o, nil
}

func parseStatus(args []string) (options, error) {
	var o options
	return o, parse(newFlags(&o), &o, args)
}

func parseSignOut(args []string) (options, error) {
	var o options
	flags := newFlags(&o)
	flags.BoolVar(&o.here, "here", false, "")
	flags.BoolVar(&o.forget, "forget", false, "")
	err := parse(flags, &o, args)
	if err == nil && o.here && o.forget {
		err = usage("-here with -forget: want one of them")
	}
	return o, err
}

// parse reads a command's flags. What is no flag is not repeated: it may be a password.
func parse(flags *flag.FlagSet, o *options, args []string) error {
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return errHelp
	case err != nil:
		return usage("%w; -h lists the flags", err)
	case flags.NArg() > 0:
		return usage("unexpected argument; -h lists the flags")
	case !profile.ValidName(o.profile):
		return usage("-profile: want 1 to 64 letters, digits, _ and -")
	}
	return nil
}
