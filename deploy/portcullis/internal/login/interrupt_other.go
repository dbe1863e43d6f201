//go:build !unix

package login

// interruptGroup is for systems where Ctrl-C is a signal.
func interruptGroup() {}
