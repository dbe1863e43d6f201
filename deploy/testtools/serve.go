package testtools

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync"
	"testing"
)

// Serve serves a handler on a free loopback port until the test ends, and returns its address.
func Serve(t testing.TB, h http.Handler) string {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL
}

// Proxy hands requests on to another address.
func Proxy(t testing.TB, address string) *httputil.ReverseProxy {
	t.Helper()
	target, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return httputil.NewSingleHostReverseProxy(target)
}

// MotoDynamoDB is Moto for tests of DynamoDB alone, which does each request on one item as if it were alone. moto does
// not: it checks a condition and writes without a lock. So requests reach it one after the other. What a client does in
// two requests is not protected by that.
func MotoDynamoDB(t testing.TB) string {
	t.Helper()
	proxy := Proxy(t, Moto(t))
	var one sync.Mutex
	return Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		one.Lock()
		defer one.Unlock()
		proxy.ServeHTTP(w, r)
	}))
}
