package functions

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"portcullis/deploy/desk/internal/services"
	"portcullis/deploy/testtools"
)

// shell is an environment with much that is no function's.
var shell = []string{
	"PATH=/bin", "HOME=/home/ann", "LC_ALL=C", "LC=none", "GITHUB_TOKEN=secret", "DATABASE_URL=secret", "AWS_ACCESS_KEY_ID=mine", "AWS_SECRET_ACCESS_KEY=secret",
	"AWS_PROFILE=work", "AWSOME=none", "USERS_TABLE=mine", "REVOCATION=table", "UNAUTHORIZED=deny", "RESPONSE=simple", "RULES=mine", "CONTRACT=mine",
	"HTTPS_PROXY=http://ann:secret@proxy.example", "PATH_OF=none", "PROBE_INIT=exit",
}

// TestEnvironments: what a process finds of a shell's variables, of this module's functions and of others. Those of Lambda and of the desk
// are there too.
func TestEnvironments(t *testing.T) {
	s, err := services.New(services.Config{Base: "http://127.0.0.1:1", Getenv: func(string) string { return "" }})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	r := New(Config{Services: s, Environ: shell, Stderr: io.Discard, Log: slog.New(slog.DiscardHandler), HardStop: t.Context()})
	defer r.Close()
	binary := testtools.Program(t, "./deploy/emulators/lambda/testdata/probe")
	configured := configuration{variables: map[string]string{"RULES": "rules.json", "CONTRACT": ""}, ofGiven: map[string]string{"GIVEN": "yes"}}
	ours, err := r.binaries.start(t.Context(), "token", binary, r.binaries.ours, configured, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer ours.stop()
	given, err := r.binaries.given(t.Context(), "orders", binary, configured, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer given.stop()
	const needs = "PATH=/bin HOME=/home/ann LC_ALL=C "
	if got, variables := ofShell(t, given); got != needs+"REVOCATION=table UNAUTHORIZED=deny" || variables["GIVEN"] != "yes" || variables["RULES"] != "rules.json" {
		t.Errorf("a function that is given has %s of the shell, GIVEN=%s and RULES=%s", got, variables["GIVEN"], variables["RULES"])
	}
	got, variables := ofShell(t, ours) // whose credentials are those of the tables here
	if _, there := variables["GIVEN"]; there || variables["AWS_ACCESS_KEY_ID"] != "local" || variables["RULES"] != "rules.json" ||
		got != needs+"AWS_PROFILE=work USERS_TABLE=mine REVOCATION=table UNAUTHORIZED=deny RESPONSE=simple HTTPS_PROXY=http://ann:secret@proxy.example" {
		t.Errorf("one of this module has %s of the shell, and %v", got, slices.Sorted(maps.Keys(variables)))
	}
}

// ofShell are the variables that a function has as the shell does, in the shell's order, and all that it has.
func ofShell(t *testing.T, f *running) (same string, all map[string]string) {
	t.Helper()
	answer, err := f.Invoke(t.Context(), []byte(`{"Do":"environment"}`))
	if err != nil {
		t.Fatal(err)
	}
	var told struct{ Variables map[string]string }
	if err := json.Unmarshal(answer, &told); err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, variable := range shell {
		name, value, _ := strings.Cut(variable, "=")
		if has, there := told.Variables[name]; there && has == value {
			found = append(found, variable)
		}
	}
	return strings.Join(found, " "), told.Variables
}

// TestOneEnvironmentAtAnAddress: an emulator gets one event at a time, whoever calls it: functions of two names, and after a reload those
// before it and behind it.
func TestOneEnvironmentAtAnAddress(t *testing.T) {
	came, mayLeave := make(chan struct{}, 10), make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		came <- struct{}{}
		<-mayLeave
		io.WriteString(w, "{}")
	}))
	defer server.Close()
	r := New(Config{Log: slog.New(slog.DiscardHandler), Environments: 5})
	var all []*running
	for _, name := range []string{"orders", "check", "orders"} {
		f, err := r.remote(name, server.URL)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, f)
	}
	var calls sync.WaitGroup
	for _, f := range all {
		calls.Go(func() {
			if _, err := f.Invoke(context.Background(), []byte("{}")); err != nil {
				t.Error(err)
			}
		})
	}
	for range all {
		<-came
		time.Sleep(50 * time.Millisecond) // for others, which may not come
		if more := len(came); more > 0 {
			t.Errorf("%d events more are there", more)
		}
		mayLeave <- struct{}{}
	}
	calls.Wait()
}
