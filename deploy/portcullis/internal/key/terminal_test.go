//go:build unix

package key_test

import (
	"bufio"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/creack/pty"

	"portcullis/deploy/portcullis/internal/cli"
)

// typed runs a command at a terminal of its own, types an answer to its first question, and gives what it asked.
func typed(t *testing.T, answer string, args ...string) (asked string, end syscall.WaitStatus) {
	t.Helper()
	c := exec.Command("portcullis", append([]string{"key"}, args...)...)
	terminal, err := pty.Start(c)
	if err != nil {
		t.Fatal(err)
	}
	defer terminal.Close()
	screen := bufio.NewReader(terminal)
	asked, err = screen.ReadString(']')
	if err != nil {
		t.Fatalf("asked %q, error %v", asked, err)
	}
	if _, err := io.WriteString(terminal, answer); err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, screen) // until the process has closed the terminal
	_ = c.Wait()
	return asked, c.ProcessState.Sys().(syscall.WaitStatus)
}

// TestDeleteAsks: who deletes a key at a terminal is asked, and only yes deletes it.
func TestDeleteAsks(t *testing.T) {
	s := newTestScene(t)
	r, err := s.put(t.Context(), "ann", "", 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	question := "Delete the key " + r.ID + " of ann? [y/N]"
	for _, test := range []struct {
		answer string
		want   string // how it ends
		left   int    // records
	}{
		{"n\n", "status 1", 1},
		{"\n", "status 1", 1},
		{"\x03", "signal: interrupt", 1}, // Ctrl-C
		{"y\n", "status 0", 0},
	} {
		asked, end := typed(t, test.answer, "delete", r.ID)
		records, err := s.records(t.Context())
		got := "signal: " + end.Signal().String()
		if end.Exited() {
			got = fmt.Sprintf("status %d", end.ExitStatus())
		}
		if !strings.HasSuffix(asked, question) || got != test.want || err != nil || len(records) != test.left {
			t.Errorf("%q: asked %q, %s, %d records, error %v; want %s, %d", test.answer, asked, got, len(records), err, test.want, test.left)
		}
	}
}

// TestRotateDoesNotAsk: what rotate does to the old key, enable undoes, so it is done without a question.
func TestRotateDoesNotAsk(t *testing.T) {
	s := newTestScene(t)
	r, err := s.put(t.Context(), "ann", "", 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	if got := runIn(t, "rotate", r.ID, "--overlap", "0"); got.status != cli.StatusDone {
		t.Errorf("rotate: %+v", got)
	}
	if got := runIn(t, "enable", r.ID, "-o", "json"); got.status != cli.StatusDone || !strings.Contains(got.stdout, `"state": "good"`) {
		t.Errorf("enable: %+v", got)
	}
}
