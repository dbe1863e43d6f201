//go:build unix

package cli

import (
	"os"
	"os/signal"
	"syscall"
	"time"
)

// Exit ends the program with a status. An interrupted one ends by the signal itself, which alone tells a shell to end the loop
// or script that it stands in.
func Exit(status int) {
	if status == StatusInterrupted {
		signal.Reset(os.Interrupt)
		syscall.Kill(os.Getpid(), syscall.SIGINT)
		time.Sleep(time.Second)
	}
	os.Exit(status)
}
