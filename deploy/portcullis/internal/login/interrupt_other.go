//go:build !unix

package main

// interruptGroup is for systems where Ctrl-C is a signal.
func interruptGroup() {}

// endByInterrupt is for systems where an exit status says it.
func endByInterrupt() {}
