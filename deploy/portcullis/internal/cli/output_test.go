package cli_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"portcullis/deploy/portcullis/internal/cli"
)

// TestNotes: what stands below a table, and which cells are code, in each format.
func TestNotes(t *testing.T) {
	table := cli.Table{Title: "Rules", Code: true, Head: []string{"a*", "b"},
		Rows: [][]string{{"GET /{x}_*", "y_"}, {"a|b", ""}, {"`c", "z"}}, Notes: []string{"one <i>\x1b[2J", "two_"}}
	for format, want := range map[string]string{
		cli.FormatTable: "a*          b\nGET /{x}_*  y_\na|b         -\n`c          z\n\none <i>[2J\ntwo_\n",
		cli.FormatMarkdown: "| a\\*          | b   |\n|--------------|-----|\n| `GET /{x}_*` | y\\_ |\n| `a\\|b`       | -   |\n| \\`c          | z   |\n" +
			"\none &lt;i&gt;\\[2J\n\ntwo\\_\n",
		cli.FormatCSV:  "a*,b\nGET /{x}_*,y_\na|b,\n`c,z\n",
		cli.FormatHTML: "</table>\n<p>one &lt;i&gt;[2J</p>\n<p>two_</p>\n</body>\n",
	} {
		var b strings.Builder
		if err := table.Write(&b, format); err != nil || !strings.Contains(b.String(), want) || format != cli.FormatHTML && b.String() != want {
			t.Errorf("%s: %v\n%s\nwant\n%s", format, err, b.String(), want)
		}
	}
}

// TestFormulas: what a spreadsheet would read as a formula is a text in CSV, and as it is elsewhere.
func TestFormulas(t *testing.T) {
	cells := map[string]string{
		`=cmd|'/c calc'!A1`: `'=cmd|'/c calc'!A1`, "+1": "'+1", "-x": "'-x", "@SUM(A1)": "'@SUM(A1)", " =1": "' =1", "\t=1": "'\t=1", "＝1": "'＝1",
		"GET /users": "GET /users", "": "", "a=b": "a=b", "users/read": "users/read", "'quoted'": "'quoted'",
	}
	for cell, want := range cells {
		table := cli.Table{Head: []string{cell, "b"}, Rows: [][]string{{"c", cell}}, JSON: cell}
		var csv, text strings.Builder
		if err := errors.Join(table.Write(&csv, cli.FormatCSV), table.Write(&text, cli.FormatJSON)); err != nil || csv.String() != want+",b\nc,"+want+"\n" {
			t.Errorf("%q: %v, %q, want %q", cell, err, csv.String(), want)
		}
		if table.Head[0] != cell || table.Rows[0][1] != cell {
			t.Errorf("%q: the table is changed", cell)
		}
	}
}

// TestOneOf: the first word is the default, and another word is refused.
func TestOneOf(t *testing.T) {
	command := &cobra.Command{Use: "tool"}
	color := cli.AddOneOf(command, "color", "c", "which", "red", "blue")
	for _, test := range []struct {
		args, want string // "": refused
	}{{"", "red"}, {"--color blue", "blue"}, {"-c blue", "blue"}, {"--color=red", "red"}, {"--color green", ""}, {"--color=", ""}} {
		color.Value = "red"
		if err := command.ParseFlags(strings.Fields(test.args)); (err != nil) != (test.want == "") || err == nil && color.Value != test.want {
			t.Errorf("%s: %q, %v", test.args, color.Value, err)
		}
	}
	if complete, ok := command.GetFlagCompletionFunc("color"); !ok {
		t.Error("nothing completes it")
	} else if words, _ := complete(command, nil, ""); strings.Join(words, " ") != "red blue" {
		t.Errorf("it completes to %v", words)
	}
}

// full is a stdout that takes nothing.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left") }

// TestStdoutTakesNothing: an answer that cannot be written is an error that says so, in whatever form it is.
func TestStdoutTakesNothing(t *testing.T) {
	s := &cli.Session{Stdout: full{}}
	table := &cli.Table{Head: []string{"a"}, Rows: [][]string{{"b"}}, JSON: []string{"b"}}
	answers := map[string]error{"Print": s.Print("b\n"), "PrintJSON": s.PrintJSON("b")}
	for _, format := range []string{cli.FormatTable, cli.FormatJSON, cli.FormatMarkdown, cli.FormatCSV, cli.FormatHTML} {
		answers[format] = s.PrintTable(table, format)
	}
	for form, err := range answers {
		if err == nil || err.Error() != "stdout: no space left" {
			t.Errorf("%s: error %v", form, err)
		}
	}
}
