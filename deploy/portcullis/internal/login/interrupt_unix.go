//go:build unix

package login

import "syscall"

// interruptGroup does what Ctrl-C does where it is no key that is read: all programs of the command line are interrupted, so
// that none goes on without a token.
func interruptGroup() { _ = syscall.Kill(0, syscall.SIGINT) }
