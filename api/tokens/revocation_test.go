package tokens_test

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"portcullis/api/internal/lambdaproxy/proxytest"
	"portcullis/api/tokens"
	"portcullis/api/tokens/cognito"
	issuer "portcullis/deploy/emulators/cognito"
)

// journal is a Revocations that writes down what it is told, or fails.
type journal struct {
	mu      sync.Mutex
	err     error
	entries []entry
}

type entry struct {
	kind, issuer, value string
	before, ends        time.Time
}

func (j *journal) RevokeFamily(_ context.Context, issuer, origin string, ends time.Time) error {
	return j.write(entry{"family", issuer, origin, time.Time{}, ends})
}

func (j *journal) RevokeUser(_ context.Context, issuer, subject string, before, ends time.Time) error {
	return j.write(entry{"user", issuer, subject, before, ends})
}

func (j *journal) write(e entry) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.err != nil {
		return j.err
	}
	j.entries = append(j.entries, e)
	return nil
}

func (j *journal) fail(err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.err = err
}

func (j *journal) take() []entry {
	j.mu.Lock()
	defer j.mu.Unlock()
	taken := j.entries
	j.entries = nil
	return taken
}

func TestRefresh(t *testing.T) {
	for _, client := range []string{"local-client", "secretive", "rotating", "graceful"} {
		rotates := client == "rotating" || client == "graceful"
		for _, kind := range proxytest.Kinds {
			d := newDesk(t, client, nil)
			first := signIn(t, d.Handler, "admin")
			next := read(t, post(t, d.Handler, kind, "/tokens/refresh", refreshing(first.RefreshToken)), 200)
			if claimsOf(t, next.AccessToken)["origin_jti"] != claimsOf(t, first.AccessToken)["origin_jti"] || next.IDToken == "" || next.ExpiresIn != 3600 {
				t.Errorf("%s, %s: %+v", client, kind, next)
			}
			if (next.RefreshToken != "") != rotates || next.RefreshToken == first.RefreshToken {
				t.Errorf("%s, %s: refresh token %q after %q", client, kind, next.RefreshToken, first.RefreshToken)
			}
			status := 200
			if client == "rotating" {
				status = 401
			}
			again := post(t, d.Handler, kind, "/tokens/refresh", refreshing(first.RefreshToken))
			if read(t, again, status); status == 401 && again.Body != `{"error":"Invalid refresh token"}` {
				t.Errorf("%s: %s", client, again.Body)
			}
		}
	}
}

// TestRevoke: with authorizers to tell and without, the refresh token is good for nothing after it, and it may be done again.
func TestRevoke(t *testing.T) {
	for _, client := range []string{"local-client", "secretive", "rotating", "graceful"} {
		for _, told := range []*journal{nil, {}} {
			d := newDesk(t, client, nil)
			if told != nil {
				d = newDesk(t, client, told)
			}
			first := signIn(t, d.Handler, "admin")
			for range 2 {
				a := post(t, d.Handler, "rest", "/tokens/revoke", refreshing(first.RefreshToken))
				if got := read(t, a, 200); a.Body != `{"message":"Refresh token revoked"}` {
					t.Errorf("%s: %+v", client, got)
				}
			}
			read(t, post(t, d.Handler, "rest", "/tokens/refresh", refreshing(first.RefreshToken)), 401)
			if told != nil {
				wantFamily(t, client, told.take(), d.issuer, claimsOf(t, first.AccessToken))
			}
			read(t, post(t, d.Handler, "rest", "/tokens/revoke", refreshing("never-given")), 200)
			if told != nil && len(told.take()) != 0 {
				t.Error("a token that is not known revokes something")
			}
		}
	}
}

