package tokens_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// wire answers each call as Cognito's wire does, with what a test wants it to say: for what no emulator says.
type wire struct {
	status int
	body   string
	// failing is the operation that is answered so; "": all. The others are answered by the issuer.
	failing string
	issuer  http.Handler

	// sent is given what each call has; it may be nil.
	sent func(body []byte)

	mu    sync.Mutex
	calls []string // the operations that were called
}

// exception is how Cognito fails.
func exception(name, message string) *wire {
	return &wire{status: 400, body: `{"__type":"` + name + `","message":"` + message + `"}`}
}

// serve gives the address at which it answers until the test ends.
func (w *wire) serve(t testing.TB) string {
	t.Helper()
	server := httptest.NewServer(w)
	t.Cleanup(server.Close)
	return server.URL
}

func (w *wire) ServeHTTP(to http.ResponseWriter, r *http.Request) {
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	w.mu.Lock()
	w.calls = append(w.calls, operation)
	w.mu.Unlock()
	if w.failing != "" && w.failing != operation {
		w.issuer.ServeHTTP(to, r)
		return
	}
	if w.sent != nil {
		body, _ := io.ReadAll(r.Body)
		w.sent(body)
	}
	to.Header().Set("Content-Type", "application/x-amz-json-1.1")
	to.WriteHeader(w.status)
	to.Write([]byte(w.body))
}

func (w *wire) called() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return strings.Join(w.calls, " ")
}
