//go:build unix

package login_test

import (
	"bytes"
	"os"
	"strings"
	"syscall"
	"testing"

	"portcullis/deploy/portcullis/internal/cli"
)

// TestClosedPipe: a stdout that nobody reads is a failure; what was got is kept.
func TestClosedPipe(t *testing.T) {
	u := newUser(t)
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	reader.Close()
	defer writer.Close()
	var stderr bytes.Buffer
	c := u.command(t, "login", "--api", u.apis["local-client"], "--username", "member", "--password-stdin")
	c.Stdin, c.Stdout, c.Stderr = strings.NewReader("Passw0rd!\n"), writer, &stderr
	_ = c.Run()
	if c.ProcessState.ExitCode() != cli.StatusFailed || !strings.HasPrefix(stderr.String(), "portcullis login: stdout: ") {
		t.Errorf("%s, stderr %q", c.ProcessState, &stderr)
	}
	if r := u.run(t, "", "login"); r.status != 0 || claimsOf(strings.TrimSpace(r.stdout)) == nil {
		t.Errorf("afterwards: %+v", r)
	}
}

// TestInterruptedRefresh: an interrupt does not come between a refresh token that is rotated and the file: the next login has
// the tokens.
func TestInterruptedRefresh(t *testing.T) {
	u := newUser(t)
	u.signIn(t, "rotating")
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP} {
		u.age(t)
		arrived, release := u.hold("GetTokensFromRefreshToken")
		c := u.command(t, "login")
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		<-arrived
		if err := c.Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
		close(release)
		_ = c.Wait()
		if r := u.run(t, "", "login"); r.status != 0 || claimsOf(strings.TrimSpace(r.stdout)) == nil {
			t.Errorf("%s: %s, then %+v", signal, c.ProcessState, r)
		}
	}
}

// TestInterruptedSignIn: an interrupt ends a sign-in that waits for an answer, and keeps nothing.
func TestInterruptedSignIn(t *testing.T) {
	u := newUser(t)
	arrived, release := u.hold("InitiateAuth")
	defer close(release)
	var stderr bytes.Buffer
	c := u.command(t, "login", "--api", u.apis["local-client"], "--username", "member", "--password-stdin")
	c.Stdin, c.Stderr = strings.NewReader("Passw0rd!\n"), &stderr
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	<-arrived
	if err := c.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	_ = c.Wait()
	if status := c.ProcessState.Sys().(syscall.WaitStatus); !status.Signaled() || status.Signal() != syscall.SIGINT || stderr.String() != "portcullis login: interrupted\n" {
		t.Errorf("%s, stderr %q", c.ProcessState, &stderr)
	}
	if _, err := os.Stat(u.file("default")); err == nil {
		t.Error("a profile was kept")
	}
}
