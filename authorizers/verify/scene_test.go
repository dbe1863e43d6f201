package verify_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"portcullis/authorizers/verify"
	"portcullis/authorizers/verify/verifytest"
)

// scene is an issuer, a verifier that trusts it, and a clock that the test turns.
type scene struct {
	t        *testing.T
	issuer   *verifytest.Issuer
	verifier *verify.Verifier
	at       atomic.Int64             // nanoseconds after now
	answer   atomic.Pointer[answerer] // how the issuer answers instead
}

// answerer answers a request for the key set, and may hand it on to the issuer.
type answerer func(w http.ResponseWriter, r *http.Request, issuer http.Handler)

func newScene(t *testing.T, change func(*verify.Config)) *scene {
	t.Helper()
	s := &scene{t: t}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if answer := s.answer.Load(); answer != nil {
			(*answer)(w, r, s.issuer)
			return
		}
		s.issuer.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	s.issuer = verifytest.New(server.URL+"/us-east-1_Scene", "EdDSA") // the algorithm that signs fastest
	s.verifier = newVerifier(t, s.issuer, func(c *verify.Config) {
		c.Now = s.now
		c.Issuers[0].Algorithms = []string{"EdDSA"}
		if change != nil {
			change(c)
		}
	})
	t.Cleanup(s.verifier.Close)
	return s
}

func (s *scene) now() time.Time          { return now.Add(time.Duration(s.at.Load())) }
func (s *scene) advance(d time.Duration) { s.at.Add(int64(d)) }
func (s *scene) answers(a answerer)      { s.answer.Store(&a) }

// token is a token of the key that signs now, good for two days.
func (s *scene) token() string {
	return s.issuer.CognitoAccess(verifytest.Options{IssuedAt: s.now().Add(-time.Second), Lifetime: 48 * time.Hour})
}

// tokenOf is a token with the key id of a key that was never published.
func (s *scene) tokenOf(keyID string) string {
	header := s.issuer.Header()
	header["kid"] = keyID
	return s.issuer.SignHeader(header, s.issuer.CognitoAccessClaims(verifytest.Options{IssuedAt: s.now()}))
}

// check verifies a token and compares the code of its refusal, "" for none.
func (s *scene) check(what, token, want string) {
	s.t.Helper()
	if _, err := s.verifier.Verify(context.Background(), token); code(err) != want {
		s.t.Errorf("%s: error %v, want %q", what, err, want)
	}
}

// fetched checks how often the key set has been fetched since the last time.
func (s *scene) fetched(what string, before *int, want int) {
	s.t.Helper()
	all := s.issuer.Fetches()
	if all-*before != want {
		s.t.Errorf("%s: %d fetches, want %d", what, all-*before, want)
	}
	*before = all
}

// verifying is a token that is being verified.
type verifying struct {
	waits chan struct{} // gets a value each time that it begins to wait for a fetch
	err   chan error    // gets the outcome
}

// verify begins to verify a token.
func (s *scene) verify(token string) *verifying {
	v := &verifying{make(chan struct{}, 10), make(chan error, 1)}
	go func() {
		_, err := s.verifier.Verify(watched{context.Background(), v.waits}, token)
		v.err <- err
	}()
	return v
}

// begins checks whether the token waits for a fetch now, or else is through.
func (v *verifying) begins(t *testing.T, what string, wait bool) {
	t.Helper()
	select {
	case <-v.waits:
		if !wait {
			t.Fatalf("%s: it waits", what)
		}
	case err := <-v.err:
		v.err <- err
		if wait {
			t.Fatalf("%s: it does not wait: %v", what, err)
		}
	}
}

// ends checks the code of the token's refusal, "" for none.
func (v *verifying) ends(t *testing.T, what, want string) {
	t.Helper()
	if err := <-v.err; code(err) != want {
		t.Errorf("%s: error %v, want %q", what, err, want)
	}
}

// watched is a context that tells of everyone who begins to wait for its end.
type watched struct {
	context.Context
	waits chan struct{}
}

func (w watched) Done() <-chan struct{} {
	w.waits <- struct{}{}
	return w.Context.Done()
}

// roundTrip is a transport.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
