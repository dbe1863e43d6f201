package testtools

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"portcullis/deploy/internal/process"
)

// providerStartTimeout bounds how long the provider may take to say where it listens.
const providerStartTimeout = time.Minute

// keepProvider starts the AWS provider once, where the stack has one, for all commands to come. Terraform would start it, and read the
// schemas of all of AWS's resources, for every module that it validates and every step that it takes, and sum its 700 MB up for every
// command: that takes most of the processor time of tests. It stops when the test ends. The provider has one configuration, so that a
// stack runs one command at a time. See https://developer.hashicorp.com/terraform/plugin/debugging.
func (s *Stack) keepProvider() {
	s.t.Helper()
	found, err := filepath.Glob(filepath.Join(s.dir, ".terraform", "providers", "*", "hashicorp", "aws", "*", "*", "terraform-provider-aws*"))
	if err != nil || len(found) > 1 {
		s.t.Fatalf("the stack has more than one AWS provider: %v, %v", found, err)
	}
	if len(found) == 0 {
		return
	}
	program, err := filepath.Abs(found[0])
	if err != nil {
		s.t.Fatal(err)
	}
	logs := logFile(s.t, "provider.log")
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, program, "-debug")
	cmd.Dir = s.dir // where Terraform would start it: it reads files
	cmd.Env, cmd.Stdout, cmd.Stderr = slices.Concat(s.env, keptProvider), logs, logs
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

// keptProvider are variables of a provider that Terraform does not start. Nothing here speaks TLS, and one that is configured again with
// certificates of this machine's (5.100.0) finds that it cannot add them to the client that it has. And it would log 100 MB of
// what it traces, which Terraform otherwise tells it not to.
var keptProvider = []string{"AWS_CA_BUNDLE=", "TF_LOG_SDK=ERROR", "TF_LOG_PROVIDER=ERROR"}

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
