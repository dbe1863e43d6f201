package cli_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"portcullis/deploy/portcullis/internal/cli"
)

// run runs a small command and gives the exit status and what it wrote.
func run(t *testing.T, ctx context.Context, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	var out, errs strings.Builder
	s := &cli.Session{Getenv: func(string) string { return "" }, Stdin: null, Stdout: &out, Stderr: &errs, Now: time.Now}
	root := &cobra.Command{Use: "tool", Short: "a tool"}
	keys := &cobra.Command{Use: "key", Short: "keys"}
	remove := &cobra.Command{Use: "delete ID", Args: cli.Arguments(1, 1, "the ID of a key")}
	yes := cli.AddYes(remove)
	remove.RunE = func(command *cobra.Command, args []string) error {
		if err := s.Confirm(command.Context(), *yes, "Delete "+args[0]+"?"); err != nil {
			return err
		}
		return s.Print("deleted\n")
	}
	list := &cobra.Command{Use: "list", Args: cli.Arguments(0, 0, "")}
	output := cli.AddOutput(list, cli.FormatTable, cli.FormatJSON, cli.FormatMarkdown, cli.FormatCSV, cli.FormatHTML)
	list.Flags().String("contract", "", "a file")
	cli.RefuseEmpty(list.Flags(), "contract")
	list.Flags().String("owner", "", "a name")
	list.RunE = func(*cobra.Command, []string) error {
		table := cli.Table{Title: "Keys <1>", Head: []string{"id", "owner"}, Rows: [][]string{{"1", "ann|bob"}, {"22", ""}, {"3", "a\n\x1b[2J"}}, JSON: []string{"<1>"}}
		return table.Write(s.Stdout, output.Value)
	}
	keys.AddCommand(remove, list)
	login := cli.Secretive(&cobra.Command{Use: "login", Args: cli.Arguments(0, 0, "")})
	login.Flags().String("username", "", "a name")
	login.Flags().Bool("password-stdin", false, "read it")
	login.Flags().Bool("force", false, "anew")
	login.Flags().Bool("here", false, "this one")
	cli.AddOutput(login, cli.FormatTable, cli.FormatJSON)
	login.RunE = func(*cobra.Command, []string) error { return nil }
	fail := &cobra.Command{Use: "fail", Args: cobra.ExactArgs(1), RunE: func(_ *cobra.Command, args []string) error {
		switch args[0] {
		case "no":
			return cli.No
		case "why":
			return fmt.Errorf("request: %w", &cli.NoError{Err: errors.New("it is denied")})
		case "both":
			return errors.Join(&cli.NoError{Err: errors.New("it is denied")}, errors.New("cannot reach"))
		case "noes":
			return errors.Join(&cli.NoError{Err: errors.New("it is denied")}, fmt.Errorf("x: %w", &cli.NoError{Err: errors.New("that too")}))
		case "all":
			return errors.Join(errors.New("one"), errors.Join(errors.New("two\nlines"), errors.New("three")))
		case "half":
			return fmt.Errorf("%w; undoing it failed too: %w", errors.New("one"), errors.New("two"))
		case "stop":
			return cli.ErrInterrupted
		}
		return errors.New("cannot reach " + args[0])
	}}
	root.AddCommand(keys, login, fail)
	status = s.Run(ctx, root, args)
	return status, out.String(), errs.String()
}

