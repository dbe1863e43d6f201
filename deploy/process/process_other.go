//go:build !unix

package process

import "os/exec"

// isolate does nothing: there are no process groups here.
func isolate(*exec.Cmd) {}

// Kill ends a command that Start has started.
func Kill(cmd *exec.Cmd) error { return cmd.Process.Kill() }
