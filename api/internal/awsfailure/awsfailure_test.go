package awsfailure_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"

	"portcullis/api/internal/awsfailure"
)

// failureOf is how the SDK fails when a service answers so.
func failureOf(t *testing.T, ctx context.Context, status int, body string) error {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		w.WriteHeader(status)
		io.WriteString(w, body)
	}))
	defer server.Close()
	if status == 0 {
		server.Close()
	}
	return failureAt(t, ctx, server.URL, http.DefaultClient)
}

// failureAt is how the SDK fails of what is at an address, as an HTTP client sees it.
func failureAt(t *testing.T, ctx context.Context, address string, over cognitoidentityprovider.HTTPClient) error {
	t.Helper()
	client := cognitoidentityprovider.New(cognitoidentityprovider.Options{Region: "eu-west-1", BaseEndpoint: &address, HTTPClient: over, Retryer: aws.NopRetryer{}})
	_, err := client.GetUser(ctx, &cognitoidentityprovider.GetUserInput{AccessToken: aws.String("a")})
	if err == nil {
		t.Fatal("no failure")
	}
	return fmt.Errorf("wrapped: %w", err)
}

func TestFailures(t *testing.T) {
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	cases := []struct {
		name     string
		err      error
		mayPass  bool
		loggable bool // its text may be logged as it is
	}{
		{"throttled", failureOf(t, t.Context(), 400, `{"__type":"TooManyRequestsException"}`), true, true},
		{"inside the service", failureOf(t, t.Context(), 500, `{"__type":"InternalErrorException"}`), true, true},
		{"by a proxy", failureOf(t, t.Context(), 503, `hidden`), true, false},
		{"too many by a proxy", failureOf(t, t.Context(), 429, `{}`), true, true},
		{"out of reach", failureOf(t, t.Context(), 0, ``), true, true},
		{"given up", failureOf(t, ended, 200, `{}`), true, true},
		{"refused", failureOf(t, t.Context(), 400, `{"__type":"NotAuthorizedException"}`), false, true},
		{"unreadable", failureOf(t, t.Context(), 200, `{"Username":["hidden"]}`), false, false},
		{"our own", errors.New("our own"), false, true},
	}
	for _, c := range cases {
		if got := awsfailure.MayPass(c.err); got != c.mayPass {
			t.Errorf("%s: MayPass(%v) = %t", c.name, c.err, got)
		}
		got := awsfailure.Loggable(c.err)
		if (got == c.err) != c.loggable || strings.Contains(got.Error(), "hidden") {
			t.Errorf("%s: Loggable(%v) = %v", c.name, c.err, got)
		}
	}
}

// breaks is a connection over which an answer of a status begins, and ends with an error.
type breaks struct {
	status int
	end    error
}

func (b breaks) Do(r *http.Request) (*http.Response, error) {
	body := io.MultiReader(strings.NewReader(`{"Username":"hidden`), iotest.ErrReader(b.end))
	return &http.Response{StatusCode: b.status, Body: io.NopCloser(body), Request: r}, nil
}

// TestLoggableNamesTheEnd: why an answer cannot be read is logged where it is the connection or the deadline, and never what
// had come of it.
func TestLoggableNamesTheEnd(t *testing.T) {
	reset := &net.OpError{Op: "read", Net: "tcp", Err: os.NewSyscallError("read", syscall.ECONNRESET)}
	for _, status := range []int{200, 400, 503} {
		for _, c := range []struct {
			end     error
			mayPass bool
			want    string
		}{
			{reset, true, ": " + reset.Error()},
			{fmt.Errorf("hidden: %w", reset), true, ": " + reset.Error()},
			{context.DeadlineExceeded, true, ": context deadline exceeded"},
			{context.Canceled, true, ": context canceled"},
			{fmt.Errorf("hidden: %w", io.ErrUnexpectedEOF), true, ": unexpected EOF"},
			{errors.New("hidden"), status == 503, ""},
		} {
			err := failureAt(t, t.Context(), "http://127.0.0.1:1", breaks{status, c.end})
			if got := awsfailure.MayPass(err); got != c.mayPass {
				t.Errorf("%d: MayPass(%v) = %t", status, err, got)
			}
			if got, want := awsfailure.Loggable(err), fmt.Sprintf("the answer, of status %d, cannot be read%s", status, c.want); got.Error() != want {
				t.Errorf("%d: Loggable(%v) = %v, want %s", status, err, got, want)
			}
		}
	}
}

// TestCutAnswers: the same of a connection that a service closes.
func TestCutAnswers(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		w.WriteHeader(400)
		io.WriteString(w, `{"__type":"hidden`)
	}))
	defer server.Close()
	err := failureAt(t, t.Context(), server.URL, http.DefaultClient)
	if got := awsfailure.Loggable(err).Error(); !awsfailure.MayPass(err) || got != "the answer, of status 400, cannot be read: unexpected EOF" {
		t.Errorf("%v: %s", err, got)
	}
}
