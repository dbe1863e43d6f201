package verify_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"portcullis/authorizers/verify"
	"portcullis/authorizers/verify/verifytest"
)

// TestAnswersOfIssuers: what comes from an issuer's address and is no key set of it says nothing about a
// token, and is never a yes.
func TestAnswersOfIssuers(t *testing.T) {
	real := newIssuer(t)
	keys := keySet(real)
	var discovery, published http.HandlerFunc
	var address string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == verifytest.DiscoveryPath {
			discovery(w, r)
		} else {
			published(w, r)
		}
	}))
	defer server.Close()
	address = server.URL
	text := func(format string, args ...any) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { fmt.Fprintf(w, format, args...) }
	}
	good := text(`{"issuer":%q,"jwks_uri":%q}`, address, address+"/keys")
	serve := text("%s", keys)
	queried := func(answer http.HandlerFunc) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if r.URL.RawQuery == "appid=1" {
				answer(w, r)
			}
		}
	}
	padded := func(size int) http.HandlerFunc { return text("%s", keys+strings.Repeat(" ", size-len(keys))) }
	tests := []struct {
		name                 string
		discovery, published http.HandlerFunc
		want                 string
	}{
		{"good", good, serve, ""},
		{"another issuer's document", text(`{"issuer":%q,"jwks_uri":%q}`, address+"/", address+"/keys"), serve, "unavailable"},
		{"a query in the address of the key set", text(`{"issuer":%q,"jwks_uri":%q}`, address, address+"/keys?appid=1"), queried(serve), ""},
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
		{"as large as may be", good, padded(1 << 20), ""},
		{"a byte too large", good, padded(1<<20 + 1), "unavailable"},
		{"something behind it", good, text("%s{}", keys), "unavailable"},
		{"many keys", good, text("%s", strings.Replace(keys, "[", "["+strings.Repeat("{},", 99), 1)), ""},
		{"too many keys", good, text("%s", strings.Replace(keys, "[", "["+strings.Repeat("{},", 100), 1)), "unavailable"},
		{"an unreadable key of the same id", good, text("%s", strings.Replace(keys, "[", fmt.Sprintf(`[{"kty":"a","kty":"b","kid":%q},`, real.KeyID()), 1)), "unavailable"},
	}
	for _, test := range tests {
		discovery, published = test.discovery, test.published
		v := newVerifier(t, real, func(c *verify.Config) { asOIDC(c); c.Issuers[0].Issuer = address })
		token := real.OIDC(extra(map[string]any{"iss": address}))
		if _, err := v.Verify(t.Context(), token); code(err) != test.want {
			t.Errorf("%s: error %v, want %q", test.name, err, test.want)
		}
	}
}

// TestOnlyOKCounts: a good key set is none with any other status than 200, be it one of success.
func TestOnlyOKCounts(t *testing.T) {
	for _, status := range []int{200, 201, 202, 203, 206, 226, 300, 301, 302, 303, 307, 308, 400, 401, 403, 404, 410, 429, 500, 503} {
		s := newScene(t, nil)
		s.answers(func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
			w.Header().Set("Location", s.issuer.URL+"/elsewhere")
			w.WriteHeader(status)
			fmt.Fprint(w, keySet(s.issuer))
		})
		want := "unavailable"
		if status == http.StatusOK {
			want = ""
		}
		s.check(fmt.Sprint("status ", status), s.token(), want)
	}
}

// keySet is what the issuer publishes.
func keySet(issuer *verifytest.Issuer) string {
	recorder := httptest.NewRecorder()
	issuer.ServeHTTP(recorder, httptest.NewRequest("GET", issuer.KeySetURL(), nil))
	return recorder.Body.String()
}

// TestOneMoreTry: one answer that fails is not the end of a fetch; two are.
func TestOneMoreTry(t *testing.T) {
	for failures, want := range map[int32]string{0: "", 1: "", 2: "unavailable"} {
		s := newScene(t, nil)
		var asked atomic.Int32
		s.answers(func(w http.ResponseWriter, r *http.Request, issuer http.Handler) {
			if asked.Add(1) <= failures {
				http.Error(w, "not now", http.StatusInternalServerError)
				return
			}
			issuer.ServeHTTP(w, r)
		})
		s.check(fmt.Sprint(failures, " failures"), s.token(), want)
	}
}

