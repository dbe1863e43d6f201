//go:build unix

package parts

import (
	"os/exec"
	"syscall"
)

// killGroup ends the command and everything that it started.
func killGroup(cmd *exec.Cmd) error {
	return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
}
