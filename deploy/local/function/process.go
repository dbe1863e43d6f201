package function

import (
	"os/exec"
	"runtime"
	"time"
)

// startProcess starts the command as the head of a process group, where there are such groups: a
// Ctrl-C at the terminal is for this program, which then ends its functions in order. The channel gets
// what cmd.Wait returns.
//
// The goroutine keeps its thread to the process's end, because to Linux the thread that started a
// process is the parent whose death the process shares (prctl(2), PR_SET_PDEATHSIG).
func startProcess(cmd *exec.Cmd) (<-chan error, error) {
	isolate(cmd)
	cmd.WaitDelay = time.Second // for processes that the function left behind with its output open
	started, end := make(chan error), make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			end <- cmd.Wait()
		}
	}()
	return end, <-started
}
