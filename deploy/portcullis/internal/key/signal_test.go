package main

import (
	"bytes"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"portcullis/authorizers/cmd/cli"
)

// command is a run of the command as a process of its own: the test's binary is the command where it has its name.
func command(t *testing.T, stderr *bytes.Buffer, args ...string) *exec.Cmd {
	t.Helper()
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return &exec.Cmd{Path: binary, Args: append([]string{"apikey"}, args...), Stderr: stderr}
}

// wantNothing wants nothing to be there of what a command did.
func (s *scene) wantNothing(t *testing.T, step string) {
	t.Helper()
	records, err := s.records(t.Context())
	keys, _, gatewayErr := s.gatewayKeys(t.Context(), gatewayPrefix)
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
	c := command(t, &stderr, create("-usage-plan", s.plan)...)
	c.Stdout = writer
	_ = c.Run()
	if c.ProcessState.ExitCode() != cli.StatusFailed || !strings.HasSuffix(stderr.String(), "; nothing of it is left\n") {
		t.Errorf("%s, stderr %q", c.ProcessState, &stderr)
	}
	s.wantNothing(t, "afterwards")
}

// TestSignals: who ends the process midway has what it did undone.
func TestSignals(t *testing.T) {
	s := newTestScene(t)
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP} {
		for _, operation := range []string{"CreateApiKey", "CreateUsagePlanKey", "PutItem"} {
			s.fail(operation + "=" + held)
			var stderr bytes.Buffer
			c := command(t, &stderr, create("-usage-plan", s.plan)...)
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			<-s.done
			if err := c.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			_ = c.Wait()
			if c.ProcessState.ExitCode() != cli.StatusFailed || !strings.HasSuffix(stderr.String(), "; nothing of it is left\n") {
				t.Errorf("%s at %s: %s, stderr %q", signal, operation, c.ProcessState, &stderr)
			}
			s.wantNothing(t, signal.String()+" at "+operation)
		}
	}
}
