// Package local is the subcommand that serves an API behind every mode on this machine. What it serves, and how, is package
// desk's.
package local

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"strconv"
	"syscall"

	"github.com/spf13/cobra"

	"portcullis/deploy/desk"
	"portcullis/deploy/modes"
	"portcullis/deploy/portcullis/internal/cli"
	"portcullis/deploy/portcullis/internal/tlsflag"
)

//go:embed environment.txt
var environment string

// Main runs the subcommand as a program of its own.
func Main() { cli.Main(Command) }

// Command is the subcommand.
func Command(s *cli.Session) *cobra.Command {
	command := &cobra.Command{
		Use:   "local [flags]",
		Short: "Serve an API behind every mode on this machine, as API Gateway would",
		Long: `Serves an API behind every mode of deploy/modes, as Amazon API Gateway would answer, with an issuer to sign in at.
Its page at / signs in, calls and connects; portcullis login signs in from a shell. Nothing is needed but this program; it uses a real
DynamoDB or Cognito where the environment names one.

Users of your own are made as at Cognito, with aws cognito-idp admin-create-user at /_aws, and front ends sign people up at /_cognito;
the codes that they are sent are lines on stderr.

Ctrl-C lets the requests and messages in flight finish, and closes WebSocket connections as going away; a second one
cuts them.

` + environment,
		Example: `  portcullis local
  portcullis local --addr 127.0.0.1:0 --exec --verbose
  portcullis local --tls
  portcullis local --contract deploy/terraform/examples/own-contract/orders.yaml --mode rest-token
  portcullis local --contract deploy/terraform/examples/own-contract/orders.yaml --function orders=http://127.0.0.1:9000 --watch
  portcullis local --contract deploy/terraform/examples/own-contract/orders.yaml --function orders=./bootstrap --env LOG_LEVEL=debug --environments 8`,
		Args: cli.Arguments(0, 0, ""),
	}
	config := addFlags(command)
	command.RunE = func(command *cobra.Command, _ []string) error {
		config, err := config()
		if err != nil {
			return err
		}
		config.Name, config.Command = command.CommandPath(), cli.Program(os.Args[0])
		config.Stdout, config.Stderr, config.Environ = s.Stdout, s.Stderr, os.Environ()
		terminal := !s.Quiet()
		if config.Log == "" && terminal {
			config.Log = desk.LogText
		}
		config.Color = terminal && s.Getenv("NO_COLOR") == "" && s.Getenv("TERM") != "dumb" // https://no-color.org
		if s.Getenv("GOGC") == "" {
			defer runtime.KeepAlive(make([]byte, ballast)) // nothing is written there, so none of it is in RAM
		}
		ctx, hardStop := interrupts(command.Context())
		err = desk.Run(ctx, hardStop, config)
		if errors.As(err, new(*desk.OptionError)) {
			return cli.AsUsage(err)
		}
		return err
	}
	return command
}

// ballast is how many bytes count as memory in use, which doubles before it is collected. What is in use is little beside it, and most of
// what requests make is garbage when they are answered. There is none where GOGC says how memory is to grow.
const ballast = 64 << 20

