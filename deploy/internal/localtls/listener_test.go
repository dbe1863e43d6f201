package localtls_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"portcullis/deploy/internal/localtls"
)

// served is a server that answers how it was called.
type served struct {
	addr  string
	notes chan string

	closed chan struct{} // gets one for each connection that the server closed
}

// serve serves what a listener is made of until the test ends.
func serve(t *testing.T, wrap func(net.Listener, func(string)) net.Listener) served {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := served{listener.Addr().String(), make(chan string, 10), make(chan struct{}, 100)}
	server := &http.Server{ConnState: func(_ net.Conn, state http.ConnState) {
		if state == http.StateClosed {
			s.closed <- struct{}{}
		}
	}, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprintf(w, "%s, TLS: %t", r.Proto, r.TLS != nil) })}
	go server.Serve(wrap(listener, func(line string) { s.notes <- line }))
	t.Cleanup(func() { server.Close() })
	return s
}

// noted is the next line that was told.
func (s served) noted(t *testing.T) string {
	t.Helper()
	select {
	case line := <-s.notes:
		return line
	case <-time.After(time.Minute):
		t.Fatal("nothing is told")
	}
	return ""
}

// get gives what a client is answered.
func get(client *http.Client, url string) string {
	answer, err := client.Get(url)
	if err != nil {
		return err.Error()
	}
	defer answer.Body.Close()
	text, _ := io.ReadAll(answer.Body)
	return fmt.Sprint(answer.StatusCode, " ", string(text))
}

// trusting is a client that trusts what was made in a folder, and reaches one address whatever it is told to.
func trusting(folder, addr string) *http.Client {
	transport := localtls.Transport(func(name string) string { return map[string]string{localtls.Variable: folder}[name] })
	transport.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "tcp", addr)
	}
	transport.DisableKeepAlives = true
	return &http.Client{Transport: transport}
}

// TestListener: who trusts what was made is served by TLS 1.2 and 1.3 and HTTP/1.1, and who is not is told of.
func TestListener(t *testing.T) {
	folder := t.TempDir()
	i := load(t, folder, "127.0.0.1")
	s := serve(t, i.Listener)
	client := trusting(folder, s.addr)
	for _, host := range []string{"127.0.0.1", "localhost", "[::1]", "host.docker.internal"} {
		if got := get(client, "https://"+host); got != "200 HTTP/1.1, TLS: true" {
			t.Errorf("%s: %s", host, got)
		}
	}
	if got := get(client, "https://desk.example"); !strings.Contains(got, "certificate is valid for localhost") || !strings.Contains(s.noted(t), "bad certificate") {
		t.Error(got)
	}
	if got := get(trusting(t.TempDir(), s.addr), "https://127.0.0.1"); !strings.Contains(got, "unknown authority") {
		t.Error(got)
	}
	if got := s.noted(t); !strings.Contains(got, "ended the TLS handshake: ") || !strings.Contains(got, "it may not trust "+i.Trust+" yet") {
		t.Error(got)
	}
	if got := get(http.DefaultClient, "http://"+s.addr); got != "400 This is plain http, and what is here is served over https: call it by https://.\n" {
		t.Error(got)
	}
	if got := s.noted(t); !strings.Contains(got, "sent plain http, and got 400: what is here is called by https://") {
		t.Error(got)
	}
	client.Transport.(*http.Transport).TLSClientConfig.MaxVersion = tls.VersionTLS12
	if got := get(client, "https://127.0.0.1"); got != "200 HTTP/1.1, TLS: true" {
		t.Error(got)
	}
	client.Transport.(*http.Transport).TLSClientConfig.MinVersion, client.Transport.(*http.Transport).TLSClientConfig.MaxVersion = tls.VersionTLS10, tls.VersionTLS11
	if got := get(client, "https://127.0.0.1"); !strings.Contains(got, "protocol version") || !strings.Contains(s.noted(t), "TLS handshake: ") {
		t.Error(got)
	}
}

