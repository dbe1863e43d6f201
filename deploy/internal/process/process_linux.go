package process

import (
	"os/exec"
	"syscall"
)

// isolate makes a process group of the command, and has the kernel kill it when this program dies.
func isolate(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
