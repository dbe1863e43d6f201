//go:build unix

package key_test

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"portcullis/deploy/portcullis/internal/cli"
)

// command is a run of the command as a process of its own.
func command(stderr *bytes.Buffer, args ...string) *exec.Cmd {
	c := exec.Command("portcullis", append([]string{"key"}, args...)...)
	c.Stdout, c.Stderr = io.Discard, stderr
	return c
}

// wantNothing wants nothing to be there of what a command did.
func (s *scene) wantNothing(t *testing.T, step string) {
	t.Helper()
	records, err := s.records(t.Context())
	keys, _, gatewayErr := s.gatewayKeys(t.Context(), "portcullis-")
	if err != nil || gatewayErr != nil || len(records)+len(keys) > 0 {
		t.Errorf("%s: %d records, %d API keys of the gateway, errors %v, %v", step, len(records), len(keys), err, gatewayErr)
	}
}

// TestClosedPipe: a stdout that nobody reads ends the process no sooner than what it did is undone.
func TestClosedPipe(t *testing.T) {
	s := newTestScene(t)
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	reader.Close()
	defer writer.Close()
	var stderr bytes.Buffer
	c := command(&stderr, create("--usage-plan", s.plan)...)
	c.Stdout = writer
	_ = c.Run()
	if c.ProcessState.ExitCode() != cli.StatusFailed || !strings.HasSuffix(stderr.String(), "; nothing of it is left\n") {
		t.Errorf("%s, stderr %q", c.ProcessState, &stderr)
	}
	s.wantNothing(t, "afterwards")
}

// TestDiscarded: a stdout that is closed, or the null device, has no key made whose text would be lost.
func TestDiscarded(t *testing.T) {
	s := newTestScene(t)
	r, err := s.put(t.Context(), "ann", "", time.Hour, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, words := range []string{"create --owner ann --scopes a --usage-plan $PLAN", "rotate " + r.ID} {
		for _, stdout := range []string{">&-", ">/dev/null", ">>/dev/null"} {
			shell := exec.Command("sh", "-c", "portcullis key "+words+" "+stdout)
			var stderr bytes.Buffer
			shell.Stderr = &stderr
			err := shell.Run()
			if shell.ProcessState.ExitCode() != cli.StatusFailed || !strings.Contains(stderr.String(), ": stdout is closed, or /dev/null: ") {
				t.Errorf("%s %s: %v, stderr %q", words, stdout, err, &stderr)
			}
		}
	}
	if records, err := s.records(t.Context()); err != nil || len(records) != 1 {
		t.Errorf("%d records, %v", len(records), err)
	}
}

// interrupted starts a command, sends it a signal while AWS does not answer, and gives what it says. The process ends by SIGINT
// then, whatever the signal was, of which a shell makes status 130.
func (s *scene) interrupted(t *testing.T, signal os.Signal, args ...string) string {
	t.Helper()
	var stderr bytes.Buffer
	c := command(&stderr, args...)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	<-s.done
	if err := c.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
	_ = c.Wait()
	if end := c.ProcessState.Sys().(syscall.WaitStatus); !end.Signaled() || end.Signal() != syscall.SIGINT {
		t.Errorf("%s: %s", signal, c.ProcessState)
	}
	return stderr.String()
}

// TestSignals: who ends the process midway has what it did undone.
func TestSignals(t *testing.T) {
	s := newTestScene(t)
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP} {
		for _, operation := range []string{"CreateApiKey", "CreateUsagePlanKey", "PutItem"} {
			s.fail(operation + "=" + held)
			if said := s.interrupted(t, signal, create("--usage-plan", s.plan)...); !strings.HasSuffix(said, "; nothing of it is left\n") {
				t.Errorf("%s at %s: stderr %q", signal, operation, said)
			}
			s.wantNothing(t, signal.String()+" at "+operation)
		}
	}
}

// TestSignalAndNothingUndone: what an interrupt leaves, because it cannot be undone either, is said.
func TestSignalAndNothingUndone(t *testing.T) {
	s := newTestScene(t)
	if _, err := s.store.Seal(t.Context(), time.Now()); err != nil {
		t.Fatal(err)
	}
	s.fail("PutItem="+held, "DeleteItem="+refused)
	said := s.interrupted(t, os.Interrupt, create()...)
	records, err := s.records(t.Context())
	if err != nil || len(records) != 1 {
		t.Fatalf("%d records, error %v", len(records), err)
	}
	if want := "undoing it failed too, and this is left: the record " + records[0].ID + " in the table"; !strings.Contains(said, want) {
		t.Errorf("stderr %q, want %q", said, want)
	}
}
