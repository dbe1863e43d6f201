// Package awsjsontest is a service for tests of what package awsjson calls.
package awsjsontest

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
)

// Serve serves answers one after the other, the last one again and again, until the test ends, and counts the requests.
func Serve(t testing.TB, answers ...http.HandlerFunc) (endpoint string, requests *atomic.Int32) {
	requests = new(atomic.Int32)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := int(requests.Add(1))
		answers[min(n, len(answers))-1](w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL, requests
}

// Says answers with a status and a body.
func Says(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// Refuses answers with an error of AWS JSON; its type may have a namespace.
func Refuses(status int, kind, message string) http.HandlerFunc {
	return Says(status, fmt.Sprintf(`{"__type":%q,"message":%q}`, kind, message))
}

// HangsUp ends the connection without an answer.
func HangsUp(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

// Redirects answers with a redirect.
func Redirects(w http.ResponseWriter, r *http.Request) {
	http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
}

// Silent answers once the client has gone.
func Silent(_ http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body) // only then does the server see that the client has left
	<-r.Context().Done()
}

// Transport is a function as an http.RoundTripper.
type Transport func(*http.Request) (*http.Response, error)

// RoundTrip implements http.RoundTripper.
func (t Transport) RoundTrip(r *http.Request) (*http.Response, error) { return t(r) }

// Answer is a client whose requests are all answered with a body, and go nowhere.
func Answer(body func(*http.Request) string) *http.Client {
	return &http.Client{Transport: Transport(func(r *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(body(r))), Request: r}, nil
	})}
}

// WantError fails the test unless an error is one short line with a text, and has none of the secrets in it.
func WantError(t testing.TB, name string, err error, want string, secrets ...string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), want) || len(err.Error()) > 700 || strings.ContainsAny(err.Error(), "\n\r") {
		t.Errorf("%s: error %v, want one line with %q", name, err, want)
	}
	for _, secret := range secrets {
		if err != nil && strings.Contains(err.Error(), secret) {
			t.Errorf("%s: the error tells a secret: %v", name, err)
		}
	}
}
