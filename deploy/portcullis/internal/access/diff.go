package access

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"portcullis/api/contract"
	"portcullis/deploy/internal/inquiry"
	"portcullis/deploy/portcullis/internal/cli"
)

// The flags of diff alone.
const (
	flagOldGroupScopes = "old-group-scopes"
	flagNewGroupScopes = "new-group-scopes"
)

func diffCommand(s *cli.Session) *cobra.Command {
	command := &cobra.Command{
		Use:   "diff OLD NEW",
		Short: "What opens and what closes between two contracts",
		Long: `Tells what opens and what closes between two contracts (files, one of which may be - for stdin), for whom: for callers by what
their credentials hold, whether or not a group gives them that, and for groups, with and without an API key. A conflict that
ends opens something too: requests that IAM patterns denied although the rules allowed them; one that begins closes such. Of a
conflict that stays it is not told whether it is one for other callers than before. What a branch would open:

  git show main:api/openapi.yaml | portcullis access diff - api/openapi.yaml

JSON: {"opens", "closes", "changes": [{"title", "method", "path", "rules": [EFFECT], "before", "now", "groups": [EFFECT]}]} with
the numbers of what opens and what closes. rules are effects for callers by what their credentials hold, groups those for
groups. An EFFECT is {"opens", "closes", "for", "before", "now"}: whether it is one or the other, for whom, and for a group its
cells in a matrix. before and now of a change say who might and who may, or which conflict ends or begins. before and now are
left out where they say nothing more.

Exit status: 0 nothing opens; 1 something does; 2 the rules could not be read.`,
		Example: `  portcullis access diff api/openapi.yaml - < api/openapi.yaml
  portcullis access diff api/openapi.yaml api/openapi.yaml --old-group-scopes '{"staff":["users/read","users/write"]}' --new-group-scopes '{"staff":["users/read"]}'
  grep -v 'apiKey: .users/read' api/openapi.yaml | portcullis access diff api/openapi.yaml - -o json`,
		Args:              cli.Arguments(2, 2, "two contracts, OLD and NEW, one of which may be - for stdin"),
		ValidArgsFunction: completeFiles(2),
	}
	both := addGroupScopes(command)
	before := command.Flags().String(flagOldGroupScopes, "", "the `JSON` for OLD, where the two differ")
	after := command.Flags().String(flagNewGroupScopes, "", "the `JSON` for NEW, where the two differ")
	cli.RefuseEmpty(command.Flags(), flagOldGroupScopes, flagNewGroupScopes)
	output := cli.AddOutput(command, cli.FormatTable, cli.FormatJSON)
	command.RunE = func(command *cobra.Command, args []string) error {
		if args[0] == stdin && args[1] == stdin {
			return cli.Usage("OLD or NEW may be - for stdin, not both")
		}
		old, err := readSide(command.Context(), s, args[0], flagOldGroupScopes, *before, *both)
		now, wrong := readSide(command.Context(), s, args[1], flagNewGroupScopes, *after, *both)
		if err := errors.Join(err, wrong); err != nil {
			return err
		}
		d := newDifference(old, now)
		if err := d.print(s, output.Value); err != nil {
			return err
		}
		if d.Opens > 0 {
			return cli.No
		}
		return nil
	}
	return command
}

// side is a contract to compare, with the groups of its time.
type side struct {
	*inquiry.Surface
	groups scopesOfGroups
}

func readSide(ctx context.Context, s *cli.Session, name, flagName, own, both string) (*side, error) {
	contract, err := loadContract(ctx, s, name)
	if own == "" {
		flagName, own = flagGroupScopes, both
	}
	groups, wrong := loadGroups(s, flagName, own)
	return &side{contract, groups}, errors.Join(err, wrong)
}

// difference is what the change from one contract to another opens and closes.
type difference struct {
	old, new *side
	Opens    int      `json:"opens"` // how many effects open something
	Closes   int      `json:"closes"`
	Changes  []change `json:"changes"`
}

// change is what becomes of the requests that one operation serves after it and another, or the same, before it.
type change struct {
	Title  string   `json:"title"`
	Method string   `json:"method"`
	Path   string   `json:"path"`             // a template of the requests' paths
	Rules  []effect `json:"rules"`            // for callers by what their credentials hold
	Before string   `json:"before,omitempty"` // who might, in words, or the conflict that ends
	Now    string   `json:"now,omitempty"`    // who may, or the conflict that begins
	Groups []effect `json:"groups"`
}

// effect is what a change opens or closes, and for whom.
type effect struct {
	Opens  bool   `json:"opens"`
	Closes bool   `json:"closes"`
	For    string `json:"for"`
	Before string `json:"before,omitempty"` // of a group: no, yes, own {id}
	Now    string `json:"now,omitempty"`
}

// newDifference compares two contracts.
func newDifference(old, now *side) *difference {
	d := &difference{old: old, new: now, Changes: []change{}}
	d.compare()
	d.compareConflicts()
	return d
}

