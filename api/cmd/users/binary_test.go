package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// deskVariables are the AWS SDK's variables, so that nothing of this machine's own configuration counts.
var deskVariables = map[string]string{
	"AWS_REGION":                  "eu-west-1",
	"AWS_DEFAULT_REGION":          "",
	"AWS_ACCESS_KEY_ID":           "test",
	"AWS_SECRET_ACCESS_KEY":       "test",
	"AWS_SESSION_TOKEN":           "",
	"AWS_PROFILE":                 "",
	"AWS_CONFIG_FILE":             os.DevNull,
	"AWS_SHARED_CREDENTIALS_FILE": os.DevNull,
}

// buildBinary builds the program as it is deployed.
func buildBinary(t testing.TB) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "bootstrap")
	build := exec.Command("go", "build", "-tags", "lambda.norpc", "-o", path, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return path
}

// runtimeAPI is the part of Lambda that a function polls
// (https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html).
type runtimeAPI struct {
	server  *httptest.Server
	polled  chan struct{} // closed at the first poll
	events  chan string
	answers chan string
}

func newRuntimeAPI(t testing.TB) *runtimeAPI {
	t.Helper()
	r := &runtimeAPI{polled: make(chan struct{}), events: make(chan string), answers: make(chan string, 1)}
	var polls atomic.Int32
	mux := http.NewServeMux()
	mux.HandleFunc("GET /2018-06-01/runtime/invocation/next", func(w http.ResponseWriter, q *http.Request) {
		if polls.Add(1) == 1 {
			close(r.polled)
		}
		select {
		case event := <-r.events:
			w.Header().Set("Lambda-Runtime-Aws-Request-Id", fmt.Sprint("request-", polls.Load()))
			w.Header().Set("Lambda-Runtime-Deadline-Ms", fmt.Sprint(time.Now().Add(10*time.Second).UnixMilli()))
			_, _ = io.WriteString(w, event)
		case <-q.Context().Done():
		}
	})
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/{outcome}", func(w http.ResponseWriter, q *http.Request) {
		body, _ := io.ReadAll(q.Body)
		w.WriteHeader(http.StatusAccepted)
		r.answers <- q.PathValue("outcome") + " " + string(body)
	})
	r.server = httptest.NewServer(mux)
	t.Cleanup(r.server.Close)
	return r
}

// start runs the program against the runtime API, with these variables only, until the test ends.
func (r *runtimeAPI) start(t testing.TB, binary string, env map[string]string) {
	t.Helper()
	cmd := exec.Command(binary)
	cmd.Env = []string{"AWS_LAMBDA_RUNTIME_API=" + strings.TrimPrefix(r.server.URL, "http://")}
	for _, variables := range []map[string]string{deskVariables, env} {
		for name, value := range variables {
			cmd.Env = append(cmd.Env, name+"="+value)
		}
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
}

// invoke sends one event and waits for what the program answers.
func (r *runtimeAPI) invoke(t testing.TB, event string) string {
	t.Helper()
	patience := time.After(time.Minute)
	select {
	case r.events <- event:
	case <-patience:
		t.Fatal("the program does not poll")
	}
	select {
	case answer := <-r.answers:
		return answer
	case <-patience:
		t.Fatal("the program does not answer")
	}
	return ""
}

func TestBinary(t *testing.T) {
	binary := buildBinary(t)
	t.Run("serves", func(t *testing.T) { serves(t, binary) })
	t.Run("calls nobody before an event", func(t *testing.T) { callsNobody(t, binary) })
	t.Run("refuses a bad variable", func(t *testing.T) { refuses(t, binary) })
}

func serves(t *testing.T, binary string) {
	r := newRuntimeAPI(t)
	r.start(t, binary, map[string]string{"USERS_TABLE": ":memory:"})
	steps := []struct{ event, want string }{
		{`{"httpMethod":"POST","resource":"/users","body":"{\"id\":\"ann\",\"name\":\"Ann\"}"}`, `response {"statusCode":201,`},
		{`{"httpMethod":"GET","resource":"/users/{id}","pathParameters":{"id":"ann"}}`, `response {"statusCode":200,`},
		{`{"type":"TOKEN"}`, `error {"errorMessage":"not an API Gateway proxy event`},
		{`{"httpMethod":"GET","resource":"/users/{id}","pathParameters":{"id":"bob"}}`, `response {"statusCode":404,`},
	}
	for _, s := range steps {
		if got := r.invoke(t, s.event); !strings.HasPrefix(got, s.want) {
			t.Errorf("%s: %s, want %s…", s.event, got, s.want)
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
	r := newRuntimeAPI(t)
	r.start(t, binary, map[string]string{
		"USERS_TABLE":                       "users",
		"AWS_ENDPOINT_URL":                  aws.URL,
		"AWS_EC2_METADATA_SERVICE_ENDPOINT": aws.URL,
		"AWS_DEFAULTS_MODE":                 "auto",
		"HTTP_PROXY":                        aws.URL,
		"HTTPS_PROXY":                       aws.URL,
	})
	// The program is past its start when it takes an event, which this one ends without the table.
	if got := r.invoke(t, `{"httpMethod":"DELETE","resource":"/users"}`); !strings.Contains(got, `"statusCode":400`) {
		t.Errorf("answer %s", got)
	}
	if n := calls.Load(); n != 0 {
		t.Errorf("%d calls before an event needed one", n)
	}
	r.invoke(t, `{"httpMethod":"GET","resource":"/users"}`)
	if calls.Load() == 0 {
		t.Error("the table was not called, so that this test would not see calls")
	}
}

// refuses: a bad variable ends the program, with a line that names it.
func refuses(t *testing.T, binary string) {
	cmd := exec.Command(binary)
	cmd.Env = []string{"USERS_TABLE=:memory:", "ALLOWED_ORIGINS=example.com", "AWS_LAMBDA_RUNTIME_API=127.0.0.1:1"}
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil || cmd.ProcessState.ExitCode() != 1 || !strings.Contains(string(out), `ALLOWED_ORIGINS is \"example.com\": want`) {
		t.Errorf("%v: %s", err, out)
	}
}

// BenchmarkStart is the time from exec to the first poll, with a table in DynamoDB.
func BenchmarkStart(b *testing.B) {
	binary := buildBinary(b)
	for b.Loop() {
		b.StopTimer()
		r := newRuntimeAPI(b)
		b.StartTimer()
		r.start(b, binary, map[string]string{"USERS_TABLE": "users"})
		<-r.polled
	}
}
