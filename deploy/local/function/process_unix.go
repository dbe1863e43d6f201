//go:build unix

package function

import (
	"os"
	"syscall"
)

// killProcess kills the process and its group.
func killProcess(p *os.Process) {
	syscall.Kill(-p.Pid, syscall.SIGKILL)
}
