package localtls_test

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"portcullis/deploy/internal/localtls"
)

// clock is one that a test sets, and handshakes read.
type clock struct{ ahead atomic.Int64 }

func (c *clock) now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }

func (c *clock) set(ahead time.Duration) { c.ahead.Store(int64(ahead)) }

// showing is the certificate that a server shows.
func showing(t *testing.T, s served) *x509.Certificate {
	t.Helper()
	c, err := tls.Dial("tcp", s.addr, &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	return c.ConnectionState().PeerCertificates[0]
}

// TestMadeIsRenewed: servers that run on get a new certificate when a start would, the same for all of a folder, and tell of it.
func TestMadeIsRenewed(t *testing.T) {
	const day = 24 * time.Hour
	folder := t.TempDir()
	var c clock
	c.set(-699 * day)
	var servers []served
	for range 2 {
		i, err := localtls.Load(localtls.Options{Folder: folder, Host: "127.0.0.1", Now: c.now})
		if err != nil {
			t.Fatal(err)
		}
		servers = append(servers, serve(t, i.Listener))
	}
	c.set(0)
	client := func() *http.Client {
		client := trusting(folder, servers[1].addr)
		client.Transport.(*http.Transport).TLSClientConfig.Time = c.now
		return client
	}
	early := client()
	first := showing(t, servers[0])
	if got := get(early, "https://127.0.0.1"); !strings.HasPrefix(got, "200") || len(servers[1].notes) > 0 {
		t.Errorf("31 days before the end: %s", got)
	}
	c.set(2 * day)
	for n, want := range []string{"made a certificate anew, since that of " + filepath.Join(folder, "server.pem") + " ends at ", "shows another certificate, which ends at "} {
		if showing(t, servers[n]).Equal(first) {
			t.Errorf("29 days before the end, server %d shows what it did", n)
		}
		if got := servers[n].noted(t); !strings.HasPrefix(got, want) || !strings.HasSuffix(got, ": "+filepath.Join(folder, "ca.pem")+" has to be trusted again") {
			t.Error(got)
		}
	}
	if !showing(t, servers[0]).Equal(showing(t, servers[1])) {
		t.Error("servers of one folder show several certificates")
	}
	if got := get(client(), "https://127.0.0.1"); !strings.HasPrefix(got, "200") {
		t.Errorf("who trusts what is there now: %s", got)
	}
	if got := get(early, "https://127.0.0.1"); !strings.Contains(got, "unknown authority") {
		t.Errorf("who trusts what was there: %s", got)
	}
}

// TestGivenIsReadAnew: when a certificate of one's own has ended, the one that has come in its place is shown, and till then it is told, once,
// that there is none.
func TestGivenIsReadAnew(t *testing.T) {
	key := elliptical(t)
	old, next := issue(t, key, nil), issue(t, key, func(c *x509.Certificate) { c.NotAfter = time.Now().Add(48 * time.Hour) })
	cert, keyFile := put(t, "cert.pem", old.cert), put(t, "key.pem", old.key)
	var c clock
	i, err := localtls.Load(localtls.Options{CertFile: cert, KeyFile: keyFile, Host: "localhost", Now: c.now})
	if err != nil {
		t.Fatal(err)
	}
	s := serve(t, i.Listener)
	first := showing(t, s)
	for _, ahead := range []time.Duration{2 * time.Hour, 3 * time.Hour} {
		c.set(ahead)
		if !showing(t, s).Equal(first) {
			t.Error("nothing has come, and another one is shown")
		}
	}
	if err := os.WriteFile(cert, []byte(next.cert), 0o600); err != nil {
		t.Fatal(err)
	}
	c.set(3*time.Hour + 2*time.Minute)
	if showing(t, s).Equal(first) {
		t.Error("what has come is not shown")
	}
	if got := s.noted(t); !strings.HasPrefix(got, "cannot renew the certificate, which ends at ") || !strings.Contains(got, `--tls-cert "`+cert+`": has ended, at `) {
		t.Error(got)
	}
	if got := s.noted(t); !strings.HasPrefix(got, "shows another certificate, which ends at ") {
		t.Error(got)
	}
	if len(s.notes) > 0 {
		t.Errorf("more is told: %s", <-s.notes)
	}
}
