package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"portcullis/deploy/desk"
	"portcullis/deploy/portcullis/internal/cli"
	"portcullis/deploy/testtools"
	"portcullis/deploy/testtools/scripttest"
)

// TestEveryCommandIsDescribed: what it is for in a line and in full, with examples that begin with its name and no default that is none.
func TestEveryCommandIsDescribed(t *testing.T) {
	every(command(&cli.Session{}), func(c *cobra.Command) {
		if c.Short == "" || c.Long == "" {
			t.Errorf("%s is not described", c.CommandPath())
		}
		if c.Runnable() && !strings.Contains(c.Example, c.CommandPath()) {
			t.Errorf("%s has no example of itself: %q", c.CommandPath(), c.Example)
		}
		if strings.Contains(c.UsageString(), "(default [])") {
			t.Errorf("%s prints a default that is none:\n%s", c.CommandPath(), c.UsageString())
		}
	})
}

// every goes through a command and all below it.
func every(c *cobra.Command, do func(*cobra.Command)) {
	do(c)
	for _, below := range c.Commands() {
		every(below, do)
	}
}

// TestExamples runs the examples of all help texts as they stand, those of a subcommand in one shell, beside a desk.
func TestExamples(t *testing.T) {
	place := newPlace(t)
	for _, subcommand := range command(&cli.Session{}).Commands() {
		var lines []string
		every(subcommand, func(c *cobra.Command) { lines = append(lines, examplesOf(c)...) })
		t.Run(subcommand.Name(), func(t *testing.T) {
			switch subcommand.Name() {
			case "local":
				for _, line := range lines {
					place.serves(t, line+" --addr 127.0.0.1:0")
				}
				return
			case "build": // its own tests run them, beside their builds
				return
			}
			lines = slices.DeleteFunc(lines, func(line string) bool {
				serves := strings.HasPrefix(line, "portcullis fixture issuer")
				if serves {
					place.serves(t, line+" --addr 127.0.0.1:0")
				}
				return serves
			})
			// No key can be made for a minute after the seal is renewed.
			slices.SortStableFunc(lines, func(a, b string) int { return cmp.Compare(renewals(a), renewals(b)) })
			shell := place.shell(strings.Join(append([]string{"set -e"}, lines...), "\n"))
			if output, err := shell.CombinedOutput(); err != nil {
				t.Errorf("%v\n%s\n%s", err, strings.Join(lines, "\n"), output)
			}
		})
		if subcommand.Name() == "revoke" {
			// A token's iat has whole seconds, so that one which the examples behind it get in the same second would be revoked as well.
			time.Sleep(time.Second)
		}
	}
}

// renewals is how often a line renews the seal of the keys.
func renewals(line string) int { return strings.Count(line, "key renew-seal") }

// examplesOf are the lines of a command's examples.
func examplesOf(c *cobra.Command) (lines []string) {
	for line := range strings.SplitSeq(c.Example, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

// place is where examples run: a folder in which a checkout's files are found, with a home of its own, and a desk.
type place struct {
	folder, url string
	environment []string
}

func newPlace(t *testing.T) *place {
	t.Helper()
	p := &place{folder: t.TempDir(), url: serveDesk(t, desk.Config{})}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"api", "authorizers", "deploy", "policy", "go.mod", "go.sum"} {
		if err := os.Symlink(filepath.Join(root, name), filepath.Join(p.folder, name)); err != nil {
			t.Fatal(err)
		}
	}
	// A function of one's own, as examples name it.
	if err := os.Symlink(testtools.Program(t, "./deploy/probe/function"), filepath.Join(p.folder, "bootstrap")); err != nil {
		t.Fatal(err)
	}
	path := filepath.Dir(testtools.Program(t, "./deploy/portcullis")) + string(filepath.ListSeparator) + os.Getenv("PATH")
	p.environment = append(os.Environ(), scripttest.NoWait, "PATH="+path, "HOME="+t.TempDir(), "XDG_CONFIG_HOME=",
		"CONTRACT=", "ISSUERS=", "GROUP_SCOPES=", "API_KEYS_TABLE=api-keys", "REVOCATION_TABLE=revocations",
		"AWS_ENDPOINT_URL="+p.url+"/_aws", "AWS_REGION=us-east-1", "AWS_ACCESS_KEY_ID=local", "AWS_SECRET_ACCESS_KEY=local", "AWS_SESSION_TOKEN=", "AWS_PROFILE=")
	for _, name := range []string{"GOCACHE", "GOMODCACHE", "GOPATH"} {
		value, err := exec.Command("go", "env", name).Output()
		if err != nil {
			t.Fatal(err)
		}
		p.environment = append(p.environment, name+"="+strings.TrimSpace(string(value)))
	}
	token, err := p.shell("echo 'Passw0rd!' | portcullis login --profile examples --api http://127.0.0.1:8080/rest-token --username member --password-stdin").Output()
	if err != nil {
		t.Fatal(err)
	}
	p.environment = append(p.environment, "TOKEN="+strings.TrimSpace(string(token)))
	return p
}

// serveDesk serves a desk on a free port until the test ends, and gives its URL.
func serveDesk(t *testing.T, c desk.Config) (url string) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	out, in := io.Pipe()
	done := make(chan error, 1)
	c.Addr, c.Stdout = "127.0.0.1:0", in
	go func() {
		err := desk.Run(ctx, context.Background(), c)
		in.CloseWithError(errors.Join(err, io.EOF))
		done <- err
	}()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	if _, err := fmt.Fscanf(out, "Portcullis at %s\n", &url); err != nil {
		t.Fatal(err)
	}
	go io.Copy(io.Discard, out)
	return strings.TrimSuffix(url, "/")
}

