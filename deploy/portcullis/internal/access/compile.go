package access

import (
	"path/filepath"

	"github.com/spf13/cobra"

	"portcullis/deploy/portcullis/internal/cli"
	"portcullis/policy"
)

func compileCommand(s *cli.Session) *cobra.Command {
	command := &cobra.Command{
		Use:   "compile [FILE]",
		Short: "Write a contract's rules as rules.json",
		Long: `Writes the access rules of a contract to stdout as rules.json, which policy.DecodeRules loads: the operations, who may call
them, the routes that IAM patterns cannot tell apart, the contract's SHA-256, and a digest over the whole. The same contract
gives the same bytes, a line for each operation, so that two files compare line by line.

Exit status: 0 it was written; 2 the contract could not be read, or its rules cannot be written.`,
		Example: `  portcullis access compile api/openapi.yaml > rules.json
  portcullis access compile --desk http://127.0.0.1:8080 | head -n 12`,
		Args:              cli.Arguments(0, 1, ""),
		ValidArgsFunction: completeFiles(1),
	}
	in := addInputs(command)
	command.RunE = func(command *cobra.Command, args []string) error {
		contract, _, _, err := in.read(command.Context(), s, args)
		if err != nil {
			return err
		}
		text, err := contract.rules.Encode(policy.Source{Name: filepath.Base(contract.Name), SHA256: contract.SHA256()})
		if err != nil {
			return err
		}
		return s.Print(string(text))
	}
	return command
}
