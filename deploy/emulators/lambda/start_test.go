package lambda_test

import (
	"context"
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

func TestStartGivesUp(t *testing.T) {
	hang := probing(t, lambda.Config{Env: []string{"PROBE_INIT=hang"}, InitTimeout: 50 * time.Millisecond})
	_, err := lambda.Start(t.Context(), hang)
	requireError(t, err, "Sandbox.Timedout", "RequestId: * Error: Task timed out after 0.05 seconds")

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	hang.InitTimeout = time.Hour
	if _, err := lambda.Start(ctx, hang); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled Start: %v", err)
	}
}
