package jwtauth

import (
	"maps"
	"net"
	"net/http"
	"net/url"
)

// keySets are the addresses of key sets that are not where their issuers say, by issuer.
//
// A verifier takes the keys of an https issuer over https only, and rightly. An emulator on this machine is asked for
// what the verifier believes to be at the issuer.
type keySets map[string]*url.URL

func newKeySets(addresses map[string]string, own UserPool) (keySets, error) {
	all := maps.Clone(addresses)
	if all == nil {
		all = map[string]string{}
	}
	if own.KeySet != "" {
		all[own.Issuer] = own.KeySet
	}
	sets := keySets{}
	for issuer, text := range all {
		address, err := url.Parse(text)
		if err != nil || address.Host == "" || address.Scheme != "https" && !isLoopback(address) {
			return nil, configError("key set of %s: want an https address, or http on a loopback host, got %q", issuer, text)
		}
		sets[issuer] = address
	}
	return sets, nil
}

func isLoopback(address *url.URL) bool {
	host := address.Hostname()
	return address.Scheme == "http" && (host == "localhost" || net.ParseIP(host).IsLoopback())
}

// address is where a verifier looks for an issuer's keys, another one for each; "" where it is to discover that.
func (k keySets) address(issuer string) string {
	if k[issuer] == nil {
		return ""
	}
	return issuer + "/.well-known/jwks.json"
}

// client gives a client that gets the key sets from where they are, and all else as the client given does.
func (k keySets) client(given *http.Client) *http.Client {
	if given == nil {
		given = http.DefaultClient
	}
	client, next := *given, given.Transport
	if next == nil {
		next = http.DefaultTransport
	}
	moved := map[string]*url.URL{}
	for issuer, address := range k {
		moved[k.address(issuer)] = address
	}
	client.Transport = elsewhere{moved, next}
	return &client
}

// elsewhere sends requests for some addresses to others.
type elsewhere struct {
	moved map[string]*url.URL
	next  http.RoundTripper
}

func (e elsewhere) RoundTrip(r *http.Request) (*http.Response, error) {
	address := e.moved[r.URL.String()]
	if address == nil {
		return e.next.RoundTrip(r)
	}
	moved := r.Clone(r.Context())
	moved.URL, moved.Host = address, address.Host
	return e.next.RoundTrip(moved)
}
