//go:build !unix

package process

import "os/exec"

// isolate does nothing: there are no process groups here.
func isolate(*exec.Cmd) {}

// Kill ends a command that Start has started.
func Kill(cmd *exec.Cmd) error { return cmd.Process.Kill() }

// Terminate ends a command that Start has started: there is no way to ask it.
func Terminate(cmd *exec.Cmd) error { return cmd.Process.Kill() }
