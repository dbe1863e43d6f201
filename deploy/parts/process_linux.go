package parts

import (
	"os/exec"
	"syscall"
)

// ownGroup puts the command into a process group of its own, and has the kernel kill it when this program dies.
func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
