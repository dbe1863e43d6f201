// Package dynamotable is how the subcommands that work with a DynamoDB table of the authorizers are told which one it is: by the
// flag --table, else by the desk at --desk, or else by the variable that the authorizers read.
package dynamotable

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/spf13/cobra"

	"portcullis/authorizers/dynamodb"
	"portcullis/authorizers/environ"
	"portcullis/deploy/desk/about"
	"portcullis/deploy/portcullis/internal/cli"
	"portcullis/deploy/portcullis/internal/deskflag"
)

const flagName = "table"

// A desk takes any credentials; these are no one's.
var deskCredentials = credentials.NewStaticCredentialsProvider("local", "local", "")

// Flag is --table, and --desk, of one run of the command.
type Flag struct {
	command  *cobra.Command
	session  *cli.Session
	variable string
	what     string
	name     string
	desk     *deskflag.Flag
	told     *about.Desk // what the desk tells; nil: it was not asked
}

// Add gives a command, and all below it, the flags --table and --desk, which count before a variable. What says what is in the table,
// such as "API keys".
func Add(command *cobra.Command, s *cli.Session, variable, what string) *Flag {
	f := &Flag{command: command, session: s, variable: variable, what: what}
	command.PersistentFlags().StringVar(&f.name, flagName, "", fmt.Sprintf("`name` of the DynamoDB table of the %s (default $%s)", what, variable))
	f.desk = deskflag.Add(command.PersistentFlags(), "the table, and API Gateway,")
	return f
}

// Options are how the AWS SDK's clients are configured where the flag --desk is given, which asks the desk; none otherwise. It is
// called before [Flag.Getenv]. The error is a [*cli.UsageError] or an [*about.Error].
func (f *Flag) Options(ctx context.Context) ([]func(*config.LoadOptions) error, error) {
	told, err := f.desk.Fetch(ctx)
	if told == nil {
		return nil, err
	}
	f.told = told
	options := []func(*config.LoadOptions) error{config.WithRegion(told.Region), config.WithServiceOptions(f.endpoints)}
	if told.Endpoints.DynamoDB != "" {
		options = append(options, config.WithCredentialsProvider(deskCredentials))
	}
	return options, nil
}

// endpoints sets where the desk's DynamoDB is. One that it does not name is where the environment says.
func (f *Flag) endpoints(_ string, options any) {
	if o, table := options.(*dynamodb.Config); table {
		o.Endpoint = cmp.Or(f.told.Endpoints.DynamoDB, o.Endpoint)
	}
}

// Gateway is where the desk's API Gateway is, once [Flag.Options] has asked; "": where the environment says.
func (f *Flag) Gateway() string {
	if f.told == nil {
		return ""
	}
	return f.told.Endpoints.APIGateway
}

// ofDesk is the name of the desk's table; "": it has none.
func (f *Flag) ofDesk() string {
	if f.variable == environ.APIKeysTable {
		return f.told.Tables.APIKeys
	}
	return f.told.Tables.Revocations
}

func (f *Flag) given() bool { return f.command.PersistentFlags().Changed(flagName) }

// Getenv gives an environment variable, and the one of the table as the flag has it, where that was given. All that a subcommand
// reads of the environment for a table is read by it, but for what the AWS SDK reads itself.
func (f *Flag) Getenv(variable string) string {
	switch {
	case variable == f.variable && f.given():
		return f.name
	case variable == f.variable && f.told != nil:
		return f.ofDesk()
	}
	return f.session.Getenv(variable)
}

// Check makes sure that a table was opened with [Flag.Getenv]. Where it was not, its error is a [*cli.UsageError] if the flag
// is wrong, an [*environ.Error] if it is a variable, and err otherwise.
func (f *Flag) Check(opened bool, err error) error {
	wrong, variable := errors.AsType[*environ.Error](err)
	switch {
	case err == nil && !opened && f.given():
		return cli.Usage("--%s: want the name of the DynamoDB table of the %s", flagName, f.what)
	case err == nil && !opened && f.told != nil:
		return fmt.Errorf("--desk %s: that desk has no table of the %s, since it serves none or that is elsewhere", f.desk.URL, f.what)
	case err == nil && !opened:
		return &environ.Error{Variable: f.variable, Err: fmt.Errorf("is not set; want the name of the DynamoDB table of the %s, or --%s", f.what, flagName)}
	case variable && wrong.Variable == f.variable && f.given():
		return cli.Usage("--%s: %w", flagName, wrong.Err)
	}
	return err
}
