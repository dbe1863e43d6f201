//go:build unix

package process

import (
	"os/exec"
	"syscall"
)

// Kill ends a command that Start has started, and everything that it started itself.
func Kill(cmd *exec.Cmd) error {
	return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
}

// Terminate asks a command that Start has started to end (SIGTERM).
func Terminate(cmd *exec.Cmd) error { return cmd.Process.Signal(syscall.SIGTERM) }
