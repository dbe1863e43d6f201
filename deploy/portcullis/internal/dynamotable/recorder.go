package dynamotable

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/spf13/cobra"

	"portcullis/authorizers/dynamodb"
	"portcullis/authorizers/environ"
	"portcullis/authorizers/environ/tables"
	"portcullis/deploy/desk/about"
	"portcullis/deploy/portcullis/internal/trail"
)

// Recorder records what is done to a table, in the table of audit records that goes with it.
type Recorder struct {
	flag    *Flag
	told    *about.Desk
	options []func(*config.LoadOptions) error
}

// Do does something to the table and records it, as [trail.Trail.Do] has it: where that cannot be recorded, or no table of audit records is
// named, nothing is done. It is done without a record, with a note, where --no-audit is given, and with a table of this machine for
// which none is named.
func (r Recorder) Do(command *cobra.Command, act string, to []trail.Detail, do func() error) error {
	if r.flag.noAudit {
		r.flag.session.Note(command, "--%s: nobody records who does this", noAuditName)
		return do()
	}
	t, here, err := r.open(command.Context())
	switch {
	case err == nil && t == nil && here:
		r.flag.session.Note(command, "%s is not set: nobody records who does this", environ.AuditTable)
		return do()
	case err == nil && t == nil:
		err = &environ.Error{Variable: environ.AuditTable, Err: fmt.Errorf(
			"is not set; want the name of the table of audit records, which Terraform's output audit_table gives, or --%s, to do it without a record", noAuditName)}
	}
	if err != nil {
		return &trail.NotRecordedError{Act: act, Err: err}
	}
	return t.Do(command.Context(), act, to, do)
}

// open gives the trail, nil where no table is named, and tells whether the tables are on this machine.
func (r Recorder) open(ctx context.Context) (t *trail.Trail, here bool, err error) {
	name := r.flag.auditTable(r.told)
	cfg, err := tables.Config(ctx, r.options...)
	if err != nil {
		return nil, false, err
	}
	where, err := dynamodb.OfSDK(ctx, cfg, name)
	if err != nil {
		return nil, false, err
	}
	here = trail.IsHere(where.Endpoint)
	if name == "" {
		return nil, here, nil
	}
	table, err := dynamodb.Open(where)
	if err != nil {
		return nil, here, environ.TableError(err, environ.AuditTable)
	}
	who := trail.OfAWS(cfg)
	if here {
		who = trail.OfMachine
	}
	return &trail.Trail{Table: table, Who: who, Now: r.flag.session.Now}, here, nil
}
