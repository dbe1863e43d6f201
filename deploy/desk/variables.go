package desk

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"portcullis/deploy/desk/internal/functions"
	"portcullis/deploy/desk/internal/project"
)

// MaxEnvironments is how many environments a function may have: as many as all functions of an account have at once, unless it has more.
// See https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html.
const MaxEnvironments = 1000

// checkEnvironments refuses a number that means nothing.
func (c Config) checkEnvironments() error {
	wrong := func(reason string) error {
		return &OptionError{Option: "--environments", Value: fmt.Sprint(c.Environments), Err: errors.New(reason)}
	}
	switch {
	case c.Environments == 0:
		return nil
	case c.Environments < 0 || c.Environments > MaxEnvironments:
		return wrong(fmt.Sprintf("want a number from 1 to %d", MaxEnvironments))
	case !c.Exec && len(c.Functions) == 0:
		return wrong("is for functions that are binaries or at addresses: want --exec or --function beside it")
	}
	return nil
}

// variables are those that binaries which are given get by --env-file and --env, of which the last one of a name counts, as the files say now.
// The error joins all that is wrong, and has no value in it: some are secrets.
func (c Config) variables() (map[string]string, error) {
	all := map[string]string{}
	var wrong []error
	for _, file := range c.EnvFiles {
		wrong = append(wrong, c.readVariables(file, all)...)
	}
	for _, text := range c.Env {
		if name, err := c.addVariable(text, all); err != nil {
			wrong = append(wrong, &OptionError{Option: "--env", Value: name, Err: err})
		}
	}
	if len(c.EnvFiles)+len(c.Env) > 0 && !c.hasGivenBinary() {
		option := "--env"
		if len(c.Env) == 0 {
			option = "--env-file"
		}
		wrong = append(wrong, &OptionError{Option: option, Err: errors.New("is for binaries that are given, of which there is none: want --function NAME=BINARY; " +
			"functions of this module have their variables of the environment of this program, and those at addresses their own")})
	}
	return all, errors.Join(wrong...)
}

// byteOrderMark is what editors of Windows write at the beginning of a file.
const byteOrderMark = "\ufeff"

// readVariables adds those of a file: a line each as --env has it, or empty, or a comment that begins with '#'.
func (c Config) readVariables(file string, to map[string]string) (wrong []error) {
	text, err := c.readEnvFile(file)
	if err != nil {
		return []error{&OptionError{Option: "--env-file", Value: file, Err: err}}
	}
	for i, line := range strings.Split(strings.TrimPrefix(string(text), byteOrderMark), "\n") {
		line = strings.TrimRight(line, "\r")
		if trimmed := strings.TrimSpace(line); trimmed == "" || trimmed[0] == '#' {
			continue
		}
		if name, err := c.addVariable(strings.TrimLeft(line, " \t"), to); err != nil {
			if name != "" && strings.Contains(line, "=") { // else it may be part of a secret
				err = fmt.Errorf("%s: %w", name, err)
			}
			wrong = append(wrong, &OptionError{Option: "--env-file", Value: file, Err: fmt.Errorf("line %d: %w", i+1, err)})
		}
	}
	return wrong
}

// readEnvFile gives what stands in a file. Of what is no regular file, such as the pipe that a shell has for <(command), it is what was read
// first: there is nothing more to come.
func (c Config) readEnvFile(file string) ([]byte, error) {
	if text, read := c.once[file]; read {
		return text, nil
	}
	text, err := os.ReadFile(file)
	if failure, is := errors.AsType[*os.PathError](err); is {
		err = failure.Err
	}
	if err != nil {
		return nil, err
	}
	if info, err := os.Stat(file); err == nil && !info.Mode().IsRegular() {
		c.once[file] = append([]byte{}, text...) // which is not nil
	}
	return text, nil
}

// addVariable adds NAME=VALUE, or NAME as this program has it, and gives the name where it is one.
func (c Config) addVariable(text string, to map[string]string) (name string, err error) {
	name, value, said := strings.Cut(text, "=")
	if err := functions.CheckVariable(name); err != nil {
		if strings.ContainsFunc(name, functions.NoneOfName) {
			name = "" // it may be a value
		}
		return name, err
	}
	if strings.ContainsRune(value, 0) {
		return name, errors.New("the value holds a NUL, which no environment can hold")
	}
	if !said {
		if value, said = c.lookup(name); !said {
			return name, errors.New("is not set in the environment of this program: want NAME=VALUE, or set it")
		}
	}
	to[name] = value
	return name, nil
}

// lookup gives a variable of the environment, and whether it is set.
func (c Config) lookup(name string) (value string, set bool) {
	for _, variable := range c.Environ {
		if rest, is := strings.CutPrefix(variable, name+"="); is {
			value, set = rest, true
		}
	}
	return value, set
}

// hasGivenBinary tells whether a function is given that is no URL.
func (c Config) hasGivenBinary() bool {
	for _, f := range c.Functions {
		if f.Where != "" && !project.IsURL(f.Where) {
			return true
		}
	}
	return false
}
