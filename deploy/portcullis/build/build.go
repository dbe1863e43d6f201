// Package build is the subcommand that builds the Lambda functions into the zips that Terraform deploys. What a zip is made
// of is package functions' to say.
package build

import (
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"portcullis/api/contract"
	"portcullis/deploy/functions"
	"portcullis/deploy/plan"
	"portcullis/deploy/portcullis/internal/cli"
)

// Main runs the subcommand as a program of its own.
func Main() { cli.Main(Command) }

// Command is the subcommand.
func Command(s *cli.Session) *cobra.Command {
	command := &cobra.Command{
		Use:   "build [flags]",
		Short: "Build the functions into the zips that Terraform deploys",
		Long: `Builds the Lambda functions of the module that the working folder is in into the zips that Terraform deploys.

The access rules of the contract, an OpenAPI file, are put into the authorizers' zips as rules.json, by which they decide, and
written beside the zips. The contract is checked before anything is built, and copied beside the zips as openapi.yaml: by that
Terraform sees whether they were built for the contract that it deploys. "portcullis access compile" writes rules.json alone.

The same sources and the same Go give the same bytes, so a zip changes only when what it holds does. For each zip its name,
its size in bytes and its SHA-256 are printed.`,
		Example: `  portcullis build
  portcullis build --contract deploy/terraform/examples/own-contract/orders.yaml --out dist
  portcullis build --arch amd64 -o json`,
		Args: cli.Arguments(0, 0, ""),
	}
	architecture := cli.AddOneOf(command, "arch", "", "the processor to build for; amd64 is Terraform's x86_64", functions.Architectures...)
	name := command.Flags().String("contract", "", "the OpenAPI `FILE` whose rules authorizers decide by (default api/openapi.yaml of the module)")
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
		if err != nil {
			return err
		}
		rules, err := plan.CompileRules(contract, nil)
		for _, remark := range rules.Remarks {
			s.Note(command, "warning: %s", remark.Text)
		}
		if err != nil {
			return err
		}
		if !s.Quiet() {
			s.Note(command, "building %d functions for %s; the first time takes a minute or two", len(functions.Functions), architecture.Value)
		}
		source := functions.Source{Module: module, Rules: rules.File, Contract: contract.Text, Architecture: architecture.Value}
		zips, err := functions.WriteZips(command.Context(), source, *out)
		if err != nil && command.Context().Err() != nil {
			return cli.ErrInterrupted // the go command's end says nothing more
		}
		if err != nil {
			return err
		}
		return s.PrintTable(tableOf(zips), output.Value)
	}
	return command
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
