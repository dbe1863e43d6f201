package localtls

import (
	"bytes"
	"cmp"
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

const pemCertificate = "CERTIFICATE"

// given reads a certificate of one's own.
func (o Options) given() (*Identity, error) {
	var wrong []error
	note := func(option, file string, err error) {
		if err != nil {
			wrong = append(wrong, &Problem{option, file, err})
		}
	}
	chain, err := readCertificates(o.CertFile)
	if o.CertFile == "" {
		err = errors.New("is not there, and " + optionKey + " is: want the certificate of that key")
	}
	note(optionCert, o.CertFile, err)
	key, err := readKey(o.KeyFile)
	if o.KeyFile == "" {
		err = errors.New("is not there, and " + optionCert + " is: want the key of that certificate")
	}
	note(optionKey, o.KeyFile, err)
	host := o.Host
	if len(chain) > 0 {
		for _, err := range o.checkGiven(chain[0]) {
			note(optionCert, o.CertFile, err)
		}
		if key != nil {
			note(optionKey, o.KeyFile, checkMatch(key, chain))
		}
		if len(o.More) > 0 && chain[0].VerifyHostname(host) != nil {
			host = o.More[0]
		}
	}
	if wrong != nil {
		return nil, errors.Join(wrong...)
	}
	i := &Identity{Host: host, signer: cmp.Or(chain[0].Issuer.String(), "an authority without a name"), certificate: tls.Certificate{PrivateKey: key, Leaf: chain[0]}}
	for _, c := range chain {
		i.certificate.Certificate = append(i.certificate.Certificate, c.Raw)
	}
	if isSelfSigned(chain[len(chain)-1]) && !holdsKey(o.CertFile) {
		i.Trust, err = filepath.Abs(o.CertFile)
	}
	return i, err
}

// holdsKey tells whether a file has a private key in it, so that it is not one to hand out.
func holdsKey(file string) bool {
	text, err := os.ReadFile(file)
	return err != nil || bytes.Contains(text, []byte("PRIVATE KEY-----"))
}

// isSelfSigned tells whether a certificate is nobody's but its own.
func isSelfSigned(c *x509.Certificate) bool { return bytes.Equal(c.RawIssuer, c.RawSubject) }

// readFile reads a file. Its error does not name it once more.
func readFile(file string) ([]byte, error) {
	text, err := os.ReadFile(file)
	if failed, is := errors.AsType[*fs.PathError](err); is {
		err = failed.Err
	}
	return text, err
}

// readCertificates reads a file of certificates in PEM (RFC 7468): the server's, and behind it those that lead to an authority.
func readCertificates(file string) ([]*x509.Certificate, error) {
	if file == "" {
		return nil, nil
	}
	text, err := readFile(file)
	if err != nil {
		return nil, err
	}
	var chain []*x509.Certificate
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != pemCertificate {
			continue
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("its certificate %d cannot be read: %w", len(chain)+1, err)
		}
		chain = append(chain, c)
	}
	switch _, err := x509.ParseCertificate(text); {
	case chain != nil:
		return chain, nil
	case err == nil:
		return nil, errors.New("is a certificate in DER: want it in PEM, as openssl x509 -inform DER writes it")
	case isKey(text):
		return nil, errors.New("holds a private key and no certificate: want the certificate in PEM, and the key with " + optionKey)
	}
	return nil, errors.New("holds no certificate in PEM, which begins with -----BEGIN CERTIFICATE-----")
}

func isKey(text []byte) bool {
	block, _ := pem.Decode(text)
	return block != nil && strings.HasSuffix(block.Type, "PRIVATE KEY")
}

// readKey reads the private key in a file in PEM. No error has any of it.
func readKey(file string) (crypto.Signer, error) {
	if file == "" {
		return nil, nil
	}
	text, err := readFile(file)
	if err != nil {
		return nil, err
	}
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		switch {
		case !strings.HasSuffix(block.Type, "PRIVATE KEY"):
			continue
		case block.Type == "ENCRYPTED PRIVATE KEY" || block.Headers["DEK-Info"] != "":
			return nil, errors.New("holds a key behind a passphrase: want it without, as openssl pkey writes it")
		}
		return parseKey(block.Bytes)
	}
	if bytes.Contains(text, []byte("-----BEGIN "+pemCertificate)) {
		return nil, errors.New("holds a certificate and no private key: want the key in PEM, and the certificate with " + optionCert)
	}
	return nil, errors.New("holds no private key in PEM, which begins with -----BEGIN PRIVATE KEY-----")
}

// parseKey reads a key in each form that PEM files have them in (RFC 5958, RFC 5915 and RFC 8017, appendix A.1.2).
func parseKey(der []byte) (crypto.Signer, error) {
	var found any
	found, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		if found, err = x509.ParseECPrivateKey(der); err != nil {
			found, err = x509.ParsePKCS1PrivateKey(der)
		}
	}
	signer, signs := found.(crypto.Signer)
	if err != nil || !signs {
		return nil, errors.New("its private key cannot be read: want one of RSA, ECDSA or Ed25519")
	}
	return signer, nil
}

// checkMatch says that a key is not that of the server's certificate, the first of a chain.
func checkMatch(key crypto.Signer, chain []*x509.Certificate) error {
	public, ok := key.Public().(interface{ Equal(crypto.PublicKey) bool })
	if !ok {
		return errors.New("its private key cannot be compared with a certificate")
	}
	at := slices.IndexFunc(chain, func(c *x509.Certificate) bool { return public.Equal(c.PublicKey) })
	switch {
	case at > 0:
		return fmt.Errorf("is the key of certificate %d of %s: want that of the server first there", at+1, optionCert)
	case at < 0:
		return fmt.Errorf("is not the key of the certificate of %s", optionCert)
	}
	return nil
}

// checkGiven says all that would keep clients from taking a certificate.
func (o Options) checkGiven(c *x509.Certificate) (wrong []error) {
	now := o.Now()
	switch {
	case now.After(c.NotAfter):
		wrong = append(wrong, fmt.Errorf("has ended, at %s", c.NotAfter.UTC().Format(time.RFC3339)))
	case now.Before(c.NotBefore):
		wrong = append(wrong, fmt.Errorf("is not good before %s", c.NotBefore.UTC().Format(time.RFC3339)))
	}
	if usages := c.ExtKeyUsage; len(usages)+len(c.UnknownExtKeyUsage) > 0 && !slices.Contains(usages, x509.ExtKeyUsageServerAuth) && !slices.Contains(usages, x509.ExtKeyUsageAny) {
		wrong = append(wrong, errors.New("is not for servers: its extended key usage lacks TLS server authentication"))
	}
	var not []string
	for _, host := range o.More {
		if c.VerifyHostname(host) != nil {
			not = append(not, host)
		}
	}
	if o.Host != "" && c.VerifyHostname(o.Host) != nil && (len(o.More) == 0 || not != nil) {
		not = append([]string{o.Host}, not...)
	}
	if not != nil {
		wrong = append(wrong, fmt.Errorf("is for %s, and not for %s, which clients call", hostsOf(c), strings.Join(not, " and ")))
	}
	return wrong
}

// hostsOf are the names and addresses that a certificate is for, as people read them.
func hostsOf(c *x509.Certificate) string {
	all := append(slices.Clone(c.DNSNames), texts(c.IPAddresses)...)
	switch {
	case len(all) == 0:
		return "no host (a common name is none)"
	case len(all) > 8:
		return strings.Join(all[:8], ", ") + " and others"
	}
	return strings.Join(all, ", ")
}
