package functions

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
)

// trust has functions of others, which may fetch keys from the desk, trust its certificate beside what they trust already.
type trust struct {
	file   string // of the certificate; "": nothing is to be trusted
	folder *folder
}

// systemAuthorities are where systems keep the authorities that they trust, of which a program is to lose none: Debian and Alpine, Fedora
// and Amazon Linux, openSUSE, and the BSDs (as in Go's crypto/x509).
var systemAuthorities = []string{
	"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem",
}

// variables are those by which OpenSSL, Go and Python, Python's requests, and Node.js are told whom to trust. The first three forget
// the system's authorities for what they are told, so these are in it; where they are not found, the variables are left alone.
func (t trust) variables(getenv func(string) string) (map[string]string, error) {
	if t.file == "" {
		return nil, nil
	}
	own, err := os.ReadFile(t.file)
	if err != nil {
		return nil, err
	}
	all := map[string]string{}
	for variable, others := range map[string][]string{"SSL_CERT_FILE": systemAuthorities, "REQUESTS_CA_BUNDLE": systemAuthorities, "NODE_EXTRA_CA_CERTS": nil} {
		if given := getenv(variable); given != "" {
			others = []string{given}
		}
		before := firstOf(others)
		if before == nil && others != nil {
			continue
		}
		text := append(bytes.TrimSpace(before), '\n')
		text = append(text, own...)
		sum := sha256.Sum256(text)
		if all[variable], err = t.folder.write(fmt.Sprintf("trust-%s.pem", hex.EncodeToString(sum[:8])), text); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// firstOf is the content of the first file that can be read; nil: none can.
func firstOf(files []string) []byte {
	for _, file := range files {
		if text, err := os.ReadFile(file); err == nil {
			return text
		}
	}
	return nil
}
