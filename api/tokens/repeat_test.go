package tokens_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"portcullis/deploy/testtools"
)

// unanswered does what is asked of a user pool, and answers an operation as if it had not, as often as it is told.
type unanswered struct {
	pool      http.Handler
	operation string
	times     int
}

func (u *unanswered) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if _, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), "."); operation != u.operation || u.times == 0 {
		u.pool.ServeHTTP(w, r)
		return
	}
	u.times--
	u.pool.ServeHTTP(httptest.NewRecorder(), r)
	w.WriteHeader(500)
	_, _ = w.Write([]byte(`{"__type":"InternalErrorException"}`))
}

// TestSignOutAgain: a sign-out that did not come to its end is done by the same access token, wherever it stopped, and by no other one; once
// it is done the token is good for nothing.
func TestSignOutAgain(t *testing.T) {
	away := errors.New("table is away")
	for _, test := range []struct {
		name     string
		fails    string // the entries that cannot be written, or an operation of Cognito's whose answer is lost
		attempts int    // that fail
	}{
		{"before all", "user", 1}, {"after all", "end", 1}, {"after all, again", "end", 3}, {"the table is away", "", 2},
		{"Cognito's answer is lost", "GlobalSignOut", 1}, {"and again", "GlobalSignOut", 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			told := &journal{fails: test.fails}
			d := newDesk(t, "local-client", told)
			between := &unanswered{pool: testtools.Proxy(t, d.address), operation: test.fails, times: 1}
			d.Handler, d.log = newHandler(t, testtools.Serve(t, between), "local-client", told)
			first, second := signIn(t, d.Handler, "admin"), signIn(t, d.Handler, "admin")
			for range test.attempts {
				if test.fails != "GlobalSignOut" {
					told.fail(away)
				}
				if between.times == 0 && test.fails == "GlobalSignOut" {
					break // Cognito refuses the token before it is asked for that again
				}
				if got := read(t, signOut(t, d.Handler, "rest", "Bearer "+first.AccessToken), 503); got.Error != "Tokens are unavailable, try again later" {
					t.Errorf("%+v", got)
				}
			}
			told.fail(nil)
			begun := time.Now()
			told.take()
			if test.fails == "end" || test.fails == "GlobalSignOut" {
				for name, token := range map[string]string{"another session's": second.AccessToken, "a forged one": forgedOf(first.AccessToken), "a cut one": first.AccessToken[:len(first.AccessToken)-1]} {
					if read(t, signOut(t, d.Handler, "rest", "Bearer "+token), 401); len(told.take()) > 0 {
						t.Errorf("%s does the rest of the sign-out", name)
					}
				}
			}
			read(t, signOut(t, d.Handler, "http2", "Bearer "+first.AccessToken), 200)
			entries := told.take()
			if len(entries) == 0 || entries[len(entries)-1].kind != "end" {
				t.Fatalf("told %+v", entries)
			}
			for _, e := range entries {
				if e.before.Unix() < begun.Unix() || e.value != claimsOf(t, first.AccessToken)["sub"] || e.issuer != d.issuer {
					t.Errorf("told %+v, want what was issued up to %v", e, begun)
				}
			}
			for _, token := range []string{first.RefreshToken, second.RefreshToken} {
				read(t, post(t, d.Handler, "rest", "/tokens/refresh", refreshing(token)), 401)
			}
			for range 2 {
				a := signOut(t, d.Handler, "rest", "Bearer "+first.AccessToken)
				if read(t, a, 401); len(told.take()) > 0 || !strings.Contains(a.Headers["WWW-Authenticate"], "invalid_token") {
					t.Errorf("a sign-out that is done is done again: %+v", a)
				}
			}
			if strings.Contains(d.log.String(), "eyJ") {
				t.Errorf("log %s", d.log)
			}
		})
	}
}

// forgedOf is a token with another signature.
func forgedOf(token string) string {
	i := strings.LastIndex(token, ".")
	return token[:i+1] + strings.Repeat("A", len(token)-i-1)
}

// TestSignOutNotBegun: a token that was ended otherwise ends nothing, though it is genuine.
func TestSignOutNotBegun(t *testing.T) {
	told := &journal{}
	d := newDesk(t, "local-client", told)
	first, other := signIn(t, d.Handler, "admin"), signIn(t, d.Handler, "admin")
	read(t, post(t, d.Handler, "rest", "/tokens/revoke", refreshing(first.RefreshToken)), 200)
	told.take()
	read(t, signOut(t, d.Handler, "rest", "Bearer "+first.AccessToken), 401)
	if entries := told.take(); len(entries) > 0 {
		t.Errorf("told %+v", entries)
	}
	read(t, post(t, d.Handler, "rest", "/tokens/refresh", refreshing(other.RefreshToken)), 200)
}

// TestRevokeAgain: where revoking stops after Cognito has ended the tokens, the access token names their family still.
func TestRevokeAgain(t *testing.T) {
	told := &journal{}
	d := newDesk(t, "local-client", told)
	d.Handler, d.log = newHandler(t, testtools.Serve(t, &unanswered{testtools.Proxy(t, d.address), "RevokeToken", 1}), "local-client", told)
	first := signIn(t, d.Handler, "admin")
	read(t, post(t, d.Handler, "rest", "/tokens/revoke", revoking(first.RefreshToken, first.AccessToken)), 503)
	told.take()
	for range 2 {
		got := read(t, post(t, d.Handler, "rest", "/tokens/revoke", revoking(first.RefreshToken, first.AccessToken)), 200)
		if got.AccessTokens != "revoked" {
			t.Errorf("%+v", got)
		}
		wantFamily(t, "again", told.take(), d.issuer, claimsOf(t, first.AccessToken))
	}
}
