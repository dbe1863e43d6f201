package verifytest_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"portcullis/authorizers/verify/verifytest"
)

// TestSlowAnswersWait asks for clients that are gone: only an answer that waits notices.
func TestSlowAnswersWait(t *testing.T) {
	issuer := verifytest.New("https://idp.example", "EdDSA")
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for _, path := range []string{verifytest.KeySetPath, verifytest.DiscoveryPath, "/elsewhere"} {
		issuer.Slow(time.Hour)
		if ended := ended(issuer, httptest.NewRequestWithContext(gone, http.MethodGet, path, nil)); ended != http.ErrAbortHandler {
			t.Errorf("%s ended with %v, want no answer", path, ended)
		}
		for _, d := range []time.Duration{time.Microsecond, 0, -1} {
			issuer.Slow(d)
			if ended := ended(issuer, httptest.NewRequest(http.MethodGet, path, nil)); ended != nil {
				t.Errorf("%s, slow by %s, ended with %v", path, d, ended)
			}
		}
	}
}

// ended is what the issuer panics with, or nil for an answer.
func ended(issuer *verifytest.Issuer, r *http.Request) (ended any) {
	defer func() { ended = recover() }()
	issuer.ServeHTTP(httptest.NewRecorder(), r)
	return nil
}

// TestCloseEndsWhatWaits hangs if Close does.
func TestCloseEndsWhatWaits(t *testing.T) {
	tests := map[string]func(issuer *verifytest.Issuer, arrived chan<- bool){
		"Slow": func(issuer *verifytest.Issuer, arrived chan<- bool) {
			issuer.Slow(time.Hour)
			close(arrived) // Fetches tells of the arrival
		},
		"Handle": func(issuer *verifytest.Issuer, arrived chan<- bool) {
			issuer.Handle(verifytest.KeySetPath, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				close(arrived)
				<-r.Context().Done()
				panic(http.ErrAbortHandler)
			}))
		},
	}
	for name, prepare := range tests {
		t.Run(name, func(t *testing.T) {
			issuer := verifytest.NewServer("EdDSA")
			arrived := make(chan bool)
			prepare(issuer, arrived)
			ended := make(chan error, 1)
			go func() {
				answer, err := http.Get(issuer.KeySetURL())
				if err == nil {
					answer.Body.Close()
				}
				ended <- err
			}()
			<-arrived
			for issuer.Fetches() == 0 {
				time.Sleep(time.Millisecond)
			}
			issuer.Close()
			if err := <-ended; err == nil {
				t.Error("a request was answered that still had to wait")
			}
		})
	}
}

func TestHandle(t *testing.T) {
	issuer := newServer(t, "EdDSA")
	teapot := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { http.Error(w, r.URL.Path, http.StatusTeapot) })
	for _, path := range []string{verifytest.KeySetPath, verifytest.DiscoveryPath} {
		issuer.Handle(path, teapot)
		if answer, body := get(t, issuer.URL+path); answer.StatusCode != http.StatusTeapot || !strings.Contains(string(body), path) {
			t.Errorf("%s: %s, %s", path, answer.Status, body)
		}
		issuer.Outage(true)
		if answer, _ := get(t, issuer.URL+path); answer.StatusCode != http.StatusServiceUnavailable {
			t.Errorf("%s in an outage: %s", path, answer.Status)
		}
		issuer.Outage(false)
		issuer.Handle(path, nil)
		if answer, _ := get(t, issuer.URL+path); answer.StatusCode != http.StatusOK {
			t.Errorf("%s, given back: %s", path, answer.Status)
		}
	}
	if issuer.Fetches() != 3 {
		t.Errorf("Fetches = %d, want 3", issuer.Fetches())
	}
	expectPanic(t, "/elsewhere", func() { issuer.Handle("/elsewhere", teapot) })
}