// TestRun: a line a case: the command line, the exit status, and how stderr begins.
func TestRun(t *testing.T) {
	token := "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.x"
	for _, test := range []struct {
		args   string
		status int
		stderr string // "": nothing
	}{
		{"key delete 7 --yes", cli.StatusDone, ""},
		{"key delete 7", cli.StatusFailed, "tool key delete: Delete 7? Nobody can be asked here: --yes says that it is meant\n"},
		{"key delete", cli.StatusFailed, "tool key delete: want the ID of a key\n"},
		{"key delete 7 8", cli.StatusFailed, "tool key delete: unexpected argument \"8\"; tool key delete --help tells what there may be\n"},
		{"key", cli.StatusFailed, "tool key: want a command: delete or list; tool key --help tells what they do\n"},
		{"", cli.StatusFailed, "tool: want a command: "},
		{"kye", cli.StatusFailed, "tool: \"kye\" is no command; did you mean key?\n"},
		{"key delte 7", cli.StatusFailed, "tool key: \"delte\" is no command; did you mean delete?\n"},
		{"key shred 7", cli.StatusFailed, "tool key: \"shred\" is no command; want delete or list\n"},
		{"key list --contrct x", cli.StatusFailed, "tool key list: there is no flag --contrct; did you mean --contract?\n"},
		{"key list -contract x", cli.StatusFailed, "tool key list: -contract: flags have two dashes: --contract\n"},
		{"key list -contract=x", cli.StatusFailed, "tool key list: -contract: flags have two dashes: --contract\n"},
		{"key list --nothing", cli.StatusFailed, "tool key list: there is no flag --nothing; tool key list --help lists the flags\n"},
		{"key list -o xml", cli.StatusFailed, `tool key list: invalid argument "xml" for "-o, --output" flag: want table, json, markdown, csv, html; tool key list --help lists the flags` + "\n"},
		{"key list -owner x", cli.StatusFailed, "tool key list: -owner: flags have two dashes: --owner\n"},
		{"key list -owner=x", cli.StatusFailed, "tool key list: -owner: flags have two dashes: --owner\n"},
		{"key list -output xml", cli.StatusFailed, "tool key list: -output: flags have two dashes: --output\n"},
		{"login hunter2", cli.StatusFailed, "tool login: unexpected argument; tool login --help tells what there may be\n"},
		{"login -phunter2", cli.StatusFailed, "tool login: there is no such flag; flags have two dashes, and tool login --help lists them\n"},
		{"login --password=hunter2", cli.StatusFailed, "tool login: there is no such flag; did you mean --password-stdin?\n"},
		{"login --usernme=hunter2", cli.StatusFailed, "tool login: there is no such flag; did you mean --username?\n"},
		{"login --hunter2", cli.StatusFailed, "tool login: there is no such flag; tool login --help lists the flags\n"},
		{"login --=hunter2", cli.StatusFailed, "tool login: there is no such flag; tool login --help lists the flags\n"},
		{"login ---hunter2", cli.StatusFailed, "tool login: there is no such flag; tool login --help lists the flags\n"},
		{"login --force=hunter2", cli.StatusFailed, "tool login: --force: want a value of type bool; tool login --help lists the flags\n"},
		{"login --help=hunter2", cli.StatusFailed, "tool login: --help: want a value of type bool; tool login --help lists the flags\n"},
		{"login -ohunter2", cli.StatusFailed, "tool login: --output: want a value of type table|json; tool login --help lists the flags\n"},
		{"login -hunter2", cli.StatusFailed, "tool login: there is no such flag; flags have two dashes, and tool login --help lists them\n"},
		{"login -here", cli.StatusFailed, "tool login: -here: flags have two dashes: --here\n"},
		{"login hunter2 --username", cli.StatusFailed, "tool login: flag needs an argument: --username; tool login --help lists the flags\n"},
		{"login hunter2 -o", cli.StatusFailed, "tool login: flag needs an argument: 'o' in -o; tool login --help lists the flags\n"},
		{"login -- hunter2", cli.StatusFailed, "tool login: unexpected argument; tool login --help tells what there may be\n"},
		{"login help", cli.StatusFailed, "tool login: unexpected argument; tool login --help tells what there may be\n"},
		{"--usernme=hunter2 login", cli.StatusFailed, "tool login: there is no such flag; did you mean --username?\n"},
		{"--username hunter2 login x", cli.StatusFailed, "tool login: unexpected argument; tool login --help tells what there may be\n"},
		{"key list --contr", cli.StatusFailed, "tool key list: there is no flag --contr; did you mean --contract?\n"},
		{"key list --=x", cli.StatusFailed, "tool key list: bad flag syntax: --=x; tool key list --help lists the flags\n"},
		{"fail no", cli.StatusNo, ""},
		{"fail why", cli.StatusNo, "tool fail: request: it is denied\n"},
		{"help kye", cli.StatusFailed, "tool help: \"kye\" is no command; did you mean key?\n"},
		{"help key shred", cli.StatusFailed, "tool help: \"shred\" is no command; want delete or list\n"},
		{"help key list x", cli.StatusFailed, "tool help: unexpected argument \"x\"; tool key list --help tells what there may be\n"},
		{"help login hunter2", cli.StatusFailed, "tool help: unexpected argument; tool login --help tells what there may be\n"},
		{"fail both", cli.StatusFailed, "tool fail: it is denied\ntool fail: cannot reach\n"},
		{"fail noes", cli.StatusNo, "tool fail: it is denied\ntool fail: x: that too\n"},
		{"fail all", cli.StatusFailed, "tool fail: one\ntool fail: two lines\ntool fail: three\n"},
		{"fail half", cli.StatusFailed, "tool fail: one; undoing it failed too: two\n"},
		{"fail stop", cli.StatusInterrupted, "tool fail: interrupted\n"},
		{"fail " + token, cli.StatusFailed, "tool fail: cannot reach [redacted]\n"},
		{"fail pk_ABCDEFGHIJKLMNOP_0123456789", cli.StatusFailed, "tool fail: cannot reach pk_ABCDEFGHIJKLMNOP_[redacted]\n"},
		{"fail http://ann:hunter2@127.0.0.1:1/x", cli.StatusFailed, "tool fail: cannot reach http://[redacted]@127.0.0.1:1/x\n"},
		{"fail http://ann:hunt/er2@127.0.0.1:1", cli.StatusFailed, "tool fail: cannot reach http://[redacted]@127.0.0.1:1\n"},
		{"fail http://127.0.0.1:1/x", cli.StatusFailed, "tool fail: cannot reach http://127.0.0.1:1/x\n"},
		{"key list --contract=", cli.StatusFailed, `tool key list: invalid argument "" for "--contract" flag: want a value, or no such flag; `},
		{"completion", cli.StatusFailed, "tool completion: want a command: bash, fish, powershell or zsh; "},
		{"completion bsh", cli.StatusFailed, "tool completion: \"bsh\" is no command; did you mean bash or fish or zsh?\n"},
		{token, cli.StatusFailed, "tool: \"[redacted]\" is no command; want "},
	} {
		status, _, stderr := run(t, t.Context(), strings.Fields(test.args)...)
		if status != test.status || !strings.HasPrefix(stderr, test.stderr) || test.stderr == "" && stderr != "" {
			t.Errorf("tool %s: status %d, stderr %q, want %d, %q", test.args, status, stderr, test.status, test.stderr)
		}
		if strings.Contains(stderr, "hunter2") {
			t.Errorf("tool %s: a password in %q", test.args, stderr)
		}
	}
}

