//go:build unix

package local_test

import (
	"bufio"
	"net/http"
	"os/exec"
	"strings"
	"testing"

	"github.com/creack/pty"

	"portcullis/deploy/testtools"
)

// TestTerminal: at a terminal there is a line a call, in color unless that is not wanted, and before it the greeting alone.
func TestTerminal(t *testing.T) {
	for _, test := range []struct{ environ, want string }{
		{"NO_COLOR=", " \x1b[33m403\x1b[0m "},
		{"NO_COLOR=1", " 403 "},
		{"TERM=dumb", " 403 "},
	} {
		command := exec.Command(testtools.Program(t, "./deploy/local"), "--addr", "127.0.0.1:0", "--mode", "rest-api-key")
		command.Env = append(command.Environ(), "NO_COLOR=", "TERM=xterm", test.environ)
		terminal, err := pty.Start(command)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { terminal.Close(); _ = command.Process.Kill(); _ = command.Wait() })
		lines := bufio.NewReader(terminal)
		greeting := linesTo(t, lines, "Ctrl-C stops it.")
		first, _, _ := strings.Cut(greeting, "\r\n")
		url, greets := strings.CutPrefix(first, "Portcullis at ")
		if !greets {
			t.Fatalf("it begins with %q", first)
		}
		response, err := http.Get(url + "rest-api-key/users")
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		got := linesTo(t, lines, "no X-Api-Key")
		if !strings.Contains(got, test.want) || strings.Count(strings.TrimSpace(got), "\n") != 0 || strings.Contains(got, "{") {
			t.Errorf("%s: %q, want a line with %q", test.environ, got, test.want)
		}
	}
}

// linesTo reads lines to the one that holds a text.
func linesTo(t *testing.T, r *bufio.Reader, text string) string {
	t.Helper()
	all := ""
	for {
		line, err := r.ReadString('\n')
		if all += line; strings.Contains(line, text) {
			return all
		}
		if err != nil {
			t.Fatalf("%v after %q", err, all)
		}
	}
}
