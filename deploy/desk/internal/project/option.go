package project

import "fmt"

// OptionError says which option of a desk cannot be used, and why.
type OptionError struct {
	Option string // as a command line has it, such as --addr
	Value  string // "": the option has none
	Err    error
}

// Error names the option, its value where there is one, and the cause.
func (e *OptionError) Error() string {
	if e.Value == "" {
		return fmt.Sprintf("%s: %v", e.Option, e.Err)
	}
	return fmt.Sprintf("%s %q: %v", e.Option, e.Value, e.Err)
}

// Unwrap gives the cause.
func (e *OptionError) Unwrap() error { return e.Err }