// wantFamily checks for one entry, about the tokens with these claims, that ends no earlier than any token of their family: an
// app client's ID tokens may be good for a day whatever its access tokens are.
func wantFamily(t *testing.T, what string, entries []entry, issuer string, claims map[string]any) {
	t.Helper()
	if len(entries) != 1 || entries[0].kind != "family" || entries[0].issuer != issuer || entries[0].value != claims["origin_jti"] ||
		entries[0].ends.Unix() < int64(claims["iat"].(float64))+24*3600 {
		t.Errorf("%s: revoked %+v, want the family of %v", what, entries, claims)
	}
}

// TestRevokeFails: when the authorizers cannot be told, nothing is revoked and the client can try again: with the token that
// it has, or with the one that took its place meanwhile, which the answer hands on.
func TestRevokeFails(t *testing.T) {
	for _, client := range []string{"local-client", "rotating"} {
		told := &journal{}
		d := newDesk(t, client, told)
		first := signIn(t, d.Handler, "admin")
		told.fail(errors.New("table is away"))
		a := post(t, d.Handler, "rest", "/tokens/revoke", refreshing(first.RefreshToken))
		got := read(t, a, 503)
		if got.Error != "Tokens are unavailable, try again later" || a.Headers["Retry-After"] == "" || !strings.Contains(d.log.String(), "table is away") {
			t.Errorf("%s: %+v, headers %v, log %s", client, got, a.Headers, d.log)
		}
		if strings.Contains(d.log.String(), first.RefreshToken) || got.RefreshToken != "" && strings.Contains(d.log.String(), got.RefreshToken) {
			t.Errorf("%s: log %s", client, d.log)
		}
		token := first.RefreshToken
		if client == "rotating" {
			if token = got.RefreshToken; token == "" {
				t.Fatalf("%s: the new refresh token is lost", client)
			}
		}
		told.fail(nil)
		read(t, post(t, d.Handler, "rest", "/tokens/revoke", refreshing(token)), 200)
		wantFamily(t, client, told.take(), d.issuer, claimsOf(t, first.AccessToken))
		read(t, post(t, d.Handler, "rest", "/tokens/refresh", refreshing(token)), 401)
	}
}

// TestRevokeReplaced: who has a refresh token that another one took the place of, such as a thief's, ends the family at the user
// pool, and is told that authorizers were not told.
func TestRevokeReplaced(t *testing.T) {
	told := &journal{}
	d := newDesk(t, "rotating", told)
	first := signIn(t, d.Handler, "admin")
	next := read(t, post(t, d.Handler, "rest", "/tokens/refresh", refreshing(first.RefreshToken)), 200)
	a := post(t, d.Handler, "rest", "/tokens/revoke", refreshing(first.RefreshToken))
	if read(t, a, 401); a.Body != `{"error":"Refresh token was replaced by a newer one"}` || len(told.take()) != 0 {
		t.Errorf("%s", a.Body)
	}
	read(t, post(t, d.Handler, "rest", "/tokens/refresh", refreshing(next.RefreshToken)), 401)
}

// TestRevokeAtCognitoFails: the authorizers know already, and the client can try again.
func TestRevokeAtCognitoFails(t *testing.T) {
	for _, client := range []string{"local-client", "rotating"} {
		between := &wire{status: 500, body: `{"__type":"InternalErrorException"}`, failing: "RevokeToken"}
		server := httptest.NewServer(between)
		t.Cleanup(server.Close)
		pool, err := issuer.New(issuer.Config{BaseURL: server.URL, Clients: clients})
		if err != nil {
			t.Fatal(err)
		}
		between.issuer = pool
		told := &journal{}
		h, _ := newHandler(t, server.URL, client, told)
		first := signIn(t, h, "admin")
		got := read(t, post(t, h, "http2", "/tokens/revoke", refreshing(first.RefreshToken)), 503)
		if (got.RefreshToken != "") != (client == "rotating") || len(told.take()) != 1 {
			t.Errorf("%s: %+v", client, got)
		}
	}
}

