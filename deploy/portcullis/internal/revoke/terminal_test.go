//go:build unix

package revoke_test

import (
	"bufio"
	"io"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
)

// TestAllAsks: who revokes the tokens of everybody at a terminal is asked, and only yes revokes them.
func TestAllAsks(t *testing.T) {
	newTable(t).setenv(t)
	day := time.Now().UTC().Format(time.DateOnly)
	for _, test := range []struct {
		answer string
		status int
		listed int // lines, one of which is the head
	}{
		{"n\n", 1, 1},
		{"y\n", 0, 2},
	} {
		c := exec.Command("portcullis", "revoke", "all", "--issuer", "https://issuer.example.com", "--before", day)
		terminal, err := pty.Start(c)
		if err != nil {
			t.Fatal(err)
		}
		screen := bufio.NewReader(terminal)
		asked, err := screen.ReadString(']')
		_, writeErr := io.WriteString(terminal, test.answer)
		_, _ = io.Copy(io.Discard, screen) // until the process has closed the terminal
		_ = c.Wait()
		terminal.Close()
		want := "Revoke what https://issuer.example.com issued up to " + day + "T00:00:00Z, to anybody? [y/N]"
		if err != nil || writeErr != nil || !strings.HasSuffix(asked, want) || c.ProcessState.ExitCode() != test.status {
			t.Errorf("%q: asked %q, %s, errors %v, %v", test.answer, asked, c.ProcessState, err, writeErr)
		}
		if got := runIn(t, "", "list"); strings.Count(got.stdout, "\n") != test.listed {
			t.Errorf("%q: list: %+v", test.answer, got)
		}
	}
}
