// Package key is the subcommand key: it issues and manages API keys in the DynamoDB table that the authorizers read. It creates
// them, lists and shows their records, rotates, disables, enables and deletes them.
//
// The table is the one that --table names, or else that of the desk at --desk, or else the one that API_KEYS_TABLE names. The AWS
// SDK's own variables apply; AWS_ENDPOINT_URL_DYNAMODB reaches an emulator. The text of a key is written once, to stdout, when it is created; nothing else of it is kept but a
// hash, which is never shown.
//
// With --usage-plan, a key gets an API key of API Gateway beside it, which joins the plan: the authorizer answers its
// value as usageIdentifierKey, and the gateway counts throttle and quota by it. It is named portcullis-ID, its value is
// random and not the key's secret, and the keys that a key is rotated to share it. It is deleted with the last of
// them; where DynamoDB has removed an expired record on its own, delete with the record's id deletes it still.
//
// Each change is recorded in the table that AUDIT_TABLE names, or that the desk at --desk has, or not made: see package audit. With a
// DynamoDB on this machine, or --no-audit, it is made without a record where no table is named, or none is wanted, and a note says so.
//
// What fails midway is undone, also where the key was made and stdout did not take it, and where an interrupt, a
// termination or a hangup comes between; what cannot be undone is said, with the ids of what is left. A rotation adds the new
// key and ends the old one in one transaction, on the condition that the old one is as it was read, so that none beside it
// that deletes or disables the old key leaves a new one. A deletion is on the condition that the key is as it was read, before the
// question was asked: one that was rotated meanwhile stays, and its successor is named. An authorizer that knows a key may accept it for as long as
// its API_KEYS_REMEMBERED says after it was disabled, deleted or given an end; a gateway that caches the authorizer's answers, for
// its own time beyond that.
//
// That there is no such key, or that its state forbids what is asked, is an answer that is no.
package key

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/spf13/cobra"

	"portcullis/authorizers/apikey"
	"portcullis/authorizers/environ"
	"portcullis/authorizers/environ/tables"
	"portcullis/deploy/portcullis/internal/cli"
	"portcullis/deploy/portcullis/internal/dynamotable"
	"portcullis/deploy/portcullis/internal/trail"
)

const long = `Issues and manages API keys in the DynamoDB table that --table or API_KEYS_TABLE names, or in that of the
desk (portcullis local) at --desk.

AWS_REGION, credentials and AWS_ENDPOINT_URL_DYNAMODB (for an emulator) are read as the AWS SDK does.
` + refusedWithin + `
Who did what is recorded in the table that AUDIT_TABLE names, or the desk has, and nothing is done that cannot be, but with
--no-audit or a DynamoDB on this machine.

Exit status: 0 it was done; 1 there is no such key, or its state forbids it; 2 it could not be done, and stderr says why, and
what is left of it if that could not be undone; 130 interrupted.`

// group is what the subcommands have in common.
type group struct {
	*cli.Session
	table *dynamotable.Flag
}

// Command is the command key, with all its subcommands, as one run of it uses it.
func Command(s *cli.Session) *cobra.Command {
	command := &cobra.Command{Use: "key", Short: "API keys: create, rotate, disable, delete", Long: long}
	command.CompletionOptions.SetDefaultShellCompDirective(cobra.ShellCompDirectiveNoFileComp)
	g := &group{s, dynamotable.Add(command, s, environ.APIKeysTable, "API keys")}
	command.AddCommand(g.create(), g.list(), g.show(), g.rotate(), g.setDisabled("disable", true), g.setDisabled("enable", false), g.delete(), g.renewSeal())
	return command
}

// task is one run of a subcommand, with the table of keys.
type task struct {
	*cli.Session
	command *cobra.Command
	store   apikey.Store
	options []func(*config.LoadOptions) error // of the AWS SDK's clients
	gateway string                            // where API Gateway is; "": where the AWS SDK finds it
	now     time.Time

	recorder   dynamotable.Recorder
	remembered remembered
}

// begin opens the table, and calls nobody but the desk at --desk.
func (g *group) begin(command *cobra.Command) (*task, error) {
	table, err := dynamotable.Open(command.Context(), g.table, tables.OpenKeys)
	if err != nil {
		return nil, err
	}
	remembered, err := rememberedBy(table.Told, g.table.Desk(), g.Getenv)
	if err != nil {
		return nil, err
	}
	return &task{g.Session, command, table.Store, table.Options, table.Gateway, g.Now(), table.Recorder, remembered}, nil
}

// do does something to the key of an id, and records it.
func (t *task) do(act, id string, more []trail.Detail, do func() error) error {
	return t.recorder.Do(t.command, "key "+act, append([]trail.Detail{{Name: "key", Value: id}}, more...), do)
}

// note writes a line to stderr.
func (t *task) note(format string, args ...any) { t.Note(t.command, format, args...) }
