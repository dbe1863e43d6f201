package lambda_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"portcullis/deploy/emulators/lambda"
)

func TestCloseLetsInvocationsFinish(t *testing.T) {
	f := start(t, lambda.Config{})
	idle := mustInvoke(t, f, event{Do: "pid"})
	held := filepath.Join(t.TempDir(), "held")
	answer := inBackground(t, f, held)
	closed := make(chan error)
	go func() { closed <- f.Close(context.Background()) }()
	await(t, func() bool {
		_, err := invoke(t, f, event{Do: "pid"})
		return errors.Is(err, lambda.ErrClosed)
	})
	write(t, held)
	if got := <-answer; got.err != nil || got.text != readPID(t, held) {
		t.Errorf("invocation in flight: %+v", got)
	}
	if err := <-closed; err != nil {
		t.Errorf("Close: %v", err)
	}
	requireGone(t, idle)
	requireGone(t, readPID(t, held))
	if err := f.Close(t.Context()); err != nil {
		t.Errorf("second Close: %v", err)
	}
}

func TestCloseInAHurry(t *testing.T) {
	f := start(t, lambda.Config{})
	held := filepath.Join(t.TempDir(), "held")
	answer := inBackground(t, f, held)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := f.Close(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Close: %v", err)
	}
	requireError(t, (<-answer).err, "Runtime.ExitError", "RequestId: * Error: Runtime exited with error: signal: killed")
	requireGone(t, readPID(t, held))
}

// TestCloseLetsFunctionsFinish: one that asked for SIGTERM gets it, and the time to do something about it.
func TestCloseLetsFunctionsFinish(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there is no SIGTERM")
	}
	file := filepath.Join(t.TempDir(), "bye")
	var output bytes.Buffer
	f := start(t, lambda.Config{Env: append(os.Environ(), "PROBE_FAREWELL="+file), Stderr: &output})
	pid := mustInvoke(t, f, event{Do: "pid"})
	if err := f.Close(t.Context()); err != nil {
		t.Error(err)
	}
	requireGone(t, pid)
	if !exists(file) {
		t.Errorf("the function did not finish; it wrote %s", &output)
	}
	if strings.Contains(output.String(), "WARNING") {
		t.Errorf("it wrote %s", &output)
	}
}

// TestCloseHasAnEnd: one that goes on after SIGTERM is killed.
func TestCloseHasAnEnd(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there is no SIGTERM")
	}
	folder := filepath.Join(t.TempDir(), "none") // in which no file can be made, until which the function does not end
	f := start(t, lambda.Config{Env: append(os.Environ(), "PROBE_FAREWELL="+filepath.Join(folder, "bye")), ShutdownTimeout: time.Millisecond})
	pid := mustInvoke(t, f, event{Do: "pid"})
	if err := f.Close(t.Context()); err != nil {
		t.Error(err)
	}
	requireGone(t, pid)
}

// TestExtensionsOfOthers: what asks for events would wait for them in vain.
func TestExtensionsOfOthers(t *testing.T) {
	f := start(t, lambda.Config{})
	for _, body := range []string{`{"events":["INVOKE"]}`, `{"events":["SHUTDOWN"]}`, `{`} {
		if got := mustInvoke(t, f, event{Do: "register", Text: body}); got != "400" {
			t.Errorf("%s: %s", body, got)
		}
	}
	if got := mustInvoke(t, f, event{Do: "register", Text: `{"events":[]}`}); got != "200" {
		t.Error(got)
	}
}

type answer struct {
	text string
	err  error
}

// inBackground begins an invocation that lasts until the file held is there.
func inBackground(t *testing.T, f *lambda.Function, held string) <-chan answer {
	answers := make(chan answer, 1)
	go func() {
		text, err := invoke(t, f, event{Do: "hold", Text: held})
		answers <- answer{text, err}
	}()
	await(t, func() bool { return exists(held + ".pid") })
	return answers
}

func readPID(t *testing.T, held string) string {
	t.Helper()
	pid, err := os.ReadFile(held + ".pid")
	if err != nil {
		t.Fatal(err)
	}
	return string(pid)
}

func requireGone(t *testing.T, pid string) {
	t.Helper()
	if !gone(pid) {
		t.Errorf("process %s still runs", pid)
	}
}
