// Command lenience tells which bad tokens of the package vectors are let through by verifiers of several languages, as a page in Markdown.
//
//	(cd node && npm ci)
//	apt-get install python3-jwt python3-cryptography
//	go run . > README.md
//
// It is a module of its own so that nobody who uses Portcullis links the others. README.md beside it is what it printed last; results.json
// has what each accepted, which the tests compare with what each accepts.
package main

import (
	"context"
	"fmt"
	"os"

	"portcullis/authorizers/verify/vectors"
)

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "lenience:", err)
		os.Exit(1)
	}
}

// run tries all contestants and prints the page.
func run(ctx context.Context) error {
	v, err := vectors.Read(vectors.Files())
	if err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "vectors-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	if err := os.CopyFS(folder, vectors.Files()); err != nil {
		return err
	}
	results, err := tryAll(ctx, folder, v)
	if err != nil {
		return err
	}
	fmt.Print(page(v, results))
	return nil
}
