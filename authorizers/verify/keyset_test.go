package verify_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"portcullis/authorizers"
	"portcullis/authorizers/verify"
	"portcullis/authorizers/verify/verifytest"
)

func TestRotation(t *testing.T) {
	issuer := newIssuer(t)
	at := now
	v := newVerifier(t, issuer, func(c *verify.Config) { c.Now = func() time.Time { return at } })
	old := issuer.CognitoAccess(extra(nil))
	check := func(what, token, want string) {
		t.Helper()
		if _, err := v.Verify(t.Context(), token); code(err) != want {
			t.Errorf("%s: error %v, want %q", what, err, want)
		}
	}
	check("before", old, "")
	issuer.Replace()
	fresh := issuer.CognitoAccess(extra(nil))
	check("the new key at once", fresh, "")
	check("the old key that was withdrawn", old, string(authorizers.CodeKeyUnknown))
	issuer.Replace()
	check("a second new key too soon after", issuer.CognitoAccess(extra(nil)), string(authorizers.CodeKeyUnknown))
	at = at.Add(11 * time.Second)
	check("and later", issuer.CognitoAccess(extra(nil)), "")
	at = at.Add(2 * time.Hour) // past the set's freshness
	withdrawn := issuer.CognitoAccess(verifytest.Options{IssuedAt: at.Add(-time.Minute)})
	issuer.Replace()
	check("a key that was withdrawn while nobody asked", withdrawn, string(authorizers.CodeKeyUnknown))
	fetches := issuer.Fetches()
	for i := range 50 {
		header := issuer.Header()
		header["kid"] = fmt.Sprint("made-up-", i)
		check("a made-up key id", issuer.SignHeader(header, issuer.CognitoAccessClaims(extra(nil))), string(authorizers.CodeKeyUnknown))
	}
	if got := issuer.Fetches() - fetches; got > 1 {
		t.Errorf("%d fetches for made-up key ids within 10 seconds", got)
	}
}

func TestOutage(t *testing.T) {
	issuer := newIssuer(t)
	at := now
	v := newVerifier(t, issuer, func(c *verify.Config) { c.Now = func() time.Time { return at } })
	token := func() string {
		return issuer.CognitoAccess(verifytest.Options{IssuedAt: at.Add(-time.Second)})
	}
	check := func(what, want string) {
		t.Helper()
		if _, err := v.Verify(t.Context(), token()); code(err) != want {
			t.Errorf("%s: error %v, want %q", what, err, want)
		}
	}
	issuer.Outage(true)
	check("down from the start", "unavailable")
	fetches := issuer.Fetches()
	check("and asked again at once", "unavailable")
	if issuer.Fetches() != fetches {
		t.Error("a dead issuer is asked again at once")
	}
	issuer.Outage(false)
	at = at.Add(11 * time.Second)
	check("back again", "")
	issuer.Outage(true)
	at = at.Add(24 * time.Hour)
	check("down for a day", "")
	header := issuer.Header()
	header["kid"] = "made-up"
	if _, err := v.Verify(t.Context(), issuer.SignHeader(header, issuer.CognitoAccessClaims(verifytest.Options{IssuedAt: at}))); code(err) != "unavailable" {
		t.Errorf("an unknown key id of an issuer that is down: %v", err)
	}
	at = at.Add(2 * time.Hour)
	check("down for too long", "unavailable")
}

// TestOneFetchInFlight: however many tokens wait for a key set, it is fetched once.
func TestOneFetchInFlight(t *testing.T) {
	issuer := newIssuer(t)
	v := newVerifier(t, issuer, nil)
	token := issuer.CognitoAccess(extra(nil))
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() {
			if _, err := v.Verify(context.Background(), token); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if issuer.Fetches() != 1 {
		t.Errorf("%d fetches", issuer.Fetches())
	}
}

func TestContextEndsTheWaiting(t *testing.T) {
	release := make(chan struct{})
	issuer := verifytest.New("http://127.0.0.1:1/pool")
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		<-release
		issuer.ServeHTTP(w, r)
	}))
	defer server.Close()
	v := newVerifier(t, issuer, func(c *verify.Config) { c.Issuers[0].JWKSURI = server.URL + "/pool" + verifytest.KeySetPath })
	token := issuer.CognitoAccess(extra(nil))
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := v.Verify(ended, token); code(err) != "unavailable" || !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	close(release)
	if _, err := v.Verify(t.Context(), token); err != nil {
		t.Errorf("the fetch that others wait for: %v", err)
	}
}

// TestAnswersOfIssuers: what comes from an issuer's address and is no key set of it says nothing about a
// token, and is never a yes.
func TestAnswersOfIssuers(t *testing.T) {
	real := newIssuer(t)
	keys := jwks(t, real)
	var discovery, keySet http.HandlerFunc
	var address string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == verifytest.DiscoveryPath {
			discovery(w, r)
		} else {
			keySet(w, r)
		}
	}))
	defer server.Close()
	address = server.URL
	text := func(format string, args ...any) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { fmt.Fprintf(w, format, args...) }
	}
	good := text(`{"issuer":%q,"jwks_uri":%q}`, address, address+"/keys")
	serve := text("%s", keys)
	tests := []struct {
		name              string
		discovery, keySet http.HandlerFunc
		want              string
	}{
		{"good", good, serve, ""},
		{"another issuer's document", text(`{"issuer":%q,"jwks_uri":%q}`, address+"/", address+"/keys"), serve, "unavailable"},
		{"key set over plain http", text(`{"issuer":%q,"jwks_uri":"http://example.com/keys"}`, address), serve, "unavailable"},
		{"no address", text(`{"issuer":%q}`, address), serve, "unavailable"},
		{"no document", text(`<html>`), serve, "unavailable"},
		{"redirect", http.RedirectHandler(real.URL+verifytest.DiscoveryPath, http.StatusFound).ServeHTTP, serve, "unavailable"},
		{"key set redirects", good, http.RedirectHandler(real.URL+verifytest.KeySetPath, http.StatusFound).ServeHTTP, "unavailable"},
		{"key set is no JSON", good, text(`<html>`), "unavailable"},
		{"key set is a list", good, text(`[]`), "unavailable"},
		{"keys in capitals", good, text("%s", strings.Replace(keys, `"keys"`, `"KEYS"`, 1)), "unavailable"},
		{"no keys", good, text(`{"keys":[]}`), "unavailable"},
		{"too large", good, text(`{"keys":[],"x":"%s"}`, strings.Repeat("x", 1<<20)), "unavailable"},
		{"something behind it", good, text("%s{}", keys), "unavailable"},
		{"too many keys", good, text(`{"keys":[%s{}]}`, strings.Repeat("{},", 100)), "unavailable"},
	}
	for _, test := range tests {
		discovery, keySet = test.discovery, test.keySet
		v := newVerifier(t, real, func(c *verify.Config) { asOIDC(c); c.Issuers[0].Issuer = address })
		token := real.OIDC(extra(map[string]any{"iss": address}))
		if _, err := v.Verify(t.Context(), token); code(err) != test.want {
			t.Errorf("%s: error %v, want %q", test.name, err, test.want)
		}
	}
}

func jwks(t *testing.T, issuer *verifytest.Issuer) string {
	t.Helper()
	recorder := httptest.NewRecorder()
	issuer.ServeHTTP(recorder, httptest.NewRequest("GET", issuer.KeySetURL(), nil))
	return recorder.Body.String()
}