// TestListenerOffersNoHTTP2: who would speak both speaks HTTP/1.1.
func TestListenerOffersNoHTTP2(t *testing.T) {
	folder := t.TempDir()
	s := serve(t, load(t, folder, "127.0.0.1").Listener)
	roots := localtls.Roots(func(string) string { return folder })
	c, err := tls.Dial("tcp", s.addr, &tls.Config{RootCAs: roots, NextProtos: []string{"h2", "http/1.1"}})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if got := c.ConnectionState().NegotiatedProtocol; got != "http/1.1" {
		t.Errorf("it speaks %q", got)
	}
}

// TestListenerWithLongRequest: the answer to plain HTTP arrives though the server has not read all that was sent.
func TestListenerWithLongRequest(t *testing.T) {
	s := serve(t, load(t, t.TempDir(), "127.0.0.1").Listener)
	c, err := net.Dial("tcp", s.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	fmt.Fprintf(c, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n%s", strings.Repeat("x", 100000))
	<-s.closed // what is not read of a connection that is closed takes the answer back
	answer, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil || answer.StatusCode != http.StatusBadRequest {
		t.Errorf("%v, %v", answer, err)
	}
}

// TestListenerOthers: what is neither is closed, and who says nothing is not told of.
func TestListenerOthers(t *testing.T) {
	s := serve(t, load(t, t.TempDir(), "127.0.0.1").Listener)
	for _, sent := range []string{"", "SSH-2.0-client\r\n"} {
		c, err := net.Dial("tcp", s.addr)
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(c, sent)
		c.(*net.TCPConn).CloseWrite()
		got, _ := io.ReadAll(c)
		if strings.Contains(string(got), "HTTP") {
			t.Errorf("%q is answered with %q", sent, got)
		}
		c.Close()
	}
	if got := s.noted(t); !strings.Contains(got, "first record does not look like a TLS handshake") {
		t.Error(got)
	}
	if len(s.notes) > 0 {
		t.Errorf("more is told: %s", <-s.notes)
	}
}

// TestPlainListener: who speaks TLS to plain http is told of, once for each connection, and others are served.
func TestPlainListener(t *testing.T) {
	var nobody *localtls.Identity
	s := serve(t, nobody.Listener)
	if got := get(http.DefaultClient, "http://"+s.addr); got != "200 HTTP/1.1, TLS: false" {
		t.Error(got)
	}
	if got := get(http.DefaultClient, "https://"+s.addr); !strings.Contains(got, "HTTP response to HTTPS client") {
		t.Error(got)
	}
	if got := s.noted(t); !strings.Contains(got, "spoke TLS: what is here is called by http://, and by https:// where it is started with --tls") {
		t.Error(got)
	}
	if len(s.notes) > 0 {
		t.Errorf("more is told: %s", <-s.notes)
	}
}

// TestRoots: authorities that were made are trusted, each in its folder, and none that others could have put there, or that may speak for
// everybody.
func TestRoots(t *testing.T) {
	folder := t.TempDir()
	getenv := func(string) string { return folder }
	if localtls.Roots(getenv) != nil || localtls.Roots(func(string) string { return filepath.Join(folder, "none") }) != nil {
		t.Error("something is trusted, and nothing was made")
	}
	of := func(host string) func() bool {
		leaf := shown(t, load(t, folder, host))
		return func() bool {
			roots := localtls.Roots(getenv)
			if roots == nil {
				return false
			}
			_, err := leaf.Verify(x509.VerifyOptions{Roots: roots})
			return err == nil
		}
	}
	common, desk := of("localhost"), of("desk.example")
	if !common() || !desk() {
		t.Error("what was made is not trusted")
	}
	if err := os.Chmod(filepath.Join(folder, "desk.example"), 0o770); err != nil {
		t.Fatal(err)
	}
	if !common() || desk() {
		t.Error("what others could have put there is trusted, or all is not")
	}
	signer := issue(t, elliptical(t), func(c *x509.Certificate) { c.IsCA, c.BasicConstraintsValid = true, true })
	for _, text := range []string{signer.cert, "garbage", block("CERTIFICATE", []byte("garbage"))} {
		if err := os.WriteFile(filepath.Join(folder, "ca.pem"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if localtls.Roots(getenv) != nil {
			t.Errorf("trusted: %s", text)
		}
	}
}
