package login_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// user is somebody with a configuration folder.
type user struct {
	*scene
	variables []string
	folder    string // of the profiles
}

func newUser(t *testing.T) *user {
	t.Helper()
	s, err := newScene()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	u := &user{scene: s}
	u.home(t)
	return u
}

// home gives the user a folder, and no variables but those of it.
func (u *user) home(t *testing.T) {
	home := t.TempDir()
	u.variables = append([]string{"PATH=" + os.Getenv("PATH"), "TMPDIR=" + home}, configFolder(home)...)
	u.folder = filepath.Join(home, "config", "portcullis", "login")
}

// file is that of a profile.
func (u *user) file(profile string) string { return filepath.Join(u.folder, profile+".json") }

// command is a process of its own.
func (u *user) command(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	c := exec.Command("portcullis", args...)
	c.Env = u.variables
	return c
}

// result is how a process ended.
type result struct {
	stdout, stderr string
	status         int // -1: by a signal
}

// run runs a command whose stdin has these lines.
func (u *user) run(t *testing.T, input string, args ...string) result {
	t.Helper()
	var stdout, stderr bytes.Buffer
	c := u.command(t, args...)
	c.Stdin, c.Stdout, c.Stderr = strings.NewReader(input), &stdout, &stderr
	_ = c.Run()
	return result{stdout.String(), stderr.String(), c.ProcessState.ExitCode()}
}

// signIn signs member in through an API, and gives the access token.
func (u *user) signIn(t *testing.T, client string) string {
	t.Helper()
	r := u.run(t, "Passw0rd!\n", "login", "--api", u.apis[client], "--username", "member", "--password-stdin")
	if r.status != 0 || claimsOf(strings.TrimSpace(r.stdout))["username"] != "member" {
		t.Fatalf("%+v", r)
	}
	return strings.TrimSpace(r.stdout)
}

// age lets the access token of the default profile expire.
func (u *user) age(t *testing.T) {
	t.Helper()
	if err := ageFile(u.file("default")); err != nil {
		t.Fatal(err)
	}
}
