package localtls_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"portcullis/deploy/internal/localtls"
)

// issued is a certificate with its key, as PEM.
type issued struct{ cert, key, pkcs1, sec1 string }

// issue makes a self-signed certificate for localhost and 127.0.0.1, as a change has it.
func issue(t *testing.T, key crypto.Signer, change func(*x509.Certificate)) issued {
	t.Helper()
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	if change != nil {
		change(c)
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	made := issued{cert: block("CERTIFICATE", der), key: block("PRIVATE KEY", private)}
	switch key := key.(type) {
	case *ecdsa.PrivateKey:
		if der, err = x509.MarshalECPrivateKey(key); err != nil {
			t.Fatal(err)
		}
		made.sec1 = block("EC PRIVATE KEY", der)
	case *rsa.PrivateKey:
		made.pkcs1 = block("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(key))
	}
	return made
}

func block(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

func elliptical(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// put writes a file, and gives its path.
func put(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestGiven: a certificate with its key, in each form that PEM files have keys in.
func TestGiven(t *testing.T) {
	ec := issue(t, elliptical(t), nil)
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	ofRSA := issue(t, rsaKey, nil)
	_, edKey, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ofEd := issue(t, edKey, nil)
	signer := issue(t, elliptical(t), func(c *x509.Certificate) { c.Subject.CommonName = "another" })
	far := issue(t, elliptical(t), func(c *x509.Certificate) { c.DNSNames, c.IPAddresses = []string{"*.corp.example"}, nil })
	for _, test := range []struct{ name, cert, key, host, called string }{
		{"PKCS #8", ec.cert, ec.key, "127.0.0.1", "127.0.0.1"},
		{"SEC 1", ec.cert, ec.sec1, "localhost", "localhost"},
		{"SEC 1 behind its parameters", ec.cert, block("EC PARAMETERS", []byte{6, 8, 42, 134, 72, 206, 61, 3, 1, 7}) + ec.sec1, "localhost", "localhost"},
		{"RSA", ofRSA.cert, ofRSA.key, "localhost", "localhost"},
		{"PKCS #1", ofRSA.cert, ofRSA.pkcs1, "localhost", "localhost"},
		{"Ed25519", ofEd.cert, ofEd.key, "localhost", "localhost"},
		{"one file", ec.cert + ec.key, ec.cert + ec.key, "localhost", "localhost"},
		{"a text before it", "Subject: me\n" + ec.cert, ec.key, "localhost", "localhost"},
		{"a chain", ec.cert + signer.cert, ec.key, "localhost", "localhost"},
		{"further hosts alone", far.cert, far.key, "127.0.0.1 desk.corp.example", "desk.corp.example"},
	} {
		hosts := strings.Fields(test.host)
		cert := put(t, "cert.pem", test.cert)
		i, err := localtls.Load(localtls.Options{CertFile: cert, KeyFile: put(t, "key.pem", test.key), Host: hosts[0], More: hosts[1:]})
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if i.Host != test.called || (i.Trust == cert) != (test.name != "one file") || len(i.Config().Certificates[0].Certificate) != strings.Count(test.cert, "BEGIN CERT") {
			t.Errorf("%s: %+v", test.name, i)
		}
	}
}

// TestGivenByAnAuthority: whom clients have to trust is not known then but to who gave the certificate.
func TestGivenByAnAuthority(t *testing.T) {
	root := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	root.Subject.CommonName = "Corp CA"
	signer, key := elliptical(t), elliptical(t)
	leaf := &x509.Certificate{SerialNumber: big.NewInt(2), NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"localhost"}}
	leaf.Subject.CommonName = "localhost"
	der, err := x509.CreateCertificate(rand.Reader, leaf, root, key.Public(), signer)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	i, err := localtls.Load(localtls.Options{CertFile: put(t, "cert.pem", block("CERTIFICATE", der)), KeyFile: put(t, "key.pem", block("PRIVATE KEY", private)), Host: "localhost"})
	if err != nil {
		t.Fatal(err)
	}
	if advice := i.Advice("https://localhost/"); i.Trust != "" || i.Curl() != "curl" || len(i.Hints("")) > 0 || advice != "Its certificate is signed by CN=Corp CA, which programs have to trust.\n\n" {
		t.Errorf("%+v, %q", i, advice)
	}
}

// TestGivenRefused: all that is wrong is told at once, each with its option and file, and what would be right. A line a case: what is
// told of --tls-cert and of --tls-key, several with | between them; "": nothing.
func TestGivenRefused(t *testing.T) {
	good, other := issue(t, elliptical(t), nil), issue(t, elliptical(t), nil)
	old := issue(t, elliptical(t), func(c *x509.Certificate) { c.NotAfter = c.NotBefore.Add(time.Minute) })
	young := issue(t, elliptical(t), func(c *x509.Certificate) { c.NotBefore = time.Now().Add(time.Minute) })
	client := issue(t, elliptical(t), func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} })
	nameless := issue(t, elliptical(t), func(c *x509.Certificate) {
		c.DNSNames, c.IPAddresses, c.Subject.CommonName = nil, nil, "localhost"
	})
	both := issue(t, elliptical(t), func(c *x509.Certificate) {
		c.NotAfter, c.DNSNames, c.IPAddresses = c.NotBefore.Add(time.Minute), []string{"a.example"}, nil
	})
	der, _ := pem.Decode([]byte(good.cert))
	const locked = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n"
	const lockedOld = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----\n"
	const none = "none"
	for _, test := range []struct{ name, cert, key, hosts, ofCert, ofKey string }{
		{"no key", good.cert, "", "localhost", "", "is not there, and --tls-cert is: want the key"},
		{"no certificate", "", good.key, "localhost", "is not there, and --tls-key is: want the certificate", ""},
		{"neither can be read", none, none, "localhost", "no such file or directory", "no such file or directory"},
		{"garbage", "garbage", "garbage", "localhost", "holds no certificate in PEM, which begins with -----BEGIN CERTIFICATE-----", "holds no private key in PEM, which begins with -----BEGIN PRIVATE KEY-----"},
		{"empty", " ", " ", "localhost", "holds no certificate", "holds no private key"},
		{"damaged", block("CERTIFICATE", []byte("damaged")), block("PRIVATE KEY", []byte("damaged")), "localhost", "its certificate 1 cannot be read: ", "its private key cannot be read: want one of RSA, ECDSA or Ed25519"},
		{"a damaged one behind it", good.cert + block("CERTIFICATE", []byte("damaged")), good.key, "localhost", "its certificate 2 cannot be read: ", ""},
		{"DER", string(der.Bytes), good.key, "localhost", "is a certificate in DER: want it in PEM", ""},
		{"the one for the other", good.key, good.cert, "localhost", "holds a private key and no certificate", "holds a certificate and no private key"},
		{"a passphrase", good.cert, locked, "localhost", "", "holds a key behind a passphrase"},
		{"a passphrase in the old form", good.cert, lockedOld, "localhost", "", "holds a key behind a passphrase"},
		{"another key", good.cert, other.key, "localhost", "", "is not the key of the certificate of --tls-cert"},
		{"the order", other.cert + good.cert, good.key, "localhost", "", "is the key of certificate 2 of --tls-cert: want that of the server first there"},
		{"ended", old.cert, old.key, "localhost", "has ended, at 20", ""},
		{"not begun", young.cert, young.key, "localhost", "is not good before 20", ""},
		{"for clients", client.cert, client.key, "localhost", "is not for servers", ""},
		{"another host", good.cert, good.key, "127.0.0.2", "is for localhost, 127.0.0.1, and not for 127.0.0.2, which clients call", ""},
		{"a common name", nameless.cert, nameless.key, "localhost", "is for no host (a common name is none), and not for localhost", ""},
		{"one of the hosts", good.cert, good.key, "localhost desk.example a.example", "and not for desk.example and a.example, which", ""},
		{"no host of them", good.cert, good.key, "127.0.0.2 desk.example", "and not for 127.0.0.2 and desk.example, which", ""},
		{"all", both.cert, other.key, "localhost", "has ended, at 20|is for a.example, and not for localhost", "is not the key of"},
		{"ended, and no key", old.cert, none, "localhost", "has ended, at 20", "no such file"},
	} {
		t.Run(test.name, func(t *testing.T) {
			hosts := strings.Fields(test.hosts)
			o := localtls.Options{Host: hosts[0], More: hosts[1:], CertFile: at(t, "cert.pem", test.cert), KeyFile: at(t, "key.pem", test.key)}
			i, err := localtls.Load(o)
			problems, only := localtls.Problems(err)
			var want [][3]string
			for option, told := range map[string]string{"--tls-cert": test.ofCert, "--tls-key": test.ofKey} {
				for _, part := range strings.FieldsFunc(told, func(r rune) bool { return r == '|' }) {
					want = append(want, [3]string{option, map[string]string{"--tls-cert": o.CertFile, "--tls-key": o.KeyFile}[option], part})
				}
			}
			if i != nil || !only || len(problems) != len(want) {
				t.Fatalf("%+v, %v", i, err)
			}
			for _, w := range want {
				found := false
				for _, p := range problems {
					found = found || p.Option == w[0] && p.Value == w[1] && strings.Contains(p.Err.Error(), w[2]) && strings.Contains(err.Error(), p.Error())
				}
				if !found {
					t.Errorf("no %q in %v", w, err)
				}
			}
			for _, key := range []string{good.key, other.key, old.key} {
				if secret := strings.Split(key, "\n")[1]; strings.Contains(err.Error(), secret) {
					t.Error("the error holds a key")
				}
			}
		})
	}
}

// at is the path of a file with a text; "": of none, and none: of one that is not there.
func at(t *testing.T, name, text string) string {
	switch text {
	case "":
		return ""
	case "none":
		return filepath.Join(t.TempDir(), name)
	}
	return put(t, name, text)
}
