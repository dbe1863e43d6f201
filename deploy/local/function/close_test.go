package function_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"portcullis/deploy/local/function"
)

func TestCloseLetsInvocationsFinish(t *testing.T) {
	f := start(t, function.Config{})
	idle := mustInvoke(t, f, event{Do: "pid"})
	held := filepath.Join(t.TempDir(), "held")
	answer := inBackground(t, f, held)
	closed := make(chan error)
	go func() { closed <- f.Close(context.Background()) }()
	await(t, func() bool {
		_, err := invoke(t, f, event{Do: "pid"})
		return errors.Is(err, function.ErrClosed)
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
	f := start(t, function.Config{})
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

type answer struct {
	text string
	err  error
}

// inBackground begins an invocation that lasts until the file held is there.
func inBackground(t *testing.T, f *function.Function, held string) <-chan answer {
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
