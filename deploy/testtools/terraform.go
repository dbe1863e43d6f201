package testtools

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"portcullis/deploy/internal/process"
)

// Stack is a folder with a Terraform configuration that has been initialised. It runs one command at a time.
type Stack struct {
	t    testing.TB
	path string
	dir  string
	env  []string
}

// Terraform runs `terraform init` in dir and returns the stack. The provider comes from the mirror that
// TF_PLUGIN_DIR names, otherwise from one in the usual places, otherwise from the registry. It is started once, for all commands. env is
// added to the environment of it and of every command. Without terraform, or without any source of the provider, the test skips as
// [Command] says.
//
// It writes .terraform and .terraform.lock.hcl into dir, so dir should be a copy.
func Terraform(t testing.TB, dir string, env ...string) *Stack {
	t.Helper()
	howToGet := "see https://developer.hashicorp.com/terraform/install"
	stack := &Stack{t: t, path: Command(t, "terraform", howToGet), dir: dir}
	stack.env = slices.Concat([]string{fewerCollections}, os.Environ(), cliConfig(t),
		[]string{"TF_IN_AUTOMATION=1", "TF_INPUT=0", "CHECKPOINT_DISABLE=1"}, env)
	stack.init()
	stack.keepProvider()
	return stack
}

// fewerCollections has terraform and its provider, which keep the schemas of all of AWS's resources at hand, collect garbage when there is
// five times as much and not twice: it saves a third of their processor time. What the environment says counts in its place.
const fewerCollections = "GOGC=400"

// Run runs terraform with the arguments and returns what it wrote. A command that fails fails the test, with its output.
func (s *Stack) Run(args ...string) string {
	s.t.Helper()
	output, exit := s.Try(args...)
	if exit != 0 {
		s.t.Fatalf("terraform %s: exit status %d\n%s", strings.Join(args, " "), exit, output)
	}
	return output
}

// Try runs terraform with the arguments and returns what it wrote (its standard output, then its standard
// error) and its exit status.
func (s *Stack) Try(args ...string) (output string, exit int) {
	s.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	cmd := exec.CommandContext(ctx, s.path, args...)
	cmd.Dir, cmd.Env = s.dir, s.env
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	cmd.Cancel = func() error { return process.Kill(cmd) }
	ended, err := process.Start(cmd)
	if err == nil {
		err = <-ended
	}
	var status *exec.ExitError
	if err != nil && !errors.As(err, &status) {
		s.t.Fatalf("terraform %s: %v", strings.Join(args, " "), err)
	}
	return stdout.String() + stderr.String(), cmd.ProcessState.ExitCode()
}

func (s *Stack) init() {
	s.t.Helper()
	if mirror := providerMirror(); mirror != "" {
		s.Run("init", "-no-color", "-backend=false", "-plugin-dir="+mirror)
		return
	}
	output, exit := s.Try("init", "-no-color", "-backend=false")
	if exit != 0 && strings.Contains(output, "Failed to query available provider packages") {
		missing(s.t, "Terraform's AWS provider", "go online, or name a mirror in TF_PLUGIN_DIR (terraform providers mirror DIR)")
	}
	if exit != 0 {
		s.t.Fatalf("terraform init: exit status %d\n%s", exit, output)
	}
}

// cliConfig replaces a TF_CLI_CONFIG_FILE that does not exist, about which every command would warn, by an empty file.
func cliConfig(t testing.TB) []string {
	t.Helper()
	named := os.Getenv("TF_CLI_CONFIG_FILE")
	if _, err := os.Stat(named); named == "" || err == nil {
		return nil
	}
	empty := filepath.Join(t.TempDir(), "terraform.rc")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	return []string{"TF_CLI_CONFIG_FILE=" + empty}
}
