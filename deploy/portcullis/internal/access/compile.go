package access

import (
	"github.com/spf13/cobra"

	"portcullis/deploy/plan"
	"portcullis/deploy/portcullis/internal/cli"
)

func compileCommand(s *cli.Session) *cobra.Command {
	command := &cobra.Command{
		Use:   "compile [FILE]",
		Short: "Write a contract's rules as rules.json",
		Long: `Writes the access rules of a contract to stdout as rules.json, by which the authorizers decide: the operations, who may call
them, the routes that IAM patterns cannot tell apart, the contract's SHA-256, and a digest over the whole. "portcullis build"
puts it into their zips; another one is named by their variable RULES. The same contract gives the same bytes, a line for each
operation, so that two files compare line by line. What is to be known of the policies that come of it is a warning on stderr.

Exit status: 0 it was written; 2 the contract could not be read, its rules cannot be written, or there is a caller for whom
there is no policy.`,
		Example: `  portcullis access compile api/openapi.yaml > rules.json
  portcullis access compile --desk http://127.0.0.1:8080 | head -n 12`,
		Args:              cli.Arguments(0, 1, ""),
		ValidArgsFunction: completeFiles(1),
	}
	in := addInputs(command)
	command.RunE = func(command *cobra.Command, args []string) error {
		contract, groups, _, err := in.read(command.Context(), s, args)
		if err != nil {
			return err
		}
		rules, err := plan.CompileRules(contract.Contract, groups)
		for _, remark := range rules.Remarks {
			s.Note(command, "warning: %s", remark.Text)
		}
		if err != nil {
			return err
		}
		return s.Print(string(rules.File))
	}
	return command
}
