package revocation_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"portcullis/authorizers"
	"portcullis/authorizers/revocation"
)

// source answers checks as a test wants, and counts them.
type source struct {
	mu     sync.Mutex
	asked  int
	answer func(ctx context.Context, token string) error // nil: no token is revoked
}

func (s *source) Check(ctx context.Context, token string, _ *authorizers.Claims) error {
	s.mu.Lock()
	s.asked++
	answer := s.answer
	s.mu.Unlock()
	if answer == nil {
		return nil
	}
	return answer(ctx, token)
}

func (s *source) answers(answer func(ctx context.Context, token string) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = answer
}

func (s *source) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked
}

var errRevoked = &authorizers.TokenError{Code: authorizers.CodeRevoked, Claim: "jti"}

func revoke(context.Context, string) error { return errRevoked }

func fail(context.Context, string) error { return errors.New("table down") }

// scene is a checker with its source and a clock that the test turns.
type scene struct {
	*source
	*revocation.Checker
	at atomic.Int64
}

func newScene(t *testing.T, most int) *scene {
	t.Helper()
	s := &scene{source: &source{}}
	var err error
	s.Checker, err = revocation.NewChecker(revocation.Config{
		Source: s.source, MaxRemembered: most, Now: func() time.Time { return second.Add(time.Duration(s.at.Load())) },
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *scene) check(token string) error {
	return s.Checker.Check(context.Background(), token, &authorizers.Claims{})
}

// want checks a token, and how often the source has been asked in all.
func (s *scene) want(t *testing.T, what, token string, want string, asked int) {
	t.Helper()
	got := "good"
	switch err := s.check(token); {
	case errors.As(err, new(*authorizers.RevocationsUnavailableError)):
		got = "cannot tell"
	case errors.Is(err, errRevoked):
		got = "revoked"
	case err != nil:
		got = err.Error()
	}
	if got != want || s.count() != asked {
		t.Errorf("%s: %s after %d questions, want %s after %d", what, got, s.count(), want, asked)
	}
}

// TestRemembered: an answer is believed for ten seconds and not a moment longer, either answer, and a failure never.
func TestRemembered(t *testing.T) {
	s := newScene(t, 0)
	s.want(t, "at first", "a", "good", 1)
	s.answers(revoke)
	s.at.Add(int64(revocation.RememberedFor - 1))
	s.want(t, "a moment before the end", "a", "good", 1)
	s.want(t, "another token", "b", "revoked", 2)
	s.at.Add(1)
	s.want(t, "at the end", "a", "revoked", 3)
	s.answers(fail)
	s.at.Add(int64(revocation.RememberedFor - 1))
	s.want(t, "a refusal that is remembered", "a", "revoked", 3)
	s.at.Add(1)
	s.want(t, "a failure", "a", "cannot tell", 4)
	s.want(t, "a failure is not remembered", "a", "cannot tell", 5)
	s.answers(nil)
	s.want(t, "after a failure", "a", "good", 6)
	s.answers(revoke)
	s.at.Add(-1)
	s.want(t, "an answer from the future", "a", "revoked", 7)
}

// TestWholeToken: an answer about one token is none about another that begins or ends alike.
func TestWholeToken(t *testing.T) {
	s := newScene(t, 0)
	s.answers(func(_ context.Context, token string) error {
		if token == "header.claims.signature" {
			return nil
		}
		return errRevoked
	})
	s.want(t, "the token", "header.claims.signature", "good", 1)
	for i, other := range []string{"header.claims.signatur", "header.claims.signaturE", "eader.claims.signature", "", "header.claims.signature "} {
		s.want(t, other, other, "revoked", i+2)
	}
}

// TestRememberedIsBounded: no more tokens are remembered than was said, and the last ones are.
func TestRememberedIsBounded(t *testing.T) {
	s := newScene(t, 10)
	for i := range 100 {
		s.want(t, "new", fmt.Sprint(i), "good", i+1)
	}
	for i := 99; i > 94; i-- {
		s.want(t, "one of the last", fmt.Sprint(i), "good", 100)
	}
	for i := range 89 {
		s.want(t, "one of the first", fmt.Sprint(i), "good", 101+i)
	}
}

// TestOneQuestion: however many ask about a token at a time, one question is asked, and each gets the answer; who does not
// wait for it gets none, and takes it from nobody.
func TestOneQuestion(t *testing.T) {
	for name, answer := range map[string]func(context.Context, string) error{"revoked": revoke, "fails": fail, "good": func(context.Context, string) error { return nil }} {
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t, 0)
			release := make(chan struct{})
			s.answers(func(ctx context.Context, token string) error { <-release; return answer(ctx, token) })
			impatient, leave := context.WithCancel(t.Context())
			left := make(chan error, 1)
			go func() { left <- s.Checker.Check(impatient, "a", &authorizers.Claims{}) }()
			var all sync.WaitGroup
			var mu sync.Mutex
			ends := map[string]int{}
			for range 20 {
				all.Go(func() {
					err := s.check("a")
					mu.Lock()
					defer mu.Unlock()
					ends[fmt.Sprint(err)]++
				})
			}
			synctest.Wait()
			leave()
			if err := <-left; !errors.As(err, new(*authorizers.RevocationsUnavailableError)) || !errors.Is(err, context.Canceled) {
				t.Errorf("%s: who leaves gets %v", name, err)
			}
			close(release)
			all.Wait()
			if s.count() != 1 || len(ends) != 1 {
				t.Errorf("%s: %d questions, ends %v", name, s.count(), ends)
			}
		})
	}
}