// shell is a script that calls the desk of the place where it names the one that listens by default.
func (p *place) shell(script string) *exec.Cmd {
	shell := exec.Command("sh", "-c", strings.ReplaceAll(script, "http://127.0.0.1:8080", p.url))
	shell.Dir, shell.Env = p.folder, p.environment
	return shell
}

// serves runs a command that serves until it is interrupted.
func (p *place) serves(t *testing.T, line string) {
	t.Helper()
	shell := p.shell("exec " + line)
	shell.Env = append(shell.Env, "API_KEYS_TABLE=", "REVOCATION_TABLE=", "AWS_ENDPOINT_URL=")
	stdout, err := shell.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var stderr strings.Builder
	shell.Stderr = &stderr
	if err := shell.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(stdout)
	for lines.Scan() && !strings.HasPrefix(lines.Text(), "Ctrl-C") {
	}
	_ = shell.Process.Signal(os.Interrupt)
	if err := shell.Wait(); err != nil {
		t.Errorf("%s: %v\n%s", line, err, &stderr)
	}
}

// TestDesk: a line a case: with --desk alone, what a command says is what the desk does.
func TestDesk(t *testing.T) {
	place := newPlace(t)
	bare := []string{"API_KEYS_TABLE=", "REVOCATION_TABLE=", "AWS_ENDPOINT_URL=", "AWS_REGION=", "AWS_ACCESS_KEY_ID=", "AWS_SECRET_ACCESS_KEY=", "CONTRACT=none.yaml",
		"AWS_ENDPOINT_URL_DYNAMODB=http://127.0.0.1:1", "AWS_ENDPOINT_URL_API_GATEWAY=http://127.0.0.1:1"}
	const at = " --desk http://127.0.0.1:8080 "
	for _, test := range []struct {
		line   string
		status int
		want   string // in what is written
	}{
		{"portcullis access explain" + at + "--method GET --path /users --groups readers", 0, "allow"},
		{"portcullis access explain" + at + "--method DELETE --path /users/7 --groups readers", 1, "deny"},
		{"portcullis access explain" + at + "--method GET --path /users/7 --token \"$TOKEN\"", 1, "groups members"},
		{"portcullis access explain" + at + "--method GET --path /users/a0000000-0000-4000-8000-000000000003 --token \"$TOKEN\"", 0, "allow"},
		{"portcullis access explain" + at + "--method GET --path /users/7 --token x.y.z", 1, "REFUSED"},
		{"portcullis access explain" + at + "--route whoami --token \"$TOKEN\"", 0, "bearer=users/self;"},
		{"portcullis access explain" + at + "--route whoami --token x.y.z", 1, "the caller does not get a connection"},
		{"portcullis access matrix" + at, 0, "readers"},
		{"portcullis access matrix" + at + "--group-scopes '{\"others\":[\"users/read\"]}'", 0, "others"},
		{"portcullis access check" + at, 0, "open to everyone"},
		{"portcullis access check" + at + "none.yaml", 2, "none.yaml"},
		{"portcullis key list" + at, 0, "owner"},
		{"portcullis key create" + at + "--owner ann --scopes users/read --usage-plan rest-request", 0, "pk_"},
		{"portcullis key list" + at, 0, "ann"},
		{"portcullis key list" + at + "--table other", 2, "other"},
		{"echo \"$TOKEN\" | portcullis revoke token" + at, 0, ""},
		{"portcullis revoke list" + at, 0, "jti-"},
		{"portcullis access check --desk http://portcullis.example", 2, "loopback"},
		{"portcullis key list --desk http://portcullis.example", 2, "loopback"},
		{"portcullis key list --desk http://127.0.0.1:8080/rest-token", 2, "loopback"},
		{"portcullis revoke list --desk http://127.0.0.1:1", 2, "refused"},
	} {
		shell := place.shell(test.line)
		shell.Env = append(shell.Env, bare...)
		output, _ := shell.CombinedOutput()
		if got := shell.ProcessState.ExitCode(); got != test.status || !strings.Contains(string(output), test.want) {
			t.Errorf("%s: status %d, want %d, with %q in\n%s", test.line, got, test.status, test.want, output)
		}
	}
}
