package testtools

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"portcullis/deploy/internal/process"
)

// providerStartTimeout bounds how long the provider may take to say where it listens.
const providerStartTimeout = time.Minute

// KeepProvider starts the stack's AWS provider once, for all commands to come. Terraform would start it for every step of
// every test, which takes most of the time of tests that mock it. It is for those alone: the provider has one
// configuration, which commands at the same time would set for each other. It stops when the test ends.
// See https://developer.hashicorp.com/terraform/plugin/debugging.
func (s *Stack) KeepProvider() {
	s.t.Helper()
	found, err := filepath.Glob(filepath.Join(s.dir, ".terraform", "providers", "*", "hashicorp", "aws", "*", "*", "terraform-provider-aws*"))
	if err != nil || len(found) != 1 {
		s.t.Fatalf("the stack has not one AWS provider: %v, %v", found, err)
	}
	logs := logFile(s.t, "provider.log")
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, found[0], "-debug")
	cmd.Env, cmd.Stdout, cmd.Stderr = s.env, logs, logs
	cmd.Cancel = func() error { return process.Kill(cmd) }
	ended, err := process.Start(cmd)
	if err != nil {
		cancel()
		s.t.Fatalf("start the AWS provider: %v", err)
	}
	stopped := make(chan struct{})
	go func() { <-ended; close(stopped) }()
	s.t.Cleanup(func() { cancel(); <-stopped })
	s.env = append(s.env, reattachVariable+"="+s.attachment(logs, stopped))
}

// reattachVariable tells Terraform where providers listen that it need not start.
const reattachVariable = "TF_REATTACH_PROVIDERS"

// attachment waits for the line in which the provider says where it listens: TF_REATTACH_PROVIDERS='{…}'.
func (s *Stack) attachment(logs *os.File, stopped <-chan struct{}) string {
	s.t.Helper()
	for deadline := time.Now().Add(providerStartTimeout); time.Now().Before(deadline); {
		for line := range strings.Lines(content(logs)) {
			_, value, says := strings.Cut(line, reattachVariable+"=")
			first, last := strings.IndexByte(value, '{'), strings.LastIndexByte(value, '}')
			if says && strings.HasSuffix(line, "\n") && 0 <= first && first < last {
				return value[first : last+1]
			}
		}
		select {
		case <-stopped:
			s.t.Fatalf("the AWS provider has ended: %s", content(logs))
		case <-time.After(50 * time.Millisecond):
		}
	}
	s.t.Fatalf("the AWS provider does not say where it listens: %s", content(logs))
	return ""
}
