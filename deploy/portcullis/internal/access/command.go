// Package access is the subcommand access of portcullis. It answers the questions of those who own an API's access rules: who
// may call what, what a change opens and closes, why a request is allowed or denied, what an authorizer's answer lets through, and
// whether the rules hold together. It reads the contract, an OpenAPI file, and the scopes of groups; it calls no AWS service, and changes nothing. Each command's
// help says what it tells, and what its JSON holds.
package access

import (
	"github.com/spf13/cobra"

	"portcullis/deploy/portcullis/internal/cli"
)

// Command is access with the commands below it.
func Command(s *cli.Session) *cobra.Command {
	command := &cobra.Command{
		Use:   "access",
		Short: "Who may call what, what a change opens, why a request is denied, what is wrong with the rules",
		Long: `Answers the questions of those who own an API's access rules: who may call what, what a change opens and closes, why a
request is allowed or denied, and whether the rules hold together. It reads the contract, an OpenAPI file, and the scopes of
groups; it calls no AWS service, and changes nothing.

The contract is FILE (- reads stdin), else the variable CONTRACT, else openapi.yaml or api/openapi.yaml in the current
folder. Groups are --group-scopes, else the variable GROUP_SCOPES, as the authorizers read it. With --desk URL the contract,
the issuers and the groups are those of the desk (portcullis local) that runs there, where FILE and flags say nothing else:
then explain says what that desk does. No token is ever printed.

"go run" makes a 1 of every exit status but 0; "go build -o portcullis ./deploy/portcullis" gives a command that keeps them
apart.`,
	}
	command.CompletionOptions.SetDefaultShellCompDirective(cobra.ShellCompDirectiveNoFileComp)
	command.AddCommand(initCommand(s), checkCommand(s), matrixCommand(s), diffCommand(s), explainCommand(s), evaluateCommand(s), compileCommand(s))
	return command
}
