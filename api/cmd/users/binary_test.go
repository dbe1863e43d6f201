package main_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"portcullis/deploy/build/functions"
	"portcullis/deploy/local/function"
)

// sdk are the AWS SDK's variables, so that nothing of this machine's own configuration counts.
var sdk = []string{
	"AWS_DEFAULT_REGION=", "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test", "AWS_SESSION_TOKEN=", "AWS_PROFILE=",
	"AWS_CONFIG_FILE=" + os.DevNull, "AWS_SHARED_CREDENTIALS_FILE=" + os.DevNull,
}

// build builds the function as it is deployed, for this machine.
func build(t *testing.T) (binary string) {
	t.Helper()
	binary = filepath.Join(t.TempDir(), "bootstrap")
	if err := functions.Build(t.Context(), "../../..", "users", runtime.GOOS, runtime.GOARCH, binary); err != nil {
		t.Fatal(err)
	}
	return binary
}

// start starts the function with these variables only, until the test ends.
func start(t *testing.T, binary string, env ...string) *function.Function {
	t.Helper()
	started, err := function.Start(t.Context(), function.Config{Name: "users", Binary: binary, Env: append(env, sdk...), Stderr: os.Stderr})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { started.Close(context.Background()) })
	return started
}

// TestBinary drives the function over the Lambda Runtime API.
func TestBinary(t *testing.T) {
	binary := build(t)
	t.Run("serves", func(t *testing.T) { serves(t, binary) })
	t.Run("calls nobody before an event", func(t *testing.T) { callsNobody(t, binary) })
	t.Run("refuses a bad variable", func(t *testing.T) { refuses(t, binary) })
}

func serves(t *testing.T, binary string) {
	f := start(t, binary, "USERS_TABLE=:memory:")
	steps := []struct{ event, answer, err string }{
		{`{"httpMethod":"POST","resource":"/users","body":"{\"id\":\"ann\",\"name\":\"Ann\"}"}`, `{"statusCode":201,`, ""},
		{`{"httpMethod":"GET","resource":"/users/{id}","pathParameters":{"id":"ann"}}`, `{"statusCode":200,`, ""},
		{`{"type":"TOKEN"}`, ``, "not an API Gateway proxy event"},
		{`{"httpMethod":"GET","resource":"/users/{id}","pathParameters":{"id":"bob"}}`, `{"statusCode":404,`, ""},
	}
	for _, s := range steps {
		got, err := f.Invoke(t.Context(), []byte(s.event))
		if !strings.HasPrefix(string(got), s.answer) || (err != nil) != (s.err != "") || err != nil && !strings.HasPrefix(err.Error(), s.err) {
			t.Errorf("%s: %s, error %v, want %s… or error %q", s.event, got, err, s.answer, s.err)
		}
	}
}

// callsNobody: until an event needs the table, nobody is called, whatever the SDK's variables say.
func callsNobody(t *testing.T, binary string) {
	var calls atomic.Int32
	aws := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		calls.Add(1)
		w.WriteHeader(http.StatusBadRequest)
	}))
	defer aws.Close()
	f := start(t, binary, "USERS_TABLE=users", "AWS_ENDPOINT_URL="+aws.URL, "AWS_EC2_METADATA_SERVICE_ENDPOINT="+aws.URL,
		"AWS_DEFAULTS_MODE=auto", "HTTP_PROXY="+aws.URL, "HTTPS_PROXY="+aws.URL)
	// The function is past its start when it takes an event, which this one ends without the table.
	if got, err := f.Invoke(t.Context(), []byte(`{"httpMethod":"DELETE","resource":"/users"}`)); err != nil || !strings.Contains(string(got), `"statusCode":400`) {
		t.Errorf("answer %s, error %v", got, err)
	}
	if n := calls.Load(); n != 0 {
		t.Errorf("%d calls before an event needed one", n)
	}
	f.Invoke(t.Context(), []byte(`{"httpMethod":"GET","resource":"/users"}`))
	if calls.Load() == 0 {
		t.Error("the table was not called, so that this test would not see calls")
	}
}

// refuses: a bad variable ends the function with status 1, and a line that names it.
func refuses(t *testing.T, binary string) {
	_, err := function.Start(t.Context(), function.Config{Name: "users", Binary: binary, Env: []string{"USERS_TABLE=:memory:", "ALLOWED_ORIGINS=example.com"}})
	failed := (*function.StartError)(nil)
	if !errors.As(err, &failed) || !strings.Contains(err.Error(), "exit status 1") || !strings.Contains(failed.Output, `ALLOWED_ORIGINS is \"example.com\": want`) {
		t.Errorf("error %v", err)
	}
}
