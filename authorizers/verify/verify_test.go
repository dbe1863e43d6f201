package verify_test

import (
	"context"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"portcullis/authorizers/verify"
	"portcullis/authorizers/verify/verifytest"
)

// now is the time of the tests: whole seconds, so that the fixture's times are exact.
var now = time.Unix(1_900_000_000, 0)

func clock() time.Time { return now }

// newVerifier trusts the issuer as a Cognito pool, for access tokens.
func newVerifier(t testing.TB, issuer *verifytest.Issuer, change func(*verify.Config)) *verify.Verifier {
	t.Helper()
	config := verify.Config{
		Issuers: []verify.Issuer{{Issuer: issuer.URL, Audience: []string{verifytest.DefaultClientID}, TokenUse: []string{verify.UseAccess}}},
		Now:     clock,
	}
	if change != nil {
		change(&config)
	}
	v, err := verify.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func asOIDC(c *verify.Config)  { c.Issuers[0].TokenUse, c.Issuers[0].GroupsClaim = nil, "groups" }
func allUses(c *verify.Config) { c.Issuers[0].TokenUse = []string{verify.UseAccess, verify.UseID} }

func newIssuer(t testing.TB) *verifytest.Issuer {
	issuer := verifytest.NewServer()
	t.Cleanup(issuer.Close)
	return issuer
}

// extra are the options of a good token with some claims replaced.
func extra(claims map[string]any) verifytest.Options {
	return verifytest.Options{IssuedAt: now.Add(-time.Minute), Extra: claims}
}

// code is the code of a refusal, "" where there is none, and the text of any other error.
func code(err error) string {
	refused, unavailable := (*verify.TokenError)(nil), (*verify.UnavailableError)(nil)
	switch {
	case err == nil:
		return ""
	case errors.As(err, &refused):
		return string(refused.Code)
	case errors.As(err, &unavailable):
		return "unavailable"
	}
	return err.Error()
}

func TestClaims(t *testing.T) {
	issuer := newIssuer(t)
	tests := []struct {
		claim string
		value any // nil: the claim is left out
		want  verify.Code
	}{
		{"exp", nil, verify.CodeClaim},
		{"exp", fmt.Sprint(now.Unix() + 60), verify.CodeClaim},
		{"exp", 0, verify.CodeClaim},
		{"exp", -1, verify.CodeClaim},
		{"exp", true, verify.CodeClaim},
		{"exp", []any{now.Unix() + 60}, verify.CodeClaim},
		{"exp", json.Number("1e300"), verify.CodeClaim},
		{"exp", json.Number("1e999"), verify.CodeClaim},
		{"exp", json.Number("9223372036854775808"), verify.CodeClaim},
		{"exp", now.Unix(), verify.CodeExpired},
		{"exp", now.Unix() - 1, verify.CodeExpired},
		{"exp", now.Unix() + 1, ""},
		{"exp", float64(now.Unix()) + 60.5, ""},
		{"nbf", now.Unix(), ""},
		{"nbf", now.Unix() + 1, verify.CodeNotYet},
		{"nbf", float64(now.Unix()) + 0.5, verify.CodeNotYet},
		{"nbf", "soon", verify.CodeClaim},
		{"iat", now.Unix() + 1, verify.CodeNotYet},
		{"iat", "now", verify.CodeClaim},
		{"iat", nil, ""},
		{"iss", nil, verify.CodeIssuer},
		{"iss", []any{issuer.URL}, verify.CodeIssuer},
		{"iss", issuer.URL + "/", verify.CodeIssuer},
		{"iss", strings.ToUpper(issuer.URL), verify.CodeIssuer},
		{"iss", strings.Replace(issuer.URL, "us-east", "us‐east", 1), verify.CodeIssuer}, // a look-alike hyphen
		{"client_id", nil, verify.CodeAudience},
		{"client_id", "", verify.CodeAudience},
		{"client_id", verifytest.DefaultClientID + "x", verify.CodeAudience},
		{"client_id", []any{verifytest.DefaultClientID}, verify.CodeAudience},
		{"token_use", nil, verify.CodeTokenUse},
		{"token_use", "id", verify.CodeTokenUse},
		{"token_use", "Access", verify.CodeTokenUse},
		{"sub", nil, verify.CodeClaim},
		{"sub", "", verify.CodeClaim},
		{"sub", 7, verify.CodeClaim},
		{"scope", []any{"a"}, verify.CodeClaim},
		{"username", map[string]any{}, verify.CodeClaim},
		{"name", "Zoë 🐙", ""},
		{"Exp", 1, ""}, // another claim
	}
	v := newVerifier(t, issuer, nil)
	for _, test := range tests {
		claims := issuer.CognitoAccessClaims(extra(map[string]any{test.claim: test.value}))
		if test.value == nil {
			delete(claims, test.claim)
		}
		if _, err := v.Verify(t.Context(), issuer.Sign(claims)); code(err) != string(test.want) {
			t.Errorf("%s = %v: error %v, want %q", test.claim, test.value, err, test.want)
		}
	}
	wrongCase := issuer.CognitoAccessClaims(extra(map[string]any{"Exp": now.Unix() + 60}))
	delete(wrongCase, "exp")
	if _, err := v.Verify(t.Context(), issuer.Sign(wrongCase)); code(err) != string(verify.CodeClaim) {
		t.Errorf("Exp in place of exp: error %v", err)
	}
}

func TestAudienceOfIDTokens(t *testing.T) {
	issuer := newIssuer(t)
	v := newVerifier(t, issuer, allUses)
	tests := []struct {
		aud  any
		want verify.Code
	}{
		{verifytest.DefaultClientID, ""},
		{[]any{verifytest.DefaultClientID}, verify.CodeAudience},
		{"other", verify.CodeAudience},
		{nil, verify.CodeAudience},
	}
	for _, test := range tests {
		token := issuer.CognitoID(extra(map[string]any{"aud": test.aud}))
		if _, err := v.Verify(t.Context(), token); code(err) != string(test.want) {
			t.Errorf("aud = %v: error %v, want %q", test.aud, err, test.want)
		}
	}
	swapped := issuer.CognitoAccessClaims(extra(map[string]any{"aud": verifytest.DefaultClientID}))
	delete(swapped, "client_id")
	if _, err := v.Verify(t.Context(), issuer.Sign(swapped)); code(err) != string(verify.CodeAudience) {
		t.Errorf("aud in place of client_id: error %v", err)
	}
}

func TestAudienceOfOtherIssuers(t *testing.T) {
	issuer := newIssuer(t)
	v := newVerifier(t, issuer, asOIDC)
	good := verifytest.DefaultClientID
	tests := []struct {
		aud  any
		want verify.Code
	}{
		{good, ""},
		{[]any{"other", good}, ""},
		{[]any{good, 7}, verify.CodeAudience},
		{[]any{}, verify.CodeAudience},
		{nil, verify.CodeAudience},
		{7, verify.CodeAudience},
		{map[string]any{good: good}, verify.CodeAudience},
		{"", verify.CodeAudience},
	}
	for _, test := range tests {
		token := issuer.OIDC(extra(map[string]any{"aud": test.aud}))
		if _, err := v.Verify(t.Context(), token); code(err) != string(test.want) {
			t.Errorf("aud = %v: error %v, want %q", test.aud, err, test.want)
		}
	}
}

func TestScopesAndGroups(t *testing.T) {
	issuer := newIssuer(t)
	v := newVerifier(t, issuer, asOIDC)
	tests := []struct {
		claims         map[string]any
		scopes, groups []string
	}{
		{map[string]any{}, nil, nil},
		{map[string]any{"scope": "a b/c"}, []string{"a", "b/c"}, nil},
		{map[string]any{"scope": "  a   b "}, []string{"a", "b"}, nil},
		{map[string]any{"scope": "a\tb,c"}, []string{"a\tb,c"}, nil},
		{map[string]any{"scope": "", "scp": "a"}, nil, nil},
		{map[string]any{"scp": "a b"}, []string{"a", "b"}, nil},
		{map[string]any{"scp": []any{"a b", "c"}}, []string{"a b", "c"}, nil},
		{map[string]any{"groups": []any{"x", "y"}}, nil, []string{"x", "y"}},
		{map[string]any{"groups": "x y"}, nil, nil},
		{map[string]any{"groups": []any{"x", 7}}, nil, nil},
		{map[string]any{"cognito:groups": []any{"x"}}, nil, nil}, // not this issuer's groups claim
	}
	for _, test := range tests {
		claims, err := v.Verify(t.Context(), issuer.OIDC(extra(test.claims)))
		if err != nil {
			t.Errorf("%v: %v", test.claims, err)
			continue
		}
		if fmt.Sprintf("%q", claims.Scopes) != fmt.Sprintf("%q", test.scopes) || fmt.Sprintf("%q", claims.Groups) != fmt.Sprintf("%q", test.groups) {
			t.Errorf("%v: scopes %q, groups %q", test.claims, claims.Scopes, claims.Groups)
		}
	}
}

func TestHeader(t *testing.T) {
	issuer := newIssuer(t)
	v := newVerifier(t, issuer, nil)
	claims := issuer.CognitoAccessClaims(extra(nil))
	tests := []struct {
		member string
		value  any
		want   verify.Code
	}{
		{"typ", "JWT", ""},
		{"typ", "application/at+jwt", ""},
		{"typ", "dpop+jwt", verify.CodeHeader},
		{"typ", 7, verify.CodeHeader},
		{"crit", []any{"exp"}, verify.CodeHeader},
		{"crit", []any{}, verify.CodeHeader},
		{"b64", false, verify.CodeHeader},
		{"zip", "DEF", verify.CodeHeader},
		{"cty", "JWT", verify.CodeHeader},
		{"alg", "none", verify.CodeAlgorithm},
		{"alg", "NonE", verify.CodeAlgorithm},
		{"alg", "HS256", verify.CodeAlgorithm},
		{"alg", "rs256", verify.CodeAlgorithm},
		{"alg", "RS512", verify.CodeAlgorithm},
		{"alg", "PS256", verify.CodeAlgorithm},
		{"alg", nil, verify.CodeAlgorithm},
		{"alg", []any{"RS256"}, verify.CodeAlgorithm},
		{"Alg", "none", ""}, // another member
		{"kid", nil, verify.CodeKeyID},
		{"kid", "", verify.CodeKeyID},
		{"kid", 7, verify.CodeKeyID},
		{"kid", strings.Repeat("k", 257), verify.CodeKeyID},
		{"kid", "a\nb", verify.CodeKeyID},
		{"kid", "../../keys", verify.CodeKeyUnknown},
		{"jku", "http://127.0.0.1:1/", ""}, // never looked at
	}
	for _, test := range tests {
		header := issuer.Header()
		header[test.member] = test.value
		if _, err := v.Verify(t.Context(), issuer.SignHeader(header, claims)); code(err) != string(test.want) {
			t.Errorf("%s = %v: error %v, want %q", test.member, test.value, err, test.want)
		}
	}
}

func TestCompactForm(t *testing.T) {
	issuer := newIssuer(t)
	v := newVerifier(t, issuer, nil)
	good := issuer.CognitoAccess(extra(nil))
	parts := strings.Split(good, ".")
	encode := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
	with := func(i int, part string) string {
		changed := append([]string{}, parts...)
		changed[i] = part
		return strings.Join(changed, ".")
	}
	other := issuer.CognitoAccess(extra(map[string]any{"sub": "other"}))
	signature, _ := base64.RawURLEncoding.DecodeString(parts[2])
	tests := []struct {
		name, token string
		want        verify.Code
	}{
		{"good", good, ""},
		{"empty", "", verify.CodeMalformed},
		{"one part", parts[0], verify.CodeMalformed},
		{"two parts", parts[0] + "." + parts[1], verify.CodeMalformed},
		{"four parts", good + ".x", verify.CodeMalformed},
		{"five parts", good + ".x.y", verify.CodeMalformed},
		{"trailing dot", good + ".", verify.CodeMalformed},
		{"no signature", with(2, ""), verify.CodeMalformed},
		{"JSON serialization", `{"payload":"` + parts[1] + `","signatures":[]}`, verify.CodeMalformed},
		{"Bearer left on", "Bearer " + good, verify.CodeMalformed},
		{"padding", good + "=", verify.CodeMalformed},
		{"line break", good[:20] + "\n" + good[20:], verify.CodeMalformed},
		{"carriage return at the end", good + "\r", verify.CodeMalformed},
		{"space", good + " ", verify.CodeMalformed},
		{"plus", with(2, "+"+parts[2][1:]), verify.CodeMalformed},
		{"trailing bits", with(2, parts[2][:len(parts[2])-1]+"_"), verify.CodeMalformed},
		{"too large", good + strings.Repeat("A", 9000), verify.CodeTooLarge},
		{"header no object", with(0, encode(`["RS256"]`)), verify.CodeMalformed},
		{"duplicate member in the header", with(0, encode(`{"alg":"none","alg":"RS256","kid":"a"}`)), verify.CodeMalformed},
		{"duplicate claim", with(1, encode(`{"sub":"a","sub":"b"}`)), verify.CodeMalformed},
		{"duplicate deeper", with(1, encode(`{"a":[{"b":1,"b":2}]}`)), verify.CodeMalformed},
		{"claims no object", with(1, encode(`"text"`)), verify.CodeMalformed},
		{"claims null", with(1, encode(`null`)), verify.CodeMalformed},
		{"garbage behind the claims", with(1, encode(`{} {}`)), verify.CodeMalformed},
		{"byte order mark", with(1, encode("\ufeff{}")), verify.CodeMalformed},
		{"invalid UTF-8", with(1, encode("{\"a\":\"\xff\"}")), verify.CodeMalformed},
		{"deep nesting", with(1, encode(`{"a":`+strings.Repeat("[", 1000)+strings.Repeat("]", 1000)+`}`)), verify.CodeMalformed},
		{"claims cut", with(1, encode(`{"a":1`)), verify.CodeMalformed},
		{"another token's claims", with(1, strings.Split(other, ".")[1]), verify.CodeSignature},
		{"another token's signature", with(2, strings.Split(other, ".")[2]), verify.CodeSignature},
		{"short signature", with(2, encode(string(signature[1:]))), verify.CodeSignature},
		{"long signature", with(2, encode("\x00"+string(signature))), verify.CodeSignature},
		{"zero signature", with(2, encode(strings.Repeat("\x00", len(signature)))), verify.CodeSignature},
	}
	for _, test := range tests {
		_, err := v.Verify(t.Context(), test.token)
		if code(err) != string(test.want) {
			t.Errorf("%s: error %v, want %q", test.name, err, test.want)
		}
		if err != nil && len(test.token) > 20 && strings.Contains(err.Error(), test.token[:20]) {
			t.Errorf("%s: the error holds the token: %v", test.name, err)
		}
	}
}

// TestKeysAreNotPooled: an issuer's key does not serve another one, and a forger with a key of its own and
// the right key id gets nowhere.
func TestKeysAreNotPooled(t *testing.T) {
	ours, theirs := newIssuer(t), newIssuer(t)
	v := newVerifier(t, ours, func(c *verify.Config) {
		c.Issuers = append(c.Issuers, verify.Issuer{Issuer: theirs.URL, Audience: []string{verifytest.DefaultClientID}, TokenUse: []string{verify.UseAccess}})
	})
	posing := theirs.CognitoAccess(extra(map[string]any{"iss": ours.URL}))
	if _, err := v.Verify(t.Context(), posing); code(err) != string(verify.CodeKeyUnknown) {
		t.Errorf("a token of one issuer signed by another: %v", err)
	}
	forger := verifytest.New(ours.URL)
	forged := forger.SignHeader(ours.Header(), forger.CognitoAccessClaims(extra(nil)))
	if _, err := v.Verify(t.Context(), forged); code(err) != string(verify.CodeSignature) {
		t.Errorf("a forged token: %v", err)
	}
}

func TestSkew(t *testing.T) {
	issuer := newIssuer(t)
	v := newVerifier(t, issuer, func(c *verify.Config) { c.ClockSkew = time.Minute })
	tests := []struct {
		claims map[string]any
		want   verify.Code
	}{
		{map[string]any{"exp": now.Unix() - 59}, ""},
		{map[string]any{"exp": now.Unix() - 60}, verify.CodeExpired},
		{map[string]any{"nbf": now.Unix() + 60}, ""},
		{map[string]any{"nbf": now.Unix() + 61}, verify.CodeNotYet},
		{map[string]any{"iat": now.Unix() + 61}, verify.CodeNotYet},
	}
	for _, test := range tests {
		if _, err := v.Verify(t.Context(), issuer.CognitoAccess(extra(test.claims))); code(err) != string(test.want) {
			t.Errorf("%v: error %v, want %q", test.claims, err, test.want)
		}
	}
}

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
	check("the old key that was withdrawn", old, string(verify.CodeKeyUnknown))
	issuer.Replace()
	check("a second new key too soon after", issuer.CognitoAccess(extra(nil)), string(verify.CodeKeyUnknown))
	at = at.Add(11 * time.Second)
	check("and later", issuer.CognitoAccess(extra(nil)), "")
	fetches := issuer.Fetches()
	for i := range 50 {
		header := issuer.Header()
		header["kid"] = fmt.Sprint("made-up-", i)
		check("a made-up key id", issuer.SignHeader(header, issuer.CognitoAccessClaims(extra(nil))), string(verify.CodeKeyUnknown))
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

// TestKeysOfOtherKinds: a key that may not verify RS256 is not used, and does not spoil the set.
func TestKeysOfOtherKinds(t *testing.T) {
	issuer := verifytest.New("http://127.0.0.1:1/pool")
	public := issuer.PublicKey().(*rsa.PublicKey)
	key := func(change map[string]any) map[string]any {
		k := map[string]any{"kty": "RSA", "kid": issuer.KeyID(), "use": "sig", "alg": "RS256", "n": number(public.N), "e": "AQAB"}
		maps.Copy(k, change)
		return k
	}
	other := key(map[string]any{"kid": "other"})
	tests := []struct {
		name string
		keys []any
		good bool
	}{
		{"good", []any{key(nil)}, true},
		{"no use, no alg", []any{key(map[string]any{"use": "", "alg": ""})}, true},
		{"among odd ones", []any{map[string]any{"kty": "LMS", "kid": "a"}, map[string]any{"kty": "oct", "kid": "b", "k": "AAAA"}, "text", 7, key(nil)}, true},
		{"for encryption", []any{key(map[string]any{"use": "enc"}), other}, false},
		{"key_ops without verify", []any{key(map[string]any{"key_ops": []any{"encrypt"}}), other}, false},
		{"of another algorithm", []any{key(map[string]any{"alg": "PS256"}), other}, false},
		{"of another kid", []any{other}, false},
		{"without kid", []any{key(map[string]any{"kid": ""}), other}, false},
		{"twice", []any{key(nil), key(nil), other}, false},
		{"three times", []any{key(nil), key(nil), key(nil), other}, false},
		{"twice, once for encryption", []any{key(map[string]any{"use": "enc"}), key(nil), other}, false},
		{"exponent 3", []any{key(map[string]any{"e": "Aw"}), other}, false},
		{"even exponent", []any{key(map[string]any{"e": "AQAC"}), other}, false},
		{"short modulus", []any{key(map[string]any{"n": number(new(big.Int).Rsh(public.N, 1024))}), other}, false},
		{"symmetric", []any{map[string]any{"kty": "oct", "kid": issuer.KeyID(), "k": number(public.N)}, other}, false},
	}
	for _, test := range tests {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			json.NewEncoder(w).Encode(map[string]any{"keys": test.keys})
		}))
		v := newVerifier(t, issuer, func(c *verify.Config) { c.Issuers[0].JWKSURI = server.URL })
		_, err := v.Verify(t.Context(), issuer.CognitoAccess(extra(nil)))
		server.Close()
		if want := map[bool]string{true: "", false: string(verify.CodeKeyUnknown)}[test.good]; code(err) != want {
			t.Errorf("%s: error %v, want %q", test.name, err, want)
		}
	}
}