// TestSlowAnswer: an answer that does not come to its end is given up. The test takes as long as that.
func TestSlowAnswer(t *testing.T) {
	t.Parallel()
	s := newScene(t, nil)
	s.answers(func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
		fmt.Fprint(w, `{"keys":[`)
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	s.check("an answer that stops", s.token(), "unavailable")
}

// serves answers every request with the same bytes.
type serves []byte

func (s serves) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(bytes.NewReader(s)), Request: r}, nil
}

// byPath answers by the address's path, without a network.
type byPath map[string]string

func (b byPath) RoundTrip(r *http.Request) (*http.Response, error) {
	return serves(b[r.URL.Path]).RoundTrip(r)
}

// TestKeySetAddresses: keys come over https, or from this very machine if the issuer is here too.
func TestKeySetAddresses(t *testing.T) {
	tests := []struct{ issuer, keys, want string }{
		{"https://issuer.example.com", "https://keys.example.com/keys", ""},
		{"https://issuer.example.com", "http://keys.example.com/keys", "unavailable"},
		{"https://issuer.example.com", "http://127.0.0.1/keys", "unavailable"},
		{"https://issuer.example.com", "http://localhost/keys", "unavailable"},
		{"https://issuer.example.com", "https://user@keys.example.com/keys", "unavailable"},
		{"https://issuer.example.com", "/keys", "unavailable"},
		{"http://127.0.0.1:1", "http://127.0.0.1:2/keys", ""},
		{"http://127.0.0.1:1", "http://keys.example.com/keys", "unavailable"},
		{"http://127.0.0.1:1", "file:///keys", "unavailable"},
	}
	for _, test := range tests {
		issuer := verifytest.New(test.issuer)
		v := newVerifier(t, issuer, func(c *verify.Config) {
			asOIDC(c)
			c.Client = &http.Client{Transport: byPath{
				verifytest.DiscoveryPath: fmt.Sprintf(`{"issuer":%q,"jwks_uri":%q}`, issuer.URL, test.keys), "/keys": keySet(issuer),
			}}
		})
		if _, err := v.Verify(t.Context(), issuer.OIDC(extra(nil))); code(err) != test.want {
			t.Errorf("keys of %s at %s: error %v, want %q", test.issuer, test.keys, err, test.want)
		}
	}
}

// TestSchemeInCapitals: an issuer's address that begins with HTTPS is one over https.
func TestSchemeInCapitals(t *testing.T) {
	const address = "HTTPS://issuer.example.com"
	issuer := verifytest.New(address)
	for keys, want := range map[string]string{"https://localhost/keys": "", "HTTPS://localhost/keys": "", "http://localhost/keys": "unavailable", "HTTP://localhost/keys": "unavailable"} {
		v := newVerifier(t, issuer, func(c *verify.Config) {
			asOIDC(c)
			c.Client = &http.Client{Transport: byPath{
				verifytest.DiscoveryPath: fmt.Sprintf(`{"issuer":%q,"jwks_uri":%q}`, address, keys), "/keys": keySet(issuer),
			}}
		})
		if _, err := v.Verify(t.Context(), issuer.OIDC(extra(nil))); code(err) != want {
			t.Errorf("keys at %s: error %v, want %q", keys, err, want)
		}
	}
}

// TestDerivedAddress: the key set of a Cognito pool is below its issuer, with one slash between them.
func TestDerivedAddress(t *testing.T) {
	for _, address := range []string{"https://issuer.example.com/pool", "https://issuer.example.com/pool/"} {
		issuer := verifytest.New(address, "EdDSA")
		v := newVerifier(t, issuer, func(c *verify.Config) {
			c.Issuers[0].Algorithms = []string{"EdDSA"}
			c.Client = &http.Client{Transport: byPath{"/pool/.well-known/jwks.json": keySet(issuer)}}
		})
		if _, err := v.Verify(t.Context(), issuer.CognitoAccess(extra(nil))); err != nil {
			t.Errorf("%s: %v", address, err)
		}
	}
}

// TestNoConnectionIsKept: hours pass between two fetches.
func TestNoConnectionIsKept(t *testing.T) {
	s := newScene(t, nil)
	var kept atomic.Bool
	s.answers(func(w http.ResponseWriter, r *http.Request, issuer http.Handler) {
		kept.Store(!r.Close)
		issuer.ServeHTTP(w, r)
	})
	s.check("good", s.token(), "")
	if kept.Load() {
		t.Error("the request asks to keep the connection")
	}
}
