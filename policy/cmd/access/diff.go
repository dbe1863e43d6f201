package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"

	"portcullis/api"
	"portcullis/authorizers"
	"portcullis/policy"
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
	d.write(s.out)
	if d.opened > 0 {
		return statusFound, nil
	}
	return statusGood, nil
}

// side is a contract to compare, with the groups of its time.
type side struct {
	*surface
	groups authorizers.GroupScopes
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
		return newSurface(api.Load(name))
	}
	text, err := io.ReadAll(io.LimitReader(s.stdin, maxStdin))
	if err != nil {
		return nil, fmt.Errorf("stdin: %w", err)
	}
	return newSurface(api.Parse("stdin", text))
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
		for _, method := range methodsOf(now) {
			for j := range d.old.Operations {
				d.pair(method, &d.old.Operations[j], now)
			}
			d.pair(method, nil, now)
		}
	}
	for j := range d.old.Operations {
		before := &d.old.Operations[j]
		for _, method := range methodsOf(before) {
			d.pair(method, before, nil)
		}
	}
}

// pair compares the rules for the requests that one operation served and another one serves; nil is none.
func (d *difference) pair(method string, before, now *api.Operation) {
	a, b := cmp.Or(before, now), cmp.Or(now, before)
	for _, c := range classes(a.Route.Path, b.Route.Path, max(d.old.longest, d.new.longest)) {
		if d.old.serving(method, c) == before && d.new.serving(method, c) == now {
			d.add(method, before, now, c)
		}
	}
}

// add compares the rules for the requests of a class. What was found for shorter requests of a {proxy+} is
// not said again.
func (d *difference) add(method string, before, now *api.Operation, c class) {
	r := revision{sameAsBefore: before != nil && now != nil && shape(before.Route.Path) == shape(now.Route.Path)}
	if before != nil {
		r.before = d.old.waysWithin(before, c)
	}
	if now != nil {
		r.now = d.new.waysWithin(now, c)
	}
	r.compareRules()
	r.compareGroups(d.old.groups, d.new.groups)
	found := change{d.title(method, before, now, c), r.lines}
	isKnown := func(other change) bool { return other.title == found.title && slices.Equal(other.lines, found.lines) }
	if len(r.lines) == 0 && r.sameAsBefore || slices.ContainsFunc(d.changes, isKnown) {
		return
	}
	d.changes = append(d.changes, found)
	d.opened += r.opened
	d.closed += r.closed
}

func (d *difference) title(method string, before, now *api.Operation, c class) string {
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
	return fmt.Sprintf("%s %s: before served by %s and now by %s", method, c.shown(now.Route.Path), was, is)
}

// has tells whether the contract has a route, whatever its parameters are called.
func (s *surface) has(route policy.Route) bool {
	return slices.ContainsFunc(s.Operations, func(o api.Operation) bool {
		return o.Route.Method == route.Method && shape(o.Route.Path) == shape(route.Path)
	})
}

// shape is a path template without the names of its parameters.
func shape(path string) string {
	c, _ := ofLength(path, len(segments(path)))
	if isGreedy(path) {
		return c.path() + "+"
	}
	return c.path()
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
