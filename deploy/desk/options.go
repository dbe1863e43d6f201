package desk

import (
	_ "embed"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"regexp"
	"slices"
	"strings"

	"portcullis/deploy/emulators/lambda"
)

// options are what the command line says.
type options struct {
	addr      string
	hosts     hosts
	exec      bool
	modes     []string          // files; none: those of the module
	contract  string            // a file; "": the module's
	functions map[string]string // the addresses and binaries of functions, by their names
	watch     bool
	verbose   bool
}

//go:embed help.txt
var help string

var errHelp = errors.New("help is wanted")

func parseOptions(args []string) (options, error) {
	o := options{functions: map[string]string{}}
	flags := flag.NewFlagSet("local", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&o.addr, "addr", "127.0.0.1:8080", "")
	flags.Func("host", "", o.addHost)
	flags.BoolVar(&o.exec, "exec", false, "")
	flags.Func("mode", "", o.addMode)
	flags.Func("contract", "", o.setContract)
	flags.Func("function", "", o.addFunction)
	flags.BoolVar(&o.watch, "watch", false, "")
	flags.BoolVar(&o.verbose, "verbose", false, "")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return o, errHelp
	case err != nil:
		return o, fmt.Errorf("%w; -h lists the flags", err)
	case flags.NArg() > 0:
		return o, fmt.Errorf("unexpected argument %q; -h lists the flags", flags.Arg(0))
	}
	return o, o.checkAddr()
}

func (o *options) addMode(file string) error {
	if file == "" || slices.Contains(o.modes, file) {
		return errors.New("want the file of a mode, each once")
	}
	o.modes = append(o.modes, file)
	return nil
}

func (o *options) setContract(file string) error {
	if file == "" || o.contract != "" {
		return errors.New("want the file of one contract")
	}
	o.contract = file
	return nil
}

// functionName is how contracts and modes name functions.
var functionName = regexp.MustCompile(`^[a-z][a-z0-9-]{0,31}$`)

func (o *options) addFunction(text string) error {
	name, where, cut := strings.Cut(text, "=")
	switch {
	case !cut || where == "":
		return errors.New("want NAME=URL or NAME=BINARY")
	case !functionName.MatchString(name):
		return fmt.Errorf("want the name of a function, 1 to 32 of a-z 0-9 - with a letter first, got %q", name)
	case o.functions[name] != "":
		return fmt.Errorf("the function %q is given twice", name)
	}
	if isURL(where) {
		if _, err := lambda.NewRemote(name, where); err != nil {
			return err
		}
	}
	o.functions[name] = where
	return nil
}

// isURL tells whether a function is at an address, and no file.
func isURL(where string) bool { return strings.Contains(where, "://") }

// checkAddr refuses addresses that the issuer could not have: tokens of a plain http issuer are trusted on
// loopback hosts only.
func (o *options) checkAddr() error {
	host, _, err := net.SplitHostPort(o.addr)
	if err != nil {
		return fmt.Errorf("-addr %q: want HOST:PORT", o.addr)
	}
	if isEvery(host) || isLoopback(host) {
		return nil
	}
	return fmt.Errorf("-addr %q: want a loopback host, or none for every interface", o.addr)
}

// publicHost is the host under which the site is told of: the one that was asked for, or loopback.
func (o *options) publicHost() string {
	host, _, _ := net.SplitHostPort(o.addr)
	if isEvery(host) {
		return "127.0.0.1"
	}
	return host
}

// isEvery tells whether listening at the host means every interface.
func isEvery(host string) bool { return host == "" || net.ParseIP(host).IsUnspecified() }

func isLoopback(host string) bool { return host == "localhost" || net.ParseIP(host).IsLoopback() }
