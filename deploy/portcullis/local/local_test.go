package local_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"portcullis/deploy/portcullis/internal/cli"
	"portcullis/deploy/portcullis/local"
)

// run runs the command, and gives its exit status.
func run(ctx context.Context, stdout, stderr io.Writer, args ...string) int {
	s := &cli.Session{Getenv: os.Getenv, Stdin: os.Stdin, Stdout: stdout, Stderr: stderr, Now: time.Now}
	return s.Run(ctx, local.Command(s), args)
}

// TestRefused: a line a case: what cannot be used is one line that says what, and exit status 2.
func TestRefused(t *testing.T) {
	for _, test := range []struct{ line, want string }{
		{"--port 80", "local: there is no flag --port; "},
		{"--wach", "local: there is no flag --wach; did you mean --watch?\n"},
		{"-addr :0", "local: -addr: flags have two dashes: --addr\n"},
		{"now", "local: unexpected argument \"now\"; "},
		{"--mode", "local: flag needs an argument: --mode; "},
		{"--contract a.yaml --contract b.yaml", "local: --contract: want the file of one contract, got 2\n"},
		{"--contract=", "local: --contract: want the file of one contract\n"},
		{"--contract none.yaml", "local: none.yaml: "},
		{"--mode none.yaml", "local: none.yaml: "},
		{"--mode a.yaml --mode a.yaml", "local: --mode \"a.yaml\": want the file of a mode or a name of this module's, each once\n"},
		{"--host a/b", "local: --host \"a/b\": "},
		{"--addr nowhere", "local: --addr \"nowhere\": want HOST:PORT\n"},
		{"--function a=", "local: --function \"a=\": want NAME=URL, NAME=BINARY or, for all that name none, URL or BINARY\n"},
		{"--function =a", "local: --function \"=a\": want NAME=URL, NAME=BINARY or, for all that name none, URL or BINARY\n"},
		{"--function =http://127.0.0.1:1", "local: --function \"=http://127.0.0.1:1\": want NAME=URL, NAME=BINARY or, "},
		{"--function a --function b", "local: --function \"b\": the one for all that name none is given twice\n"},
		{"--function a", "local: --function \"a\": all that ../../../api/openapi.yaml has names a function: want NAME=URL or NAME=BINARY; "},
		{"--environments 0", "local: invalid argument \"0\" for \"--environments\" flag: want a number from 1 to 1000; "},
		{"--environments many", "local: invalid argument \"many\" for \"--environments\" flag: want a number from 1 to 1000; local --help lists the flags\n"},
		{"--environments 99999999999999999999", "local: invalid argument \"99999999999999999999\" for \"--environments\" flag: want a number from 1 to 1000; "},
		{"--watch=maybe", "local: invalid argument \"maybe\" for \"--watch\" flag: want true or false; local --help lists the flags\n"},
		{"--addr 127.0.0.1:99999", "local: --addr \"127.0.0.1:99999\": want a port from 0 to 65535, got \"99999\"\n"},
		{"--env A=b", "local: --env: is for binaries that are given, of which there is none: "},
		{"--function a=b --function a=c", "local: --function \"a=c\": the function \"a\" is given twice\n"},
	} {
		var stdout, stderr bytes.Buffer
		status := run(t.Context(), &stdout, &stderr, strings.Fields(test.line)...)
		if status != cli.StatusFailed || !strings.HasPrefix(stderr.String(), test.want) || strings.Count(stderr.String(), "\n") != 1 || stdout.Len() > 0 {
			t.Errorf("%s: status %d, %q, want %q", test.line, status, &stderr, test.want)
		}
	}
}

func TestHelp(t *testing.T) {
	var stdout, stderr bytes.Buffer
	status := run(t.Context(), &stdout, &stderr, "--exec", "--help")
	for _, part := range []string{"--addr HOST:PORT ", "--host NAME ", "--function NAME=WHERE ", "--env NAME[=VALUE] ", "--env-file FILE ", "--environments N ", "--contract FILE ", "\n  TOKEN_SOURCES  ", "\nExamples:\n"} {
		if status != cli.StatusDone || !strings.Contains(stdout.String(), part) || stderr.Len() > 0 {
			t.Errorf("status %d, no %q in\n%s%s", status, part, &stdout, &stderr)
		}
	}
}

// TestCompletion: the modes of this module are offered, and files.
func TestCompletion(t *testing.T) {
	var stdout, stderr bytes.Buffer
	run(t.Context(), &stdout, &stderr, "__complete", "--mode", "")
	if want := "http-iam\nhttp-jwt\nhttp-lambda\nrest-api-key\nrest-cognito\nrest-iam\nrest-request\nrest-token\nwebsocket\n:0\n"; stdout.String() != want {
		t.Errorf("%q, want %q", &stdout, want)
	}
}

// TestServes: it serves until it is interrupted.
func TestServes(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	out, in := io.Pipe()
	status := make(chan int, 1)
	go func() {
		status <- run(ctx, in, io.Discard, "--addr", "127.0.0.1:0", "--host", "a.example", "--verbose")
	}()
	var url string
	if _, err := fmt.Fscanf(out, "Portcullis at %s", &url); err != nil {
		t.Fatal(err)
	}
	go io.Copy(io.Discard, out)
	stop()
	if got := <-status; got != cli.StatusDone {
		t.Errorf("status %d", got)
	}
}
