package verifytest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/lestrrat-go/jwx/v2/jwk"

	"portcullis/authorizers/verify/verifytest"
)

func TestDiscoveryNamesTheKeySet(t *testing.T) {
	issuer := newServer(t)
	answer, body := get(t, issuer.URL+verifytest.DiscoveryPath)
	var document struct {
		Issuer     string   `json:"issuer"`
		KeySet     string   `json:"jwks_uri"`
		Algorithms []string `json:"id_token_signing_alg_values_supported"`
	}
	if err := json.Unmarshal(body, &document); err != nil {
		t.Fatalf("discovery: %v in %s", err, body)
	}
	if document.Issuer != issuer.URL || document.KeySet != issuer.KeySetURL() || len(document.Algorithms) != 1 {
		t.Errorf("discovery = %s", body)
	}
	for _, a := range []*http.Response{answer, first(get(t, document.KeySet))} {
		if a.StatusCode != 200 || a.Header.Get("Content-Type") != "application/json" || a.Header.Get("Cache-Control") != "public, max-age=3600" {
			t.Errorf("%s: %s %v", a.Request.URL, a.Status, a.Header)
		}
	}
}

func TestServesBelowItsPathOnly(t *testing.T) {
	tests := []struct {
		issuer, method, path string
		status               int
	}{
		{"http://a.example/pool", "GET", "/pool/.well-known/jwks.json", 200},
		{"http://a.example/pool", "HEAD", "/pool/.well-known/jwks.json", 200},
		{"http://a.example/pool/", "GET", "/pool/.well-known/jwks.json", 200},
		{"http://a.example/pool", "GET", "/pool/.well-known/openid-configuration", 200},
		{"https://a.example", "GET", "/.well-known/jwks.json", 200},
		{"https://a.example/", "GET", "/.well-known/jwks.json", 200},
		{"http://a.example/pool", "POST", "/pool/.well-known/jwks.json", 405},
		{"http://a.example/pool", "GET", "/.well-known/jwks.json", 404},
		{"http://a.example/pool", "GET", "/pool2/.well-known/jwks.json", 404},
		{"http://a.example/pool", "GET", "/pool/pool/.well-known/jwks.json", 404},
		{"http://a.example/pool", "GET", "/pool", 404},
	}
	for _, test := range tests {
		t.Run(test.issuer+" "+test.method+" "+test.path, func(t *testing.T) {
			answer := httptest.NewRecorder()
			verifytest.New(test.issuer).ServeHTTP(answer, httptest.NewRequest(test.method, test.path, nil))
			if answer.Code != test.status {
				t.Errorf("status %d, want %d", answer.Code, test.status)
			}
		})
	}
}

func TestNewPanicsOnWhatIsNoIssuer(t *testing.T) {
	for _, bad := range []string{"", "issuer", "/pool", "ftp://a.example", "http://", "https://a.example/?x=1", "https://a.example/#x", "http://a b/"} {
		t.Run(bad, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Errorf("New(%q) did not panic", bad)
				}
			}()
			verifytest.New(bad)
		})
	}
}

func TestOutageEnds(t *testing.T) {
	issuer := newServer(t)
	for _, step := range []struct {
		down   bool
		status int
	}{{false, 200}, {true, 503}, {false, 200}} {
		issuer.Outage(step.down)
		for _, path := range []string{verifytest.KeySetPath, verifytest.DiscoveryPath} {
			if answer, _ := get(t, issuer.URL+path); answer.StatusCode != step.status {
				t.Errorf("outage %v: %s is %d, want %d", step.down, path, answer.StatusCode, step.status)
			}
		}
	}
	if issuer.Fetches() != 3 {
		t.Errorf("Fetches = %d, want 3: those of the key set, in the outage too", issuer.Fetches())
	}
}

func TestConcurrentUse(t *testing.T) {
	issuer := newServer(t)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() { issuer.Rotate() })
		all.Go(func() { issuer.Outage(false) })
		all.Go(func() { issuer.CognitoAccess(verifytest.Options{}) })
		all.Go(func() { keySet(t, issuer) })
	}
	all.Wait()
	if got := keySet(t, issuer).Len(); got != 5 {
		t.Errorf("%d keys, want 5", got)
	}
	if issuer.Fetches() != 5 {
		t.Errorf("Fetches = %d, want 5", issuer.Fetches())
	}
}

func TestClosedServerAnswersNoMore(t *testing.T) {
	issuer := verifytest.NewServer()
	issuer.Close()
	if answer, err := http.Get(issuer.KeySetURL()); err == nil {
		answer.Body.Close()
		t.Error("a closed issuer still answers")
	}
	verifytest.New("https://a.example").Close()
}

func newServer(t *testing.T, algorithms ...string) *verifytest.Issuer {
	issuer := verifytest.NewServer(algorithms...)
	t.Cleanup(issuer.Close)
	return issuer
}

func get(t *testing.T, url string) (*http.Response, []byte) {
	t.Helper()
	answer, err := http.Get(url)
	if err != nil {
		t.Error(err)
		return &http.Response{}, nil
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Error(err)
	}
	return answer, body
}

func first(answer *http.Response, _ []byte) *http.Response { return answer }

// keySet is what the issuer publishes now, as jwx reads it.
func keySet(t *testing.T, issuer *verifytest.Issuer) jwk.Set {
	t.Helper()
	_, body := get(t, issuer.KeySetURL())
	set, err := jwk.Parse(body)
	if err != nil {
		t.Errorf("key set: %v", err)
		return jwk.NewSet()
	}
	return set
}
