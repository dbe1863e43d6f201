package access

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"portcullis/api/contract"
	"portcullis/deploy/internal/inquiry"
	"portcullis/deploy/plan"
	"portcullis/deploy/portcullis/internal/cli"
	"portcullis/policy"
)

// The flags of check alone.
const (
	flagAllowPublic = "allow-public"
	flagGranted     = "granted"
)

func checkCommand(s *cli.Session) *cobra.Command {
	command := &cobra.Command{
		Use:   "check [FILE]",
		Short: "What is wrong with the rules",
		Long: `Lists problems: all that is wrong with the contract, each with its line; or else, once it can be read, operations that are
open to everyone, routes that IAM cannot tell apart or that no request reaches, scopes that no group grants, operations that no
group may call, callers whose policy would be too large to be written, or whose grant for a WebSocket API's messages would be, and
messages that nobody may send ("$connect" and "message KEY" are the operations of such an API), and operations that the contract's
resource policy lets nobody reach. Warnings are what may be meant
so. --allow-public names the operations that are meant for everyone, as x-public: true beside "security: []" in the contract does;
--granted the scopes that callers have elsewhere than in groups. Sizes are those for an owner's id of 128 bytes, a stage of ten
characters, and the longest partition and region. Notes say what of the contract is passed over.

JSON: {"problems": [{"severity", "kind", "text"}], "counts": {"problem", "warning", "note", "operations", "groups"}}. A severity
is problem, warning or note; a kind is contract, public, conflict, routing, size, grant, policy, scope or caller.

Exit status: 0 there is no problem; 1 there is one; 2 there was nothing to read.`,
		Example: `  portcullis access check api/openapi.yaml --allow-public signIn,refreshTokens,revokeToken,signOut
  portcullis access check api/openapi.yaml --allow-public signIn,refreshTokens,revokeToken,signOut --group-scopes '{"admins":["users/read","users/write"],"members":["users/self"]}'
  portcullis access check - --allow-public signIn,refreshTokens,revokeToken,signOut -o json < api/openapi.yaml`,
		Args:              cli.Arguments(0, 1, ""),
		ValidArgsFunction: completeFiles(1),
	}
	in := addInputs(command)
	public := command.Flags().String(flagAllowPublic, "", "the operations that are meant for everyone: a `LIST` such as \"GET /x,POST /tokens\", or operationIds")
	granted := command.Flags().String(flagGranted, "", "the `SCOPES` that callers have elsewhere: from a token's own scope claim, or an API key")
	output := cli.AddOutput(command, cli.FormatTable, cli.FormatJSON)
	command.RunE = func(command *cobra.Command, args []string) error {
		c := checker{allowed: splitList(*public)}
		var err, wrong error
		c.granted, wrong = scopeSet(flagGranted, *granted)
		c.Surface, c.groups, _, err = in.read(command.Context(), s, args)
		unread, isContract := contractErrors(err)
		switch err = errors.Join(wrong, err); {
		case wrong == nil && isContract:
			c.addUnread(unread)
		case err != nil:
			return err
		default:
			c.check()
		}
		if err := c.print(s, output.Value); err != nil {
			return err
		}
		if c.count(problem) > 0 {
			return cli.No
		}
		return nil
	}
	return command
}

// severity is how much a finding matters.
type severity string

const (
	problem severity = "problem"
	warning severity = "warning"
	note    severity = "note"
)

type finding struct {
	Severity severity `json:"severity"`
	Kind     string   `json:"kind"` // what was looked for when it was found
	Text     string   `json:"text"`
}

// checker looks for what is wrong with a contract's rules.
type checker struct {
	*inquiry.Surface
	groups   scopesOfGroups
	granted  []string // scopes that callers have elsewhere
	allowed  []string // the operations that may be public
	findings []finding
	unread   bool // something is wrong with the contract, and the rules are not known
}

func (c *checker) check() {
	c.look("contract", c.checkRemarks)
	c.look("public", c.checkPublic)
	c.look("conflict", c.checkConflicts)
	c.look("routing", c.checkRouting)
	c.look("size", c.checkSizes)
	c.look("grant", c.checkGrants)
	c.look("policy", c.checkPolicy)
	if len(c.groups) > 0 {
		c.look("scope", c.checkScopes)
		c.look("caller", c.checkCallers)
	}
}

// contractErrors is what is wrong with a contract that was there to be read; false where the error is, or holds, another one.
func contractErrors(err error) (all contract.Errors, ok bool) {
	switch err := err.(type) {
	case *contract.Error:
		return contract.Errors{err}, err.Err == nil
	case interface{ Unwrap() []error }:
		for _, one := range err.Unwrap() {
			found, ok := contractErrors(one)
			if !ok {
				return nil, false
			}
			all = append(all, found...)
		}
		return all, true
	case interface{ Unwrap() error }:
		return contractErrors(err.Unwrap())
	}
	return nil, false
}

// addUnread lists why the contract is none, so that nothing else can be looked for.
func (c *checker) addUnread(wrong contract.Errors) {
	c.Surface, c.unread = &inquiry.Surface{Contract: &contract.Contract{}}, true
	c.look("contract", func() {
		for _, err := range wrong {
			c.find(problem, "%s", err)
		}
	})
}

// checkRemarks lists what of the contract is passed over, or does something else than what it reads like.
func (c *checker) checkRemarks() {
	for _, remark := range slices.Concat(c.Remarks, plan.QuotaRemarks(c.Contract)) {
		s := note
		if remark.Differs {
			s = warning
		}
		c.find(s, "%s: %s", remark.Place(), remark.Text)
	}
}