// say adds a change.
func (d *difference) say(c change) {
	c.Rules, c.Groups = append([]effect{}, c.Rules...), append([]effect{}, c.Groups...)
	for _, e := range slices.Concat(c.Rules, c.Groups) {
		if e.Opens {
			d.Opens++
		}
		if e.Closes {
			d.Closes++
		}
	}
	d.Changes = append(d.Changes, c)
}

// compare goes through every pair of operations that serve the same requests, one before the change and one
// after it, and through those that serve requests which nothing else served, or serves.
func (d *difference) compare() {
	for i := range d.new.Operations {
		now := &d.new.Operations[i]
		for _, method := range inquiry.MethodsOf(now.Route) {
			for j := range d.old.Operations {
				d.pair(method, &d.old.Operations[j], now)
			}
			d.pair(method, nil, now)
		}
	}
	for j := range d.old.Operations {
		before := &d.old.Operations[j]
		for _, method := range inquiry.MethodsOf(before.Route) {
			d.pair(method, before, nil)
		}
	}
}

// pair compares the rules for the requests that one operation served and another one serves; nil is none.
func (d *difference) pair(method string, before, now *contract.Operation) {
	a, b := cmp.Or(before, now), cmp.Or(now, before)
	for _, set := range inquiry.CommonRequests(a.Route.Path, b.Route.Path, max(d.old.Longest, d.new.Longest)) {
		if d.old.Serving(method, set) == before && d.new.Serving(method, set) == now {
			d.add(method, before, now, set)
		}
	}
}

// add compares the rules for some of the requests that the one served and the other serves. What was found for shorter
// requests of a {proxy+} is not said again.
func (d *difference) add(method string, before, now *contract.Operation, set inquiry.RequestSet) {
	c := comparison{sameAsBefore: before != nil && now != nil && inquiry.Shape(before.Route.Path) == inquiry.Shape(now.Route.Path)}
	if before != nil {
		c.before = d.old.DemandsOn(before, set)
	}
	if now != nil {
		c.now = d.new.DemandsOn(now, set)
	}
	c.change = d.titled(method, before, now, set)
	c.compareRules()
	c.compareGroups(d.old.groups, d.new.groups)
	found := c.change.lines()
	isKnown := func(other change) bool {
		return other.Title == c.change.Title && slices.Equal(other.lines(), found)
	}
	if len(found) == 0 && c.sameAsBefore || slices.ContainsFunc(d.Changes, isKnown) {
		return
	}
	d.say(c.change)
}

// titled says which requests a change is about.
func (d *difference) titled(method string, before, now *contract.Operation, set inquiry.RequestSet) change {
	switch {
	case before == nil:
		return change{Title: inquiry.Label(now) + ", added", Method: now.Route.Method, Path: now.Route.Path}
	case now == nil:
		return change{Title: inquiry.Label(before) + ", removed", Method: before.Route.Method, Path: before.Route.Path}
	case inquiry.Shape(before.Route.Path) == inquiry.Shape(now.Route.Path):
		return change{Title: inquiry.Label(now), Method: now.Route.Method, Path: now.Route.Path}
	}
	was, is := inquiry.Label(before), inquiry.Label(now)
	if !d.new.Has(before.Route) {
		was += ", which is removed,"
	}
	if !d.old.Has(now.Route) {
		is += ", which is added"
	}
	path := set.Shown(now.Route.Path)
	return change{Title: fmt.Sprintf("%s %s: before served by %s and now by %s", method, path, was, is), Method: method, Path: path}
}

// lines say what becomes of the requests.
func (c *change) lines() []string {
	var lines []string
	for _, e := range c.Rules {
		lines = append(lines, e.String())
	}
	if c.Before != "" {
		lines = append(lines, "before: "+c.Before)
	}
	if c.Now != "" {
		lines = append(lines, "now: "+c.Now)
	}
	for _, e := range c.Groups {
		lines = append(lines, e.String())
	}
	return lines
}

// String is the effect in words.
func (e effect) String() string {
	text := "opens"
	switch {
	case e.Opens && e.Closes:
		text = "opens and closes"
	case e.Closes:
		text = "closes"
	}
	text += " for " + e.For
	if e.Before != "" {
		text += ": " + e.Before + " before, " + e.Now + " now"
	}
	return text
}

// print writes the difference to stdout.
func (d *difference) print(s *cli.Session, format string) error {
	if format == cli.FormatJSON {
		return s.PrintJSON(d)
	}
	return s.Print(d.text())
}

// text is the difference for people.
func (d *difference) text() string {
	var b strings.Builder
	for _, c := range d.Changes {
		lines := c.lines()
		if len(lines) == 0 {
			lines = []string{"for the same callers as before"}
		}
		b.WriteString(c.Title + "\n  " + strings.Join(lines, "\n  ") + "\n\n")
	}
	switch {
	case d.Opens == 0 && d.Closes == 0:
		b.WriteString("Nothing opens, and nothing closes.\n")
	case d.Opens == 0:
		fmt.Fprintf(&b, "Nothing opens; %s.\n", count(d.Closes, "closing", "closings"))
	default:
		fmt.Fprintf(&b, "%s, %s.\n", count(d.Opens, "opening", "openings"), count(d.Closes, "closing", "closings"))
	}
	return b.String()
}
