package main

import (
	"context"
	"flag"
	"fmt"
	"slices"
	"strings"

	"portcullis/api/contract"
	"portcullis/policy"
)

func checkCommand(_ context.Context, s *session, args []string) (int, error) {
	var (
		in      inputs
		flags   = flag.NewFlagSet("check", flag.ContinueOnError)
		public  = flags.String("allow-public", "", "")
		granted = flags.String("granted", "", "")
	)
	in.add(flags)
	if _, err := parse(flags, args, 0); err != nil {
		return 0, err
	}
	c := checker{allowed: splitList(*public)}
	var err error
	if c.granted, err = scopeSet(*granted); err != nil {
		return 0, fmt.Errorf("-granted: %w", err)
	}
	if c.surface, c.groups, err = in.read(s); err != nil {
		return 0, err
	}
	c.check()
	c.write(s)
	if c.count(problem) > 0 {
		return statusFound, nil
	}
	return statusGood, nil
}

// splitList reads a list separated by commas.
func splitList(text string) []string {
	var list []string
	for _, item := range strings.Split(text, ",") {
		if item = strings.Join(strings.Fields(item), " "); item != "" {
			list = append(list, item)
		}
	}
	return list
}

// severity is how much a finding matters.
type severity string

const (
	problem severity = "problem"
	warning severity = "warning"
	note    severity = "note"
)

type finding struct {
	severity severity
	text     string
}

// checker looks for what is wrong with a contract's rules.
type checker struct {
	*surface
	groups   scopesOfGroups
	granted  []string // scopes that callers have elsewhere
	allowed  []string // the operations that may be public
	findings []finding
}

func (c *checker) check() {
	c.checkPublic()
	c.checkConflicts()
	c.checkRouting()
	c.checkSizes()
	if len(c.groups) > 0 {
		c.checkScopes()
		c.checkCallers()
	}
}

func (c *checker) find(s severity, format string, args ...any) {
	c.findings = append(c.findings, finding{s, fmt.Sprintf(format, args...)})
}

// checkPublic lists the operations that are open to everyone, and the names of such that are none.
func (c *checker) checkPublic() {
	used := map[string]bool{}
	for i := range c.Operations {
		operation := &c.Operations[i]
		if !operation.Access.Public {
			continue
		}
		if name, allowed := c.allowsPublic(operation); allowed {
			used[name] = true
			c.find(note, "%s: open to everyone, as -allow-public says", label(operation))
		} else {
			c.find(problem, "%s: open to everyone; -allow-public %q says that it is meant", label(operation), routeName(operation.Route))
		}
	}
	for _, name := range c.allowed {
		if !used[name] {
			c.find(problem, "-allow-public %q: no operation of this name is open to everyone", name)
		}
	}
}

// allowsPublic finds the name by which the operation may be public. An id that two operations have names neither.
func (c *checker) allowsPublic(operation *contract.Operation) (name string, ok bool) {
	names := []string{routeName(operation.Route)}
	same := 0
	for _, other := range c.Operations {
		if other.ID == operation.ID {
			same++
		}
	}
	if operation.ID != "" && same == 1 {
		names = append(names, operation.ID)
	}
	i := slices.IndexFunc(c.allowed, func(a string) bool { return slices.Contains(names, a) })
	if i < 0 {
		return "", false
	}
	return c.allowed[i], true
}

// checkConflicts reports the routes that no set of IAM patterns can tell apart.
func (c *checker) checkConflicts() {
	for _, conflict := range c.rules.Conflicts() {
		c.find(problem, "%s", conflict)
	}
}

// checkScopes reports scopes that no group grants, and those that are granted for nothing.
func (c *checker) checkScopes() {
	asked := c.scopes()
	var grants []string
	for _, scopes := range c.groups {
		grants = append(grants, scopes...)
	}
	for _, scope := range asked {
		if !slices.Contains(grants, scope) && !slices.Contains(c.granted, scope) {
			c.find(problem, "the scope %s: asked for by %s, and no group has it; -granted %s says that callers have it elsewhere", scope, c.asking(scope), scope)
		}
	}
	for _, scope := range sorted(slices.Clone(grants)) {
		if !slices.Contains(asked, scope) {
			c.find(warning, "the scope %s: granted to %s, and no operation asks for it", scope, c.having(scope))
		}
	}
}

// asking names the operations that ask for a scope.
func (c *checker) asking(scope string) string {
	var names []string
	for i := range c.Operations {
		if slices.ContainsFunc(c.demands(&c.Operations[i]), func(d demand) bool { return slices.Contains(d.scopes, scope) }) {
			names = append(names, routeName(c.Operations[i].Route))
		}
	}
	return strings.Join(names, ", ")
}

// having names the groups that have a scope.
func (c *checker) having(scope string) string {
	var names []string
	for name, scopes := range c.groups {
		if slices.Contains(scopes, scope) {
			names = append(names, "the group "+printable(name))
		}
	}
	return strings.Join(sorted(names), " and ")
}

// checkCallers reports the operations that nobody may call: no member of a group, with the scopes that callers have
// elsewhere and perhaps an API key, and nobody with those scopes alone.
func (c *checker) checkCallers() {
	for i := range c.Operations {
		operation := &c.Operations[i]
		demands := c.demands(operation)
		if !slices.ContainsFunc(demands, c.isOpenToAnyone) {
			c.find(problem, "%s: no group may call it; it is for %s", label(operation), words(fewest(demands)))
		}
	}
}

func (c *checker) isOpenToAnyone(d demand) bool {
	if isWithin(d.scopes, c.granted) {
		return true
	}
	for _, scopes := range c.groups {
		grants := append(grantsOf(tokenAlone, scopes), grantsOf(d.schemes, c.granted)...)
		if slices.Contains(d.schemes, policy.SchemeBearer) && isWithin(d.grants, grants) {
			return true
		}
	}
	return false
}

func (c *checker) count(s severity) int {
	n := 0
	for _, f := range c.findings {
		if f.severity == s {
			n++
		}
	}
	return n
}

func (c *checker) write(s *session) {
	for _, f := range c.findings {
		fmt.Fprintf(s.out, "%-7s  %s\n", f.severity, f.text)
	}
	if len(c.findings) > 0 {
		fmt.Fprintln(s.out)
	}
	groups := "no groups given, so that who has which scope is not checked"
	if len(c.groups) > 0 {
		groups = count(len(c.groups), "group", "groups")
	}
	fmt.Fprintf(s.out, "%s, %s in %s (%s).\n", count(c.count(problem), "problem", "problems"),
		count(c.count(warning), "warning", "warnings"), count(len(c.Operations), "operation", "operations"), groups)
}
