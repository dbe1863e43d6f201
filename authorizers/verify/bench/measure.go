package main

import (
	"flag"
	"fmt"
	"slices"
	"testing"
)

// Every runner is measured in every round, so that what slows the machine for a while slows all of them; the
// median of the rounds counts.
const (
	rounds   = 11
	oneRound = "100ms"
)

// row is a line of the table.
type row struct {
	name   string
	micros float64 // for one token
	ratio  float64 // to the floor of the same round
	allocs float64 // for one token
}

// setBenchTime makes testing.Benchmark measure for oneRound.
func setBenchTime() error {
	testing.Init()
	return flag.Set("test.benchtime", oneRound)
}

// measure gives a row for every runner of an algorithm, the floor's first.
func measure(algorithm string) ([]row, error) {
	s, err := newSetting(algorithm)
	if err != nil {
		return nil, err
	}
	defer s.close()
	runners, err := s.runners()
	if err != nil {
		return nil, err
	}
	results := make([][rounds]testing.BenchmarkResult, len(runners))
	for round := range rounds {
		for i, r := range runners {
			results[i][round] = testing.Benchmark(r.bench)
			if results[i][round].N == 0 {
				return nil, fmt.Errorf("%s refused the token", r.name)
			}
		}
	}
	rows := make([]row, len(runners))
	for i, r := range runners {
		rows[i] = row{
			name:   r.name,
			micros: median(func(round int) float64 { return micros(results[i][round]) }),
			ratio:  median(func(round int) float64 { return micros(results[i][round]) / micros(results[0][round]) }),
			allocs: median(func(round int) float64 { return float64(results[i][round].AllocsPerOp()) }),
		}
	}
	return rows, nil
}

// micros is how long one token took.
func micros(r testing.BenchmarkResult) float64 {
	return r.T.Seconds() * 1e6 / float64(r.N)
}

// median is that of what the rounds gave.
func median(of func(round int) float64) float64 { return sortedOf(rounds, of)[rounds/2] }

// sortedOf are so many values, sorted.
func sortedOf(n int, of func(i int) float64) []float64 {
	values := make([]float64, n)
	for i := range values {
		values[i] = of(i)
	}
	slices.Sort(values)
	return values
}

// runner is what is measured: a contestant, or the floor, with its token.
type runner struct {
	name string
	do   func() error
}

// bench runs once before it measures: key sets are fetched, and a verifier that remembers has seen the token.
func (r runner) bench(b *testing.B) {
	b.ReportAllocs()
	if err := r.do(); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if err := r.do(); err != nil {
			b.Fatal(err)
		}
	}
}
