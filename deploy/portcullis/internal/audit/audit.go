// Package audit is the subcommand audit: it lists who did what to API keys and revocations, and when, as the other subcommands recorded it
// in a table (package trail).
package audit

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"portcullis/authorizers/environ"
	"portcullis/authorizers/environ/tables"
	"portcullis/deploy/portcullis/internal/cli"
	"portcullis/deploy/portcullis/internal/dynamotable"
	"portcullis/deploy/portcullis/internal/trail"
)

const long = `Who created, rotated, disabled, enabled or deleted API keys, and who revoked tokens or undid that: what portcullis key and
portcullis revoke recorded in the DynamoDB table that AUDIT_TABLE names, or in that of the desk (portcullis local) at --desk.

They do nothing that they cannot record, but with --no-audit, or where a DynamoDB on this machine has no such table: the beginning of
each act is written before, and its end after it. Who is the ARN that AWS STS gives, or local:USER@HOST with a DynamoDB on this machine.

Exit status: 0 it was listed; 2 it could not be read, or some items of the table are no records.`

// Command is the command audit, as one run of it uses it.
func Command(s *cli.Session) *cobra.Command {
	command := &cobra.Command{Use: "audit", Short: "Who changed API keys and revocations, and when", Long: long}
	command.CompletionOptions.SetDefaultShellCompDirective(cobra.ShellCompDirectiveNoFileComp)
	table := dynamotable.Add(command, s, environ.AuditTable, "audit records")
	command.AddCommand(list(s, table))
	return command
}

// choice is which records are listed.
type choice struct {
	since time.Time
	by    string
	act   cli.OneOf
	limit int
}

func list(s *cli.Session, table *dynamotable.Flag) *cobra.Command {
	command := &cobra.Command{
		Use:   "list [flags]",
		Short: "List what was done, the oldest first",
		Long: `Lists what was done, the oldest first. An outcome that is unknown is of an act whose end nobody recorded: it may have been done.
Items of the table that are no records are named on stderr, and the exit status is 2; the others are listed.`,
		Example: `  portcullis audit list --desk http://127.0.0.1:8080
  portcullis audit list --desk http://127.0.0.1:8080 --since 7d --by ann --act 'key delete' --limit 50 -o json`,
		Args: cli.Arguments(0, 0, ""),
	}
	var c choice
	flags := command.Flags()
	flags.Func("since", "`when` it began at the earliest: 7d or 12h ago, a day (its beginning in UTC), or a time such as 2027-01-31T18:00:00Z", func(text string) (err error) {
		c.since, err = parseSince(text, s.Now())
		return err
	})
	flags.StringVar(&c.by, "by", "", "a `text` in the name of who did it")
	c.act.Words = actWords()
	flags.Var(&c.act, "act", "an `act`, such as 'key create', or its first word")
	command.RegisterFlagCompletionFunc("act", cobra.FixedCompletions(c.act.Words, cobra.ShellCompDirectiveNoFileComp))
	flags.IntVar(&c.limit, "limit", 0, "the `number` of records, of which the last ones are listed (default all)")
	output := cli.AddOutput(command, cli.FormatTable, cli.FormatJSON, cli.FormatMarkdown, cli.FormatCSV, cli.FormatHTML)
	command.RunE = func(command *cobra.Command, _ []string) error {
		if command.Flags().Changed("limit") && c.limit < 1 {
			return cli.Usage("--limit: want a number from 1 on")
		}
		opened, err := dynamotable.Open(command.Context(), table, tables.OpenAudit)
		if err != nil {
			return err
		}
		records, broken, err := trail.All(command.Context(), opened.Store)
		if err != nil {
			return err
		}
		return errors.Join(s.PrintTable(tableOf(c.of(records)), output.Value), errors.Join(broken...))
	}
	return command
}

func parseSince(text string, now time.Time) (time.Time, error) {
	if ago, err := cli.ParseDuration(text); err == nil {
		return now.Add(-ago), nil
	}
	if at, err := cli.ParseTime(text); err == nil {
		return at, nil
	}
	return time.Time{}, errors.New("want a duration such as 7d or 12h, a day such as 2027-01-31, or a time such as 2027-01-31T18:00:00Z")
}

// actWords are the acts, each first word before those that begin with it.
func actWords() (words []string) {
	for _, act := range trail.Acts() {
		if first, _, _ := strings.Cut(act, " "); !slices.Contains(words, first) {
			words = append(words, first)
		}
		words = append(words, act)
	}
	return words
}

// of are those of the records that were chosen.
func (c choice) of(records []trail.Record) []trail.Record {
	chosen := slices.DeleteFunc(records, func(r trail.Record) bool {
		return r.At.Before(c.since) || !strings.Contains(r.By, c.by) || c.act.Value != "" && r.Act != c.act.Value && !strings.HasPrefix(r.Act, c.act.Value+" ")
	})
	if c.limit > 0 {
		chosen = chosen[max(len(chosen)-c.limit, 0):]
	}
	return chosen
}

// view is what is shown of a record.
type view struct {
	ID      string            `json:"id"`
	At      time.Time         `json:"at"`
	By      string            `json:"by"`
	Act     string            `json:"act"`
	To      map[string]string `json:"to"`
	Outcome string            `json:"outcome"`
	Error   string            `json:"error,omitempty"`
	Ended   *time.Time        `json:"ended,omitempty"`
}

func tableOf(records []trail.Record) *cli.Table {
	views := []view{}
	table := &cli.Table{Title: "Audit records", Head: []string{"when", "who", "act", "what", "outcome"}}
	for _, r := range records {
		v := view{ID: r.ID, At: r.At, By: r.By, Act: r.Act, To: map[string]string{}, Outcome: r.Outcome, Error: r.Error}
		if !r.Ended.IsZero() {
			v.Ended = &r.Ended
		}
		var to []string
		for _, d := range r.To {
			v.To[d.Name] = d.Value
			to = append(to, d.Name+"="+cli.Printable(d.Value))
		}
		outcome := r.Outcome
		if r.Error != "" {
			outcome += fmt.Sprintf(": %s", cli.Printable(r.Error))
		}
		views = append(views, v)
		table.Rows = append(table.Rows, []string{r.At.Format(time.RFC3339), cli.Printable(r.By), cli.Printable(r.Act), strings.Join(to, " "), outcome})
	}
	table.JSON = views
	return table
}