// TestLate: an answer that took longer than it would be believed is none, and nobody joins a question that hangs.
func TestLate(t *testing.T) {
	s := newScene(t, 0)
	s.answers(func(context.Context, string) error { s.at.Add(int64(revocation.RememberedFor)); return nil })
	s.want(t, "late", "a", "cannot tell", 1)
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 0)
		hang := make(chan struct{})
		s.answers(func(context.Context, string) error { <-hang; return nil })
		ctx, leave := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); _ = s.Checker.Check(ctx, "a", &authorizers.Claims{}) }()
		synctest.Wait()
		leave()
		<-done
		s.at.Add(int64(6 * time.Second))
		s.answers(revoke)
		s.want(t, "beside one that hangs", "a", "revoked", 2)
		close(hang)
		synctest.Wait()
		s.want(t, "what came late is not believed", "a", "revoked", 2)
	})
}

// TestDeadline: a source that never answers is given up.
func TestDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 0)
		s.answers(func(ctx context.Context, _ string) error { <-ctx.Done(); return ctx.Err() })
		if err := s.check("a"); !errors.Is(err, context.DeadlineExceeded) || !errors.As(err, new(*authorizers.RevocationsUnavailableError)) {
			t.Errorf("error %v", err)
		}
	})
}

// TestOtherRefusals: an error about the token other than that it was revoked is none that the source may say.
func TestOtherRefusals(t *testing.T) {
	s := newScene(t, 0)
	s.answers(func(context.Context, string) error { return &authorizers.TokenError{Code: authorizers.CodeExpired} })
	s.want(t, "expired", "a", "cannot tell", 1)
}

func TestConfig(t *testing.T) {
	for _, config := range []revocation.Config{{}, {Source: &source{}, MaxRemembered: -1}} {
		if _, err := revocation.NewChecker(config); !errors.As(err, new(*authorizers.ConfigError)) {
			t.Errorf("%+v: %v", config, err)
		}
	}
}

// TestManyAtOnce races checks of a few tokens while they are revoked: nobody who asks after the memory has ended gets the old
// answer.
func TestManyAtOnce(t *testing.T) {
	store := revocation.NewMemoryStore()
	var at atomic.Int64
	checker, err := revocation.NewChecker(revocation.Config{
		Source: revocation.InTable(store), MaxRemembered: 4, Now: func() time.Time { return second.Add(time.Duration(at.Load())) },
	})
	if err != nil {
		t.Fatal(err)
	}
	round := func(want error) {
		var all sync.WaitGroup
		for i := range 64 {
			all.Go(func() {
				id := fmt.Sprint(i % 8)
				if err := checker.Check(t.Context(), id, claims(func(c *authorizers.Claims) { c.TokenID = id })); !errors.Is(err, want) {
					t.Errorf("token %s: %v, want %v", id, err, want)
				}
			})
		}
		all.Wait()
	}
	round(nil)
	for i := range 8 {
		if err := store.Revoke(t.Context(), revocation.OfToken(issuer, fmt.Sprint(i), ends)); err != nil {
			t.Fatal(err)
		}
	}
	at.Add(int64(revocation.RememberedFor))
	round(errRevoked)
}

// BenchmarkCheck is the check of a token that is remembered.
func BenchmarkCheck(b *testing.B) {
	checker, err := revocation.NewChecker(revocation.Config{Source: &source{}})
	if err != nil {
		b.Fatal(err)
	}
	token := string(make([]byte, 1000))
	c := claims(nil)
	b.ReportAllocs()
	for b.Loop() {
		if err := checker.Check(b.Context(), token, c); err != nil {
			b.Fatal(err)
		}
	}
}