// look looks for one kind of finding.
func (c *checker) look(kind string, check func()) {
	before := len(c.findings)
	check()
	for i := range c.findings[before:] {
		c.findings[before+i].Kind = kind
	}
}

func (c *checker) find(s severity, format string, args ...any) {
	c.findings = append(c.findings, finding{Severity: s, Text: fmt.Sprintf(format, args...)})
}

// checkPublic lists the operations that are open to everyone, and the names of such that are none.
func (c *checker) checkPublic() {
	used := map[string]bool{}
	for i := range c.Operations {
		operation := &c.Operations[i]
		if !operation.Access.Public {
			continue
		}
		switch name, allowed := c.allowsPublic(operation); {
		case allowed:
			used[name] = true
			c.find(note, "%s: open to everyone, as --allow-public says", inquiry.Label(operation))
		case operation.MeantPublic:
			c.find(note, "%s: open to everyone, as x-public says", inquiry.Label(operation))
		default:
			c.find(problem, "%s: open to everyone; --allow-public %q says that it is meant", inquiry.Label(operation), inquiry.RouteName(operation.Route))
		}
	}
	for _, name := range c.allowed {
		if !used[name] {
			c.find(problem, "--allow-public %q: no operation of this name is open to everyone", name)
		}
	}
}

// allowsPublic finds the name by which the operation may be public. An id that two operations have names neither.
func (c *checker) allowsPublic(operation *contract.Operation) (name string, ok bool) {
	names := []string{inquiry.RouteName(operation.Route)}
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
	for _, conflict := range c.Compiled.Conflicts() {
		c.find(problem, "%s", conflict)
	}
}

// checkScopes reports scopes that no group grants, and those that are granted for nothing.
func (c *checker) checkScopes() {
	asked := c.Scopes()
	var grants []string
	for _, scopes := range c.groups {
		grants = append(grants, scopes...)
	}
	for _, scope := range asked {
		if !slices.Contains(grants, scope) && !slices.Contains(c.granted, scope) {
			c.find(problem, "the scope %s: asked for by %s, and no group has it; --granted %s says that callers have it elsewhere", scope, c.asking(scope), scope)
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
		if slices.ContainsFunc(c.Demands(&c.Operations[i]), func(d inquiry.Demand) bool { return slices.Contains(d.Scopes, scope) }) {
			names = append(names, inquiry.RouteName(c.Operations[i].Route))
		}
	}
	return strings.Join(names, ", ")
}

// having names the groups that have a scope.
func (c *checker) having(scope string) string {
	var names []string
	for name, scopes := range c.groups {
		if slices.Contains(scopes, scope) {
			names = append(names, "the group "+inquiry.Printable(name))
		}
	}
	return strings.Join(sorted(names), " and ")
}

// checkCallers reports the operations that nobody may call: no member of a group, with the scopes that callers have
// elsewhere and perhaps an API key, and nobody with those scopes alone.
func (c *checker) checkCallers() {
	for i := range c.Operations {
		operation := &c.Operations[i]
		demands := c.Demands(operation)
		if !slices.ContainsFunc(demands, c.isOpenToAnyone) {
			c.find(problem, "%s: no group may call it; it is for %s", inquiry.Label(operation), inquiry.Words(inquiry.Fewest(demands)))
		}
	}
}

func (c *checker) isOpenToAnyone(d inquiry.Demand) bool {
	if isWithin(d.Scopes, c.granted) {
		return true
	}
	for _, scopes := range c.groups {
		grants := append(inquiry.GrantsOf(tokenAlone, scopes), inquiry.GrantsOf(d.Schemes, c.granted)...)
		if slices.Contains(d.Schemes, policy.SchemeBearer) && isWithin(d.Grants, grants) {
			return true
		}
	}
	return false
}

func (c *checker) count(s severity) int {
	n := 0
	for _, f := range c.findings {
		if f.Severity == s {
			n++
		}
	}
	return n
}

// print writes the findings to stdout.
func (c *checker) print(s *cli.Session, format string) error {
	if format != cli.FormatJSON {
		return s.Print(c.text())
	}
	counts := map[string]int{"operations": len(c.Operations), "groups": len(c.groups)}
	for _, s := range []severity{problem, warning, note} {
		counts[string(s)] = c.count(s)
	}
	return s.PrintJSON(struct {
		Problems []finding      `json:"problems"`
		Counts   map[string]int `json:"counts"`
	}{append([]finding{}, c.findings...), counts})
}

// text is the findings for people.
func (c *checker) text() string {
	var b strings.Builder
	for _, f := range c.findings {
		fmt.Fprintf(&b, "%-7s  %s\n", f.Severity, f.Text)
	}
	if len(c.findings) > 0 {
		b.WriteString("\n")
	}
	if c.unread {
		fmt.Fprintf(&b, "%s; what the rules open is looked at when the contract can be read.\n", count(len(c.findings), "problem", "problems"))
		return b.String()
	}
	groups := "no groups given, so that who has which scope is not checked"
	if len(c.groups) > 0 {
		groups = count(len(c.groups), "group", "groups")
	}
	fmt.Fprintf(&b, "%s, %s in %s (%s).\n", count(c.count(problem), "problem", "problems"),
		count(c.count(warning), "warning", "warnings"), count(len(c.Operations), "operation", "operations"), groups)
	return b.String()
}
