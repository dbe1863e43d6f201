//go:build unix && !linux

package function

import (
	"os/exec"
	"syscall"
)

// isolate makes a process group of the command. When this program dies, the function ends at its next
// poll, which nobody answers.
func isolate(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
}
