//go:build unix

package main

import (
	"os"
	"os/signal"
	"syscall"
	"time"
)

// interruptGroup does what Ctrl-C does where it is no key that is read: all programs of the command line are interrupted, so
// that none goes on without a token.
func interruptGroup() { _ = syscall.Kill(0, syscall.SIGINT) }

// endByInterrupt ends the program so that a shell sees that it was interrupted, and not that it failed.
func endByInterrupt() {
	signal.Reset(os.Interrupt)
	_ = syscall.Kill(os.Getpid(), syscall.SIGINT)
	time.Sleep(time.Second) // it is on its way
}
