// Command build builds the Lambda functions into the zips that Terraform deploys:
//
//	go run ./deploy/build [-arch arm64|amd64] [-contract FILE] [-out DIR]
//
// The contract, an OpenAPI file, is put into the authorizers' zips, which decide by it. It is checked before anything is
// built, and copied beside the zips as openapi.yaml: by that Terraform sees whether they hold the contract that it deploys.
//
// The same sources and the same Go give the same bytes, so a zip changes only when what it holds does. For each zip it
// prints the name, the size in bytes and the SHA-256.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"

	"portcullis/api/contract"
	"portcullis/deploy/functions"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "build:", err)
		stop()
		os.Exit(1)
	}
}

// run builds every function from the module that the working folder is in.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	source, out, err := parse(args, stdout)
	if err != nil {
		return err
	}
	if source.Module, err = functions.ModuleDir("."); err != nil {
		return err
	}
	if out == "" {
		out = filepath.Join(source.Module, "deploy", "dist")
	}
	if source.Contract == "" {
		source.Contract = functions.Contract(source.Module)
	}
	if err := checkContract(source.Contract, stderr); err != nil {
		return err
	}
	zips, err := functions.WriteZips(ctx, source, out)
	if err != nil {
		return err
	}
	for _, zip := range zips {
		fmt.Fprintf(stdout, "%-12s %8d bytes  sha256 %s\n", filepath.Base(zip.Path), zip.Size, zip.SHA256)
	}
	return nil
}

// checkContract makes sure that authorizers can start with a contract, and that there is a policy for every caller that its
// scopes make, before one comes.
func checkContract(name string, stderr io.Writer) error {
	contract, err := contract.Load(name)
	if err != nil {
		return err
	}
	rules, err := contract.Rules()
	if err != nil {
		return err
	}
	remarks, err := rules.CheckSizes(nil)
	for _, remark := range remarks {
		fmt.Fprintln(stderr, "build: warning:", remark)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// parse reads the flags; an empty out means deploy/dist of the module, and an empty contract the module's own.
func parse(args []string, stdout io.Writer) (source functions.Source, out string, err error) {
	flags := flag.NewFlagSet("build", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&source.Architecture, "arch", "arm64", "architecture: arm64 or amd64 (Terraform's x86_64)")
	flags.StringVar(&source.Contract, "contract", "", "the OpenAPI file that authorizers decide by (default api/openapi.yaml of the module)")
	flags.StringVar(&out, "out", "", "folder of the zips (default deploy/dist of the module)")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			flags.SetOutput(stdout)
			flags.Usage()
		}
		return source, "", err
	}
	if flags.NArg() > 0 {
		return source, "", fmt.Errorf("unexpected argument %q: there are only the flags -arch, -contract and -out", flags.Arg(0))
	}
	if !slices.Contains(functions.Architectures, source.Architecture) {
		return source, "", fmt.Errorf("-arch %q: want arm64 or amd64", source.Architecture)
	}
	return source, out, nil
}
