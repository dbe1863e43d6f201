package project

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"portcullis/api/contract"
	build "portcullis/deploy/functions"
)

// Unnamed stands for the function for all operations and messages that name none, in a contract that is not this module's. No contract and
// no mode can name one so, see [contract.IsFunctionName].
const Unnamed = "$default"

// IsURL tells whether a function is at an address, and no file.
func IsURL(where string) bool { return strings.Contains(where, "://") }

// nameFunctions has what names no function served by [Unnamed].
func nameFunctions(c *contract.Contract) {
	for i := range c.Operations {
		c.Operations[i].Function = cmp.Or(c.Operations[i].Function, Unnamed)
	}
	if c.WebSocket == nil {
		return
	}
	for i := range c.WebSocket.Routes {
		c.WebSocket.Routes[i].Function = cmp.Or(c.WebSocket.Routes[i].Function, Unnamed)
	}
}

// contractFunctions are all that the contract names, be it for what no mode serves.
func (p *Project) contractFunctions() []string {
	return unique(slices.Concat(operationFunctions(p.Contract), messageFunctions(p.Contract)))
}

// echoed are the functions of the contract where none of them is given, but for this module's. What authorizers are is never among them.
func (p *Project) echoed(given map[string]string) []string {
	ofContract := p.contractFunctions()
	if slices.ContainsFunc(ofContract, func(name string) bool { return given[name] != "" }) {
		return nil
	}
	authorizers := p.authorizerFunctions()
	return slices.DeleteFunc(p.FunctionNames(), func(name string) bool {
		return isModules(name) || slices.Contains(authorizers, name) || !slices.Contains(ofContract, name)
	})
}

// lent are this module's functions that serve what a contract of one's own names them for, since none of their names is given.
func (p *Project) lent(given map[string]string) []string {
	names := p.FunctionNames()
	return slices.DeleteFunc(p.contractFunctions(), func(name string) bool {
		return !isModules(name) || given[name] != "" || !slices.Contains(names, name)
	})
}

// FunctionNames are the functions that have to be there: those of the modes' authorizers, and those that the contract names for what
// the modes serve of it, each once.
func (p *Project) FunctionNames() []string {
	names := p.authorizerFunctions()
	if slices.ContainsFunc(p.Modes, func(m Mode) bool { return m.Plan.WebSocket == nil }) {
		names = append(names, operationFunctions(p.Contract)...)
	}
	if slices.ContainsFunc(p.Modes, func(m Mode) bool { return m.Plan.WebSocket != nil }) {
		names = append(names, messageFunctions(p.Contract)...)
	}
	return unique(names)
}

func (p *Project) authorizerFunctions() []string {
	var names []string
	for _, m := range p.Modes {
		if m.Authorizer != nil && m.Authorizer.Function != "" {
			names = append(names, m.Authorizer.Function)
		}
	}
	return names
}

func operationFunctions(c *contract.Contract) []string {
	var names []string
	for _, operation := range c.Operations {
		names = append(names, operation.Function)
	}
	return names
}

func messageFunctions(c *contract.Contract) []string {
	if c.WebSocket == nil {
		return nil
	}
	var names []string
	if c.WebSocket.Function != "" {
		names = append(names, c.WebSocket.Function)
	}
	for _, route := range c.WebSocket.Routes {
		names = append(names, route.Function)
	}
	return names
}

// unique leaves of equal texts the first.
func unique(texts []string) []string {
	var all []string
	for _, text := range texts {
		if !slices.Contains(all, text) {
			all = append(all, text)
		}
	}
	return all
}

// checkFunctions makes sure that every function that has to be there is, and that every one that is given is named, be it by what no mode
// serves.
func (p *Project) checkFunctions(given map[string]string) error {
	names := p.FunctionNames()
	for _, name := range names {
		if given[name] == "" && !isModules(name) && !slices.Contains(p.Echoed, name) {
			return p.missing(name)
		}
	}
	names = unique(slices.Concat(names, p.contractFunctions()))
	named := strings.Join(slices.DeleteFunc(slices.Clone(names), func(name string) bool { return name == Unnamed }), ", ")
	for _, name := range slices.Sorted(maps.Keys(given)) {
		switch {
		case slices.Contains(names, name):
		case name == Unnamed:
			return FunctionError(name, given[name], fmt.Errorf("all that %s has names a function: want NAME=URL or NAME=BINARY; it and the modes name %s", p.Contract.Name, named))
		default:
			return FunctionError(name, given[name], fmt.Errorf("neither %s nor a mode names it; they name %s", p.Contract.Name, cmp.Or(named, "none")))
		}
	}
	return nil
}

// FunctionError says why a function that is given cannot be used. [Unnamed] is named by where it is, as people give it.
func FunctionError(name, where string, err error) *OptionError {
	if name == Unnamed {
		return &OptionError{"--function", where, err}
	}
	return &OptionError{"--function", name + "=" + where, err}
}

// isModules tells whether a function is this module's.
func isModules(name string) bool {
	return slices.ContainsFunc(build.Functions, func(f build.Function) bool { return f.Name == name })
}

// missing is the error that a function is nowhere, with the place that names it first.
func (p *Project) missing(name string) error {
	if name == Unnamed {
		return p.missingUnnamed()
	}
	reason := fmt.Sprintf("no function is called %q: want --function %[1]s=URL or --function %[1]s=BINARY", name)
	for _, m := range p.Modes {
		if m.Authorizer != nil && m.Authorizer.Function == name {
			return m.Wrong(reason, "authorizer", "function")
		}
	}
	member := "x-function" // of operations, and of messages that name no other
	at := p.positionOf(member, name)
	if at.Line == 0 && slices.Contains(messageFunctions(p.Contract), name) {
		member = "function"
		at = p.positionOf(member, name)
	}
	return &contract.Error{Name: at.File, Line: at.Line, Reason: member + ": " + reason}
}

// missingUnnamed is the error that nothing serves what names no function, with the first such place.
func (p *Project) missingUnnamed() error {
	var at contract.Position
	what := ""
	for _, o := range slices.Backward(p.Contract.Operations) {
		if o.Function == Unnamed {
			at, what = o.Position, o.Route.String()
		}
	}
	if what == "" {
		i := slices.IndexFunc(p.Contract.WebSocket.Routes, func(r contract.MessageRoute) bool { return r.Function == Unnamed })
		at, what = p.Contract.WebSocket.Routes[i].Position, p.Contract.WebSocket.Routes[i].Key
	}
	return &contract.Error{Name: at.File, Line: at.Line, Reason: what + ": names no function: want --function URL or --function BINARY for all that name none, or x-function here"}
}

// positionOf is the first line of the contract that has a member which names a function; 0 where it cannot be told.
func (p *Project) positionOf(member, name string) contract.Position {
	place := regexp.MustCompile(`(?:^|[\s{,"'])` + member + `["']?\s*:\s*["']?` + regexp.QuoteMeta(name) + `(?:$|[^a-zA-Z0-9_-])`)
	texts := []string{string(p.Contract.Text)}
	for _, file := range p.Contract.Files {
		texts = append(texts, file.Text)
	}
	for i, file := range p.Contract.Paths() {
		for line, text := range strings.Split(texts[i], "\n") {
			if place.MatchString(text) {
				return contract.Position{File: file, Line: line + 1}
			}
		}
	}
	return contract.Position{File: p.Contract.Name}
}

// CheckFunction refuses names that contracts and modes cannot have for a function.
func CheckFunction(name string) error {
	if contract.IsFunctionName(name) {
		return nil
	}
	return fmt.Errorf("want the name of a function, %s, got %q", contract.FunctionNames, name)
}
