package main

import (
	"fmt"
	"io"

	"portcullis/authorizers/verify/verifytest"
)

// tally is the broken tokens, by their names, that a contestant accepts.
type tally struct {
	contestant string
	accepts    map[string]bool
}

// countBroken writes how many of verifytest's broken tokens each contestant accepts: of all that are made from the
// claims of a setting, with each of verifytest's algorithms.
func countBroken(out io.Writer) error {
	var tallies []tally
	all := map[string]bool{}
	for _, algorithm := range verifytest.Algorithms() {
		of, err := tryBroken(algorithm, all)
		if err != nil {
			return fmt.Errorf("%s: %w", algorithm, err)
		}
		tallies = add(tallies, of)
	}
	fmt.Fprintf(out, "%s.\n\n| contestant | accepts, of %d broken tokens |\n|---|---:|\n", versions(), len(all))
	for _, t := range tallies {
		fmt.Fprintf(out, "| %s | %d |\n", t.contestant, len(t.accepts))
	}
	return nil
}

// tryBroken gives what each contestant accepts of the broken tokens of an algorithm, and notes the names of all.
func tryBroken(algorithm string, all map[string]bool) ([]tally, error) {
	issuer := verifytest.NewServer(algorithm)
	s := &setting{algorithm: algorithm, issuer: issuer}
	tokens := issuer.Broken(s.claims()) // publishes keys, before anybody fetches them
	if err := s.enter(); err != nil {
		return nil, err
	}
	defer s.close()
	var tallies []tally
	for _, c := range s.contestants {
		t := tally{c.name, map[string]bool{}}
		for _, token := range tokens {
			all[token.Name] = true
			if _, err := c.verify(token.Token); err == nil {
				t.accepts[token.Name] = true
			}
		}
		tallies = append(tallies, t)
	}
	return tallies, nil
}

// add adds what another algorithm's tokens gave.
func add(to, of []tally) []tally {
	if to == nil {
		return of
	}
	for i, t := range of {
		for name := range t.accepts {
			to[i].accepts[name] = true
		}
	}
	return to
}
