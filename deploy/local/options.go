package main

import (
	_ "embed"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"

	"portcullis/deploy/desk"
)

//go:embed help.txt
var help string

var errHelp = errors.New("help is wanted")

// parseOptions reads a command line. What the options are worth is the desk's to check.
func parseOptions(args []string) (desk.Config, error) {
	var c desk.Config
	flags := flag.NewFlagSet("local", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&c.Addr, "addr", "127.0.0.1:8080", "")
	flags.Func("host", "", add(&c.Hosts))
	flags.BoolVar(&c.Exec, "exec", false, "")
	flags.Func("mode", "", add(&c.Modes))
	flags.Func("contract", "", func(file string) error {
		if file == "" || c.Contract != "" {
			return errors.New("want the file of one contract")
		}
		c.Contract = file
		return nil
	})
	flags.Func("function", "", func(text string) error {
		name, where, _ := strings.Cut(text, "=")
		c.Functions = append(c.Functions, desk.Function{Name: name, Where: where})
		return nil
	})
	flags.BoolVar(&c.Watch, "watch", false, "")
	flags.BoolVar(&c.Verbose, "verbose", false, "")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return c, errHelp
	case err != nil:
		return c, fmt.Errorf("%w; -h lists the flags", err)
	case flags.NArg() > 0:
		return c, fmt.Errorf("unexpected argument %q; -h lists the flags", flags.Arg(0))
	}
	return c, nil
}

// add takes an option that may be repeated.
func add(all *[]string) func(value string) error {
	return func(value string) error {
		*all = append(*all, value)
		return nil
	}
}
