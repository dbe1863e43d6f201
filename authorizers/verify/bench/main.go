// Command bench measures the token verifier beside its rivals: the same tokens, the same checks, one run.
// It prints a Markdown table and takes about half a minute:
//
//	go run .
//
// Or it tells how many of verifytest's broken tokens each of them accepts, which must be none:
//
//	go run . -broken
//
// It is a module of its own so that nobody who uses Portcullis links the rivals. Everyone checks
// the signature, issuer, audience and expiry, and reads subject, scopes and groups; the tests beside this
// file hold them to it. The floor does the cryptography alone. Keys are in memory before the clock starts.
package main

import (
	"cmp"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
)

func main() {
	broken := flag.Bool("broken", false, "count the broken tokens that are accepted, and measure nothing")
	flag.Parse()
	do := run
	if *broken {
		do = countBroken
	}
	if err := do(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// run measures all contestants with all algorithms and writes the table.
func run(out io.Writer) error {
	if err := setBenchTime(); err != nil {
		return err
	}
	fmt.Fprintf(out, "%s %s/%s, %d CPUs; %s.\n", runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), versions())
	fmt.Fprintf(out, "Medians of %d rounds; × floor is the median of each round's ratio.\n\n", rounds)
	fmt.Fprintln(out, "| algorithm | contestant | µs | × floor | allocations |")
	fmt.Fprintln(out, "|---|---|---:|---:|---:|")
	for _, algorithm := range algorithms {
		rows, err := measure(algorithm)
		if err != nil {
			return fmt.Errorf("%s: %w", algorithm, err)
		}
		for _, row := range rows {
			fmt.Fprintf(out, "| %s | %s | %.1f | %.2f | %.0f |\n", algorithm, row.name, row.micros, row.ratio, row.allocs)
		}
	}
	return nil
}

// versions are the rivals' that the program was built with.
func versions() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	var versions []string
	for _, module := range info.Deps {
		if name := rivalModules[module.Path]; name != "" {
			versions = append(versions, name+" "+cmp.Or(module.Version, "(unknown version)"))
		}
	}
	return strings.Join(versions, ", ")
}
