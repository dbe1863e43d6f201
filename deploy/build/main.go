// Command build builds the Lambda functions into the zips that Terraform deploys:
//
//	go run ./deploy/build [-arch arm64|amd64] [-out DIR]
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

	"portcullis/deploy/build/functions"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	err := run(ctx, os.Args[1:], os.Stdout)
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
func run(ctx context.Context, args []string, stdout io.Writer) error {
	arch, out, err := parse(args, stdout)
	if err != nil {
		return err
	}
	module, err := functions.ModuleDir(".")
	if err != nil {
		return err
	}
	if out == "" {
		out = filepath.Join(module, "deploy", "dist")
	}
	for _, function := range functions.Functions {
		zip, err := functions.WriteZip(ctx, module, function.Name, arch, out)
		if err != nil {
			return err
		}
		fmt.Fprintf(stdout, "%-12s %8d bytes  sha256 %s\n", filepath.Base(zip.Path), zip.Size, zip.SHA256)
	}
	return nil
}

// parse reads the flags; an empty out means deploy/dist of the module.
func parse(args []string, stdout io.Writer) (arch, out string, err error) {
	flags := flag.NewFlagSet("build", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&arch, "arch", "arm64", "architecture: arm64 or amd64 (Terraform's x86_64)")
	flags.StringVar(&out, "out", "", "folder of the zips (default deploy/dist of the module)")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			flags.SetOutput(stdout)
			flags.Usage()
		}
		return "", "", err
	}
	if flags.NArg() > 0 {
		return "", "", fmt.Errorf("unexpected argument %q: there are only the flags -arch and -out", flags.Arg(0))
	}
	if !slices.Contains(functions.Architectures, arch) {
		return "", "", fmt.Errorf("-arch %q: want arm64 or amd64", arch)
	}
	return arch, out, nil
}
