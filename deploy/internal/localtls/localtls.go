// Package localtls has servers on this machine speak https: with a certificate that they are given, or with one that is made and
// kept, so that it has to be trusted once.
//
// What is made is an authority and, signed by it, the certificate of a server for localhost, host.docker.internal, 127.0.0.1 and ::1. The
// authority's own key is forgotten as soon as it has signed that certificate: nobody can have it sign another one, and its name
// constraints (RFC 5280, section 4.2.1.10) let it speak for these names alone. So who trusts it trusts who has the server's key, which
// is in a file that only its owner may read, for addresses of this machine, and nobody for anything else. A server that is called by
// other names gets an authority of its own for these too. What is made is good for two years, and is made anew when less than thirty days
// of them are left, also while a server runs, when it cannot be used, and when others could read it.
//
// They are kept in the folder that [Variable] names, or in portcullis/tls in the user's folder for configuration:
//
//	ca.pem           the authority, for clients to trust
//	server.pem       the server's key and certificate
//	NAME/…           the same for a server that is called NAME too
package localtls

import (
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Variable is that of the environment which names the folder in which what is made is kept.
const Variable = "PORTCULLIS_TLS_DIR"

// Options say whose certificate a server has.
type Options struct {
	CertFile, KeyFile string           // of one's own; both "": one is made
	Host              string           // the name or address that clients call the server by; "": it is not known, and a given certificate is checked for all else
	More              []string         // further ones
	Folder            string           // where what is made is kept, as [Folder] gives it; required where one is made
	Now               func() time.Time // nil: time.Now
}

// Identity is what a server shows that it is who clients call.
type Identity struct {
	Host  string // by which the server calls itself: that of the options, or the first further one where a given certificate is for these alone
	Trust string // the file with the certificate that clients have to trust; "": that is for who gave the certificate to know
	Note  string // that trust has to be given anew, and why; "": nothing was there before, or it is as it was

	options     Options // it was loaded by
	certificate tls.Certificate
	made        bool   // it was made here
	signer      string // who signed it, for people
}

// Format writes who it is, whatever the verb, and never the key.
func (i Identity) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "[certificate for %s, signed by %s]", i.Host, i.signer)
}

// LogValue is what Format writes.
func (i Identity) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(i)) }

// Problem is what is wrong with an option.
type Problem struct {
	Option string // as a command line has it, such as --tls-cert
	Value  string // "": the option has none
	Err    error
}

// Error names the option, its value where there is one, and the cause.
func (p *Problem) Error() string {
	if p.Value == "" {
		return fmt.Sprintf("%s: %v", p.Option, p.Err)
	}
	return fmt.Sprintf("%s %q: %v", p.Option, p.Value, p.Err)
}

// Unwrap gives the cause.
func (p *Problem) Unwrap() error { return p.Err }

// The options that problems name.
const (
	optionTLS  = "--tls"
	optionCert = "--tls-cert"
	optionKey  = "--tls-key"
)

// Load reads the certificate that the options name, or finds or makes one. The error joins a [*Problem] for each thing that is wrong.
func Load(o Options) (*Identity, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	o.Host, o.More = canonical(o.Host), slices.Clone(o.More)
	for i, name := range o.More {
		o.More[i] = canonical(name)
	}
	load := o.kept
	if o.CertFile != "" || o.KeyFile != "" {
		load = o.given
	}
	identity, err := load()
	if err != nil {
		return nil, err
	}
	identity.options = o
	return identity, nil
}

// canonical is a host's name or address as certificates are compared with it.
func canonical(host string) string { return strings.ToLower(strings.TrimSuffix(host, ".")) }

// Folder is where what is made is kept by the environment.
func Folder(getenv func(string) string) (string, error) {
	if named := getenv(Variable); named != "" {
		folder, err := filepath.Abs(named)
		if err != nil {
			return "", &Problem{optionTLS, "", fmt.Errorf("%s: %w", Variable, err)}
		}
		return folder, nil
	}
	config, err := os.UserConfigDir()
	if err != nil {
		return "", &Problem{optionTLS, "", fmt.Errorf("there is no folder to keep its certificate in: %w; name one in %s", err, Variable)}
	}
	return filepath.Join(config, "portcullis", "tls"), nil
}

// Problems are the problems that an error joins, and whether it has nothing else.
func Problems(err error) (all []*Problem, only bool) {
	if p, is := errors.AsType[*Problem](err); is && error(p) == err {
		return []*Problem{p}, true
	}
	joined, is := err.(interface{ Unwrap() []error })
	if !is {
		return nil, false
	}
	only = true
	for _, one := range joined.Unwrap() {
		p, is := one.(*Problem)
		if only = only && is; is {
			all = append(all, p)
		}
	}
	return all, only
}

// Config is that of a server that shows the certificate as it is now: TLS 1.2 and 1.3. HTTP/2 is not offered, since handshakes of WebSocket APIs are of HTTP/1.1, and so that
// functions get the names of headers as clients wrote them, which HTTP/2 has in small letters.
func (i *Identity) Config() *tls.Config {
	return &tls.Config{Certificates: []tls.Certificate{i.certificate}, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}}
}
