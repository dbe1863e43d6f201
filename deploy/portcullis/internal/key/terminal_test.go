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
	"time"

	"github.com/creack/pty"

	"portcullis/deploy/portcullis/internal/cli"
)

// typed runs a command at a terminal of its own, types an answer to its first question once something else has happened, and gives
// what it asked and what it said then.
func typed(t *testing.T, answer string, beside func(), args ...string) (asked, said string, end syscall.WaitStatus) {
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
	beside()
	if _, err := io.WriteString(terminal, answer); err != nil {
		t.Fatal(err)
	}
	rest, _ := io.ReadAll(screen) // until the process has closed the terminal
	_ = c.Wait()
	return asked, string(rest), c.ProcessState.Sys().(syscall.WaitStatus)
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
		asked, _, end := typed(t, test.answer, func() {}, "delete", r.ID)
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

// TestRotatedBeforeTheAnswer: who is asked whether to delete a key says so of the key as it was read. One that somebody rotates before
// the answer stays, and so does the new one, which is named.
func TestRotatedBeforeTheAnswer(t *testing.T) {
	s := newTestScene(t)
	for _, usageKey := range []string{"", "portcullis-AAAAAAAAAAAAAAAA-shared", "another"} {
		for _, overlap := range []string{"0s", "1h", "48h"} { // the last leaves the end as it was
			old, err := s.put(t.Context(), "ann", usageKey, 0, 24*time.Hour)
			if err != nil {
				t.Fatal(err)
			}
			var successor string
			_, said, end := typed(t, "y\n", func() {
				successor = strings.Split(runIn(t, "rotate", old.ID, "--overlap", overlap).stdout, "_")[1]
			}, "delete", old.ID)
			if end.ExitStatus() != cli.StatusNo || !strings.Contains(said, "was rotated meanwhile: "+successor+" is in its place") || strings.Contains(said, "deleted "+old.ID) {
				t.Errorf("%q, %s: %d, %q", usageKey, overlap, end.ExitStatus(), said)
			}
			after, err := s.store.Get(t.Context(), old.ID)
			if err != nil || after.Disabled != (overlap == "0s") || after.Successor != successor {
				t.Errorf("%q, %s: %+v, error %v", usageKey, overlap, after, err)
			}
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
