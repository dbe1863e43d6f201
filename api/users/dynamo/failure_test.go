package dynamo_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"portcullis/api/users"
	"portcullis/api/users/dynamo"
	"portcullis/deploy/testtools"
	"portcullis/deploy/testtools/faults"
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

// TestFailures: what may pass is 503 with Retry-After, what will not is 500, and neither is an answer about a user.
func TestFailures(t *testing.T) {
	cases := []struct {
		name     string
		endpoint string
		status   int
	}{
		{"closed port", faults.ClosedPort, 503},
		{"hung up", testtools.Serve(t, http.HandlerFunc(faults.HangsUp)), 503},
		{"cut short", testtools.Serve(t, http.HandlerFunc(faults.CutShort)), 503},
		{"provisioned throughput", testtools.Serve(t, faults.DynamoDB(400, "ProvisionedThroughputExceededException")), 503},
		{"throttled", testtools.Serve(t, faults.DynamoDB(400, "ThrottlingException")), 503},
		{"request limit", testtools.Serve(t, faults.DynamoDB(400, "RequestLimitExceeded")), 503},
		{"internal", testtools.Serve(t, faults.DynamoDB(500, "InternalServerError")), 503},
		{"unavailable", testtools.Serve(t, faults.DynamoDB(503, "ServiceUnavailable")), 503},
		{"no content", testtools.Serve(t, faults.Says(200, "")), 503},
		{"no content, chunked", testtools.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.(http.Flusher).Flush() })), 503},
		{"no table", testtools.Serve(t, faults.DynamoDB(400, "ResourceNotFoundException")), 500},
		{"denied", testtools.Serve(t, faults.DynamoDB(400, "AccessDeniedException")), 500},
		{"expired credentials", testtools.Serve(t, faults.DynamoDB(400, "ExpiredTokenException")), 500},
		{"malformed", testtools.Serve(t, faults.DynamoDB(400, "ValidationException")), 500},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := open(t, testtools.DynamoDB(c.endpoint), "users")
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
	s := open(t, testtools.DynamoDB(testtools.Serve(t, http.HandlerFunc(faults.Silent))), "users")
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
	direct := testtools.DynamoDB(endpoint)
	table := testtools.Table(t, direct, "")
	var lose atomic.Bool
	flaky := open(t, testtools.DynamoDB(testtools.Serve(t, faults.Losing(t, endpoint, &lose))), table)
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

// TestThrottledOnce: one throttle is made up for by another attempt, of a write also.
func TestThrottledOnce(t *testing.T) {
	endpoint := testtools.MotoDynamoDB(t)
	table := testtools.Table(t, testtools.DynamoDB(endpoint), "")
	s := open(t, testtools.DynamoDB(testtools.Serve(t, faults.Throttling(t, endpoint))), table)
	for _, operation := range []string{"Create", "Get", "Update", "List", "Delete"} {
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
		s := open(t, testtools.DynamoDB(testtools.Serve(t, faults.Says(http.StatusOK, body))), "users")
		wantStatus(t, s, "GET from "+body, requests["GET"], want.get)
		wantStatus(t, s, "list from "+body, requests["list"], want.list)
	}
}
