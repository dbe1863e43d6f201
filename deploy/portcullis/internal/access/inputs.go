package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"portcullis/api/contract"
	"portcullis/authorizers/environ"
	"portcullis/policy"
)

// parse reads a command's flags, which may stand before and behind its arguments, and gives the arguments.
func parse(flags *flag.FlagSet, args []string, most int) ([]string, error) {
	flags.SetOutput(io.Discard)
	var rest []string
	for {
		switch err := flags.Parse(args); {
		case errors.Is(err, flag.ErrHelp):
			return nil, errHelp
		case err != nil:
			return nil, fmt.Errorf("%w; -h lists the flags", err)
		case flags.NArg() == 0:
			return rest, nil
		case len(rest) == most:
			return nil, fmt.Errorf("unexpected argument %q; -h lists the flags", flags.Arg(0))
		}
		rest = append(rest, flags.Arg(0))
		args = flags.Args()[1:]
	}
}

// inputs are the flags of the commands that read one contract.
type inputs struct {
	contract, scopes string // as the flags give them
}

func (in *inputs) add(flags *flag.FlagSet) {
	flags.StringVar(&in.contract, "contract", "", "")
	flags.StringVar(&in.scopes, "group-scopes", "", "")
}

// read reads the contract and the groups.
func (in *inputs) read(s *session) (*surface, scopesOfGroups, error) {
	contract, err := s.loadContract(in.contract)
	if err != nil {
		return nil, nil, err
	}
	groups, err := s.loadGroups("-group-scopes", in.scopes)
	return contract, groups, err
}

// contractNames are where a contract is looked for that nothing names.
var contractNames = []string{"openapi.yaml", "api/openapi.yaml"}

func (s *session) loadContract(name string) (*surface, error) {
	switch {
	case name != "":
		return newSurface(contract.Load(name))
	case s.getenv(environ.Contract) != "":
		contract, err := newSurface(contract.Load(s.getenv(environ.Contract)))
		if err != nil {
			return nil, &environ.Error{Variable: environ.Contract, Err: err}
		}
		return contract, nil
	}
	for _, name := range contractNames {
		if _, err := os.Stat(name); err == nil {
			return newSurface(contract.Load(name))
		}
	}
	return nil, fmt.Errorf("there is no %s here; name the contract with -contract or %s", strings.Join(contractNames, " and no "), environ.Contract)
}

// scopesOfGroups maps a group to the scopes of its members.
type scopesOfGroups = map[string][]string

// loadGroups reads the scopes of groups: the flag's value, else the variable's.
func (s *session) loadGroups(flagName, value string) (scopesOfGroups, error) {
	source := flagName
	if value == "" {
		source, value = environ.GroupScopes, s.getenv(environ.GroupScopes)
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

func checkScopes(scopes []string) error {
	for _, scope := range scopes {
		if !policy.ValidScope(scope) {
			return fmt.Errorf("%q is no scope (RFC 6749, section 3.3)", scope)
		}
	}
	return nil
}

// scopeSet reads scopes separated by spaces, sorted, each once.
func scopeSet(text string) ([]string, error) {
	scopes := sorted(strings.Fields(text))
	return scopes, checkScopes(scopes)
}

// schemeSet reads security schemes separated by commas, sorted, each once.
func schemeSet(text string) ([]string, error) {
	schemes := sorted(strings.Split(text, ","))
	for _, scheme := range schemes {
		if scheme != policy.SchemeBearer && scheme != policy.SchemeAPIKey {
			return nil, fmt.Errorf("-scheme %q: want bearer, apiKey or bearer,apiKey", text)
		}
	}
	return schemes, nil
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
