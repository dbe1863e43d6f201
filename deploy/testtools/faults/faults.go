// Package faults is services that fail, for tests of what calls them: AWS's JSON protocols, and HTTP below them.
package faults

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"portcullis/deploy/testtools"
)

// Serve serves answers one after the other, the last one again and again, until the test ends, and counts the requests.
func Serve(t testing.TB, answers ...http.HandlerFunc) (endpoint string, requests *atomic.Int32) {
	t.Helper()
	requests = new(atomic.Int32)
	return testtools.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := int(requests.Add(1))
		answers[min(n, len(answers))-1](w, r)
	})), requests
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

// DynamoDB answers with an error of DynamoDB's, such as ResourceNotFoundException
// (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html).
func DynamoDB(status int, name string) http.HandlerFunc {
	return Refuses(status, "com.amazonaws.dynamodb.v20120810#"+name, "made by a test")
}

// HangsUp ends the connection without an answer.
func HangsUp(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

// CutShort ends the connection within an answer.
func CutShort(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Length", "100")
	_, _ = io.WriteString(w, `{"Item":`)
}

// Redirects answers with a redirect.
func Redirects(w http.ResponseWriter, r *http.Request) {
	http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
}

// Silent answers once the client has gone.
func Silent(_ http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body) // only then does the server see that the client has left
	<-r.Context().Done()
}

// ClosedPort is the address of a port that nothing listens on, and that no system gives to whoever asks for any.
const ClosedPort = "http://127.0.0.1:1"

// Losing hands requests on to another server and, while lose is true, loses one answer, as a broken connection does: what was
// asked for is done. Then lose is false.
func Losing(t testing.TB, address string, lose *atomic.Bool) http.Handler {
	proxy := testtools.Proxy(t, address)
	proxy.ModifyResponse = func(*http.Response) error {
		if lose.CompareAndSwap(true, false) {
			panic(http.ErrAbortHandler)
		}
		return nil
	}
	return proxy
}

// Throttling hands every second request on to another server, and throttles the others as DynamoDB does: who tries again once is
// served.
func Throttling(t testing.TB, address string) http.Handler {
	proxy, busy := testtools.Proxy(t, address), DynamoDB(http.StatusBadRequest, "ProvisionedThroughputExceededException")
	var calm atomic.Bool
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if calm.CompareAndSwap(false, true) {
			busy(w, r)
			return
		}
		calm.Store(false)
		proxy.ServeHTTP(w, r)
	})
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
