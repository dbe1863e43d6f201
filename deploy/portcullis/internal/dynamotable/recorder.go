package dynamotable

import (
	"context"

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

// Do does something to the table and records it, as [trail.Trail.Do] has it: where that cannot be recorded, nothing is done. Where no table
// of audit records is named it does it, and says that nobody records it, unless the table is one of this machine.
func (r Recorder) Do(command *cobra.Command, act string, to []trail.Detail, do func() error) error {
	t, here, err := r.open(command.Context())
	if err != nil {
		return &trail.NotRecordedError{Act: act, Err: err}
	}
	if t == nil {
		if !here {
			r.flag.session.Note(command, "%s is not set: nobody records who does this", environ.AuditTable)
		}
		return do()
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
