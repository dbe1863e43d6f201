// Package binarytest checks what the binaries of the functions have in common, over the Lambda Runtime API.
package binarytest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"portcullis/deploy/emulators/lambda"
	"portcullis/deploy/functions"
	"portcullis/deploy/testtools"
	"portcullis/deploy/testtools/faults"
	"portcullis/deploy/testtools/scripttest"
)

// fixed are the AWS SDK's variables, so that nothing of this machine's own configuration counts, and the race detector's.
var fixed = []string{
	"AWS_DEFAULT_REGION=", "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test", "AWS_SESSION_TOKEN=", "AWS_PROFILE=",
	"AWS_CONFIG_FILE=" + os.DevNull, "AWS_SHARED_CREDENTIALS_FILE=" + os.DevNull,
	scripttest.NoWait,
}

// Patience is how long a function may take for its start and for an event: on a busy machine it may be longer than on Lambda.
const Patience = time.Minute

// Binary is a function's binary: the function's name, and the path of its file.
type Binary struct{ Name, File string }

// Build builds a function, given by its name, by [testtools.Program]. What lies beside the binary in its zip does here, too.
func Build(t *testing.T, name string) Binary {
	t.Helper()
	at := slices.IndexFunc(functions.Functions, func(f functions.Function) bool { return f.Name == name })
	if at < 0 {
		t.Fatalf("no function %s", name)
	}
	function := functions.Functions[at]
	file := testtools.Program(t, function.Package)
	if function.Rules {
		putRules(t, filepath.Dir(file))
	}
	return Binary{name, file}
}

// Start starts the function with these variables only, until the test ends.
func (b Binary) Start(t *testing.T, env ...string) *lambda.Function {
	t.Helper()
	return b.start(t, os.Stderr, env...)
}

func (b Binary) start(t *testing.T, log io.Writer, env ...string) *lambda.Function {
	t.Helper()
	started, err := lambda.Start(t.Context(), lambda.Config{Name: b.Name, Binary: b.File, Env: append(env, fixed...), Stderr: log, Timeout: Patience, InitTimeout: Patience})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { started.Close(context.Background()) })
	return started
}

// Refuses checks that bad variables end the function with status 1, and a line that says this.
func (b Binary) Refuses(t *testing.T, says string, env ...string) {
	t.Helper()
	_, err := lambda.Start(t.Context(), lambda.Config{Name: b.Name, Binary: b.File, Env: append(env, fixed...)})
	failed := (*lambda.StartError)(nil)
	if !errors.As(err, &failed) || !strings.Contains(err.Error(), "exit status 1") || !strings.Contains(failed.Output, says) {
		t.Errorf("error %v, want one that says %s", err, says)
	}
}

// LogsOneLine checks that an event which the function cannot serve is one line of its log, in JSON, which says this.
func (b Binary) LogsOneLine(t *testing.T, event, says string, env ...string) {
	t.Helper()
	var log bytes.Buffer
	f := b.start(t, &log, env...)
	if answer, err := f.Invoke(t.Context(), []byte(event)); err == nil {
		t.Errorf("answer %s", answer)
	}
	f.Close(context.Background())
	if !json.Valid(log.Bytes()) || !strings.Contains(log.String(), `"level":"ERROR"`) || !strings.Contains(log.String(), says) {
		t.Errorf("want one line of JSON, of level ERROR, with %s:\n%s", says, &log)
	}
}

// CallsNobody checks that a function which serves one event, with a 400, calls nobody, whatever the SDK's variables say, and
// that the next one is what makes it call.
func (b Binary) CallsNobody(t *testing.T, quiet, loud string, env ...string) {
	t.Helper()
	aws, calls := faults.Serve(t, faults.Says(http.StatusBadRequest, ""))
	f := b.Start(t, append(env, "AWS_ENDPOINT_URL="+aws, "AWS_EC2_METADATA_SERVICE_ENDPOINT="+aws,
		"AWS_DEFAULTS_MODE=auto", "HTTP_PROXY="+aws, "HTTPS_PROXY="+aws)...)
	// The function is past its start when it takes an event.
	if got, err := f.Invoke(t.Context(), []byte(quiet)); err != nil || !strings.Contains(string(got), `"statusCode":400`) {
		t.Errorf("answer %s, error %v", got, err)
	}
	if n := calls.Load(); n != 0 {
		t.Errorf("%d calls before an event needed one", n)
	}
	f.Invoke(t.Context(), []byte(loud))
	if calls.Load() == 0 {
		t.Error("nobody was called, so that this test would not see calls")
	}
}

// Step is an event, in JSON, and how the answer, or the error's text, begins; of the two the other is "".
type Step = struct{ Event, Answer, Err string }

// Serve goes through steps.
func Serve(t *testing.T, f *lambda.Function, steps []Step) {
	t.Helper()
	for _, s := range steps {
		got, err := f.Invoke(t.Context(), []byte(s.Event))
		if !strings.HasPrefix(string(got), s.Answer) || (err != nil) != (s.Err != "") || err != nil && !strings.HasPrefix(err.Error(), s.Err) {
			t.Errorf("%s: %s, error %v, want %s… or error %q", s.Event, got, err, s.Answer, s.Err)
		}
	}
}
