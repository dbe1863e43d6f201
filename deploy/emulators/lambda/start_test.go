package lambda_test

import (
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

func TestStartRefuses(t *testing.T) {
	text := filepath.Join(t.TempDir(), "text")
	if err := os.WriteFile(text, []byte("no program"), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name   string
		config lambda.Config
		want   string
	}{
		{"no name", lambda.Config{Binary: probe(t)}, "Name is empty"},
		{"no binary", lambda.Config{Name: "f"}, "function f: Binary is empty"},
		{"missing binary", lambda.Config{Name: "f", Binary: "/no/such/file"}, "/no/such/file"},
		{"folder", lambda.Config{Name: "f", Binary: t.TempDir()}, "is not a file"},
		{"no program", lambda.Config{Name: "f", Binary: text}, "function f did not start"},
		{"timeout", lambda.Config{Name: "f", Binary: probe(t), Timeout: -1}, "Timeout"},
		{"init timeout", lambda.Config{Name: "f", Binary: probe(t), InitTimeout: -1}, "InitTimeout"},
		{"shutdown timeout", lambda.Config{Name: "f", Binary: probe(t), ShutdownTimeout: -1}, "ShutdownTimeout -1ns"},
		{"environments", lambda.Config{Name: "f", Binary: probe(t), MaxEnvironments: -1}, "MaxEnvironments"},
		{"ARN", lambda.Config{Name: "f", Binary: probe(t), ARN: "arn:aws:lambda"}, `ARN "arn:aws:lambda"`},
		{"ARN of another service", lambda.Config{Name: "f", Binary: probe(t), ARN: "arn:aws:iam:us-east-1:1:function:f"}, "ARN"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f, err := lambda.Start(t.Context(), test.config)
			if f != nil || err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("Start = %v, %v; want an error with %q", f, err, test.want)
			}
		})
	}
}

func TestStartReportsFailedInit(t *testing.T) {
	tests := []struct{ init, kind, message, output string }{
		{"exit", "Runtime.ExitError", "RequestId: * Error: Runtime exited with error: exit status 3", "USERS_TABLE is not set"},
		{"end", "Runtime.ExitError", "RequestId: * Error: Runtime exited without providing a reason", ""},
		{"report", "Config", "no such table", ""},
	}
	for _, test := range tests {
		t.Run(test.init, func(t *testing.T) {
			f, err := lambda.Start(t.Context(), probing(t, lambda.Config{Env: []string{"PROBE_INIT=" + test.init}}))
			if f != nil {
				t.Fatal("it started")
			}
			requireError(t, err, test.kind, test.message)
			failure, ok := errors.AsType[*lambda.StartError](err)
			if !ok || failure.Function != "probe" || failure.Output != test.output || !strings.Contains(err.Error(), test.output) {
				t.Errorf("error %v", err)
			}
		})
	}
}

// TestInitIsBegunAgain: a process that takes too long to start is ended, and begun again at the first invocation, within its time.
func TestInitIsBegunAgain(t *testing.T) {
	var log kept
	once := filepath.Join(t.TempDir(), "once")
	f := start(t, lambda.Config{Env: []string{"PROBE_INIT=hang once", "PROBE_ONCE=" + once}, InitTimeout: 2 * time.Second, Stderr: &log, Label: "f"})
	if said := strings.Join(log.all, ""); said != "f: the initialization takes more than 2s: it is begun again at the first invocation, within its 1m0s, as in Lambda\n" {
		t.Errorf("it says %q", said)
	}
	var got struct{ Deadline, Now int64 }
	if err := json.Unmarshal([]byte(mustInvoke(t, f, event{Do: "environment"})), &got); err != nil {
		t.Fatal(err)
	}
	if left := got.Deadline - got.Now; left > 60_000-300 { // the process takes as long to start again
		t.Errorf("%d ms are left of a minute: the start is not counted", left)
	}
}

// TestInitOfAnotherEnvironmentIsBegunAgain: within the invocation that it is for.
func TestInitOfAnotherEnvironmentIsBegunAgain(t *testing.T) {
	once := filepath.Join(t.TempDir(), "once")
	if err := os.WriteFile(once, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	f := start(t, lambda.Config{Env: []string{"PROBE_INIT=hang once", "PROBE_ONCE=" + once}, InitTimeout: 2 * time.Second})
	if err := os.Remove(once); err != nil {
		t.Fatal(err)
	}
	mustInvoke(t, f, event{Do: "exit after answer"})
	hold := filepath.Join(t.TempDir(), "hold")
	if err := os.WriteFile(hold, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	await(t, func() bool {
		_, err := invoke(t, f, event{Do: "hold", Text: hold})
		return err == nil && exists(hold+".pid") && there(once)
	})
}

// TestInitThatNeverEnds: it costs the invocation its time, and no more.
func TestInitThatNeverEnds(t *testing.T) {
	var log kept
	f := start(t, lambda.Config{Env: []string{"PROBE_INIT=hang"}, InitTimeout: 50 * time.Millisecond, Timeout: 100 * time.Millisecond, Stderr: &log})
	for range 2 {
		_, err := invoke(t, f, event{Do: "echo"})
		requireError(t, err, "Sandbox.Timedout", "RequestId: * Error: Task timed out after 0.10 seconds")
	}
	if said := strings.Join(log.all, ""); strings.Count(said, "Task timed out after 0.10 seconds\n") != 2 {
		t.Errorf("it says %q", said)
	}
}

func there(path string) bool { _, err := os.Stat(path); return err == nil }

func TestStartGivesUp(t *testing.T) {
	hang := probing(t, lambda.Config{Env: []string{"PROBE_INIT=hang"}})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	hang.InitTimeout = time.Hour
	if _, err := lambda.Start(ctx, hang); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled Start: %v", err)
	}
}
