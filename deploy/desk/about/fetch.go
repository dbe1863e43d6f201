package about

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"

	"portcullis/api/contract"
)

// The bounds of what a desk tells: a contract has 8 MiB at most, and is written as a JSON text.
const (
	maxSize = 32 << 20
	timeout = 10 * time.Second
)

// Error says why a desk did not tell of itself.
type Error struct {
	URL string
	Err error
}

// Error names the desk's URL and the cause.
func (e *Error) Error() string { return fmt.Sprintf("desk at %s: %v", e.URL, e.Err) }

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// ErrNoDesk is in an [*Error] where something answers that is no desk.
var ErrNoDesk = errors.New("what answers there is no desk")

// ErrNotLoopback is in an [*Error] where an address is none of this machine's loopback.
var ErrNotLoopback = errors.New("want http://HOST:PORT with a loopback host, such as http://127.0.0.1:8080, or https://HOST:PORT of this machine")

// Fetch asks the desk at a URL, such as http://127.0.0.1:8080, what it serves. It asks on loopback addresses alone, follows no
// redirect, and gives up after ten seconds. With https the desk's certificate has to be of one of the roots; nil are the system's. The
// error is an [*Error].
func Fetch(ctx context.Context, desk string, roots *x509.CertPool) (*Desk, error) {
	at, err := parse(desk)
	if err != nil {
		return nil, &Error{desk, err}
	}
	told, err := fetch(ctx, at, roots)
	if err != nil {
		return nil, &Error{at, err}
	}
	return told, nil
}

// parse gives the URL of a desk without a slash at its end.
func parse(text string) (string, error) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || strings.Trim(u.Path, "/") != "" {
		return "", ErrNotLoopback
	}
	name := strings.ToLower(u.Hostname())
	address, err := netip.ParseAddr(name)
	switch isAddress := err == nil; {
	case isAddress && address.Unmap().IsLoopback(), name == "localhost", strings.HasSuffix(name, ".localhost"):
	case !isAddress && name != "" && u.Scheme == "https": // whose certificate says that it is who is meant; where it is, the client sees
	default:
		return "", ErrNotLoopback
	}
	return u.Scheme + "://" + u.Host, nil
}

// newClient reaches loopback addresses alone, whatever a name stands for, and through no proxy.
func newClient(roots *x509.CertPool) *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			DialContext: (&net.Dialer{Control: func(_, address string, _ syscall.RawConn) error {
				if to, err := netip.ParseAddrPort(address); err != nil || !to.Addr().Unmap().IsLoopback() {
					return ErrNotLoopback
				}
				return nil
			}}).DialContext,
			DisableKeepAlives: true,
			TLSClientConfig:   &tls.Config{RootCAs: roots},
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Timeout:       timeout,
	}
}

func fetch(ctx context.Context, at string, roots *x509.CertPool) (*Desk, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, at+Path, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept", "application/json")
	response, err := newClient(roots).Do(request)
	if err != nil {
		if failed, ok := errors.AsType[*url.Error](err); ok {
			err = failed.Err // without the URL, which stands before it
		}
		return nil, hinted(err)
	}
	defer response.Body.Close()
	switch media, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type")); {
	case response.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("%w: it answers GET %s with the status %d", ErrNoDesk, Path, response.StatusCode)
	case media != "application/json":
		return nil, fmt.Errorf("%w: it answers GET %s with %.40q, and no JSON", ErrNoDesk, Path, media)
	}
	text, err := io.ReadAll(io.LimitReader(response.Body, maxSize+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxSize {
		return nil, fmt.Errorf("%w: its answer has more than %d bytes", ErrNoDesk, maxSize)
	}
	return read(text)
}

// hinted says what to do where it is plain.
func hinted(err error) error {
	switch {
	case errors.As(err, new(x509.UnknownAuthorityError)):
		return fmt.Errorf("%w; SSL_CERT_FILE names the file of an authority to trust", err)
	case strings.Contains(err.Error(), "server gave HTTP response to HTTPS client"):
		return fmt.Errorf("%w: want http://", err)
	}
	return err
}

// read reads what a desk tells. It passes over members that later desks may have.
func read(text []byte) (*Desk, error) {
	var version struct {
		Version int `json:"version"`
	}
	if err := json.Unmarshal(text, &version); err != nil || version.Version == 0 {
		return nil, fmt.Errorf("%w: its answer names no version", ErrNoDesk)
	}
	if version.Version != Version {
		return nil, fmt.Errorf("it tells of itself in version %d, and this program reads version %d: both have to be of one release", version.Version, Version)
	}
	told := &Desk{}
	if err := json.Unmarshal(text, told); err != nil {
		return nil, fmt.Errorf("%w: its answer cannot be read: %w", ErrNoDesk, err)
	}
	read := contract.Contract{Text: []byte(told.Contract.Text), Files: told.Contract.Files}
	if read.SHA256() != told.Contract.SHA256 || len(told.Issuers) == 0 {
		return nil, fmt.Errorf("%w: its answer lacks issuers, or a contract with its SHA-256", ErrNoDesk)
	}
	return told, nil
}
