// Package dynamotable is how the subcommands that work with a DynamoDB table of the authorizers are told which one it is: by the
// flag --table, or else by the variable that the authorizers read.
package dynamotable

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"portcullis/authorizers/environ"
	"portcullis/deploy/portcullis/internal/cli"
)

const flagName = "table"

// Flag is --table of one run of the command.
type Flag struct {
	command  *cobra.Command
	session  *cli.Session
	variable string
	what     string
	name     string
}

// Add gives a command, and all below it, the flag --table, which counts before a variable. What says what is in the table,
// such as "API keys".
func Add(command *cobra.Command, s *cli.Session, variable, what string) *Flag {
	f := &Flag{command: command, session: s, variable: variable, what: what}
	command.PersistentFlags().StringVar(&f.name, flagName, "", fmt.Sprintf("`name` of the DynamoDB table of the %s (default $%s)", what, variable))
	return f
}

func (f *Flag) given() bool { return f.command.PersistentFlags().Changed(flagName) }

// Getenv gives an environment variable, and the one of the table as the flag has it, where that was given. All that a subcommand
// reads of the environment for a table is read by it, but for what the AWS SDK reads itself.
func (f *Flag) Getenv(variable string) string {
	if variable == f.variable && f.given() {
		return f.name
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
	case err == nil && !opened:
		return &environ.Error{Variable: f.variable, Err: fmt.Errorf("is not set; want the name of the DynamoDB table of the %s, or --%s", f.what, flagName)}
	case variable && wrong.Variable == f.variable && f.given():
		return cli.Usage("--%s: %w", flagName, wrong.Err)
	}
	return err
}
