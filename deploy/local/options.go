package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
)

// options are what the command line says.
type options struct {
	addr string
	exec bool
}

const help = `Runs the users API behind every mode of deploy/modes, with an issuer to sign in at.

  go run ./deploy/local [flags]

Flags:
  -addr HOST:PORT   where to listen; a loopback host, or none for every interface (default 127.0.0.1:8080)
  -exec             start the real function binaries, built on the way, and drive them over the Lambda
                    Runtime API, in place of calling their handlers in this process
  -h                this text

Environment:
  USERS_TABLE               a DynamoDB table (partition key "id", a string) to keep the users in;
                            without it they are kept in memory
  AWS_ENDPOINT_URL_DYNAMODB where that DynamoDB is, such as http://127.0.0.1:8000
  ISSUERS                   further issuers whose tokens are accepted, a JSON list
  GROUP_SCOPES              which scopes a group has, a JSON object
  ALLOWED_ORIGINS           CORS origins, separated by commas (default *)
  CLOCK_SKEW                how far an issuer's clock may be off (default 0s)
`

var errHelp = errors.New("help is wanted")

func parseOptions(args []string) (options, error) {
	var o options
	flags := flag.NewFlagSet("local", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&o.addr, "addr", "127.0.0.1:8080", "")
	flags.BoolVar(&o.exec, "exec", false, "")
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
