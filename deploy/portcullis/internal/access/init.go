package access

import (
	"os"
	"strings"

	"github.com/spf13/cobra"

	"portcullis/api/contract"
	"portcullis/deploy/portcullis/internal/cli"
)

func initCommand(s *cli.Session) *cobra.Command {
	return &cobra.Command{
		Use:   "init FILE",
		Short: "Begin a contract: a copy of an OpenAPI document with what is to be decided",
		Long: `Writes a copy of an OpenAPI document, in YAML, to stdout. Each operation that says nothing of who may call it, here or at the
document's root, has the choices above its first line, as comments: public, or one of the document's security schemes. So have the
routes of x-websocket, and its connect. Everything else is as it was, comments and order too. How many are undecided is on stderr.

Operations that stand in other files are left as they are, and their paths named on stderr: say in those files who may call. The
copy belongs into the folder of FILE, since references to files are relative to it.

To decide, take the # from one of the lines, and the others away; "portcullis access check" then says what else is wrong. The
document need not be a contract yet. FILE - reads stdin.

Exit status: 0 it was written; 2 the document could not be read.`,
		Example: `  portcullis access init deploy/terraform/examples/own-contract/orders.yaml > openapi.yaml
  portcullis access init - < api/openapi.yaml`,
		Args:              cli.Arguments(1, 1, "want one OpenAPI document"),
		ValidArgsFunction: completeFiles(1),
		RunE: func(command *cobra.Command, args []string) error {
			name, text, err := readDocument(command, s, args[0])
			if err != nil {
				return err
			}
			copied, undecided, err := contract.Draft(name, text)
			if err != nil {
				return err
			}
			if err := s.Print(string(copied)); err != nil {
				return err
			}
			s.Note(command, "%s to decide on: who may call", count(undecided, "operation", "operations"))
			if elsewhere := contract.Elsewhere(text); len(elsewhere) > 0 {
				s.Note(command, "the operations of %s stand in other files, which are left as they are: say there who may call: %s",
					count(len(elsewhere), "path", "paths"), strings.Join(elsewhere, ", "))
			}
			return nil
		},
	}
}

// readDocument reads a file, or stdin.
func readDocument(command *cobra.Command, s *cli.Session, name string) (shown string, text []byte, err error) {
	if name == stdin {
		text, err = s.ReadStdinBytes(command.Context(), "the document", maxStdin)
		return "stdin", text, err
	}
	text, err = os.ReadFile(name)
	return name, text, err
}
