package desk

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"time"

	"portcullis/deploy/desk/internal/functions"
	"portcullis/deploy/desk/internal/project"
	"portcullis/deploy/desk/internal/terminal"
	"portcullis/deploy/internal/listen"
	"portcullis/deploy/internal/localtls"
	"portcullis/deploy/internal/process"
)

// OptionError says which option of a [Config] cannot be used, and why.
type OptionError = project.OptionError

// Config is what a desk serves, and where.
type Config struct {
	Addr      string     // where to listen, HOST:PORT: a loopback host, or none for every interface; with the port 0, one that is free. Required
	Hosts     []string   // names under which it is served besides those that are always this machine's
	Exec      bool       // this module's functions run as binaries, which are built first, and not in this process
	Modes     []string   // files, or names of this module's modes such as rest-token; none: this module's, of which a Contract has those that fit it
	Contract  string     // the OpenAPI file; "": this module's
	Functions []Function // that are given; those of this module need not be

	Environments int      // how many events at once a binary, or an address with a path, gets at most; 0: 4 a binary, and any number an address
	Env          []string // NAME=VALUE, or NAME as Environ has it: variables of the binaries among Functions
	EnvFiles     []string // files with such lines, of which Env counts before

	TLS     bool    // speak https, with a certificate that is made and kept as package localtls has it where none is given
	TLSCert string  // the file of a certificate to speak https with, and of those that lead to who signed it, in PEM; "": none is given
	TLSKey  string  // the file of its key; required beside TLSCert
	Watch   bool    // reload what changes
	Verbose bool    // write the way that each request took on Stderr
	Log     LogForm // what lines on Stderr are; "": JSON
	Color   bool    // those that are text are for a terminal that shows colors

	BodyTimeout time.Duration // how long a request's body may take to come; zero: 30 seconds

	Name    string // what lines for people on Stderr begin with; "": local
	Command string // how people run portcullis here, in what is printed; "": go run ./deploy/portcullis

	Stdout  io.Writer // gets the greeting; nil: it is not written
	Stderr  io.Writer // gets a line for each request and each decision, and what becomes of reloads; nil: they are not written
	Environ []string  // NAME=VALUE, as of [os.Environ]: what the environment variables say, and of it binaries get what is theirs

	identity *localtls.Identity // nil: it speaks plain http
	once     map[string][]byte  // what stood in those of EnvFiles that are read once
}

// LogForm is what the lines about requests and functions are.
type LogForm string

// The forms.
const (
	LogJSON LogForm = "json" // for programs: the access logs of the modes, and what functions log
	LogText LogForm = "text" // for people: a short line for each call, and of what functions log what is not said in it
)

// Function is one that a contract or a mode names, or one for all of a contract that names none.
type Function struct {
	Name  string // "": it is for what names none
	Where string // the URL of the function, or the file of a binary for Lambda's custom runtime
}

// ParseFunction reads a function as people give it: NAME=WHERE, or WHERE alone for what names none. Of =WHERE all is what
// it reads as WHERE, which no desk takes: the NAME may be a variable of a shell that is not set.
func ParseFunction(text string) Function {
	name, where, named := strings.Cut(text, "=")
	if !named || name == "" || project.IsURL(name) {
		return Function{Where: text}
	}
	return Function{name, where}
}

// complete checks a configuration, and gives it with what stands for values that are not there. The error joins all that is wrong.
func (c Config) complete() (Config, error) {
	c.Name, c.Command = cmp.Or(c.Name, "local"), cmp.Or(c.Command, "go run ./deploy/portcullis")
	c.BodyTimeout = cmp.Or(c.BodyTimeout, bodyTimeout)
	c.Stdout, c.Stderr = orDiscard(c.Stdout), process.NewOutput(orDiscard(c.Stderr))
	wrong := []error{c.checkAddr()}
	c.Hosts = slices.Clone(c.Hosts)
	for i, name := range c.Hosts {
		host, err := parseHost(name)
		if err != nil {
			wrong = append(wrong, &OptionError{Option: "--host", Value: name, Err: err})
		}
		c.Hosts[i] = host
	}
	for i, file := range c.Modes {
		if file == "" || slices.Contains(c.Modes[:i], file) {
			wrong = append(wrong, &OptionError{Option: "--mode", Value: file, Err: errors.New("want the file of a mode or a name of this module's, each once")})
		}
	}
	for i, f := range c.Functions {
		if err := f.check(c.Functions[:i]); err != nil {
			wrong = append(wrong, project.FunctionError(f.key(), f.Where, err))
		}
	}
	if c.Log = cmp.Or(c.Log, LogJSON); c.Log != LogJSON && c.Log != LogText {
		wrong = append(wrong, &OptionError{Option: "--log", Value: string(c.Log), Err: errors.New("want json or text")})
	}
	if c.Log == LogText {
		c.Stderr = terminal.Log{To: c.Stderr, Color: c.Color}
	}
	c.once = map[string][]byte{}
	_, err := c.variables()
	wrong = append(wrong, err, c.checkEnvironments())
	identity, err := c.loadIdentity(errors.Join(wrong...) == nil)
	c.identity = identity
	return c, errors.Join(append(wrong, err)...)
}