func TestAdvertise(t *testing.T) {
	issuer := verifytest.New("https://idp.example", "EdDSA")
	for _, endpoint := range []string{"https://idp.example/token", "https://idp.example/other"} {
		issuer.Advertise("token_endpoint", endpoint)
		answer := httptest.NewRecorder()
		issuer.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, verifytest.DiscoveryPath, nil))
		if body := answer.Body.String(); !strings.Contains(body, `"token_endpoint":"`+endpoint+`"`) || !strings.Contains(body, `"issuer":"https://idp.example"`) {
			t.Errorf("%s: %s", endpoint, body)
		}
	}
}

func TestCacheControl(t *testing.T) {
	issuer := newServer(t, "EdDSA")
	for _, value := range []string{"no-store", "max-age=1", ""} {
		issuer.CacheControl(value)
		for _, path := range []string{verifytest.KeySetPath, verifytest.DiscoveryPath} {
			answer, _ := get(t, issuer.URL+path)
			if got := strings.Join(answer.Header.Values("Cache-Control"), ","); got != value {
				t.Errorf("%s: Cache-Control %q, want %q", path, got, value)
			}
			if _, present := answer.Header["Cache-Control"]; present != (value != "") {
				t.Errorf("%s: Cache-Control is there: %v", path, present)
			}
		}
	}
}

func TestPublish(t *testing.T) {
	issuer := verifytest.New("https://idp.example/pool", "EdDSA")
	ours := issuer.KeyID()
	odd := map[string]any{"kty": "LMS", "kid": "last"}
	issuer.Publish(odd)
	odd["kid"] = "changed afterwards"
	issuer.PublishFirst(map[string]any{"kty": "oct", "kid": ours, "k": "AAAA"})
	issuer.Publish(nil)
	kids := func() string {
		var all []string
		for _, k := range publishedKeys(t, issuer) {
			all = append(all, k.Kty+" "+k.Kid)
		}
		return strings.Join(all, ", ")
	}
	if got, want := kids(), "oct "+ours+", OKP "+ours+", LMS last,  "; got != want {
		t.Errorf("published %s, want %s", got, want)
	}
	if issuer.KeyID() != ours {
		t.Error("a published key signs")
	}
	issuer.Replace()
	if got, want := kids(), "OKP "+issuer.KeyID(); got != want {
		t.Errorf("after Replace %s, want %s", got, want)
	}
}

func TestLuresAreThereAndCounted(t *testing.T) {
	issuer := newServer(t, "ES256")
	claims := issuer.OIDCClaims(verifytest.Options{})
	for name, member := range map[string]string{"jku-own-kid": "jku", "x5u-own-kid": "x5u"} {
		header := part(t, issuer.Break(name, claims), 0)
		before := issuer.Lured()
		answer, body := get(t, header[member].(string))
		if answer.StatusCode != 200 || member == "jku" && !strings.Contains(string(body), header["kid"].(string)) {
			t.Errorf("%s leads to %s, %s", name, answer.Status, body)
		}
		if issuer.Lured() != before+1 {
			t.Errorf("%s: Lured = %d, want one more than %d", name, issuer.Lured(), before)
		}
	}
	if issuer.Fetches() != 0 {
		t.Errorf("Fetches = %d: that is another key set", issuer.Fetches())
	}
}

func TestConcurrentUseOfEverything(t *testing.T) {
	issuer := newServer(t, "EdDSA")
	claims := issuer.OIDCClaims(verifytest.Options{})
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() { issuer.Use("ES256") })
		all.Go(func() { issuer.Use("EdDSA") })
		all.Go(func() { issuer.Broken(claims) })
		all.Go(func() { issuer.Slow(0) })
		all.Go(func() { issuer.CacheControl("no-store") })
		all.Go(func() { issuer.Handle(verifytest.KeySetPath, nil) })
		all.Go(func() { issuer.Publish(map[string]any{"kty": "LMS"}) })
		all.Go(func() { issuer.Lured() })
		all.Go(func() {
			issuer.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/us-east-1_Fixture/attacker/jwks.json", nil))
		})
	}
	all.Wait()
}
