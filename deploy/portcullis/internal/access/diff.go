package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"

	"portcullis/api/contract"
)

func diffCommand(_ context.Context, s *session, args []string) (int, error) {
	flags := flag.NewFlagSet("diff", flag.ContinueOnError)
	both := flags.String("group-scopes", "", "")
	before := flags.String("old-group-scopes", "", "")
	after := flags.String("new-group-scopes", "", "")
	names, err := parse(flags, args, 2)
	if err != nil {
		return 0, err
	}
	if len(names) != 2 || names[0] == "-" && names[1] == "-" {
		return 0, errors.New("want two contracts, OLD and NEW, one of which may be - for stdin")
	}
	var d difference
	if d.old, err = s.side(names[0], "-old-group-scopes", *before, *both); err != nil {
		return 0, err
	}
	if d.new, err = s.side(names[1], "-new-group-scopes", *after, *both); err != nil {
		return 0, err
	}
	d.compare()
	d.compareConflicts()
	d.write(s.out)
	if d.opened > 0 {
		return statusFound, nil
	}
	return statusGood, nil
}

// side is a contract to compare, with the groups of its time.
type side struct {
	*surface
	groups scopesOfGroups
}

func (s *session) side(name, flagName, own, both string) (*side, error) {
	contract, err := s.contractOrStdin(name)
	if err != nil {
		return nil, err
	}
	if own == "" {
		flagName, own = "-group-scopes", both
	}
	groups, err := s.loadGroups(flagName, own)
	return &side{contract, groups}, err
}

// maxStdin bounds what is read from stdin, in bytes; the contract's reader has a bound of its own below it.
const maxStdin = 16 << 20

func (s *session) contractOrStdin(name string) (*surface, error) {
	if name != "-" {
		return newSurface(contract.Load(name))
	}
	text, err := io.ReadAll(io.LimitReader(s.stdin, maxStdin))
	if err != nil {
		return nil, fmt.Errorf("stdin: %w", err)
	}
	return newSurface(contract.Parse("stdin", text))
}

// difference is what the change from one contract to another opens and closes.
type difference struct {
	old, new       *side
	changes        []change
	opened, closed int
}

// change is what becomes of the requests that one operation serves after it and another, or the same, before it.
type change struct {
	title string
	lines []string
}

// compare goes through every pair of operations that serve the same requests, one before the change and one
// after it, and through those that serve requests which nothing else served, or serves.
func (d *difference) compare() {
	for i := range d.new.Operations {
		now := &d.new.Operations[i]
		for _, method := range methodsOf(now.Route) {
			for j := range d.old.Operations {
				d.pair(method, &d.old.Operations[j], now)
			}
			d.pair(method, nil, now)
		}
	}
	for j := range d.old.Operations {
		before := &d.old.Operations[j]
		for _, method := range methodsOf(before.Route) {
			d.pair(method, before, nil)
		}
	}
}

// pair compares the rules for the requests that one operation served and another one serves; nil is none.
func (d *difference) pair(method string, before, now *contract.Operation) {
	a, b := cmp.Or(before, now), cmp.Or(now, before)
	for _, set := range commonRequests(a.Route.Path, b.Route.Path, max(d.old.longest, d.new.longest)) {
		if d.old.serving(method, set) == before && d.new.serving(method, set) == now {
			d.add(method, before, now, set)
		}
	}
}

// add compares the rules for some of the requests that the one served and the other serves. What was found for shorter
// requests of a {proxy+} is not said again.
func (d *difference) add(method string, before, now *contract.Operation, set requestSet) {
	c := comparison{sameAsBefore: before != nil && now != nil && shape(before.Route.Path) == shape(now.Route.Path)}
	if before != nil {
		c.before = d.old.demandsOn(before, set)
	}
	if now != nil {
		c.now = d.new.demandsOn(now, set)
	}
	c.compareRules()
	c.compareGroups(d.old.groups, d.new.groups)
	found := change{d.title(method, before, now, set), c.lines}
	isKnown := func(other change) bool { return other.title == found.title && slices.Equal(other.lines, found.lines) }
	if len(c.lines) == 0 && c.sameAsBefore || slices.ContainsFunc(d.changes, isKnown) {
		return
	}
	d.changes = append(d.changes, found)
	d.opened += c.opened
	d.closed += c.closed
}

func (d *difference) title(method string, before, now *contract.Operation, set requestSet) string {
	switch {
	case before == nil:
		return label(now) + ", added"
	case now == nil:
		return label(before) + ", removed"
	case shape(before.Route.Path) == shape(now.Route.Path):
		return label(now)
	}
	was, is := label(before), label(now)
	if !d.new.has(before.Route) {
		was += ", which is removed,"
	}
	if !d.old.has(now.Route) {
		is += ", which is added"
	}
	return fmt.Sprintf("%s %s: before served by %s and now by %s", method, set.shown(now.Route.Path), was, is)
}

func (d *difference) write(w io.Writer) {
	for _, c := range d.changes {
		fmt.Fprintln(w, c.title)
		if len(c.lines) == 0 {
			fmt.Fprintln(w, "  for the same callers as before")
		}
		for _, line := range c.lines {
			fmt.Fprintln(w, "  "+line)
		}
		fmt.Fprintln(w)
	}
	switch {
	case d.opened == 0 && d.closed == 0:
		fmt.Fprintln(w, "Nothing opens, and nothing closes.")
	case d.opened == 0:
		fmt.Fprintf(w, "Nothing opens; %s.\n", count(d.closed, "closing", "closings"))
	default:
		fmt.Fprintf(w, "%s, %s.\n", count(d.opened, "opening", "openings"), count(d.closed, "closing", "closings"))
	}
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