// note writes a line for people on Stderr.
func (c Config) note(text string) { fmt.Fprintf(c.Stderr, "%s: %s\n", c.Name, text) }

func orDiscard(w io.Writer) io.Writer {
	if w == nil {
		return io.Discard
	}
	return w
}

// key is what a project calls the function.
func (f Function) key() string { return cmp.Or(f.Name, project.Unnamed) }

func (f Function) check(before []Function) error {
	if f.Where == "" || f.Name == "" && strings.HasPrefix(f.Where, "=") {
		return errors.New("want NAME=URL, NAME=BINARY or, for all that name none, URL or BINARY")
	}
	if f.Name != "" {
		if err := project.CheckFunction(f.Name); err != nil {
			return err
		}
	}
	if slices.ContainsFunc(before, func(other Function) bool { return other.Name == f.Name }) {
		if f.Name == "" {
			return errors.New("the one for all that name none is given twice")
		}
		return fmt.Errorf("the function %q is given twice", f.Name)
	}
	if project.IsURL(f.Where) {
		return functions.CheckURL(f.key(), f.Where)
	}
	return nil
}

// checkAddr refuses addresses that the issuer could not have: tokens of a plain http issuer are trusted on
// loopback hosts only. With https it is no other: whoever reaches a desk can sign in.
func (c Config) checkAddr() error {
	host, err := listen.Host(c.Addr)
	if err != nil {
		return c.wrongAddr(err)
	}
	if isEvery(host) || isLoopback(host) {
		return nil
	}
	return c.wrongAddr(errors.New("want a loopback host, or none for every interface"))
}

func (c Config) wrongAddr(err error) error {
	return &OptionError{Option: "--addr", Value: c.Addr, Err: err}
}

// base is where the desk is told to be that listens at an address: at the host that was asked for, or loopback, or where its certificate
// is for none of these, at the host that it is for.
func (c Config) base(listening net.Addr) (string, error) {
	_, port, err := net.SplitHostPort(listening.String())
	if err != nil {
		return "", err
	}
	if c.identity != nil {
		return "https://" + net.JoinHostPort(c.identity.Host, port), nil
	}
	return "http://" + net.JoinHostPort(c.host(), port), nil
}

// host is the one of Addr, or loopback.
func (c Config) host() string {
	host, _, _ := net.SplitHostPort(c.Addr)
	if isEvery(host) {
		return "127.0.0.1"
	}
	return host
}

// isEvery tells whether listening at the host means every interface.
func isEvery(host string) bool { return host == "" || net.ParseIP(host).IsUnspecified() }

func isLoopback(host string) bool { return host == "localhost" || net.ParseIP(host).IsLoopback() }

// source is where the project's files are.
func (c Config) source() project.Source {
	return project.Source{Contract: c.Contract, Modes: c.Modes, Functions: c.given(), Build: c.Exec}
}

// watched gives the files whose changes change what is served, for one goroutine.
func (c Config) watched() func() []string {
	ofProject := c.source().Watched()
	ours := slices.DeleteFunc(slices.Clone(c.EnvFiles), func(file string) bool { return c.once[file] != nil })
	return func() []string { return slices.Concat(ofProject(), ours) }
}

// given are the functions that are given, by their names.
func (c Config) given() map[string]string {
	all := map[string]string{}
	for _, f := range c.Functions {
		all[f.key()] = f.Where
	}
	return all
}
