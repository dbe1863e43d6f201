package verify_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"portcullis/authorizers"
	"portcullis/authorizers/verify"
	"portcullis/authorizers/verify/verifytest"
)

// behindProxy is an issuer that no name server knows: a proxy leads to it, and its certificate is of a private authority.
const behindProxy = "https://issuer.example.invalid"

// The variables of the program that [TestProxyAndAuthority] starts: Go reads the proxy and the authorities once in a program.
const (
	proxiedToken  = "PORTCULLIS_TEST_TOKEN"
	proxiedIssuer = "PORTCULLIS_TEST_ISSUER"
)

// TestMain is that program where it is told a token: it says on stdout what becomes of it.
func TestMain(m *testing.M) {
	token := os.Getenv(proxiedToken)
	if token == "" {
		os.Exit(m.Run())
	}
	verifier, err := verify.New(verify.Config{Issuers: []verify.Issuer{{Issuer: os.Getenv(proxiedIssuer), Audience: []string{"api"}}}})
	if err == nil {
		_, err = verifier.Verify(context.Background(), token)
	}
	switch unavailable := (*authorizers.UnavailableError)(nil); {
	case err == nil:
		fmt.Print("accepted")
	case errors.As(err, &unavailable):
		fmt.Print("unavailable: ", err)
	default:
		fmt.Print("refused: ", err)
	}
}

// TestProxyAndAuthority: keys come by the proxy that HTTPS_PROXY names, and from an issuer whose authority SSL_CERT_FILE adds. Without either
// nothing can be told, and what is on this machine is never asked by a proxy.
func TestProxyAndAuthority(t *testing.T) {
	t.Parallel()
	authority := newAuthority(t)
	issuer := verifytest.New(behindProxy)
	server := httptest.NewUnstartedServer(issuer)
	server.TLS = &tls.Config{Certificates: []tls.Certificate{authority.certify(t, strings.TrimPrefix(behindProxy, "https://"))}}
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // of certificates that the client does not take
	server.StartTLS()
	t.Cleanup(server.Close)
	here := newIssuer(t)

	tests := []struct {
		name, issuer string
		proxied      bool // requests reach the proxy
		want, cause  string
		environment  []string
	}{
		{"by the proxy", behindProxy, true, "accepted", "", []string{"HTTPS_PROXY=PROXY", "SSL_CERT_FILE=CA"}},
		{"an authority that nobody knows", behindProxy, true, "unavailable: ", "certificate", []string{"HTTPS_PROXY=PROXY"}},
		{"another authority", behindProxy, true, "unavailable: ", "certificate", []string{"HTTPS_PROXY=PROXY", "SSL_CERT_FILE=OTHER"}},
		{"no proxy", behindProxy, false, "unavailable: ", "", []string{"SSL_CERT_FILE=CA"}},
		{"a host that is called without it", behindProxy, false, "unavailable: ", "", []string{"HTTPS_PROXY=PROXY", "SSL_CERT_FILE=CA", "NO_PROXY=.example.invalid"}},
		{"a proxy for http alone", behindProxy, false, "unavailable: ", "", []string{"HTTP_PROXY=PROXY", "SSL_CERT_FILE=CA"}},
		{"a proxy that is away", behindProxy, false, "unavailable: ", "proxyconnect", []string{"HTTPS_PROXY=http://127.0.0.1:1", "SSL_CERT_FILE=CA"}},
		{"a proxy that refuses", behindProxy, true, "unavailable: ", "Forbidden", []string{"HTTPS_PROXY=REFUSING", "SSL_CERT_FILE=CA"}},
		{"this machine", here.URL, false, "accepted", "", []string{"HTTP_PROXY=PROXY", "HTTPS_PROXY=PROXY"}},
		{"this machine, and all by the proxy", here.URL, false, "accepted", "", []string{"HTTP_PROXY=PROXY", "HTTPS_PROXY=PROXY", "NO_PROXY="}},
		{"http elsewhere", "http://issuer.example.invalid", false, "refused: ", "", []string{"HTTP_PROXY=PROXY"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			proxy, refusing := newProxy(t, server.Listener.Addr().String()), newProxy(t, "")
			token := issuer.OIDC(verifytest.Options{Audience: []string{"api"}})
			if test.issuer == here.URL {
				token = here.OIDC(verifytest.Options{Audience: []string{"api"}})
			}
			program := exec.Command(os.Args[0])
			program.Env = []string{proxiedToken + "=" + token, proxiedIssuer + "=" + test.issuer, "HOME=" + os.Getenv("HOME")}
			replace := strings.NewReplacer("=PROXY", "="+proxy.url, "=REFUSING", "="+refusing.url, "=CA", "="+authority.file, "=OTHER", "="+newAuthority(t).file)
			for _, variable := range test.environment {
				program.Env = append(program.Env, replace.Replace(variable))
			}
			said, err := program.Output()
			if err != nil || !strings.HasPrefix(string(said), test.want) || !strings.Contains(string(said), test.cause) {
				t.Errorf("it says %q (%v), want %s… %s", said, err, test.want, test.cause)
			}
			const connect = "CONNECT issuer.example.invalid:443"
			if asked := proxy.asked() + refusing.asked(); strings.HasPrefix(asked, connect) != test.proxied || !test.proxied && asked != "" {
				t.Errorf("the proxy was asked for %q", asked)
			}
		})
	}
}

// connectProxy is a proxy that leads wherever it is asked for to one address (RFC 9110, section 9.3.6).
type connectProxy struct {
	url string

	mu    sync.Mutex
	hosts []string
}

// newProxy makes a proxy to an address; "": it lets nobody through.
func newProxy(t *testing.T, to string) *connectProxy {
	t.Helper()
	p := &connectProxy{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		p.hosts = append(p.hosts, r.Method+" "+r.Host)
		p.mu.Unlock()
		if r.Method != http.MethodConnect || to == "" {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		tunnel(w, to)
	}))
	t.Cleanup(server.Close)
	p.url = server.URL
	return p
}

// asked are the hosts that the proxy was asked for.
func (p *connectProxy) asked() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Join(p.hosts, ", ")
}

// tunnel joins a client with an address until one of the two is done.
func tunnel(w http.ResponseWriter, to string) {
	server, err := net.Dial("tcp", to)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	defer server.Close()
	client, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer client.Close()
	fmt.Fprint(client, "HTTP/1.1 200 Connection established\r\n\r\n")
	go io.Copy(server, buffered)
	io.Copy(client, server)
}

// authority signs certificates, and has its own in a file.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
	file        string
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	a := &authority{key: key, file: filepath.Join(t.TempDir(), "ca.pem"), certificate: &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Company"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}}
	der, err := x509.CreateCertificate(rand.Reader, a.certificate, a.certificate, key.Public(), key)
	if err == nil {
		err = os.WriteFile(a.file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// certify makes the certificate of a host.
func (a *authority) certify(t *testing.T, host string) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	certificate := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: host}, DNSNames: []string{host},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, certificate, a.certificate, key.Public(), a.key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}
