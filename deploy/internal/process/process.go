// Package process starts programs that this one uses, and sees to it that they end with it: Lambda functions on
// a desk, and the servers of integration tests. It does not restart or supervise them. What they write is kept
// together by an [Output].
package process

import (
	"os/exec"
	"runtime"
	"strings"
	"time"
)

// Start starts the command as the head of a process group, where there are such groups: a Ctrl-C at the terminal
// is for this program, which then ends its own in order. The channel gets what cmd.Wait returns. Where the
// kernel can, it kills the program when this one dies.
//
// The goroutine keeps its thread to the process's end, because to Linux the thread that started a
// process is the parent whose death the process shares (prctl(2), PR_SET_PDEATHSIG).
func Start(cmd *exec.Cmd) (<-chan error, error) {
	isolate(cmd)
	cmd.WaitDelay = time.Second // for programs that were left behind with the output open
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

// Getenv gives variables as a program has them that is started with an environment of NAME=VALUE, of which the last one of a name
// counts; "": it is not set.
func Getenv(environ []string) func(name string) string {
	values := map[string]string{}
	for _, variable := range environ {
		name, value, _ := strings.Cut(variable, "=")
		values[name] = value
	}
	return func(name string) string { return values[name] }
}
