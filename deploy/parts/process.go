package parts

import (
	"os/exec"
	"runtime"
	"time"
)

// start starts the command in a process group of its own. The channel gets the command's end.
//
// One goroutine starts the command and waits for it, on a thread that it keeps: Linux counts the end of the
// starting thread as the parent's death (prctl(2), PR_SET_PDEATHSIG).
func start(cmd *exec.Cmd) (<-chan error, error) {
	ownGroup(cmd)
	cmd.Cancel = func() error { return killGroup(cmd) }
	cmd.WaitDelay = 5 * time.Second
	started, ended := make(chan error, 1), make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			ended <- cmd.Wait()
		}
	}()
	return ended, <-started
}
