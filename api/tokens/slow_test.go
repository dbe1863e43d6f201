package tokens_test

import (
	"context"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"portcullis/api/internal/lambdaproxy/proxytest"
	"portcullis/api/tokens"
)

// slow is an identity provider that is asked several times for one sign-in, and takes long each time.
type slow struct {
	tokens.Identity
	calls int
	each  time.Duration
}

func (s slow) SignIn(ctx context.Context, _ tokens.Credentials) (tokens.Outcome, error) {
	for range s.calls {
		select {
		case <-time.After(s.each):
		case <-ctx.Done():
			return tokens.Outcome{}, &tokens.UnavailableError{RetryAfter: time.Second, Err: ctx.Err()}
		}
	}
	return tokens.Outcome{Tokens: &tokens.Tokens{Access: "a", ID: "i", Refresh: "r", Expires: 3600}}, nil
}

// TestSlowCallsAreAnswered: calls that are each in time, and together are not, end while Lambda lets the function answer.
func TestSlowCallsAreAnswered(t *testing.T) {
	for _, test := range []struct {
		name   string
		has    time.Duration // the invocation
		calls  int
		each   time.Duration
		status int
		after  time.Duration
	}{
		{"four calls as slow as any may be", 15 * time.Second, 4, 5 * time.Second, 503, 14 * time.Second},
		{"four calls just in time", 15 * time.Second, 4, 3499 * time.Millisecond, 200, 13996 * time.Millisecond},
		{"a function with little time", 2 * time.Second, 2, time.Second, 503, 1800 * time.Millisecond},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h, err := tokens.New(tokens.Config{Identity: slow{calls: test.calls, each: test.each}, Log: slog.New(slog.DiscardHandler)})
				if err != nil {
					t.Fatal(err)
				}
				ctx, cancel := context.WithTimeout(t.Context(), test.has)
				defer cancel()
				began := time.Now()
				out, err := h.Invoke(ctx, proxytest.Event(t, "rest", requests["sign in"]))
				if took := time.Since(began); err != nil || took != test.after || ctx.Err() != nil {
					t.Fatalf("after %v: error %v, the invocation %v", took, err, ctx.Err())
				}
				a := proxytest.WantShape(t, out, test.status)
				if test.status == 503 {
					wantAnswer(t, test.name, a, unavailable)
				}
				if again := a.Headers["Retry-After"]; (again != "") != (test.status == 503) {
					t.Errorf("Retry-After %q", again)
				}
			})
		})
	}
}
