package localtls

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// Roots are the authorities that this module's own commands trust: the system's, and those that were made on this machine; nil: there are
// none but the system's. What others could have written, and what may speak for more than some names, is not among them.
func Roots(getenv func(string) string) *x509.CertPool {
	root, err := Folder(getenv)
	if err != nil {
		return nil
	}
	folders := []string{root}
	below, _ := os.ReadDir(root) // a folder that is not there, or cannot be read, has none
	for _, entry := range below {
		folders = append(folders, filepath.Join(root, entry.Name()))
	}
	var made []*x509.Certificate
	for _, folder := range folders {
		if authority := authorityIn(folder); authority != nil {
			made = append(made, authority)
		}
	}
	if made == nil {
		return nil
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool()
	}
	for _, authority := range made {
		roots.AddCert(authority)
	}
	return roots
}

// authorityIn is the authority that was made in a folder; nil: there is none to trust.
func authorityIn(folder string) *x509.Certificate {
	if info, err := os.Stat(folder); err != nil || !info.IsDir() || isForeign(info) || mayOthers(info, 0o022) {
		return nil
	}
	text, _, err := readPlain(filepath.Join(folder, caFile))
	if err != nil {
		return nil
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil
	}
	authority, err := x509.ParseCertificate(block.Bytes)
	if err != nil || !authority.PermittedDNSDomainsCritical || len(authority.PermittedDNSDomains) == 0 || len(authority.PermittedIPRanges) == 0 {
		return nil
	}
	return authority
}

// Transport makes requests as http.DefaultTransport does, and trusts [Roots]. It is one of its own with each call.
func Transport(getenv func(string) string) *http.Transport {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	if roots := Roots(getenv); roots != nil {
		transport.TLSClientConfig = &tls.Config{RootCAs: roots}
	}
	return transport
}

// Hint is how programs come to trust a server.
type Hint struct {
	For  string // the language or the tool
	Line string // to paste into a shell that such a program is started from
}

// Hints are what to do so that programs trust a server for which they have to trust a file; url is one of its addresses.
func (i *Identity) Hints(url string) []Hint {
	if i == nil || i.Trust == "" {
		return nil
	}
	file, store := quoted(i.Trust), filepath.Join(filepath.Dir(i.Trust), "trust.p12")
	sum := sha256.Sum256(i.trusted())
	return []Hint{
		{"curl", "curl --cacert " + file + " " + quoted(url)},
		{"Node.js", "export NODE_EXTRA_CA_CERTS=" + file},
		{readsVariable(), "export SSL_CERT_FILE=" + file},
		{"Python's requests", "export REQUESTS_CA_BUNDLE=" + file},
		{"AWS CLI and SDKs", "export AWS_CA_BUNDLE=" + file},
		{"Java", "keytool -importcert -noprompt -alias portcullis-" + hex.EncodeToString(sum[:4]) + " -file " + file + " -keystore " + quoted(store) +
			" -storepass changeit; export JAVA_TOOL_OPTIONS=" + quoted(`-Djavax.net.ssl.trustStore="`+store+`" -Djavax.net.ssl.trustStorePassword=changeit`)},
	}
}

// readsVariable are whose programs read SSL_CERT_FILE: on macOS and Windows those in Go ask the system (crypto/x509's SystemCertPool).
func readsVariable() string {
	if runtime.GOOS == "darwin" || runtime.GOOS == "windows" {
		return "Python"
	}
	return "Go, Python"
}

// Curl is how curl is called so that it trusts the server.
func (i *Identity) Curl() string { return i.command("curl", "--cacert") }

// AWS is the same of the AWS CLI.
func (i *Identity) AWS() string { return i.command("aws", "--ca-bundle") }

// Wscat is the same of wscat.
func (i *Identity) Wscat() string { return i.command("npx wscat", "--ca") }

func (i *Identity) command(program, option string) string {
	if i == nil || i.Trust == "" {
		return program
	}
	return program + " " + option + " " + quoted(i.Trust)
}

// Advice tells people at the start whom to trust and how, in paragraphs that each end with an empty line; "": there is nothing to tell.
// url is one of the server's addresses.
func (i *Identity) Advice(url string) string {
	if i == nil {
		return ""
	}
	if i.Trust == "" {
		return fmt.Sprintf("Its certificate is signed by %s, which programs have to trust.\n\n", i.signer)
	}
	var b strings.Builder
	if i.made {
		b.WriteString("Its certificate was made on this machine, for names and addresses of this machine, and the key that signed it is gone.\n" +
			"portcullis itself trusts it, and other programs by what goes before them in a shell:\n\n")
	} else {
		b.WriteString("Its certificate is signed by nobody but itself. Programs trust it by what goes before them in a shell:\n\n")
	}
	for _, hint := range i.Hints(url) {
		fmt.Fprintf(&b, "  %-20s %s\n", hint.For, hint.Line)
	}
	fmt.Fprintf(&b, "  %-20s import %s as an authority, or go on past its warning\n\n", "a browser", quoted(i.Trust))
	b.WriteString("Node.js trusts it beside the system's authorities. With the others it may be the only one that programs of that shell trust.\n\n")
	return b.String()
}

// trusted is the content of the file to trust; nil: it cannot be read any more.
func (i *Identity) trusted() []byte {
	text, err := os.ReadFile(i.Trust)
	if err != nil {
		return nil
	}
	return text
}

// quoted is a text as a word of a POSIX shell.
func quoted(text string) string {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:@%+,="
	if text != "" && strings.Trim(text, plain) == "" {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}
