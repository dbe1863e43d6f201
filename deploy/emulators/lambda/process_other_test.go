//go:build !linux

package lambda_test

import (
	"os"
	"runtime"
	"strconv"
	"syscall"
)

// gone tells whether the process has ended. On Windows it cannot be asked; Close itself waits for it.
func gone(pid string) bool {
	n, err := strconv.Atoi(pid)
	if err != nil || runtime.GOOS == "windows" {
		return true
	}
	process, err := os.FindProcess(n)
	return err != nil || process.Signal(syscall.Signal(0)) != nil
}

// parent is of a test that Linux alone can pass.
func parent() int { return 1 }
