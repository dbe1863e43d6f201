package tokens_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"portcullis/api/internal/lambdaproxy/proxytest"
	"portcullis/api/tokens"
	"portcullis/api/tokens/cognito"
	issuer "portcullis/deploy/emulators/cognito"
	"portcullis/deploy/testtools"
)

// journal is a Revocations that writes down what it is told, or fails.
type journal struct {
	mu      sync.Mutex
	err     error
	fails   string // the kind of entries that fail; "": all do where there is an err
	entries []entry
	marks   map[string]string // by subject
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

func (j *journal) BeginSignOut(_ context.Context, issuer, subject string, before, ends time.Time, mark string) error {
	if err := j.write(entry{"user", issuer, subject, before, ends}); err != nil {
		return err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.marks = map[string]string{subject: mark}
	return nil
}

func (j *journal) EndSignOut(_ context.Context, issuer, subject string, before, ends time.Time, mark string) (bool, error) {
	j.mu.Lock()
	pending := j.marks[subject] == mark
	j.mu.Unlock()
	if !pending {
		return false, nil
	}
	if err := j.write(entry{"end", issuer, subject, before, ends}); err != nil {
		return false, err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	delete(j.marks, subject)
	return true, nil
}

func (j *journal) write(e entry) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.err != nil && (j.fails == "" || j.fails == e.kind) {
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
			if read(t, again, status); status == 401 && again.Body != `{"error":"Invalid refresh token, or one of a remembered device without its deviceKey"}` {
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
			for again := range 2 {
				a := post(t, d.Handler, "rest", "/tokens/revoke", refreshing(first.RefreshToken))
				want := saidAlone
				if told != nil && again == 0 {
					want = saidFamily
				}
				if a.Body != want {
					t.Errorf("%s: %s, want %s", client, a.Body, want)
				}
				read(t, a, 200)
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

// ender is a user pool that remembers which refresh tokens it was to end.
type ender struct {
	tokens.Identity
	ended []string
}

func (e *ender) Revoke(ctx context.Context, refresh, access tokens.Secret) error {
	e.ended = append(e.ended, string(refresh))
	return e.Identity.Revoke(ctx, refresh, access)
}

// TestRevokeEndsEach: a refresh token that was rotated is ended at the user pool, and the one before, which may be good for another minute.
func TestRevokeEndsEach(t *testing.T) {
	for client, want := range map[string]int{"local-client": 1, "rotating": 2, "graceful": 2} {
		d := newDesk(t, client, nil)
		pool, err := cognito.New(cognito.Config{Client: clientAt(d.address), ClientID: client, Timeout: patience})
		if err != nil {
			t.Fatal(err)
		}
		all := &ender{Identity: pool}
		h, err := tokens.New(tokens.Config{Identity: all, Revocations: &journal{}})
		if err != nil {
			t.Fatal(err)
		}
		first := signIn(t, h, "admin").RefreshToken
		read(t, post(t, h, "rest", "/tokens/revoke", refreshing(first)), 200)
		if each := slices.Compact(slices.Sorted(slices.Values(all.ended))); len(all.ended) != want || len(each) != want || !slices.Contains(each, first) {
			t.Errorf("%s: ended %q, want %d with %q", client, all.ended, want, first)
		}
	}
}

// TestRevokeOfNoFamily: where what the user pool issues names no family of the app client's, nobody is told of one, the refresh token is not
// ended, and the one that took its place is handed on.
func TestRevokeOfNoFamily(t *testing.T) {
	for name, access := range map[string]string{
		"no JWT":               `a.b.c`,
		"no origin_jti":        withClaims(`{"iss":"https://a.example","sub":"me","client_id":"local-client","token_use":"access","iat":1767225600}`),
		"another app client's": withClaims(`{"iss":"https://a.example","sub":"me","origin_jti":"o","client_id":"other","token_use":"access","iat":1767225600}`),
		"an ID token":          withClaims(`{"iss":"https://a.example","sub":"me","origin_jti":"o","client_id":"local-client","token_use":"id","iat":1767225600}`),
	} {
		told, between := &journal{}, &wire{status: 200, body: `{"AuthenticationResult":{"AccessToken":"` + access + `","RefreshToken":"next","ExpiresIn":60}}`}
		h, _ := newHandler(t, between.serve(t), "local-client", told)
		a := post(t, h, "rest", "/tokens/revoke", refreshing("first"))
		if read(t, a, 500); a.Body != `{"error":"Internal error","refreshToken":"next"}` || between.called() != "GetTokensFromRefreshToken" {
			t.Errorf("%s: %s, after %s", name, a.Body, between.called())
		}
		if entries := told.take(); len(entries) > 0 {
			t.Errorf("%s: told %+v", name, entries)
		}
	}
}

// withClaims is an access token that says so, and that nobody signed.
func withClaims(claims string) string {
	return "e30." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + ".c2lnbmVk"
}

// TestRevokeUnchecked: while the user pool cannot say whose an access token is, nothing is ended, nobody is told, and the client can try again.
func TestRevokeUnchecked(t *testing.T) {
	d := newDesk(t, "local-client", nil)
	told, between := &journal{}, &wire{status: 500, body: `{"__type":"InternalErrorException"}`, failing: "GetUser", issuer: testtools.Proxy(t, d.address)}
	h, _ := newHandler(t, between.serve(t), "local-client", told)
	first := signIn(t, d.Handler, "reader")
	a := post(t, h, "rest", "/tokens/revoke", revoking("x.y", first.AccessToken))
	if read(t, a, 503); strings.Contains(between.called(), "RevokeToken") || len(told.take()) > 0 {
		t.Errorf("%s, after %s", a.Body, between.called())
	}
	read(t, post(t, d.Handler, "rest", "/tokens/refresh", refreshing(first.RefreshToken)), 200)
}

// TestRevokeByAccessTokenFails: when the authorizers cannot be told of the family that an access token names, the client can try again.
func TestRevokeByAccessTokenFails(t *testing.T) {
	told := &journal{}
	d := newDesk(t, "local-client", told)
	first := signIn(t, d.Handler, "admin")
	told.fail(errors.New("table is away"))
	read(t, post(t, d.Handler, "rest", "/tokens/revoke", revoking("x.y", first.AccessToken)), 503)
	told.fail(nil)
	read(t, post(t, d.Handler, "rest", "/tokens/revoke", revoking("x.y", first.AccessToken)), 200)
	wantFamily(t, "again", told.take(), d.issuer, claimsOf(t, first.AccessToken))
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

// TestRevokeWithAccessToken: where the refresh token names no family, an access token that the user pool takes does, and no other.
func TestRevokeWithAccessToken(t *testing.T) {
	const kept = "accepted until they end"
	nothing := func(*testing.T, *desk, said) {}
	for _, test := range []struct {
		name, client string
		refused      bool // refreshes are, as where a device's key is missing, the user is disabled or a trigger refuses
		before       func(t *testing.T, d *desk, first said)
		access       func(t *testing.T, first said) string
		want         string // of accessTokens; "": 401
	}{
		{"refreshed", "local-client", false, nothing, ofReader, "revoked"},
		{"refused", "local-client", true, nothing, own, "revoked"},
		{"refused, without an access token", "local-client", true, nothing, none, kept},
		{"refused, with a forged one", "local-client", true, nothing, forged, kept},
		{"refused, with one of another app client", "local-client", true, nothing, ofAnotherClient, kept},
		{"replaced", "rotating", false, rotate, own, "revoked"},
		{"replaced, without an access token", "rotating", false, rotate, none, ""},
		{"revoked already", "local-client", false, revoke, own, "revoked"},
		{"revoked already, without an access token", "local-client", false, revoke, none, kept},
		{"revoked already, with a forged one", "local-client", false, revoke, forged, kept},
		{"signed out already", "local-client", false, signedOut, own, "revoked"},
	} {
		t.Run(test.name, func(t *testing.T) {
			told := &journal{}
			d := newDesk(t, test.client, told)
			if test.refused {
				between := exception("NotAuthorizedException", "Invalid Refresh Token.")
				between.failing, between.issuer = "GetTokensFromRefreshToken", testtools.Proxy(t, d.address)
				d.Handler, d.log = newHandler(t, between.serve(t), test.client, told)
			}
			first := signIn(t, d.Handler, "admin")
			test.before(t, d, first)
			told.take()
			body := refreshing(first.RefreshToken)
			if access := test.access(t, first); access != "" {
				body = revoking(first.RefreshToken, access)
			}
			status := 200
			if test.want == "" {
				status = 401
			}
			if got := read(t, post(t, d.Handler, "rest", "/tokens/revoke", body), status); got.AccessTokens != test.want {
				t.Errorf("%+v, want %q", got, test.want)
			}
			if entries := told.take(); test.want == "revoked" {
				wantFamily(t, test.name, entries, d.issuer, claimsOf(t, first.AccessToken))
			} else if len(entries) > 0 {
				t.Errorf("revoked %+v", entries)
			}
		})
	}
}

// What is said of what was revoked.
const (
	saidFamily = `{"message":"Refresh token revoked, and the tokens that came of it","accessTokens":"revoked"}`
	saidOther  = `{"message":"Refresh token revoked, and the tokens that came of it; the access token is not one of those, and was not revoked","accessTokens":"revoked"}`
	saidBefore = `{"message":"Refresh token ended, or never was one; the access token's sign-in, which had ended, is revoked","accessTokens":"revoked"}`
	saidKept   = `{"message":"Refresh token ended, or never was one; the access token's sign-in is revoked, but its own refresh token was not ended: send it to end it","accessTokens":"revoked"}`
	saidDoubt  = `{"message":"Refresh token ended, or never was one; the access token's sign-in is revoked, but its refresh token, if it is another one, was not ended: ` +
		`send it to end it","accessTokens":"revoked"}`
	saidAlone  = `{"message":"Refresh token ended, or never was one; access tokens that came of it may be accepted until they end","accessTokens":"accepted until they end"}`
	saidTheirs = `{"error":"refreshToken must be one of this API's app client"}`
)

// TestRevokeSays: the answer says of a refresh token and of an access token what became of each. There are two sign-ins, A and B, and C at
// another app client.
func TestRevokeSays(t *testing.T) {
	type signIns struct{ a, b, c said }
	nothing := func(*testing.T, *desk, said) {}
	for _, test := range []struct {
		name, client string
		before       func(t *testing.T, d *desk, a said)
		sent         func(s signIns) (refresh, access string)
		want         string
		told, renews string // the sign-ins that authorizers are told of, and those that go on
	}{
		{"its own", "local-client", nothing, func(s signIns) (string, string) { return s.a.RefreshToken, s.a.AccessToken }, saidFamily, "a", "bc"},
		{"no access token", "local-client", nothing, func(s signIns) (string, string) { return s.a.RefreshToken, "" }, saidFamily, "a", "bc"},
		{"the access token of another sign-in", "local-client", nothing, func(s signIns) (string, string) { return s.a.RefreshToken, s.b.AccessToken }, saidOther, "a", "bc"},
		{"the same of a client that rotates", "rotating", nothing, func(s signIns) (string, string) { return s.a.RefreshToken, s.b.AccessToken }, saidOther, "a", "bc"},
		{"the access token of another app client", "local-client", nothing, func(s signIns) (string, string) { return s.a.RefreshToken, s.c.AccessToken }, saidOther, "a", "bc"},
		{"what is no access token", "local-client", nothing, func(s signIns) (string, string) { return s.a.RefreshToken, "a.b.c" }, saidOther, "a", "bc"},
		{"one that says so of another issuer", "local-client", nothing, func(s signIns) (string, string) {
			claims := claimsOf(t, s.a.AccessToken)
			claims["iss"] = "https://a.example"
			text, _ := json.Marshal(claims)
			return s.a.RefreshToken, withClaims(string(text))
		}, saidOther, "a", "bc"},
		{"made up", "local-client", nothing, func(s signIns) (string, string) { return "x.y", s.a.AccessToken }, saidKept, "a", "abc"},
		{"cut", "local-client", nothing, func(s signIns) (string, string) { return s.a.RefreshToken[:20], s.a.AccessToken }, saidKept, "a", "abc"},
		{"made up, of a client with a secret", "secretive", nothing, func(s signIns) (string, string) { return "x.y", s.a.AccessToken }, saidKept, "a", "abc"},
		{"made up, without an access token", "local-client", nothing, func(signIns) (string, string) { return "x.y", "" }, saidAlone, "", "abc"},
		{"made up, after a sign-out", "local-client", signedOut, func(s signIns) (string, string) { return "x.y", s.a.AccessToken }, saidBefore, "a", "c"},
		{"ended, with the access token of another sign-in", "local-client", revoke, func(s signIns) (string, string) { return s.a.RefreshToken, s.b.AccessToken }, saidKept, "b", "bc"},
		{"replaced", "rotating", rotate, func(s signIns) (string, string) { return s.a.RefreshToken, s.a.AccessToken }, saidFamily, "a", "bc"},
		{"replaced, with the access token of another sign-in", "rotating", rotate, func(s signIns) (string, string) { return s.a.RefreshToken, s.b.AccessToken }, saidKept, "b", "bc"},
		{"of another app client", "local-client", nothing, func(s signIns) (string, string) { return s.c.RefreshToken, s.a.AccessToken }, saidTheirs, "", "abc"},
		{"of another app client, with its own", "local-client", nothing, func(s signIns) (string, string) { return s.c.RefreshToken, s.c.AccessToken }, saidTheirs, "", "abc"},
	} {
		t.Run(test.name, func(t *testing.T) {
			told := &journal{}
			d, there := newDesk(t, test.client, told), newDesk(t, "graceful", nil)
			s := signIns{signIn(t, d.Handler, "reader"), signIn(t, d.Handler, "reader"), signIn(t, there.Handler, "admin")}
			test.before(t, d, s.a)
			told.take()
			refresh, access := test.sent(s)
			body := refreshing(refresh)
			if access != "" {
				body = revoking(refresh, access)
			}
			a := post(t, d.Handler, "rest", "/tokens/revoke", body)
			status := 200
			if test.want == saidTheirs {
				status = 400
			}
			if read(t, a, status); a.Body != test.want {
				t.Errorf("said %s, want %s", a.Body, test.want)
			}
			all := map[string]said{"a": s.a, "b": s.b}
			entries := told.take()
			if first, known := all[test.told]; known {
				wantFamily(t, test.name, entries, d.issuer, claimsOf(t, first.AccessToken))
			} else if len(entries) > 0 {
				t.Errorf("told %+v", entries)
			}
			renews := ""
			for _, sign := range []string{"a", "b"} {
				if post(t, d.Handler, "rest", "/tokens/refresh", refreshing(all[sign].RefreshToken)).StatusCode == 200 {
					renews += sign
				}
			}
			if post(t, there.Handler, "rest", "/tokens/refresh", refreshing(s.c.RefreshToken)).StatusCode == 200 {
				renews += "c"
			}
			if renews != test.renews {
				t.Errorf("%q go on, want %q", renews, test.renews)
			}
		})
	}
}

// disabling is a user pool whose users are all disabled once it is told: of an access token that it gave it says so.
type disabling struct {
	pool http.Handler
	said atomic.Bool
}

func (p *disabling) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	operation := strings.TrimPrefix(r.Header.Get("X-Amz-Target"), "AWSCognitoIdentityProviderService.")
	answer := httptest.NewRecorder()
	p.pool.ServeHTTP(answer, r)
	refusal := map[string]string{"GetUser": "User is disabled.", "GlobalSignOut": "User is disabled.", "GetTokensFromRefreshToken": "Refresh Token has been revoked"}[operation]
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	if ours := answer.Code == 200 || strings.Contains(answer.Body.String(), "has been revoked"); p.said.Load() && ours && refusal != "" {
		w.WriteHeader(400)
		_, _ = fmt.Fprintf(w, `{"__type":"NotAuthorizedException","message":%q}`, refusal)
		return
	}
	w.WriteHeader(answer.Code)
	_, _ = w.Write(answer.Body.Bytes())
}

// TestRevokeOfDisabledUser: a disabled user's access token names the family, a forged one does not, and neither signs out.
func TestRevokeOfDisabledUser(t *testing.T) {
	for _, test := range []struct {
		name   string
		access func(t *testing.T, first said) string
		want   string
	}{
		{"its own", own, saidDoubt},
		{"a forged one", forged, saidAlone},
		{"with another signature", func(_ *testing.T, first said) string { return forgedOf(first.AccessToken) }, saidAlone},
		{"none", none, saidAlone},
		{"of another app client", ofAnotherClient, saidAlone},
	} {
		told := &journal{}
		d := newDesk(t, "local-client", told)
		pool := &disabling{pool: testtools.Proxy(t, d.address)}
		d.Handler, d.log = newHandler(t, testtools.Serve(t, pool), "local-client", told)
		first := signIn(t, d.Handler, "member")
		pool.said.Store(true)
		body := refreshing(first.RefreshToken)
		if access := test.access(t, first); access != "" {
			read(t, signOut(t, d.Handler, "rest", "Bearer "+access), 401)
			body = revoking(first.RefreshToken, access)
		}
		if entries := told.take(); len(entries) > 0 {
			t.Errorf("%s: a sign-out told %+v", test.name, entries)
		}
		if a := post(t, d.Handler, "rest", "/tokens/revoke", body); a.Body != test.want {
			t.Errorf("%s: said %s, want %s", test.name, a.Body, test.want)
		}
		if entries := told.take(); test.want == saidDoubt {
			wantFamily(t, test.name, entries, d.issuer, claimsOf(t, first.AccessToken))
		} else if len(entries) > 0 {
			t.Errorf("%s: told %+v", test.name, entries)
		}
	}
}

func none(*testing.T, said) string { return "" }

func own(_ *testing.T, first said) string { return first.AccessToken }

func forged(t *testing.T, first said) string {
	parts := strings.Split(first.AccessToken, ".")
	return parts[0] + "." + strings.Split(signIn(t, newDesk(t, "local-client", nil).Handler, "reader").AccessToken, ".")[1] + "." + parts[2]
}

func ofReader(t *testing.T, _ said) string {
	return signIn(t, newDesk(t, "local-client", nil).Handler, "reader").AccessToken
}

func ofAnotherClient(t *testing.T, _ said) string {
	return signIn(t, newDesk(t, "graceful", nil).Handler, "admin").AccessToken
}

func signedOut(t *testing.T, d *desk, first said) {
	read(t, signOut(t, d.Handler, "rest", "Bearer "+first.AccessToken), 200)
}

func rotate(t *testing.T, d *desk, first said) {
	read(t, post(t, d.Handler, "rest", "/tokens/refresh", refreshing(first.RefreshToken)), 200)
}

func revoke(t *testing.T, d *desk, first said) {
	read(t, post(t, d.Handler, "rest", "/tokens/revoke", refreshing(first.RefreshToken)), 200)
}

// TestRevokeOfAnotherClient: its refresh token is the client's to mend, whether authorizers are told or not, and it stays good there.
func TestRevokeOfAnotherClient(t *testing.T) {
	other := newDesk(t, "rotating", nil)
	for _, client := range []string{"local-client", "secretive"} {
		for _, revocations := range []tokens.Revocations{nil, &journal{}} {
			token := signIn(t, other.Handler, "admin").RefreshToken
			d := newDesk(t, client, revocations)
			if got := read(t, post(t, d.Handler, "rest", "/tokens/revoke", refreshing(token)), 400); got.Error != "refreshToken must be one of this API's app client" || d.log.Len() > 0 {
				t.Errorf("%s: %+v, log %s", client, got, d.log)
			}
			read(t, post(t, other.Handler, "rest", "/tokens/refresh", refreshing(token)), 200)
		}
	}
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
		a := signOut(t, d.Handler, kind, "bearer "+first.AccessToken)
		ended := time.Now()
		if a.StatusCode != 200 || a.Body != `{"message":"Signed out"}` {
			t.Fatalf("%s: %d %s", kind, a.StatusCode, a.Body)
		}
		entries := told.take()
		if len(entries) == 0 {
			t.Fatalf("%s: revoked nothing", kind)
		}
		for _, e := range entries {
			if e.kind != "user" && e.kind != "end" || e.issuer != d.issuer || e.value != claimsOf(t, first.AccessToken)["sub"] ||
				e.before.Before(begun) || e.before.Unix() >= ended.Unix() || e.ends.Before(e.before.Add(24*time.Hour)) {
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

// TestSignInAfterSignOut: who signs in when the sign-out is answered has tokens that are not among those that it ended, and nobody has one
// that was issued before and is good still, however long the user pool takes.
func TestSignInAfterSignOut(t *testing.T) {
	for _, test := range []struct {
		name  string
		start string        // of the clock
		takes time.Duration // the user pool for a sign-out
		until []string      // what is ended, by each entry
		end   string        // of the clock, at the answer
	}{
		{"early in a second", "10:00:00.1", 100 * time.Millisecond, []string{"10:00:00.6", "10:00:00.6"}, "10:00:01"},
		{"late in a second", "10:00:00.9", 100 * time.Millisecond, []string{"10:00:01.4", "10:00:01.4"}, "10:00:02"},
		{"a slow user pool", "10:00:00.1", 3500 * time.Millisecond, []string{"10:00:00.6", "10:00:03.6"}, "10:00:04"},
		{"one that is done as the second is over", "10:00:00.1", 900 * time.Millisecond, []string{"10:00:00.6", "10:00:01"}, "10:00:02"},
	} {
		t.Run(test.name, func(t *testing.T) {
			const form = "2006-01-02 15:04:05.9"
			now, err := time.Parse(form, "2100-01-01 "+test.start)
			if err != nil {
				t.Fatal(err)
			}
			d, told := newDesk(t, "local-client", nil), &journal{}
			pool, err := cognito.New(cognito.Config{Client: clientAt(d.address), ClientID: "local-client", Timeout: patience})
			if err != nil {
				t.Fatal(err)
			}
			h, err := tokens.New(tokens.Config{
				Identity: slowly{pool, func() { now = now.Add(test.takes) }}, Revocations: told,
				Now: func() time.Time { return now }, Wait: func(_ context.Context, d time.Duration) { now = now.Add(d) },
			})
			if err != nil {
				t.Fatal(err)
			}
			read(t, signOut(t, h, "rest", "Bearer "+signIn(t, h, "admin").AccessToken), 200)
			var until []string
			for _, e := range told.take() {
				until = append(until, e.before.Format("15:04:05.9"))
			}
			if end := now.Format("15:04:05.9"); !slices.Equal(until, test.until) || end != test.end {
				t.Errorf("ended up to %v at %s, want %v at %s", until, end, test.until, test.end)
			}
		})
	}
}

// slowly is a user pool that takes its time to sign out.
type slowly struct {
	tokens.Identity
	pass func()
}

func (s slowly) SignOut(ctx context.Context, access tokens.Secret) error {
	err := s.Identity.SignOut(ctx, access)
	s.pass()
	return err
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