func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for args, want := range map[string]int{"fail x": cli.StatusInterrupted, "fail no": cli.StatusNo, "kye": cli.StatusFailed} {
		if status, _, _ := run(t, ctx, strings.Fields(args)...); status != want {
			t.Errorf("tool %s: status %d, want %d", args, status, want)
		}
	}
}

func TestFormats(t *testing.T) {
	for format, want := range map[string]string{
		cli.FormatTable:    "id  owner\n1   ann|bob\n22  -\n3   a [2J\n",
		cli.FormatJSON:     "[\n  \"<1>\"\n]\n",
		cli.FormatMarkdown: "| id | owner    |\n|----|----------|\n| 1  | ann\\|bob |\n| 22 | -        |\n| 3  | a \\[2J   |\n",
		cli.FormatCSV:      "id,owner\n1,ann|bob\n22,\n3,\"a\n\x1b[2J\"\n",
		cli.FormatHTML:     "<h1>Keys &lt;1&gt;</h1>\n<table>\n<tr><th>id</th><th>owner</th></tr>\n<tr><td>1</td><td>ann|bob</td></tr>\n",
	} {
		status, stdout, stderr := run(t, t.Context(), "key", "list", "-o", format)
		if status != cli.StatusDone || !strings.Contains(stdout, want) || format != cli.FormatHTML && stdout != want {
			t.Errorf("%s: status %d, %s\n%s", format, status, stderr, stdout)
		}
	}
}

// TestHelp: help is on stdout, at every depth, in each way of asking for it.
func TestHelp(t *testing.T) {
	for _, args := range []string{"--help", "help", "key --help", "help key list", "key list -h", "completion bash"} {
		status, stdout, stderr := run(t, t.Context(), strings.Fields(args)...)
		if status != cli.StatusDone || stdout == "" || stderr != "" || strings.Contains(stdout, "  tool key\n") {
			t.Errorf("tool %s: status %d, stdout %q, stderr %q", args, status, stdout, stderr)
		}
	}
}
