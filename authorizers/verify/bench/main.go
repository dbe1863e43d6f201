// Command bench measures the token verifier beside its rivals: the same tokens, the same checks, one run.
// It prints a Markdown table and takes about half a minute, or five times that for the spread of five runs, each with keys
// of its own:
//
//	go run .
//	go run . -runs 5
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
	runs := flag.Int("runs", 1, "measure so many times, and say how far the ratios lie apart")
	flag.Parse()
	if err := run(os.Stdout, *runs); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// run measures all contestants with all algorithms, so many times, and writes the table.
func run(out io.Writer, runs int) error {
	if runs < 1 {
		return fmt.Errorf("-runs %d: want at least 1", runs)
	}
	if err := setBenchTime(); err != nil {
		return err
	}
	fmt.Fprintf(out, "%s %s/%s, %d CPUs; %s.\n", runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), versions())
	fmt.Fprintf(out, "Medians of %d runs of %d rounds; × floor is the median of each round's ratio, spread its lowest and highest run.\n\n", runs, rounds)
	fmt.Fprintln(out, "| algorithm | contestant | µs | × floor | spread | allocations |")
	fmt.Fprintln(out, "|---|---|---:|---:|---:|---:|")
	for _, algorithm := range algorithms {
		all := make([][]row, runs)
		for i := range all {
			var err error
			if all[i], err = measure(algorithm); err != nil {
				return fmt.Errorf("%s: %w", algorithm, err)
			}
		}
		for i, first := range all[0] {
			of := func(value func(row) float64) []float64 {
				return sortedOf(runs, func(run int) float64 { return value(all[run][i]) })
			}
			ratios := of(func(r row) float64 { return r.ratio })
			fmt.Fprintf(out, "| %s | %s | %.1f | %.2f | %.2f–%.2f | %.0f |\n", algorithm, first.name,
				of(func(r row) float64 { return r.micros })[runs/2], ratios[runs/2], ratios[0], ratios[runs-1], of(func(r row) float64 { return r.allocs })[runs/2])
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
