package revoke

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"portcullis/authorizers/revocation"
	"portcullis/deploy/portcullis/internal/cli"
	"portcullis/deploy/portcullis/internal/trail"
)

// view is what is shown of an entry.
type view struct {
	ID      string     `json:"id"`
	Claim   string     `json:"claim"`
	Value   string     `json:"value,omitempty"`
	Issuer  string     `json:"issuer"`
	Before  *time.Time `json:"before,omitempty"`
	Expires time.Time  `json:"expires"`
	Expired bool       `json:"expired,omitempty"` // it still counts until DynamoDB has deleted it
}

func viewOf(e revocation.Entry, now time.Time) view {
	v := view{ID: e.ID(), Claim: string(e.Kind), Value: e.Value, Issuer: e.Issuer, Expires: e.Expires, Expired: !now.Before(e.Expires)}
	if !e.Before.IsZero() {
		v.Before = &e.Before
	}
	return v
}

// what says in words which tokens these are.
func (v view) what() string {
	text := "what " + cli.Printable(v.Issuer) + " issued"
	if v.Value != "" {
		text += " with " + v.Claim + " " + cli.Printable(v.Value)
	}
	if v.Before != nil {
		text += " up to " + v.Before.Format(time.RFC3339)
	}
	return text
}

// details are what an audit record says of it.
func (v view) details() []trail.Detail {
	all := []trail.Detail{{Name: "revocation", Value: v.ID}, {Name: "issuer", Value: v.Issuer}}
	if v.Value != "" {
		all = append(all, trail.Detail{Name: v.Claim, Value: v.Value})
	}
	if v.Before != nil {
		all = append(all, trail.Detail{Name: "before", Value: v.Before.Format(time.RFC3339)})
	}
	return all
}

// row are the view's cells.
func (v view) row() []string {
	before, expires := "", v.Expires.Format(time.RFC3339)
	if v.Before != nil {
		before = v.Before.Format(time.RFC3339)
	}
	if v.Expired {
		expires += " (expired)"
	}
	return []string{v.ID, v.Claim, cli.Printable(v.Value), before, expires, cli.Printable(v.Issuer)}
}

func (g *group) list() *cobra.Command {
	command := &cobra.Command{
		Use:   "list [flags]",
		Short: "List what is revoked, the first to expire first",
		Long: `Lists what is revoked, the first to expire first. Items of the table that are no revocations are named on stderr, and the
exit status is 2; the others are listed.`,
		Example: `  portcullis revoke list
  portcullis revoke list --desk http://127.0.0.1:8080
  portcullis revoke list -o csv >revocations.csv`,
		Args: cli.Arguments(0, 0, ""),
	}
	output := cli.AddOutput(command, cli.FormatTable, cli.FormatJSON, cli.FormatMarkdown, cli.FormatCSV, cli.FormatHTML)
	command.RunE = func(command *cobra.Command, _ []string) error {
		table, err := g.open(command.Context())
		if err != nil {
			return err
		}
		views, broken := entries(command.Context(), table.Store, g.Now())
		if len(views) == 0 && broken != nil {
			return broken
		}
		return errors.Join(g.PrintTable(tableOf(views), output.Value), broken)
	}
	return command
}

// entries are those of a store, the first to expire first. Where items of the table are no entries, the others are given
// beside an error that joins what is said of each.
func entries(ctx context.Context, store revocation.Store, now time.Time) (views []view, broken error) {
	views = []view{}
	var wrong []error
	for e, err := range store.Entries(ctx) {
		if err != nil {
			wrong = append(wrong, err)
			continue
		}
		views = append(views, viewOf(e, now))
	}
	slices.SortFunc(views, func(a, b view) int {
		return cmp.Or(a.Expires.Compare(b.Expires), strings.Compare(a.ID, b.ID))
	})
	return views, errors.Join(wrong...)
}

// tableOf has a row for each view.
func tableOf(views []view) *cli.Table {
	table := &cli.Table{
		Title: "Revoked tokens",
		Head:  []string{"id", "claim", "value", "issued up to", "kept until", "issuer"},
		JSON:  views,
	}
	for _, v := range views {
		table.Rows = append(table.Rows, v.row())
	}
	return table
}
