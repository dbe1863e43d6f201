// Package verifytest is a fixture token issuer, as net/http/httptest is a fixture server: a test
// gets an issuer with a published key set, and signed tokens, in one line each.
//
//	issuer := verifytest.NewServer()
//	defer issuer.Close()
//	token := issuer.CognitoAccess(verifytest.Options{Groups: []string{"admins"}})
//
// Its tokens have the claims of an Amazon Cognito user pool, or of an OpenID Connect issuer, or any
// that the test names. A second Issuer of the same URL is a forger: it signs for that URL with a key
// that the first one never published.
//
// It is for tests and for desks. It authenticates nobody, and its functions panic where a test could
// not go on. The keys live as long as the Issuer and are never written anywhere.
package verifytest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
)

// The documents that an Issuer serves below its URL's path.
const (
	// KeySetPath is where the key set is (RFC 7517 section 5), as Cognito places it.
	KeySetPath = "/.well-known/jwks.json"
	// DiscoveryPath is where the provider's metadata is (OpenID Connect Discovery 1.0 section 4).
	DiscoveryPath = "/.well-known/openid-configuration"
)

// cacheControl lets a verifier keep the documents for an hour, less than Cognito's day.
const cacheControl = "public, max-age=3600"

// serverPath follows the address of NewServer's issuers. It has the form of a Cognito pool id.
const serverPath = "/us-east-1_Fixture"

// Issuer signs tokens and serves the key set to check them with. Make one with New or NewServer.
// All its methods may be called from several goroutines at once.
type Issuer struct {
	// URL is the issuer: the claim iss of its tokens. It may not be changed.
	URL string

	path   string // URL's path, without a slash at its end
	server *httptest.Server

	mu      sync.Mutex
	keys    []key // published, oldest first; the last one signs
	outage  bool
	fetches int
}

// New returns an issuer that does not listen: mount it where requests for the path of issuerURL
// arrive. It panics if issuerURL is not an absolute http or https URL without query and fragment.
func New(issuerURL string) *Issuer {
	return &Issuer{URL: issuerURL, path: mustPath(issuerURL), keys: []key{newRS256()}}
}

// NewServer returns an issuer that listens on a free port of the loopback interface, over plain
// HTTP. The caller closes it. Like httptest.NewServer it panics if it cannot listen.
func NewServer() *Issuer {
	server := httptest.NewUnstartedServer(nil)
	issuer := New("http://" + server.Listener.Addr().String() + serverPath)
	issuer.server = server
	server.Config.Handler = issuer
	server.Start()
	return issuer
}

// Close stops the server of an issuer that NewServer made, and waits for its open requests. For
// other issuers it does nothing.
func (i *Issuer) Close() {
	if i.server != nil {
		i.server.Close()
	}
}

// KeySetURL is the address of the key set: the jwks_uri of the discovery document.
func (i *Issuer) KeySetURL() string {
	return strings.TrimSuffix(i.URL, "/") + KeySetPath
}

// Outage makes the issuer answer every request with 503 Service Unavailable, until Outage(false).
func (i *Issuer) Outage(on bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.outage = on
}

// Fetches tells how many requests for the key set have come, those during an outage included.
func (i *Issuer) Fetches() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.fetches
}

// ServeHTTP answers GET and HEAD for the key set and for the discovery document, below the path of
// the issuer's URL; everything else is 404 or 405.
func (i *Issuer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	rest, ours := strings.CutPrefix(r.URL.Path, i.path)
	switch {
	case ours && rest == KeySetPath:
		i.serve(w, r, i.keySet())
	case ours && rest == DiscoveryPath:
		i.serve(w, r, i.discovery())
	default:
		http.NotFound(w, r)
	}
}

func (i *Issuer) serve(w http.ResponseWriter, r *http.Request, document any) {
	i.mu.Lock()
	down := i.outage
	i.mu.Unlock()
	switch {
	case down:
		http.Error(w, "the issuer is out of service", http.StatusServiceUnavailable)
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
	default:
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", cacheControl)
		w.Write(mustJSON(document))
	}
}

// keySet counts the request, and returns the published public keys.
func (i *Issuer) keySet() any {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.fetches++
	published := make([]map[string]string, len(i.keys))
	for n, k := range i.keys {
		published[n] = k.public
	}
	return map[string]any{"keys": published}
}

// discovery holds the metadata that token verifiers read. It names no endpoint that is not there, so
// it lacks the authorization_endpoint that OpenID Connect asks of providers people sign in to.
func (i *Issuer) discovery() any {
	return map[string]any{
		"issuer":                                i.URL,
		"jwks_uri":                              i.KeySetURL(),
		"id_token_signing_alg_values_supported": []string{"RS256"},
		"response_types_supported":              []string{"code", "token"},
		"subject_types_supported":               []string{"public"},
	}
}

func mustPath(issuerURL string) string {
	u, err := url.Parse(issuerURL)
	if err != nil {
		panic("verifytest: issuer: " + err.Error())
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || strings.ContainsAny(issuerURL, "?#") {
		panic(fmt.Sprintf("verifytest: issuer %q is not an absolute http or https URL without query and fragment", issuerURL))
	}
	return strings.TrimSuffix(u.Path, "/")
}

func mustJSON(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic("verifytest: " + err.Error())
	}
	return text
}
