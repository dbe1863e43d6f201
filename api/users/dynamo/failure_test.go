package dynamo_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"portcullis/api/users"
	"portcullis/api/users/dynamo"
	"portcullis/deploy/testtools"
)

// operations are all that a Store does, by name.
var operations = map[string]func(ctx context.Context, s users.Store) error{
	"Create": func(ctx context.Context, s users.Store) error { return s.Create(ctx, person("ann")) },
	"Get":    func(ctx context.Context, s users.Store) error { _, err := s.Get(ctx, "ann"); return err },
	"List":   func(ctx context.Context, s users.Store) error { _, err := s.List(ctx, 1, ""); return err },
	"Next":   func(ctx context.Context, s users.Store) error { _, err := s.List(ctx, 1, "AAAA"); return err },
	"Update": func(ctx context.Context, s users.Store) error {
		_, err := s.Update(ctx, "ann", users.Change{Name: "Ann"}, nil)
		return err
	},
	"Delete": func(ctx context.Context, s users.Store) error { return s.Delete(ctx, "ann", nil) },
}

// requests are events of the operations.
var requests = map[string]string{
	"POST":   `{"httpMethod":"POST","resource":"/users","body":"{\"name\":\"Ann\"}"}`,
	"GET":    `{"httpMethod":"GET","resource":"/users/{id}","pathParameters":{"id":"ann"}}`,
	"list":   `{"httpMethod":"GET","resource":"/users"}`,
	"next":   `{"httpMethod":"GET","resource":"/users","queryStringParameters":{"next":"AAAA"}}`,
	"PUT":    `{"httpMethod":"PUT","resource":"/users/{id}","pathParameters":{"id":"ann"},"body":"{\"name\":\"Ann\"}"}`,
	"DELETE": `{"httpMethod":"DELETE","resource":"/users/{id}","pathParameters":{"id":"ann"}}`,
}

// amazonError answers as DynamoDB does
// (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html).
func amazonError(status int, name string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/x-amz-json-1.0")
		w.WriteHeader(status)
		_, _ = fmt.Fprintf(w, `{"__type":"com.amazonaws.dynamodb.v20120810#%s","message":"made by a test"}`, name)
	}
}

// closedPort returns the address of a port that nothing listens on.
func closedPort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	return "http://" + listener.Addr().String()
}

// TestFailures: what may pass is 503 with Retry-After, what will not is 500, and neither is an answer about a user.
func TestFailures(t *testing.T) {
	hangUp := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	cut := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		_, _ = w.Write([]byte(`{"Item":`))
	})
	cases := []struct {
		name     string
		endpoint string
		status   int
	}{
		{"closed port", closedPort(t), 503},
		{"hung up", testtools.Serve(t, hangUp), 503},
		{"cut short", testtools.Serve(t, cut), 503},
		{"provisioned throughput", testtools.Serve(t, amazonError(400, "ProvisionedThroughputExceededException")), 503},
		{"throttled", testtools.Serve(t, amazonError(400, "ThrottlingException")), 503},
		{"request limit", testtools.Serve(t, amazonError(400, "RequestLimitExceeded")), 503},
		{"internal", testtools.Serve(t, amazonError(500, "InternalServerError")), 503},
		{"unavailable", testtools.Serve(t, amazonError(503, "ServiceUnavailable")), 503},
		{"no table", testtools.Serve(t, amazonError(400, "ResourceNotFoundException")), 500},
		{"denied", testtools.Serve(t, amazonError(400, "AccessDeniedException")), 500},
		{"expired credentials", testtools.Serve(t, amazonError(400, "ExpiredTokenException")), 500},
		{"malformed", testtools.Serve(t, amazonError(400, "ValidationException")), 500},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := open(t, clientOf(c.endpoint), "users")
			for name, event := range requests {
				wantStatus(t, s, name, event, c.status)
			}
		})
	}
}

