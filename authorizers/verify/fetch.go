package verify

import (
	"context"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	fetchTimeout = 3 * time.Second // for the whole of a fetch: discovery, keys, and one more try of each
	maxAnswer    = 1 << 20         // bytes of a discovery document or key set
)

// fetched is a key set as its issuer gave it.
type fetched struct {
	address string
	keys    map[string]*rsa.PublicKey
	maxAge  time.Duration // what Cache-Control says, zero where it says nothing
}

// fetchKeys fetches an issuer's key set; where its address is not known it is discovered first.
func fetchKeys(client *http.Client, issuer, address string) (*fetched, error) {
	ctx, cancel := context.WithTimeout(context.Background(), fetchTimeout)
	defer cancel()
	if address == "" {
		var err error
		if address, err = discover(ctx, client, issuer); err != nil {
			return nil, err
		}
	}
	body, header, err := getTwice(ctx, client, address)
	if err != nil {
		return nil, err
	}
	keys, err := parseKeys(body)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", address, err)
	}
	return &fetched{address, keys, maxAge(header)}, nil
}

// discover finds the address of an issuer's key set (OpenID Connect Discovery 1.0, section 4).
func discover(ctx context.Context, client *http.Client, issuer string) (string, error) {
	address := strings.TrimSuffix(issuer, "/") + "/.well-known/openid-configuration"
	body, _, err := getTwice(ctx, client, address)
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
		return "", fmt.Errorf("%s: is the discovery document of %q", address, short(document.Issuer))
	}
	if reason := checkAddress(document.JWKSURI); reason != "" {
		return "", fmt.Errorf("%s: jwks_uri: %s", address, reason)
	}
	return document.JWKSURI, nil
}

// getTwice gets an address, with one more try where the first failed.
func getTwice(ctx context.Context, client *http.Client, address string) ([]byte, http.Header, error) {
	body, header, err := get(ctx, client, address)
	if err != nil && ctx.Err() == nil {
		body, header, err = get(ctx, client, address)
	}
	return body, header, err
}

func get(ctx context.Context, client *http.Client, address string) ([]byte, http.Header, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, nil, err
	}
	request.Header.Set("Accept", "application/json")
	response, err := client.Do(request)
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

// maxAge reads max-age of Cache-Control (RFC 9111, section 5.2.2.1).
func maxAge(header http.Header) time.Duration {
	for _, line := range header.Values("Cache-Control") {
		for _, directive := range strings.Split(line, ",") {
			name, value, _ := strings.Cut(strings.TrimSpace(directive), "=")
			if seconds, err := strconv.Atoi(value); err == nil && strings.EqualFold(name, "max-age") {
				return time.Duration(min(max(seconds, 0), int(maxFresh/time.Second))) * time.Second
			}
		}
	}
	return 0
}
