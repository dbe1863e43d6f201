package lambda_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"portcullis/deploy/emulators/lambda"
)

func TestAnswers(t *testing.T) {
	f := start(t, lambda.Config{MaxEnvironments: 1})
	first := mustInvoke(t, f, event{Do: "pid"})
	for _, test := range []struct {
		event event
		want  string
	}{
		{event{Do: "echo", Text: "hello"}, `"hello"`},
		{event{Do: "echo", Text: "\u2028 <&> ü"}, `"\u2028 <&> ü"`},
		{event{Do: "print"}, `null`},
		{event{Do: "pid"}, first},
	} {
		if got := mustInvoke(t, f, test.event); got != test.want {
			t.Errorf("%+v = %s, want %s", test.event, got, test.want)
		}
	}
}

func TestErrors(t *testing.T) {
	f := start(t, lambda.Config{MaxEnvironments: 1})
	tests := []struct {
		name          string
		event         event
		kind, message string
		sameProcess   bool
	}{
		{"error", event{Do: "fail", Text: "no such user"}, "errorString", "no such user", true},
		{"Unauthorized", event{Do: "fail", Text: "Unauthorized"}, "errorString", "Unauthorized", true},
		{"empty error", event{Do: "fail"}, "errorString", "", true},
		{"stream that breaks off", event{Do: "break off"}, "errorString", "broke off", true},
		{"panic", event{Do: "panic", Text: "oh"}, "string", "oh", false},
		{"exit 1", event{Do: "exit", N: 1}, "Runtime.ExitError", "RequestId: * Error: Runtime exited with error: exit status 1", false},
		{"exit 0", event{Do: "exit"}, "Runtime.ExitError", "RequestId: * Error: Runtime exited without providing a reason", false},
		{"too large", event{Do: "large", N: 6 << 20}, "Function.ResponseSizeTooLarge", "Response payload size exceeded maximum allowed payload size (6291456 bytes).", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			before := mustInvoke(t, f, event{Do: "pid"})
			_, err := invoke(t, f, test.event)
			requireError(t, err, test.kind, test.message)
			if after := mustInvoke(t, f, event{Do: "pid"}); (after == before) != test.sameProcess {
				t.Errorf("process %s before, %s after; same: want %v", before, after, test.sameProcess)
			}
		})
	}
}

func TestLargestAnswer(t *testing.T) {
	f := start(t, lambda.Config{})
	if answer := mustInvoke(t, f, event{Do: "large", N: 6<<20 - 2}); len(answer) != 6<<20 {
		t.Errorf("%d bytes", len(answer))
	}
	_, err := f.Invoke(t.Context(), bytes.Repeat([]byte("x"), 6<<20+1))
	if err == nil || !strings.Contains(err.Error(), "the event has 6291457 bytes") {
		t.Errorf("large event: %v", err)
	}
}

func TestTimeoutCostsTheEnvironment(t *testing.T) {
	var log bytes.Buffer
	f := start(t, lambda.Config{Timeout: 2 * time.Second, MaxEnvironments: 1, Stderr: &log})
	held := filepath.Join(t.TempDir(), "never")
	timedOut := func(e event) bool { // on a busy machine, what answers at once may time out too
		answer, err := invoke(t, f, e)
		if err == nil {
			if pid := readPID(t, held); answer == pid {
				t.Error("the environment that timed out is used again")
			}
			return false
		}
		requireError(t, err, "Sandbox.Timedout", "RequestId: * Error: Task timed out after 2.00 seconds")
		return true
	}
	for began := false; !began; began = exists(held + ".pid") {
		if !timedOut(event{Do: "hold", Text: held}) {
			t.Fatal("it answered, though it was to be held")
		}
	}
	requireGone(t, readPID(t, held))
	for timedOut(event{Do: "pid"}) {
	}
	if !strings.Contains(log.String(), "Task timed out after 2.00 seconds") {
		t.Errorf("log: %s", log.String())
	}
}