func number(n *big.Int) string { return base64.RawURLEncoding.EncodeToString(n.Bytes()) }

func TestNewRefuses(t *testing.T) {
	good := verify.Issuer{Issuer: "https://issuer.example.com", Audience: []string{"app"}}
	with := func(change func(*verify.Issuer)) verify.Config {
		issuer := good
		change(&issuer)
		return verify.Config{Issuers: []verify.Issuer{issuer}}
	}
	tests := []struct {
		config verify.Config
		want   string
	}{
		{verify.Config{}, "at least one issuer"},
		{verify.Config{Issuers: []verify.Issuer{good, good}}, "twice"},
		{verify.Config{Issuers: []verify.Issuer{good}, ClockSkew: -1}, "clock skew"},
		{verify.Config{Issuers: []verify.Issuer{good}, ClockSkew: 6 * time.Minute}, "clock skew"},
		{with(func(i *verify.Issuer) { i.Issuer = "" }), "issuer: is missing"},
		{with(func(i *verify.Issuer) { i.Issuer = "issuer.example.com" }), "https URL"},
		{with(func(i *verify.Issuer) { i.Issuer = "http://issuer.example.com" }), "loopback"},
		{with(func(i *verify.Issuer) { i.Issuer = "http://127.0.0.1.example.com" }), "loopback"},
		{with(func(i *verify.Issuer) { i.Issuer = "https://a@issuer.example.com" }), "without user"},
		{with(func(i *verify.Issuer) { i.Issuer = "https://issuer.example.com?x" }), "without user"},
		{with(func(i *verify.Issuer) { i.Audience = nil }), "audience"},
		{with(func(i *verify.Issuer) { i.Audience = []string{"app", ""} }), "audience"},
		{with(func(i *verify.Issuer) { i.TokenUse = []string{"refresh"} }), "tokenUse"},
		{with(func(i *verify.Issuer) { i.JWKSURI = "http://keys.example.com" }), "jwksUri"},
		{with(func(i *verify.Issuer) { i.Algorithms = []string{"none"} }), "algorithms"},
		{with(func(i *verify.Issuer) { i.Algorithms = []string{"HS256"} }), "algorithms"},
	}
	for _, test := range tests {
		_, err := verify.New(test.config)
		if wrong := (*verify.ConfigError)(nil); !errors.As(err, &wrong) || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%+v: error %v, want one with %q", test.config, err, test.want)
		}
	}
}

