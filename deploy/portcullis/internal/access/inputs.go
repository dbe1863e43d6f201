package access

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"portcullis/api/contract"
	"portcullis/authorizers/environ"
	"portcullis/deploy/desk/about"
	"portcullis/deploy/internal/inquiry"
	"portcullis/deploy/portcullis/internal/cli"
	"portcullis/deploy/portcullis/internal/deskflag"
	"portcullis/policy"
)

// The flags that several commands have.
const (
	flagGroupScopes = "group-scopes"
	flagScopes      = "scopes"
)

// stdin is the argument that reads a contract, and the value that reads a token, from stdin.
const stdin = "-"

// maxStdin bounds a contract that is read from stdin, in bytes.
const maxStdin = 16 << 20

func addGroupScopes(command *cobra.Command) *string {
	value := command.Flags().String(flagGroupScopes, "", `which scopes a group has, as `+"`JSON`"+` {"group":["scope"]}, or @FILE (default: the variable GROUP_SCOPES)`)
	cli.RefuseEmpty(command.Flags(), flagGroupScopes)
	return value
}

// addScheme gives a command the flag that says what callers bring.
func addScheme(command *cobra.Command, usage string) *cli.OneOf {
	return cli.AddOneOf(command, "scheme", "", usage, policy.SchemeBearer, policy.SchemeAPIKey, policy.SchemeBearer+","+policy.SchemeAPIKey)
}

// completeFiles completes up to so many arguments to the names of OpenAPI files.
func completeFiles(most int) cobra.CompletionFunc {
	return func(_ *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(args) >= most {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return []cobra.Completion{"yaml", "yml", "json"}, cobra.ShellCompDirectiveFilterFileExt
	}
}

// inputs are the flags that say where the contract, the issuers and the groups come from.
type inputs struct {
	groupScopes *string
	desk        *deskflag.Flag
}

func addInputs(command *cobra.Command) *inputs {
	return &inputs{addGroupScopes(command), deskflag.Add(command.Flags(), "where nothing else is given, contract, issuers and groups")}
}

// ofDesk tells whether groups are those of a desk, whose issuers' entries say already what their groups grant.
func (in *inputs) ofDesk() bool { return in.desk.URL != "" && *in.groupScopes == "" }

// read reads the contract, and the groups. The session is the one that says what the desk has in place of the environment.
func (in *inputs) read(ctx context.Context, s *cli.Session, args []string) (*inquiry.Surface, scopesOfGroups, *cli.Session, error) {
	told, err := in.desk.Fetch(ctx, s.Getenv)
	if err == nil && told != nil {
		s, err = asDesk(s, told)
	}
	if err != nil {
		return nil, nil, nil, err
	}
	c, err := chooseContract(ctx, s, args, told)
	groups, wrong := loadGroups(s, flagGroupScopes, *in.groupScopes)
	return c, groups, s, errors.Join(err, wrong)
}

// asDesk is a session whose environment says what a desk's functions are told.
func asDesk(s *cli.Session, told *about.Desk) (*cli.Session, error) {
	groups, err := json.Marshal(told.GroupScopes)
	if err != nil {
		return nil, err
	}
	if told.GroupScopes == nil {
		groups = nil
	}
	variables := map[string]string{
		environ.Issuers: string(told.Issuers), environ.ClockSkew: told.ClockSkew, environ.GroupScopes: string(groups),
	}
	if told.MaxToken > 0 {
		variables[environ.MaxToken] = strconv.Itoa(told.MaxToken)
	}
	desk := *s
	desk.Getenv = func(name string) string {
		if value, known := variables[name]; known {
			return value
		}
		return s.Getenv(name)
	}
	return &desk, nil
}

// contractNames are where a contract is looked for that nothing names.
var contractNames = []string{"openapi.yaml", "api/openapi.yaml"}

// chooseContract reads the contract that is an argument, or else the desk's, or else that of the variable or the folder.
func chooseContract(ctx context.Context, s *cli.Session, args []string, told *about.Desk) (*inquiry.Surface, error) {
	switch {
	case len(args) > 0:
		return loadContract(ctx, s, args[0])
	case told != nil:
		return inquiry.NewSurface(contract.Parse(told.Contract.File, []byte(told.Contract.Text), told.Contract.Files...))
	}
	if name := s.Getenv(environ.Contract); name != "" {
		contract, err := inquiry.NewSurface(contract.Load(name))
		if err != nil {
			return nil, &environ.Error{Variable: environ.Contract, Err: err}
		}
		return contract, nil
	}
	for _, name := range contractNames {
		if _, err := os.Stat(name); err == nil {
			return inquiry.NewSurface(contract.Load(name))
		}
	}
	return nil, cli.Usage("there is no %s here; name the contract as FILE or in %s", strings.Join(contractNames, " and no "), environ.Contract)
}

// refuseSharedStdin refuses that stdin be read more than once, of names and values in turn.
func refuseSharedStdin(inputs ...string) error {
	var of []string
	for i := 0; i < len(inputs); i += 2 {
		if inputs[i+1] == stdin {
			of = append(of, inputs[i])
		}
	}
	if len(of) < 2 {
		return nil
	}
	return cli.Usage("%s: stdin has one of them only", strings.Join(of, " and "))
}

// loadContract reads a file, or stdin.
func loadContract(ctx context.Context, s *cli.Session, name string) (*inquiry.Surface, error) {
	if name != stdin {
		return inquiry.NewSurface(contract.Load(name))
	}
	text, err := s.ReadStdinBytes(ctx, "the contract", maxStdin)
	if err != nil {
		return nil, err
	}
	return inquiry.NewSurface(contract.Parse("stdin", text))
}

// scopesOfGroups maps a group to the scopes of its members.
type scopesOfGroups = map[string][]string

// loadGroups reads the scopes of groups: the flag's value, else the variable's.
func loadGroups(s *cli.Session, flagName, value string) (scopesOfGroups, error) {
	source := "--" + flagName
	if value == "" {
		source, value = environ.GroupScopes, s.Getenv(environ.GroupScopes)
	} else if name, isFile := strings.CutPrefix(value, "@"); isFile {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, &environ.Error{Variable: source, Err: err}
		}
		value = string(text)
	}
	groups, err := environ.ParseGroupScopes(value)
	if err != nil {
		return nil, &environ.Error{Variable: source, Err: err}
	}
	return groups, nil
}

// scopeSet reads scopes separated by spaces, sorted, each once. The error names the flag.
func scopeSet(flagName, text string) ([]string, error) {
	scopes := sorted(strings.Fields(text))
	var wrong []error
	for _, scope := range scopes {
		if !policy.ValidScope(scope) {
			wrong = append(wrong, cli.Usage("--%s: %q is no scope (RFC 6749, section 3.3)", flagName, scope))
		}
	}
	return scopes, errors.Join(wrong...)
}

// schemeSet are the security schemes of a flag from [addScheme], sorted.
func schemeSet(chosen *cli.OneOf) []string { return sorted(strings.Split(chosen.Value, ",")) }

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

// sorted is the list sorted, each element once; it changes the list.
func sorted(list []string) []string {
	slices.Sort(list)
	return slices.Compact(list)
}

// isWithin tells whether all elements of a list are in another one.
func isWithin(list, whole []string) bool {
	return !slices.ContainsFunc(list, func(s string) bool { return !slices.Contains(whole, s) })
}

// count says how many there are of something.
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
