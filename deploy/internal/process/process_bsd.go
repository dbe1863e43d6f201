//go:build unix && !linux

package process

import (
	"os/exec"
	"syscall"
)

// isolate makes a process group of the command.
func isolate(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
}