func TestParseIssuers(t *testing.T) {
	got, err := verify.ParseIssuers(`[{"issuer":"https://a.example","audience":["app"],"tokenUse":["access"],"jwksUri":"https://a.example/k","algorithms":["RS256"],"groupsClaim":"roles"}]`)
	want := verify.Issuer{Issuer: "https://a.example", Audience: []string{"app"}, TokenUse: []string{"access"}, JWKSURI: "https://a.example/k", Algorithms: []string{"RS256"}, GroupsClaim: "roles"}
	if err != nil || len(got) != 1 || fmt.Sprint(got[0]) != fmt.Sprint(want) {
		t.Errorf("%+v, %v", got, err)
	}
	for _, text := range []string{"", "{}", `[{"issuer":"a","audience":"app"}]`, `[{"issuer":"a","audiences":["app"]}]`, `[] []`, `[`} {
		if issuers, err := verify.ParseIssuers(text); err == nil {
			t.Errorf("%s is read as %+v", text, issuers)
		}
	}
}

// FuzzVerify: nothing is accepted but the one token that the issuer signed.
func FuzzVerify(f *testing.F) {
	issuer := newIssuer(f)
	v := newVerifier(f, issuer, nil)
	good := issuer.CognitoAccess(extra(nil))
	f.Add(good)
	f.Add(good + "=")
	f.Add(strings.ToUpper(good))
	f.Add("eyJhbGciOiJub25lIn0.e30.")
	f.Fuzz(func(t *testing.T, raw string) {
		if claims, err := v.Verify(context.Background(), raw); err == nil && raw != good {
			t.Errorf("%q is accepted: %+v", raw, claims)
		}
	})
}

func BenchmarkVerify(b *testing.B) {
	issuer := newIssuer(b)
	v := newVerifier(b, issuer, nil)
	token := issuer.CognitoAccess(extra(nil))
	for b.Loop() {
		if _, err := v.Verify(context.Background(), token); err != nil {
			b.Fatal(err)
		}
	}
}
