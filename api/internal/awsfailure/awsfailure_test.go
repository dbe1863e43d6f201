package awsfailure_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

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
	client := cognitoidentityprovider.New(cognitoidentityprovider.Options{Region: "eu-west-1", BaseEndpoint: &server.URL, Retryer: aws.NopRetryer{}})
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
