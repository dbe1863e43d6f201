package testtools

import (
	"context"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"portcullis/deploy/internal/process"
)

const serverStartTimeout = time.Minute

// serveCommand starts a server and waits until it answers 200 at url. It stops when the test ends.
func serveCommand(t testing.TB, command *exec.Cmd, url string) {
	t.Helper()
	name := filepath.Base(command.Path)
	logs := logFile(t, name+".log")
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, command.Path, command.Args[1:]...)
	cmd.Dir, cmd.Env = command.Dir, command.Env
	cmd.Stdout, cmd.Stderr = logs, logs
	cmd.Cancel = func() error { return process.Kill(cmd) }
	ended, err := process.Start(cmd)
	if err != nil {
		cancel()
		t.Fatalf("start %s: %v", name, err)
	}
	stopped := make(chan struct{})
	var exit error
	go func() { exit = <-ended; close(stopped) }()
	t.Cleanup(func() { cancel(); <-stopped })

	if !answers(url, stopped) {
		cancel()
		<-stopped
		t.Fatalf("%s does not answer at %s: %v\n%s", name, url, exit, content(logs))
	}
}

// answers polls the address until it answers 200; it gives up when the server has stopped or after serverStartTimeout.
func answers(url string, stopped <-chan struct{}) bool {
	client := &http.Client{Timeout: 5 * time.Second}
	for deadline := time.Now().Add(serverStartTimeout); time.Now().Before(deadline); {
		if resp, err := client.Get(url); err == nil {
			_ = resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return true
			}
		}
		select {
		case <-stopped:
			return false
		case <-time.After(50 * time.Millisecond):
		}
	}
	return false
}

func freePort(t testing.TB) int {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().(*net.TCPAddr).Port
}

func logFile(t testing.TB, name string) *os.File {
	t.Helper()
	file, err := os.Create(filepath.Join(t.TempDir(), name))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	return file
}

func content(file *os.File) string {
	text, err := os.ReadFile(file.Name())
	if err != nil {
		return err.Error()
	}
	return string(text)
}
