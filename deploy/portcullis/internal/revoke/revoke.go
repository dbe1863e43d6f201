// Package revoke is the subcommand revoke: it revokes tokens before they end, one token, those of one sign-in, those of a user, or
// all that an issuer issued up to a time. It writes to the DynamoDB table that authorizers with REVOCATION=table read, lists
// what is in it, and undoes.
//
// The table is the one that --table names, or else that of the desk at --desk, or else the one that REVOCATION_TABLE names. The AWS
// SDK's own variables apply; AWS_ENDPOINT_URL_DYNAMODB reaches an emulator. A token is read from stdin, since command lines can be seen by others, and is never printed. It is not
// verified: whoever may write to the table may revoke any token, and a made-up one is nobody's.
//
// Each revocation and undoing is recorded in the table that AUDIT_TABLE names, or that the desk at --desk has, or not made: see package
// audit. With a DynamoDB on this machine, or --no-audit, it is made without a record where no table is named, or none is wanted, and a note
// says so.
//
// An authorizer that accepted a token may accept it for ten seconds more; a gateway that caches the authorizer's answers, for
// its own time beyond that. See package revocation.
//
// That there is no such revocation, or that a token has ended anyway, is an answer that is no.
package revoke

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"portcullis/authorizers/environ"
	"portcullis/authorizers/environ/tables"
	"portcullis/authorizers/revocation"
	"portcullis/deploy/portcullis/internal/cli"
	"portcullis/deploy/portcullis/internal/dynamotable"
)

const long = `Revokes tokens before they end, in the DynamoDB table that --table or REVOCATION_TABLE names, or in
that of the desk (portcullis local) at --desk.

Each command prints the ID of what it wrote, which undo takes. It can be done again: the later time counts.

AWS_REGION, credentials and AWS_ENDPOINT_URL_DYNAMODB (for an emulator) are read as the AWS SDK does.
An authorizer may accept a token for ten seconds after it was revoked; a gateway that caches its answers, longer.
A user who signs in again gets good tokens, from the next second on.
Who did what is recorded in the table that AUDIT_TABLE names, or the desk has, and nothing is done that cannot be, but with
--no-audit or a DynamoDB on this machine.

Exit status: 0 it was done; 1 there is no such revocation, or the tokens have ended anyway; 2 it could not be done, and stderr
says why; 130 interrupted.`

// group is what the subcommands have in common.
type group struct {
	*cli.Session
	table *dynamotable.Flag
}

// Command is the command revoke, with all its subcommands, as one run of it uses it.
func Command(s *cli.Session) *cobra.Command {
	command := &cobra.Command{Use: "revoke", Short: "Revoke tokens before they end", Long: long}
	command.CompletionOptions.SetDefaultShellCompDirective(cobra.ShellCompDirectiveNoFileComp)
	g := &group{s, dynamotable.Add(command, s, environ.RevocationTable, "revocations")}
	command.AddCommand(g.token(), g.user(), g.all(), g.list(), g.undo())
	return command
}

// open opens the table of revocations, and calls nobody but the desk at --desk.
func (g *group) open(ctx context.Context) (*dynamotable.Table[revocation.Store], error) {
	return dynamotable.Open(ctx, g.table, tables.OpenRevocations)
}

// check refuses an entry that no table takes: what is wrong with it was wrong on the command line, or in the token.
func check(e revocation.Entry) error {
	if wrong, ok := errors.AsType[*revocation.ValueError](e.Validate()); ok {
		return cli.Usage("%s %s", wrong.Field, wrong.Problem)
	}
	return nil
}

// revoke writes an entry, which act says, and prints its ID.
func (g *group) revoke(command *cobra.Command, act string, e revocation.Entry, format string) error {
	table, err := g.open(command.Context())
	if err != nil {
		return err
	}
	v := viewOf(e, g.Now())
	if err := table.Do(command, "revoke "+act, v.details(), func() error { return table.Store.Revoke(command.Context(), e) }); err != nil {
		return err
	}
	g.Note(command, "revoked %s; kept until %s. Authorizers may take %s to see it, and gateways that cache their answers longer.",
		v.what(), v.Expires.Format(time.RFC3339), revocation.RememberedFor)
	if format == cli.FormatJSON {
		return g.PrintJSON(v)
	}
	return g.Print(v.ID + "\n")
}
