package key

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"portcullis/deploy/portcullis/internal/cli"
)

func (g *group) list() *cobra.Command {
	command := &cobra.Command{
		Use:   "list [flags]",
		Short: "List all keys, the oldest first",
		Long: `Lists all keys, the oldest first. Items of the table that are no records are named on stderr, and the exit status
is 2; the others are listed.`,
		Example: `  portcullis key list
  portcullis key list --desk http://127.0.0.1:8080
  portcullis key list -o csv >keys.csv`,
		Args: cli.Arguments(0, 0, ""),
	}
	output := cli.AddOutput(command, cli.FormatTable, cli.FormatJSON, cli.FormatMarkdown, cli.FormatCSV, cli.FormatHTML)
	command.RunE = func(command *cobra.Command, _ []string) error {
		t, err := g.begin(command)
		if err != nil {
			return err
		}
		records, broken := all(command.Context(), t.store)
		if broken != nil && len(records) == 0 {
			return broken
		}
		views := make([]view, len(records))
		for i, r := range records {
			views[i] = viewOf(r, t.now)
		}
		return errors.Join(t.PrintTable(tableOf(views), output.Value), broken)
	}
	return command
}

// tableOf has a row for each view.
func tableOf(views []view) *cli.Table {
	table := &cli.Table{Title: "API keys", JSON: views}
	for _, f := range (view{}).columns() {
		table.Head = append(table.Head, f.heading)
	}
	for _, v := range views {
		var row []string
		for _, f := range v.columns() {
			row = append(row, f.text)
		}
		table.Rows = append(table.Rows, row)
	}
	return table
}

func (g *group) show() *cobra.Command {
	command := &cobra.Command{
		Use:     "show ID [flags]",
		Short:   "Show one key",
		Long:    `Shows the record of one key: what it may do, until when, and when it was used last. The key itself is not kept.`,
		Example: `  portcullis key show "$ID"`,
		Args:    oneID,
	}
	output := cli.AddOutput(command, cli.FormatText, cli.FormatJSON)
	command.RunE = func(command *cobra.Command, args []string) error {
		t, err := g.begin(command)
		if err != nil {
			return err
		}
		r, err := t.store.Get(command.Context(), args[0])
		if err != nil {
			return explain(args[0], err)
		}
		v := viewOf(r, t.now)
		if output.Value == cli.FormatJSON {
			return t.PrintJSON(v)
		}
		var text strings.Builder
		for _, f := range v.fields() {
			fmt.Fprintf(&text, "%-12s %s\n", f.heading, cmp.Or(f.text, "-"))
		}
		return t.Print(text.String())
	}
	return command
}