func TestProcessThatEndsWhileIdleIsReplaced(t *testing.T) {
	f := start(t, lambda.Config{MaxEnvironments: 1})
	before := mustInvoke(t, f, event{Do: "exit after answer", N: 1})
	await(t, func() bool { return goroutines("(*environment).serve(") == nil }) // its end is noticed
	if after := mustInvoke(t, f, event{Do: "pid"}); after == before {
		t.Errorf("process %s answered after its end", after)
	}
}

func TestEnvironment(t *testing.T) {
	t.Setenv("OF_THIS_MACHINE", "must not be seen")
	const arn = "arn:aws:lambda:eu-west-1:111122223333:function:token:live"
	f := start(t, lambda.Config{Name: "token", ARN: arn, Timeout: time.Minute, Env: []string{"A=b=c", "AWS_REGION=xx-north-9", "_HANDLER=x"}})
	var got struct {
		Variables       map[string]string
		Folder, Request string
		ARN, Name       string
		Deadline, Now   int64
	}
	if err := json.Unmarshal([]byte(mustInvoke(t, f, event{Do: "environment"})), &got); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"A": "b=c", "OF_THIS_MACHINE": "", "PATH": "", "AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-1",
		"AWS_LAMBDA_FUNCTION_NAME": "token", "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
		"LAMBDA_TASK_ROOT": filepath.Dir(probe(t)), "_HANDLER": "bootstrap",
	} {
		if got.Variables[name] != want {
			t.Errorf("%s=%s, want %s", name, got.Variables[name], want)
		}
	}
	if !strings.HasPrefix(got.Variables["AWS_LAMBDA_RUNTIME_API"], "127.0.0.1:") || !strings.HasPrefix(got.Variables["_X_AMZN_TRACE_ID"], "Root=1-") {
		t.Errorf("variables %v", got.Variables)
	}
	if real, _ := filepath.EvalSymlinks(filepath.Dir(probe(t))); got.Folder != real {
		t.Errorf("folder %s, want %s", got.Folder, real)
	}
	if got.ARN != arn || got.Name != "token" || len(got.Request) != 36 {
		t.Errorf("got %+v", got)
	}
	if left := got.Deadline - got.Now; left <= 0 || left > 60_000 {
		t.Errorf("%d ms left of a minute", left)
	}
}

func TestOutputGoesToStderr(t *testing.T) {
	var log bytes.Buffer
	f := start(t, lambda.Config{Stderr: &log})
	mustInvoke(t, f, event{Do: "print", Text: "hello"})
	if err := f.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := log.String(); !strings.Contains(got, "out: hello\n") || !strings.Contains(got, "err: hello\n") {
		t.Errorf("log: %q", got)
	}
}

func TestCallerThatLeaves(t *testing.T) {
	f := start(t, lambda.Config{MaxEnvironments: 1})
	held := filepath.Join(t.TempDir(), "held")
	ctx, leave := context.WithCancel(t.Context())
	left := make(chan error)
	go func() {
		_, err := f.Invoke(ctx, []byte(`{"Do":"hold","Text":`+quote(held)+`}`))
		left <- err
	}()
	await(t, func() bool { return exists(held + ".pid") })
	leave()
	if err := <-left; !errors.Is(err, context.Canceled) {
		t.Errorf("left invocation: %v", err)
	}
	if _, err := f.Invoke(ctx, []byte(`{"Do":"pid"}`)); !errors.Is(err, context.Canceled) {
		t.Errorf("invocation that waits for the only environment: %v", err)
	}
	write(t, held)
	pid, _ := os.ReadFile(held + ".pid")
	if got := mustInvoke(t, f, event{Do: "pid"}); got != string(pid) {
		t.Errorf("process %s, want %s: what the caller left goes on", got, pid)
	}
}

func quote(s string) string {
	text, _ := json.Marshal(s)
	return string(text)
}

func write(t *testing.T, path string) {
	t.Helper()
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
}