// addFlags gives a command the flags of a desk. What they are worth is the desk's to check.
func addFlags(command *cobra.Command) func() (desk.Config, error) {
	var c desk.Config
	flags := command.Flags()
	flags.StringVar(&c.Addr, "addr", "127.0.0.1:8080", `where to listen, `+"`HOST:PORT`"+`: a loopback host, or none for every interface; with the
port 0, one that is free. Whoever reaches it can sign in, and can make and read API keys:
nobody is asked who they are`)
	flags.StringArrayVar(&c.Hosts, "host", nil, `serve requests for the host `+"`NAME`"+` too; may be repeated. Without it those for localhost,
*.localhost, host.docker.internal and IP addresses are served, and others are a 421, so that
no page of another name can call what is here`)
	flags.BoolVar(&c.Exec, "exec", false, `start the real function binaries, built on the way, and drive them over the Lambda Runtime
API, in place of calling their handlers in this process`)
	flags.StringArrayVar(&c.Modes, "mode", nil, `serve the mode in `+"`FILE`"+`, or one of deploy/modes by its name, such as rest-token; may be repeated. Without
it all of deploy/modes are served, of which an API of one's own has those that fit it`)
	contracts := flags.StringArray("contract", nil, "the OpenAPI `FILE` of the API (default api/openapi.yaml)")
	functions := flags.StringArray("function", nil, `a function, `+"`NAME=WHERE`"+`; may be repeated. WHERE alone is the one for all that names none in the
contract. Without any function of the contract, a built-in one answers what its event says. Those
of this module, token, request, jwt, users, tokens and live, need not be given. WHERE is a binary for Lambda's custom runtime
(provided.al2023), or a URL, which gets events as POST; without a path it is one of the
Lambda Runtime Interface Emulator. What a binary writes has its name on each line. What a URL answers with 2xx is its answer; with the header
X-Amz-Function-Error, the body {"errorMessage":"Unauthorized"} is its failure`)
	flags.Var((*environments)(&c.Environments), "environments", `how many events at once a function gets at most, `+"`N`"+` from 1 to 1000: so many processes of a binary run
(default 4), and so many requests are at an address with a path (default any number). One
without a path is a single environment, which gets one at a time; others wait`)
	flags.StringArrayVar(&c.Env, "env", nil, `give the binaries of --function the variable `+"`NAME[=VALUE]`"+`, as this program has it where there is no
VALUE; may be repeated. Of the environment of this program they get nothing else but what
Environment below tells`)
	flags.StringArrayVar(&c.EnvFiles, "env-file", nil, `give them those of a `+"`FILE`"+` with a NAME[=VALUE] on each line, and comments behind #; may be
repeated. Values are taken to the letter, quotes too; --env counts before it`)
	flags.BoolVar(&c.Watch, "watch", false, `reload modes, contract, function binaries and the files of --env-file when they change (with
--exec also the Go sources); requests in flight finish, WebSocket connections go on with what is there then, and
what is wrong leaves what was there before`)
	flags.BoolVar(&c.Verbose, "verbose", false, `write on stderr the way that each request took, for people in place of its line. One request asks for its own with the header
X-Portcullis-Trace: 1, and finds it in the answer's header of that name`)
	form := flags.String("log", "", `what the lines on stderr are, `+"`FORM`"+`: json for programs, or text for people: one for each call, which says why the gateway
answers itself (default text on a terminal, and json elsewhere). NO_COLOR takes the colors out`)
	secure := tlsflag.Add(command)
	command.MarkFlagFilename("env-file")
	command.MarkFlagFilename("contract", "yaml", "yml", "json")
	command.RegisterFlagCompletionFunc("mode", cobra.FixedCompletions(modes.Names(modes.Embedded()), cobra.ShellCompDirectiveDefault)) // or a file
	return func() (desk.Config, error) {
		if c.Log = desk.LogForm(*form); *form == "" && flags.Changed("log") {
			return c, cli.Usage("--log: want json or text")
		}
		if len(*contracts) > 1 {
			return c, cli.Usage("--contract: want the file of one contract, got %d", len(*contracts))
		}
		for _, contract := range *contracts {
			if c.Contract = contract; contract == "" {
				return c, cli.Usage("--contract: want the file of one contract")
			}
		}
		c.TLS, c.TLSCert, c.TLSKey = secure.TLS, secure.CertFile, secure.KeyFile
		for _, text := range *functions {
			c.Functions = append(c.Functions, desk.ParseFunction(text))
		}
		return c, nil
	}
}

// environments is the number of --environments. What is none is refused here, and one that is too small or too large with all else that is
// wrong, but for 0, which means that the flag is not there.
type environments int

// Set reads the flag's value.
func (e *environments) Set(text string) error {
	n, err := strconv.Atoi(text)
	if err != nil || n == 0 {
		return fmt.Errorf("want a number from 1 to %d", desk.MaxEnvironments)
	}
	*e = environments(n)
	return nil
}

// String is empty where the flag is not there, so that help tells of no default.
func (e *environments) String() string {
	if *e == 0 {
		return ""
	}
	return strconv.Itoa(int(*e))
}

// Type is what help would call the value without a name of it.
func (e *environments) Type() string { return "number" }

// interrupts gives a context that the first interrupt ends, and one that the second ends: nobody waits for requests in
// flight then. A third ends the program at once.
func interrupts(parent context.Context) (ctx, hardStop context.Context) {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	ctx, stop := context.WithCancel(parent)
	hardStop, cut := context.WithCancel(context.Background())
	go func() {
		<-signals
		stop()
		<-signals
		signal.Stop(signals)
		cut()
	}()
	return ctx, hardStop
}