// TestSignOut: all tokens of the user end, at the user pool and for authorizers, and nobody else's.
func TestSignOut(t *testing.T) {
	for _, kind := range proxytest.Kinds {
		told := &journal{}
		d := newDesk(t, "secretive", told)
		first, second, other := signIn(t, d.Handler, "admin"), signIn(t, d.Handler, "admin"), signIn(t, d.Handler, "reader")
		begun := time.Now()
		if a := signOut(t, d.Handler, kind, "bearer "+first.AccessToken); a.StatusCode != 200 || a.Body != `{"message":"Signed out"}` {
			t.Fatalf("%s: %d %s", kind, a.StatusCode, a.Body)
		}
		entries := told.take()
		if len(entries) != 2 {
			t.Fatalf("%s: revoked %+v", kind, entries)
		}
		for _, e := range entries {
			if e.kind != "user" || e.issuer != d.issuer || e.value != claimsOf(t, first.AccessToken)["sub"] ||
				e.before.Before(begun) || e.before.After(time.Now()) || e.ends.Before(e.before.Add(24*time.Hour)) {
				t.Errorf("%s: revoked %+v", kind, e)
			}
		}
		for _, token := range []string{first.RefreshToken, second.RefreshToken} {
			read(t, post(t, d.Handler, kind, "/tokens/refresh", refreshing(token)), 401)
		}
		read(t, signOut(t, d.Handler, kind, "Bearer "+second.AccessToken), 401)
		read(t, post(t, d.Handler, kind, "/tokens/refresh", refreshing(other.RefreshToken)), 200)
	}
}

// TestSignOutBehind: the access token is revoked also where this clock is behind the user pool's.
func TestSignOutBehind(t *testing.T) {
	told := &journal{}
	pool, err := cognito.New(cognito.Config{Client: clientAt(shared().address), ClientID: "local-client"})
	if err != nil {
		t.Fatal(err)
	}
	behind := func() time.Time { return time.Now().Add(-5 * time.Second) }
	h, err := tokens.New(tokens.Config{Identity: pool, Revocations: told, Now: behind})
	if err != nil {
		t.Fatal(err)
	}
	access := signIn(t, h, "admin").AccessToken
	issued := int64(claimsOf(t, access)["iat"].(float64))
	read(t, signOut(t, h, "rest", "Bearer "+access), 200)
	for _, e := range told.take() {
		if e.before.Unix() < issued || e.ends.Before(e.before.Add(24*time.Hour)) {
			t.Errorf("revoked %+v, want what was issued up to %d", e, issued)
		}
	}
}

// TestSignOutFails: when the authorizers cannot be told, the access token is good for another attempt.
func TestSignOutFails(t *testing.T) {
	told := &journal{}
	d := newDesk(t, "local-client", told)
	first := signIn(t, d.Handler, "admin")
	told.fail(fmt.Errorf("table is away"))
	if got := read(t, signOut(t, d.Handler, "rest", "Bearer "+first.AccessToken), 503); got.Error != "Tokens are unavailable, try again later" {
		t.Errorf("%+v", got)
	}
	read(t, post(t, d.Handler, "rest", "/tokens/refresh", refreshing(first.RefreshToken)), 200)
	told.fail(nil)
	read(t, signOut(t, d.Handler, "rest", "Bearer "+first.AccessToken), 200)
	read(t, post(t, d.Handler, "rest", "/tokens/refresh", refreshing(first.RefreshToken)), 401)
}

// TestForgedAccessToken: a token that Cognito does not know revokes nothing, whatever it says.
func TestForgedAccessToken(t *testing.T) {
	told := &journal{}
	d := newDesk(t, "local-client", told)
	genuine := signIn(t, d.Handler, "reader").AccessToken
	parts := strings.Split(genuine, ".")
	forged := parts[0] + "." + strings.Split(signIn(t, d.Handler, "admin").AccessToken, ".")[1] + "." + parts[2]
	for _, token := range []string{forged, strings.TrimPrefix(bearer, "Bearer ")} {
		read(t, signOut(t, d.Handler, "rest", "Bearer "+token), 401)
	}
	if entries := told.take(); len(entries) != 0 {
		t.Errorf("revoked %+v", entries)
	}
}
