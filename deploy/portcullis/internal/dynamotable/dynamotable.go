// Package dynamotable is how the subcommands that work with a DynamoDB table of the authorizers are told which one it is: by the
// flag --table, else by the desk at --desk, or else by the variable that the authorizers read.
package dynamotable

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/spf13/cobra"

	"portcullis/authorizers/dynamodb"
	"portcullis/authorizers/environ"
	"portcullis/deploy/desk/about"
	"portcullis/deploy/internal/localtls"
	"portcullis/deploy/portcullis/internal/cli"
	"portcullis/deploy/portcullis/internal/deskflag"
)

const (
	flagName    = "table"
	noAuditName = "no-audit"
)

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
	noAudit  bool
}

// Add gives a command, and all below it, the flags --table and --desk, which count before a variable, and --no-audit, but where the
// table is that of audit records. What says what is in the table, such as "API keys".
func Add(command *cobra.Command, s *cli.Session, variable, what string) *Flag {
	f := &Flag{command: command, session: s, variable: variable, what: what}
	command.PersistentFlags().StringVar(&f.name, flagName, "", fmt.Sprintf("`name` of the DynamoDB table of the %s (default $%s)", what, variable))
	f.desk = deskflag.Add(command.PersistentFlags(), "the table, and API Gateway,")
	if variable != environ.AuditTable {
		command.PersistentFlags().BoolVar(&f.noAudit, noAuditName, false, "record nowhere who does it, whatever $"+environ.AuditTable+" is")
	}
	return f
}

// Desk is the URL of the desk at --desk; "": the flag is not given.
func (f *Flag) Desk() string { return f.desk.URL }

// Table is a table that was opened.
type Table[S any] struct {
	Recorder
	Store   S
	Options []func(*config.LoadOptions) error // of the AWS SDK's clients, with which it was opened
	Told    *about.Desk                       // what the desk at --desk told; nil: it was not asked
	Gateway string                            // where the desk's API Gateway is; "": where the environment says
}

// Open opens the table with a function such as tables.OpenKeys, which gives the zero value where the variable is not set. It calls
// nobody but the desk at --desk. The error is a [*cli.UsageError] if a flag is wrong, an [*environ.Error] if it is a variable, an
// [*about.Error] if it is the desk, and what the function says otherwise.
func Open[S comparable](ctx context.Context, f *Flag, open func(context.Context, func(string) string, ...func(*config.LoadOptions) error) (S, error)) (*Table[S], error) {
	told, err := f.desk.Fetch(ctx, f.session.Getenv)
	if err != nil {
		return nil, err
	}
	t := &Table[S]{Options: trusting(f.session.Getenv)}
	t.Recorder, t.Told = Recorder{flag: f, told: told}, told
	if told != nil {
		t.Options, t.Gateway = append(t.Options, optionsOf(told)...), told.Endpoints.APIGateway
	}
	t.Store, err = open(ctx, f.getenv(told), t.Options...)
	if err != nil {
		return nil, f.wrong(err)
	}
	if t.Store == *new(S) {
		return nil, f.unnamed(told)
	}
	t.options = t.Options
	return t, nil
}

// trusting have the AWS SDK's clients, and that of the table, trust the certificate of a desk that was made on this machine; none where none
// was.
func trusting(getenv func(string) string) []func(*config.LoadOptions) error {
	roots := localtls.Roots(getenv)
	if roots == nil {
		return nil
	}
	ofSDK := awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) { t.TLSClientConfig.RootCAs = roots })
	ofTable := &http.Client{Transport: localtls.Transport(getenv)}
	return []func(*config.LoadOptions) error{config.WithHTTPClient(ofSDK), config.WithServiceOptions(func(_ string, options any) {
		if o, table := options.(*dynamodb.Config); table {
			o.Client = ofTable
		}
	})}
}

// optionsOf have the AWS SDK's clients work with a desk. A DynamoDB that it does not name is where the environment says.
func optionsOf(told *about.Desk) []func(*config.LoadOptions) error {
	endpoint := func(_ string, options any) {
		if o, table := options.(*dynamodb.Config); table {
			o.Endpoint = cmp.Or(told.Endpoints.DynamoDB, o.Endpoint)
		}
	}
	options := []func(*config.LoadOptions) error{config.WithRegion(told.Region), config.WithServiceOptions(endpoint)}
	if told.Endpoints.DynamoDB != "" {
		options = append(options, config.WithCredentialsProvider(deskCredentials))
	}
	return options
}

func (f *Flag) given() bool { return f.command.PersistentFlags().Changed(flagName) }

// getenv gives environment variables, and the one of the table as the flag has it, or else as the desk tells; told is nil where it
// was not asked.
func (f *Flag) getenv(told *about.Desk) func(variable string) string {
	return func(variable string) string {
		switch {
		case variable == f.variable && f.given():
			return f.name
		case variable == f.variable && told != nil:
			return f.ofDesk(told)
		}
		return f.session.Getenv(variable)
	}
}

// ofDesk is the name of the desk's table; "": it has none.
func (f *Flag) ofDesk(told *about.Desk) string {
	switch f.variable {
	case environ.APIKeysTable:
		return told.Tables.APIKeys
	case environ.AuditTable:
		return f.auditTable(told)
	}
	return told.Tables.Revocations
}

// auditTable is the name of the table of audit records: the desk's, or the variable's where a desk has none; "": nothing is recorded.
func (f *Flag) auditTable(told *about.Desk) string {
	if told != nil && told.Tables.Audit != "" {
		return told.Tables.Audit
	}
	return f.session.Getenv(environ.AuditTable)
}

// wrong says that it is the flag where the variable that it stands for is wrong.
func (f *Flag) wrong(err error) error {
	if wrong, ok := errors.AsType[*environ.Error](err); ok && wrong.Variable == f.variable && f.given() {
		return cli.Usage("--%s: %w", flagName, wrong.Err)
	}
	return err
}

// unnamed is the error that nothing names a table.
func (f *Flag) unnamed(told *about.Desk) error {
	switch {
	case f.given():
		return cli.Usage("--%s: want the name of the DynamoDB table of the %s", flagName, f.what)
	case told != nil:
		return fmt.Errorf("--desk %s: that desk has no table of the %s, since it serves none or that is elsewhere", f.desk.URL, f.what)
	}
	return &environ.Error{Variable: f.variable, Err: fmt.Errorf("is not set; want the name of the DynamoDB table of the %s, or --%s", f.what, flagName)}
}
