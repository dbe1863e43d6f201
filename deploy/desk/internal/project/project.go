// Package project reads what a desk serves: a contract, its modes, and which functions they name. It is of the files of this
// module's checkout, of others that are named, or of those that are in the program.
package project

import (
	"errors"
	"fmt"
	"slices"

	"portcullis/api/contract"
	"portcullis/deploy/modes"
	"portcullis/deploy/plan"
)

// Project is what the files said when they were read.
type Project struct {
	Contract *contract.Contract
	Modes    []Mode     // in the order in which people are told of them
	Rules    plan.Rules // of the contract

	LeftOut []LeftOut // modes of this module that do not fit a contract of one's own, where none is named

	Lent   []string // this module's functions that serve a contract of one's own, since it names them and they are not given
	Echoed []string // functions of the contract in whose place a built-in one answers, since none of them is given
}

// Mode is a mode of a file, and the plan of the contract in it.
type Mode struct {
	*modes.Mode
	Plan *plan.Plan
}

// LeftOut is a mode that is not served.
type LeftOut struct {
	Name string
	Why  error // all that the mode cannot do of the contract, a line each
}

// Read reads a project, and makes sure that its functions are there, and that there is a policy for every caller that its
// scopes make: an authorizer finds out only when such a caller comes, and fails then. The errors are [*contract.Error],
// [modes.Errors] with what is wrong with all modes, and [*OptionError].
func Read(s Source) (*Project, error) {
	p := &Project{}
	var err error
	if p.Contract, err = s.readContract(); err != nil {
		return nil, err
	}
	if s.Contract != "" {
		nameFunctions(p.Contract)
	}
	if err := p.addModes(s); err != nil {
		return nil, err
	}
	if p.Rules, err = plan.CompileRules(p.Contract, p.GroupScopes()); err != nil {
		return nil, err
	}
	if s.Contract != "" {
		p.Lent, p.Echoed = p.lent(s.Functions), p.echoed(s.Functions)
	}
	return p, p.checkFunctions(s.Functions)
}

// addModes reads the modes, and compiles their plans. The error has all that is wrong, also with those modes that can be read where
// others cannot.
func (p *Project) addModes(s Source) error {
	var unread error
	p.Modes, unread = s.readModes()
	if len(s.Modes) == 0 { // this module's modes are for any contract
		p.Modes = slices.DeleteFunc(p.Modes, func(m Mode) bool { return !plan.Applies(p.Contract, m.Mode) })
	}
	uncompiled := p.compile()
	if uncompiled != nil && s.Contract != "" && len(s.Modes) == 0 && p.leaveOut() {
		uncompiled = nil
	}
	return errors.Join(unread, uncompiled)
}

// compile makes the plans of the modes.
func (p *Project) compile() error {
	all := make([]*modes.Mode, len(p.Modes))
	for i, m := range p.Modes {
		all[i] = m.Mode
	}
	plans, err := plan.CompileAll(p.Contract, all)
	if err != nil {
		return err
	}
	for i := range p.Modes {
		p.Modes[i].Plan = plans[i]
	}
	return nil
}

// leaveOut makes the plans of those modes that fit the contract, and leaves out the others; false where none does, which are all there
// then.
func (p *Project) leaveOut() bool {
	var fitting []Mode
	var others []LeftOut
	for _, m := range p.Modes {
		var err error
		if m.Plan, err = plan.Compile(p.Contract, m.Mode); err != nil {
			others = append(others, LeftOut{m.Name, err})
			continue
		}
		fitting = append(fitting, m)
	}
	if len(fitting) == 0 {
		return false
	}
	p.Modes, p.LeftOut = fitting, others
	return true
}

// checkNames refuses modes of one name, and gives an error for each.
func checkNames(all []Mode) []error {
	var twice []error
	files := map[string]string{}
	for _, m := range all {
		if other, there := files[m.Name]; there {
			twice = append(twice, &modes.Error{Name: m.File(), Reason: fmt.Sprintf("the mode %s is in %s already", m.Name, other)})
			continue
		}
		files[m.Name] = m.File()
	}
	return twice
}
