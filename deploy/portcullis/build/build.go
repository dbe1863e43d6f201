// Package build is the subcommand that builds the Lambda functions into the zips that Terraform deploys, and plans the APIs that it
// makes. What a zip is made of is package functions' to say, and what an API may be package plan's.
package build

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"portcullis/api/contract"
	"portcullis/deploy/functions"
	"portcullis/deploy/modes"
	"portcullis/deploy/plan"
	"portcullis/deploy/portcullis/internal/cli"
	"portcullis/policy"
)

// Main runs the subcommand as a program of its own.
func Main() { cli.Main(Command) }

// Command is the subcommand.
func Command(s *cli.Session) *cobra.Command {
	command := &cobra.Command{
		Use:   "build [flags]",
		Short: "Build the functions into the zips that Terraform deploys, and plan its APIs",
		Long: `Builds the Lambda functions of the module that the working folder is in into the zips that Terraform deploys.

The access rules of the contract, an OpenAPI file, are put into the authorizers' zips as rules.json, by which they decide, and
written beside the zips. "portcullis access compile" writes rules.json alone.

Of the contract and each mode of deploy/modes a plan is made, plans/MODE.json beside the zips: all that the API of that mode is,
which Terraform makes of it. A plan names the files that it is of, each with its SHA-256, so that Terraform sees where one has
changed since. Plans of an earlier build are removed.

All that is wrong with the contract and the modes is printed before anything is built, a line each with the file, the line and
what would be right, and nothing is written then. With --mode only the modes that are named are read.

The same sources and the same Go give the same bytes, so a zip changes only when what it holds does. For each zip its name,
its size in bytes and its SHA-256 are printed, and on stderr which modes have plans, and where.`,
		Example: `  portcullis build
  portcullis build --contract deploy/terraform/examples/own-contract/orders.yaml --mode http-lambda --out dist
  portcullis build --arch amd64 -o json`,
		Args: cli.Arguments(0, 0, ""),
	}
	architecture := cli.AddOneOf(command, "arch", "", "the processor to build for; amd64 is Terraform's x86_64", functions.Architectures...)
	name := command.Flags().String("contract", "", "the OpenAPI `FILE` whose rules authorizers decide by (default api/openapi.yaml of the module)")
	named := command.Flags().StringArray("mode", nil, "plan the API of the mode `NAME` of deploy/modes; may be repeated (default all of\nthem; one of a WebSocket API only where the contract has x-websocket)")
	command.RegisterFlagCompletionFunc("mode", cobra.FixedCompletions(modes.Names(modes.Embedded()), cobra.ShellCompDirectiveNoFileComp))
	out := command.Flags().String("out", "", "the `FOLDER` of the zips (default deploy/dist of the module)")
	cli.RefuseEmpty(command.Flags(), "contract", "out")
	command.MarkFlagDirname("out")
	output := cli.AddOutput(command, cli.FormatTable, cli.FormatJSON, cli.FormatMarkdown, cli.FormatCSV, cli.FormatHTML)
	command.RunE = func(command *cobra.Command, _ []string) error {
		module, err := functions.ModuleDir(".")
		if err != nil {
			return err
		}
		if *out == "" {
			*out = filepath.Join(module, "deploy", "dist")
		}
		if *name == "" {
			*name = functions.Contract(module)
		}
		contract, err := contract.Load(*name)
		guards, wrongModes := loadModes(filepath.Join(module, "deploy", "modes"), *named)
		if err := errors.Join(err, wrongModes); err != nil {
			return err
		}
		if len(*named) == 0 {
			guards = slices.DeleteFunc(guards, func(m *modes.Mode) bool { return !plan.Applies(contract, m) })
		}
		rules, err := plan.CompileRules(contract, nil)
		for _, remark := range rules.Remarks {
			s.Note(command, "warning: %s", remark.Text)
		}
		if err != nil {
			return err
		}
		plans, err := encodePlans(contract, guards, rules, *out)
		if err != nil {
			return err
		}
		if !s.Quiet() {
			s.Note(command, "building %d functions for %s; the first time takes a minute or two", len(functions.Functions), architecture.Value)
		}
		source := functions.Source{Module: module, Rules: rules.File, Plans: plans, Architecture: architecture.Value}
		zips, err := functions.WriteZips(command.Context(), source, *out)
		if err != nil && command.Context().Err() != nil {
			return cli.ErrInterrupted // the go command's end says nothing more
		}
		if err != nil {
			return err
		}
		s.Note(command, "plans of %s: %s", strings.Join(slices.Sorted(maps.Keys(plans)), ", "), filepath.Join(*out, functions.PlansFolder))
		return s.PrintTable(tableOf(zips), output.Value)
	}
	return command
}

// loadModes reads the modes of a folder that have these names; without names all.
func loadModes(folder string, names []string) ([]*modes.Mode, error) {
	if len(names) == 0 {
		return modes.LoadAll(folder)
	}
	there := modes.Names(os.DirFS(folder))
	var all []*modes.Mode
	var wrong []error
	for i, name := range names {
		switch {
		case slices.Contains(names[:i], name):
		case !slices.Contains(there, name):
			wrong = append(wrong, cli.Usage("--mode %q: there is no such mode in %s, but %s", name, folder, strings.Join(there, ", ")))
		default:
			mode, err := modes.LoadNamed(folder, name)
			all, wrong = append(all, mode), append(wrong, err)
		}
	}
	return all, errors.Join(wrong...)
}

// encodePlans gives the files of the plans of a contract and modes, by the modes' names.
func encodePlans(c *contract.Contract, guards []*modes.Mode, rules plan.Rules, out string) (map[string][]byte, error) {
	plans, err := plan.CompileAll(c, guards)
	if err != nil {
		return nil, errors.Join(err, fmt.Errorf("--mode NAME, once for each, plans only the modes that are named: name those that can guard %s", c.Name))
	}
	texts := map[string][]byte{}
	for i, p := range plans {
		sources, err := plan.SourcesOf(filepath.Join(out, functions.PlansFolder), c, guards[i], filepath.Join(out, policy.RulesFile), rules)
		if err != nil {
			return nil, err
		}
		if texts[p.Name], err = p.Encode(sources); err != nil {
			return nil, err
		}
	}
	return texts, nil
}

// built is what is told of a zip.
type built struct {
	Name   string `json:"name"`
	Path   string `json:"path"`
	Size   int    `json:"size"` // in bytes
	SHA256 string `json:"sha256"`
}

// tableOf has a row for each zip.
func tableOf(zips []functions.Zip) *cli.Table {
	all := []built{}
	table := &cli.Table{Title: "Zips", Head: []string{"zip", "bytes", "sha256"}}
	for _, zip := range zips {
		one := built{filepath.Base(zip.Path), zip.Path, zip.Size, zip.SHA256}
		all = append(all, one)
		table.Rows = append(table.Rows, []string{one.Name, fmt.Sprint(one.Size), one.SHA256})
	}
	table.JSON = all
	return table
}