func wantStatus(t *testing.T, s users.Store, name, event string, status int) {
	t.Helper()
	h, err := users.New(users.Config{Store: s, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	out, err := h.Invoke(t.Context(), []byte(event))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	var answer struct {
		StatusCode int
		Headers    map[string]string
		Body       string
	}
	if err := json.Unmarshal(out, &answer); err != nil {
		t.Fatal(err)
	}
	if _, retry := answer.Headers["Retry-After"]; answer.StatusCode != status || retry != (status == 503) {
		t.Errorf("%s: %s, want status %d", name, out, status)
	}
	if strings.Contains(answer.Body, "made by a test") {
		t.Errorf("%s: the answer tells what DynamoDB said: %s", name, answer.Body)
	}
}

// TestDeadline: a table that never answers does not outlive the context.
func TestDeadline(t *testing.T) {
	silent := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // only then does the server see that the client has left
		<-r.Context().Done()
	})
	s := open(t, clientOf(testtools.Serve(t, silent)), "users")
	for operation, call := range operations {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		if err := call(ctx, s); !errors.As(err, new(*users.UnavailableError)) {
			t.Errorf("%s: %v, want an *UnavailableError", operation, err)
		}
		cancel()
	}
}

// TestLostAnswer puts a proxy before the table that passes requests on and loses the first answer to a write, as a
// broken connection does. No write may be done twice, and none may be reported as refused when it was done.
func TestLostAnswer(t *testing.T) {
	endpoint := testtools.MotoDynamoDB(t)
	direct := clientOf(endpoint)
	table := newTable(t, direct)
	var lose atomic.Bool
	flaky := open(t, clientOf(testtools.Serve(t, losing(t, endpoint, &lose))), table)
	steady := open(t, direct, table)

	for _, step := range []struct {
		operation string
		version   int // that the user has after it, 0 for none
	}{{"Create", 1}, {"Update", 2}, {"Delete", 0}} {
		lose.Store(true)
		err := operations[step.operation](t.Context(), flaky)
		if !errors.As(err, new(*users.UnavailableError)) {
			t.Errorf("%s: %v, want an *UnavailableError", step.operation, err)
		}
		if u, _ := steady.Get(t.Context(), "ann"); u.Version != step.version {
			t.Errorf("%s: version %d is stored, want %d", step.operation, u.Version, step.version)
		}
	}
}

// losing passes requests on to endpoint, and hangs up instead of answering while lose is set.
func losing(t *testing.T, endpoint string, lose *atomic.Bool) http.Handler {
	t.Helper()
	proxy := testtools.Proxy(t, endpoint)
	proxy.ModifyResponse = func(*http.Response) error {
		if lose.CompareAndSwap(true, false) {
			panic(http.ErrAbortHandler)
		}
		return nil
	}
	return proxy
}

// TestThrottledOnce: one throttle is made up for by another attempt, of a write also.
func TestThrottledOnce(t *testing.T) {
	endpoint := testtools.MotoDynamoDB(t)
	direct := clientOf(endpoint)
	table := newTable(t, direct)
	var calm atomic.Bool
	proxy := losing(t, endpoint, new(atomic.Bool))
	busy := amazonError(400, "ProvisionedThroughputExceededException")
	s := open(t, clientOf(testtools.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if calm.CompareAndSwap(false, true) {
			busy(w, r)
			return
		}
		calm.Store(false)
		proxy.ServeHTTP(w, r)
	}))), table)
	for _, operation := range []string{"Create", "Get", "Update", "List", "Delete"} {
		calm.Store(false)
		if err := operations[operation](t.Context(), s); err != nil {
			t.Errorf("%s: %v", operation, err)
		}
	}
}

var _ users.Store = (*dynamo.Store)(nil)

// TestAnswers: an answer that does not say what is in the table is no "there is none".
func TestAnswers(t *testing.T) {
	for body, want := range map[string]struct{ get, list int }{
		`{}`:                         {404, 500},
		`{"Item":null,"Items":null}`: {404, 500},
		`{"Item":{},"Items":[{}]}`:   {500, 500},
		`{"Items":[],"Count":0}`:     {404, 200},
		`{"Item":{"id":{"S":"bob"},"name":{"S":"Bob"},"createdAt":{"S":"2026-01-02T03:04:05Z"},"updatedAt":{"S":"2026-01-02T03:04:05Z"},"version":{"N":"1"}}}`: {500, 500},
	} {
		s := open(t, clientOf(testtools.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/x-amz-json-1.0")
			_, _ = io.WriteString(w, body)
		}))), "users")
		wantStatus(t, s, "GET from "+body, requests["GET"], want.get)
		wantStatus(t, s, "list from "+body, requests["list"], want.list)
	}
}
