package verify

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	fetchTimeout = 3 * time.Second         // for the whole of a fetch: discovery, keys, and one more try of each
	firstTry     = 1200 * time.Millisecond // for the first try of each
	maxAnswer    = 1 << 20                 // bytes of a discovery document or key set
)

// fetcher fetches key sets for all issuers of a verifier, until it is closed.
type fetcher struct {
	client *http.Client
	closed context.Context // done once no fetch may start
	close  context.CancelFunc

	mu    sync.Mutex
	under sync.WaitGroup // the fetches under way
}

func newFetcher(given *http.Client) *fetcher {
	f := &fetcher{client: keySetClient(given)}
	f.closed, f.close = context.WithCancel(context.Background())
	return f
}

// keySetClient is the client for key sets. It follows no redirect, which could lead to another host. The one
// of our own keeps no connection, since hours pass between two fetches.
func keySetClient(given *http.Client) *http.Client {
	if given == nil {
		given = &http.Client{Transport: &http.Transport{
			Proxy:               http.ProxyFromEnvironment,
			DialContext:         (&net.Dialer{Timeout: fetchTimeout}).DialContext,
			TLSHandshakeTimeout: fetchTimeout,
			ForceAttemptHTTP2:   true,
			DisableKeepAlives:   true,
		}}
	}
	client := *given
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &client
}

// start runs a fetch, unless the fetcher is closed. It gives what ends the fetch early.
func (f *fetcher) start(fetch func(context.Context)) (cancel context.CancelFunc, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed.Err() != nil {
		return nil, false
	}
	ctx, cancel := context.WithTimeout(f.closed, fetchTimeout)
	f.under.Go(func() {
		defer cancel()
		fetch(ctx)
	})
	return cancel, true
}

// stop ends the fetches that are under way and lets none begin.
func (f *fetcher) stop() {
	f.mu.Lock()
	f.close()
	f.mu.Unlock()
	f.under.Wait()
}

// fetched is a key set as its issuer gave it.
type fetched struct {
	keys   keysByID
	maxAge time.Duration // what Cache-Control says, zero where it says nothing
}

// keys fetches an issuer's key set; where its address is not configured it is discovered first, each time,
// since it can change.
func (f *fetcher) keys(ctx context.Context, issuer *Issuer, algorithms []*algorithm) (*fetched, error) {
	address := issuer.keySetAddress()
	if address == "" {
		var err error
		if address, err = f.discover(ctx, issuer.Issuer); err != nil {
			return nil, err
		}
	}
	body, header, err := f.getTwice(ctx, address)
	if err != nil {
		return nil, err
	}
	keys, err := parseKeys(body, algorithms)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", address, err)
	}
	return &fetched{keys, maxAge(header)}, nil
}

// discover finds the address of an issuer's key set (OpenID Connect Discovery 1.0, section 4).
func (f *fetcher) discover(ctx context.Context, issuer string) (string, error) {
	address := strings.TrimSuffix(issuer, "/") + "/.well-known/openid-configuration"
	body, _, err := f.getTwice(ctx, address)
	if err != nil {
		return "", err
	}
	var document struct {
		Issuer  string `json:"issuer"`
		JWKSURI string `json:"jwks_uri"`
	}
	if err := json.Unmarshal(body, &document); err != nil {
		return "", fmt.Errorf("%s: not a discovery document: %w", address, err)
	}
	if document.Issuer != issuer {
		return "", fmt.Errorf("%s: is the discovery document of %q%s", address, short(document.Issuer), meantBy(issuer, document.Issuer))
	}
	if reason := checkAddress(document.JWKSURI); reason != "" {
		return "", fmt.Errorf("%s: jwks_uri: %s", address, reason)
	}
	if reason := checkKeysOf(issuer, document.JWKSURI); reason != "" {
		return "", fmt.Errorf("%s: jwks_uri: %s", address, reason)
	}
	return document.JWKSURI, nil
}

// meantBy says how an entry's issuer has to be written where its discovery document names another one, if that can be told.
func meantBy(issuer, document string) string {
	_, _, hasPlaceholder := cutPlaceholder(document)
	switch {
	case document == issuer+"/":
		return ": the entry's issuer lacks the slash at its end"
	case document+"/" == issuer:
		return ": the entry's issuer has a slash at its end that this one has not"
	case hasPlaceholder:
		return `: it is for many tenants; write this issuer, with "tenants" and "jwksUri" beside it`
	}
	return ""
}

// getTwice gets an address, with one more try where the first failed.
func (f *fetcher) getTwice(ctx context.Context, address string) ([]byte, http.Header, error) {
	first, cancel := context.WithTimeout(ctx, firstTry)
	defer cancel()
	body, header, err := f.get(first, address)
	if err != nil && ctx.Err() == nil {
		body, header, err = f.get(ctx, address)
	}
	return body, header, err
}

func (f *fetcher) get(ctx context.Context, address string) ([]byte, http.Header, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, nil, err
	}
	request.Header.Set("Accept", "application/json")
	response, err := f.client.Do(request)
	if err != nil {
		return nil, nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, nil, fmt.Errorf("%s: status %d", address, response.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", address, err)
	}
	if len(body) > maxAnswer {
		return nil, nil, fmt.Errorf("%s: the answer has more than %d bytes", address, maxAnswer)
	}
	return body, response.Header, nil
}

// maxAge is how long an answer stays fresh: max-age of Cache-Control less the Age that it already has (RFC
// 9111, sections 4.2 and 5.2.2.1).
func maxAge(header http.Header) time.Duration {
	for _, line := range header.Values("Cache-Control") {
		for _, directive := range strings.Split(line, ",") {
			name, value, _ := strings.Cut(strings.TrimSpace(directive), "=")
			if strings.EqualFold(name, "max-age") {
				return max(seconds(strings.Trim(value, `"`))-seconds(header.Get("Age")), 0)
			}
		}
	}
	return 0
}

// seconds reads a number of seconds, up to what a key set may stay fresh; it is zero for any other text.
func seconds(text string) time.Duration {
	n, err := strconv.ParseUint(text, 10, 31)
	if err != nil {
		return 0
	}
	return time.Duration(n) * time.Second
}
