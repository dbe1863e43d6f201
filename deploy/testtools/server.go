package testtools

import (
	"context"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"portcullis/deploy/internal/process"
)

const serverStartTimeout = time.Minute

// serveCommand starts a server that takes any free port of 127.0.0.1 and writes "running on" with its address, waits until it answers
// 200 at a path, and gives the address. It stops when the test ends. The server itself takes the port, since one that was looked for
// before may be another program's by the time that the server is up.
func serveCommand(t testing.TB, command *exec.Cmd, path string) (address string) {
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

	for deadline := time.Now().Add(serverStartTimeout); time.Now().Before(deadline); {
		if address = addressIn(content(logs)); address != "" && answers(address+path) {
			return address
		}
		select {
		case <-stopped:
			t.Fatalf("%s has ended: %v\n%s", name, exit, content(logs))
		case <-time.After(50 * time.Millisecond):
		}
	}
	cancel()
	<-stopped
	t.Fatalf("%s does not answer at %q: %v\n%s", name, address+path, exit, content(logs))
	return ""
}

// addressIn is the address that a log says a server is running on; "": it does not say yet.
func addressIn(log string) string {
	const host = "http://127.0.0.1:"
	_, rest, _ := strings.Cut(log, "unning on "+host) // moto begins a sentence with it
	port := rest[:len(rest)-len(strings.TrimLeft(rest, "0123456789"))]
	if port == "" || port == rest { // there may be more digits to come
		return ""
	}
	return host + port
}

// answers tells whether there is an answer 200.
func answers(url string) bool {
	client := &http.Client{Timeout: 5 * time.Second}
	resp, err := client.Get(url)
	if err != nil {
		return false
	}
	_ = resp.Body.Close()
	return resp.StatusCode == http.StatusOK
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
