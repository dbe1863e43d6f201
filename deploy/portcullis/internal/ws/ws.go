// Package ws is the subcommand ws of portcullis: a WebSocket by hand. It connects with the credentials that it is given, sends what
// the command line and stdin say, and prints what comes.
package ws

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"portcullis/api/tokens"
	"portcullis/deploy/portcullis/internal/cli"
)

// maxMessage is the most bytes that API Gateway takes of a message, and sends
// (https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html).
const maxMessage = 128 << 10

// defaultWait is how long answers are waited for.
const defaultWait = 2 * time.Second

// options are what the command line says.
type options struct {
	headers, subprotocols, messages []string

	profile     string
	apiKeyStdin bool
	wait        time.Duration
	format      string
}

// Lender gives the access token of a profile to a command; the errors are those of package login's Token.
type Lender func(ctx context.Context, s *cli.Session, command *cobra.Command, profile string) (tokens.Secret, error)

// Command is ws, for one run of portcullis.
func Command(s *cli.Session, token Lender) *cobra.Command {
	o := options{wait: defaultWait}
	command := cli.Secretive(&cobra.Command{
		Use:               "ws URL [flags]",
		Short:             "A WebSocket by hand: send messages, and print what comes",
		Long:              text,
		Example:           examples,
		Args:              cli.Arguments(1, 1, "the URL of a WebSocket API, such as wss://abc.execute-api.eu-west-1.amazonaws.com/prod"),
		ValidArgsFunction: cobra.NoFileCompletions,
	})
	flags := command.Flags()
	list(command, &o.messages, "send", "send the `TEXT` as a message, before the lines of stdin; may be given several times")
	list(command, &o.headers, "header", "a header of the handshake, `'NAME: VALUE'`; may be given several times")
	list(command, &o.subprotocols, "subprotocol", "offer the subprotocol `NAME`; may be given several times, the one that is liked best first")
	flags.StringVar(&o.profile, "profile", "", "send the access token that portcullis login keeps in the profile `NAME`, as Authorization: Bearer")
	flags.BoolVar(&o.apiKeyStdin, "api-key-stdin", false, "the first line of stdin is an API key, sent as X-Api-Key")
	flags.Var(&duration{&o.wait}, "wait", "how `long` to wait for answers once all is sent, such as 500ms, 10s or 2h")
	cli.RefuseEmpty(flags, "profile")
	for _, name := range []string{"profile", "wait"} {
		command.RegisterFlagCompletionFunc(name, cobra.NoFileCompletions)
	}
	output := cli.AddOutput(command, cli.FormatText, cli.FormatJSON)
	command.RunE = func(command *cobra.Command, args []string) error {
		o.format = output.Value
		return (&run{Session: s, command: command, options: o, token: token}).run(command.Context(), args[0])
	}
	return command
}

// list gives a command a flag that may be given several times, and is never empty: that is a variable of a shell which is not set.
func list(command *cobra.Command, values *[]string, name, usage string) {
	command.Flags().Var(&texts{values}, name, usage)
	cli.RefuseEmpty(command.Flags(), name)
	command.RegisterFlagCompletionFunc(name, cobra.NoFileCompletions)
}

// texts is the value of a flag that may be given several times.
type texts struct{ all *[]string }

// Set adds a text.
func (t *texts) Set(text string) error {
	*t.all = append(*t.all, text)
	return nil
}

// String is nothing: there is no default.
func (t *texts) String() string { return "" }

// Type says what is wanted.
func (t *texts) Type() string { return "text that is not empty" }

// duration is the value of a flag.
type duration struct{ value *time.Duration }

// Set reads it as the other commands do.
func (d *duration) Set(text string) (err error) {
	*d.value, err = cli.ParseDuration(text)
	return err
}

// String is the duration that is set.
func (d *duration) String() string {
	if d.value == nil { // as the zero value of the type is asked, which tells whether there is a default
		return ""
	}
	return d.value.String()
}

// Type says what is wanted.
func (d *duration) Type() string { return "duration, such as 500ms, 10s or 2h" }

// run is one run of the command.
type run struct {
	*cli.Session
	command *cobra.Command
	options
	token Lender
}

// run connects, and sends and prints until the end.
func (r *run) run(ctx context.Context, url string) error {
	input := newInput(r.Stdin)
	call, err := r.handshake(ctx, url, input)
	if err != nil {
		return err
	}
	conn, err := r.connect(ctx, call)
	if err != nil {
		return err
	}
	t := &talk{run: r, call: call, conn: conn, input: input, printer: newPrinter(r.Session, r.format), typed: make(chan typed), over: make(chan struct{})}
	return t.talk(ctx)
}

const text = `Connects to a WebSocket API, sends messages and prints those that come, one a line, to stdout. What was connected and how it was
closed is on stderr.

Messages are the --send texts, in their order, and then each line of stdin that is not empty. At a terminal it goes on until
Ctrl-D or Ctrl-C, which close the connection; elsewhere until stdin has ended, all is sent, and --wait is over. A message has at
most 128 KB, as at API Gateway.

The URL is a wss:// or ws:// one; https:// and http:// mean the same. --profile sends the token that portcullis login keeps, and
renews it as login does. No credential is printed, but as a part of a message. Without TLS, none is sent but to a loopback host:
elsewhere a query is refused, and so are headers but Origin and User-Agent. Redirects are not followed.

What is printed to a terminal has its control characters escaped. A message that is not text is a notice on stderr.

JSON: an object a line, for messages and the close of both directions: {"time", "direction", "text"}, {"time", "direction",
"binary"} and {"time", "direction", "close": {"code", "reason"}}. A direction is sent or received; binary is in base64.

As a page of that origin, by an API key, and to listen for an hour:

  portcullis ws wss://abc.execute-api.eu-west-1.amazonaws.com/prod --profile default --header 'Origin: https://app.example.com'
  printf '%s\n' "$KEY" | portcullis ws wss://abc.execute-api.eu-west-1.amazonaws.com/prod --api-key-stdin --send '{"action":"whoami"}'
  portcullis ws wss://abc.execute-api.eu-west-1.amazonaws.com/prod --profile default -o json --wait 1h < /dev/null

Exit status: 0 the connection was closed by this command, or by the server with 1000 or no code; 1 the handshake was refused, or
the server closed with another code; 2 it could not be done, and stderr says why; 130 interrupted.`

const examples = `  echo 'Passw0rd!' | portcullis login --profile local --force --api http://127.0.0.1:8080/rest-token --username admin --password-stdin
  portcullis ws http://127.0.0.1:8080/websocket --profile local --send '{"action":"whoami"}' < /dev/null
  echo '{"action":"ping"}' | portcullis ws http://127.0.0.1:8080/websocket --profile local -o json`
