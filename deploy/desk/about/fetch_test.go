package about_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"portcullis/deploy/desk/about"
)

// good is what a desk tells, as JSON.
func good(t *testing.T) string {
	t.Helper()
	const contract = "openapi: 3.1.0\n"
	sum := sha256.Sum256([]byte(contract))
	text, err := json.Marshal(about.Desk{
		Version: about.Version, Region: "us-east-1", Issuers: json.RawMessage("[]"),
		Contract: about.Contract{File: "api/openapi.yaml", SHA256: hex.EncodeToString(sum[:]), Text: contract},
	})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// serve answers GET /_desk, and everything else with 404.
func serve(t *testing.T, answer http.HandlerFunc) string {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+about.Path, answer)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

func tell(status int, media, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", media)
		w.WriteHeader(status)
		io.WriteString(w, text)
	}
}

func TestFetch(t *testing.T) {
	url := serve(t, tell(200, "application/json; charset=utf-8", strings.Replace(good(t), "{", `{"later":1,`, 1)))
	for _, address := range []string{url, url + "/", strings.Replace(url, "127.0.0.1", "localhost", 1)} {
		told, err := about.Fetch(t.Context(), address, nil)
		if err != nil || told.Region != "us-east-1" || told.Contract.Text != "openapi: 3.1.0\n" {
			t.Errorf("%s: %+v, error %v", address, told, err)
		}
	}
}

// TestFetchFromOthers: what answers is no desk, or none that this program can read.
func TestFetchFromOthers(t *testing.T) {
	desk := serve(t, tell(200, "application/json", good(t)))
	tests := []struct {
		name   string
		answer http.HandlerFunc
		noDesk bool
		reason string
	}{
		{"another server", http.NotFound, true, "no desk: it answers GET /_desk with the status 404"},
		{"a gateway", tell(403, "application/json", `{"message":"Missing Authentication Token"}`), true, "status 403"},
		{"a page", tell(200, "text/html", "<!doctype html>"), true, `"text/html", and no JSON`},
		{"other JSON", tell(200, "application/json", `{"message":"hello"}`), true, "names no version"},
		{"a list", tell(200, "application/json", `[]`), true, "names no version"},
		{"no JSON", tell(200, "application/json", `{"version":1`), true, "names no version"},
		{"nothing else", tell(200, "application/json", `{"version":1}`), true, "lacks issuers, or a contract"},
		{"other types", tell(200, "application/json", `{"version":1,"modes":7}`), true, "cannot be read"},
		{"another contract", tell(200, "application/json", strings.Replace(good(t), "3.1.0", "3.0.0", 1)), true, "a contract with its SHA-256"},
		{"too much", tell(200, "application/json", `{"version":1,"region":"`+strings.Repeat("a", 33<<20)), true, "more than 33554432 bytes"},
		{"a later desk", tell(200, "application/json", `{"version":2,"region":7}`), false, "in version 2, and this program reads version 1"},
		{"a redirect to a desk", http.RedirectHandler(desk+about.Path, http.StatusFound).ServeHTTP, true, "status 302"},
	}
	for _, test := range tests {
		url := serve(t, test.answer)
		told, err := about.Fetch(t.Context(), url, nil)
		wrong, typed := errors.AsType[*about.Error](err)
		if told != nil || !typed || wrong.URL != url || errors.Is(err, about.ErrNoDesk) != test.noDesk || !strings.Contains(err.Error(), test.reason) {
			t.Errorf("%s: %+v, error %v", test.name, told, err)
		}
	}
}

// TestFetchSecurely: a desk that speaks https is asked where its certificate is of a root, and for the host.
func TestFetchSecurely(t *testing.T) {
	server := httptest.NewTLSServer(tell(200, "application/json", good(t)))
	t.Cleanup(server.Close)
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	if told, err := about.Fetch(t.Context(), server.URL, roots); err != nil || told.Region != "us-east-1" {
		t.Errorf("%+v, error %v", told, err)
	}
	for _, test := range []struct {
		url   string
		roots *x509.CertPool
		want  string
	}{
		{server.URL, nil, "unknown authority; SSL_CERT_FILE names the file of an authority to trust"},
		{server.URL, x509.NewCertPool(), "unknown authority; SSL_CERT_FILE names"},
		{strings.Replace(server.URL, "127.0.0.1", "localhost", 1), roots, "not localhost"},
		{serve(t, tell(200, "application/json", good(t))), nil, "want http://"},
	} {
		told, err := about.Fetch(t.Context(), strings.Replace(test.url, "http://", "https://", 1), test.roots)
		if told != nil || err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %+v, error %v, want %s", test.url, told, err, test.want)
		}
	}
}

// TestFetchByName: a name that stands for another address is not asked, whatever its certificate may say.
func TestFetchByName(t *testing.T) {
	before := net.DefaultResolver
	t.Cleanup(func() { net.DefaultResolver = before })
	names := nameServer(t)
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", names)
	}}
	for _, desk := range []string{"https://desk.example:1", "https://a.localhost:1", "http://a.localhost:1"} {
		if told, err := about.Fetch(t.Context(), desk, nil); told != nil || !errors.Is(err, about.ErrNotLoopback) {
			t.Errorf("%s: %+v, error %v", desk, told, err)
		}
	}
}

// nameServer answers every question with the address 192.0.2.1 (RFC 1035, section 4), at an address that it gives.
func nameServer(t *testing.T) string {
	t.Helper()
	server, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	go func() {
		for packet := make([]byte, 512); ; {
			n, from, err := server.ReadFrom(packet)
			if err != nil {
				return
			}
			end := 12 + bytes.IndexByte(packet[12:n], 0) + 5 // of the question
			answer := append([]byte{packet[0], packet[1], 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0}, packet[12:end]...)
			answer = append(answer, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1) // an A record, whatever was asked for
			server.WriteTo(answer, from)
		}
	}()
	return server.LocalAddr().String()
}

func TestFetchFromNobody(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	if _, err := about.Fetch(t.Context(), server.URL, nil); err == nil || errors.Is(err, about.ErrNoDesk) || !strings.Contains(err.Error(), "refused") {
		t.Errorf("error %v", err)
	}
}

// TestFetchOnLoopbackAlone: what is elsewhere is not even asked.
func TestFetchOnLoopbackAlone(t *testing.T) {
	var asked bytes.Buffer
	url := serve(t, func(w http.ResponseWriter, r *http.Request) { asked.WriteString(r.Host) })
	port := url[strings.LastIndex(url, ":"):]
	for _, address := range []string{
		"", "127.0.0.1" + port, "http://0.0.0.0" + port, "http://[::]" + port, "http://192.0.2.1", "http://example.com", "https://192.0.2.1", "https://0.0.0.0" + port, "https://[::]" + port, "https://", "https://a.localhost@192.0.2.1" + port,
		"http://localhost.example.com", "http://user@127.0.0.1" + port, url + "/rest-token", url + "?a=b", url + "#a", "file:///_desk", "http://%zz",
	} {
		if told, err := about.Fetch(t.Context(), address, nil); told != nil || !errors.Is(err, about.ErrNotLoopback) {
			t.Errorf("%q: %+v, error %v", address, told, err)
		}
	}
	if asked.Len() > 0 {
		t.Errorf("asked: %s", &asked)
	}
}
