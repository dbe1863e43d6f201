//go:build unix

package build_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"portcullis/deploy/testtools"
)

// TestInterrupted: a build that is interrupted says that, and ends by the signal, of which a shell makes status 130.
func TestInterrupted(t *testing.T) {
	folder := t.TempDir()
	fake := "#!/bin/sh\n: > " + filepath.Join(folder, "started") + "\nexec sleep 60\n" // in the go command's place
	if err := os.WriteFile(filepath.Join(folder, "go"), []byte(fake), 0o755); err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	c := exec.Command(testtools.PlainProgram(t, "./deploy/build"), "--out", filepath.Join(folder, "dist"))
	c.Env = append(os.Environ(), "PATH="+folder+string(filepath.ListSeparator)+os.Getenv("PATH"))
	c.Stderr = &stderr
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	for _, err := os.Stat(filepath.Join(folder, "started")); err != nil && t.Context().Err() == nil; _, err = os.Stat(filepath.Join(folder, "started")) {
		time.Sleep(10 * time.Millisecond)
	}
	if err := c.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	c.Wait()
	if status := c.ProcessState.Sys().(syscall.WaitStatus); !status.Signaled() || status.Signal() != syscall.SIGINT || stderr.String() != "build: interrupted\n" {
		t.Errorf("%s, stderr %q", c.ProcessState, &stderr)
	}
}
