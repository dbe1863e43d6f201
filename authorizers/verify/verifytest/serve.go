package verifytest

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"time"
)

// The documents that an Issuer serves below its URL's path.
const (
	// KeySetPath is where the key set is (RFC 7517 section 5), as Cognito places it.
	KeySetPath = "/.well-known/jwks.json"
	// DiscoveryPath is where the provider's metadata is (OpenID Connect Discovery 1.0 section 4).
	DiscoveryPath = "/.well-known/openid-configuration"
)

// defaultCache lets a verifier keep the documents for an hour, less than Cognito's day.
const defaultCache = "public, max-age=3600"

// Outage makes the issuer answer every request with 503 Service Unavailable, until Outage(false).
func (i *Issuer) Outage(on bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.outage = on
}

// Slow makes every later request wait for d before it is answered, the answers of an outage and of
// [Issuer.Handle] included; 0 or less means no wait. The wait ends early, without an answer, when the
// client goes or the issuer is closed.
func (i *Issuer) Slow(d time.Duration) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.slow = d
}

// CacheControl sets the header Cache-Control of the key set and of the discovery document (RFC 9111
// section 5.2); "" leaves it out. Until then it is "public, max-age=3600".
func (i *Issuer) CacheControl(value string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.cache = value
}

// Handle makes h answer for a document, KeySetPath or DiscoveryPath, in the issuer's place, until
// Handle(path, nil). The context of its requests ends with the client and with the server: a handler
// that waits has to watch it, or Close waits for the handler. It panics on another path.
func (i *Issuer) Handle(path string, h http.Handler) {
	if path != KeySetPath && path != DiscoveryPath {
		panic(fmt.Sprintf("verifytest: no document is at %q: want KeySetPath or DiscoveryPath", path))
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.handlers == nil {
		i.handlers = map[string]http.Handler{}
	}
	i.handlers[path] = h
}

// Advertise adds a member to the discovery document, such as the token_endpoint that whoever mounts the
// issuer serves; it takes the place of one of that name.
func (i *Issuer) Advertise(member string, value any) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.advertised == nil {
		i.advertised = map[string]any{}
	}
	i.advertised[member] = value
}

// Fetches tells how many requests for the key set have come, those that got no answer included.
func (i *Issuer) Fetches() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.fetches
}

// ServeHTTP answers GET and HEAD for the key set and for the discovery document, below the path of
// the issuer's URL, and for the documents of [Issuer.Lured]; everything else is 404 or 405.
func (i *Issuer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	rest, below := strings.CutPrefix(r.URL.Path, i.path)
	if !below {
		rest = ""
	}
	wait := i.arrive(rest)
	select {
	case <-wait:
	case <-r.Context().Done():
		panic(http.ErrAbortHandler)
	}
	switch rest {
	case KeySetPath:
		i.serve(w, r, rest, i.keySet())
	case DiscoveryPath:
		i.serve(w, r, rest, i.discovery())
	case lureKeySetPath, lureCertificatePath:
		i.serveLure(w, rest)
	default:
		http.NotFound(w, r)
	}
}

// arrive counts a request, and returns what it has to wait for.
func (i *Issuer) arrive(path string) <-chan time.Time {
	i.mu.Lock()
	defer i.mu.Unlock()
	switch path {
	case KeySetPath:
		i.fetches++
	case lureKeySetPath, lureCertificatePath:
		i.lured++
	}
	if i.slow <= 0 {
		now := make(chan time.Time)
		close(now)
		return now
	}
	return time.After(i.slow)
}

func (i *Issuer) serve(w http.ResponseWriter, r *http.Request, path string, document any) {
	i.mu.Lock()
	down, handler, cache := i.outage, i.handlers[path], i.cache
	i.mu.Unlock()
	switch {
	case down:
		http.Error(w, "the issuer is out of service", http.StatusServiceUnavailable)
	case handler != nil:
		handler.ServeHTTP(w, r)
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
	default:
		w.Header().Set("Content-Type", "application/json")
		if cache != "" {
			w.Header().Set("Cache-Control", cache)
		}
		w.Write(mustJSON(document))
	}
}

// KeySet is the key set as the issuer serves it where nothing is in the way (RFC 7517 section 5).
func (i *Issuer) KeySet() []byte { return mustJSON(i.keySet()) }

func (i *Issuer) keySet() any {
	i.mu.Lock()
	defer i.mu.Unlock()
	keys := make([]json.RawMessage, len(i.published))
	for n, p := range i.published {
		keys[n] = p.jwk
	}
	return map[string]any{"keys": keys}
}

// discovery holds the metadata that token verifiers read, and what was advertised. It names no endpoint
// that is not there, so it lacks the authorization_endpoint that OpenID Connect asks of providers people
// sign in to.
func (i *Issuer) discovery() any {
	document := map[string]any{
		"issuer":                                i.URL,
		"jwks_uri":                              i.KeySetURL(),
		"id_token_signing_alg_values_supported": i.publishedAlgorithms(),
		"response_types_supported":              []string{"code", "token"},
		"subject_types_supported":               []string{"public"},
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	maps.Copy(document, i.advertised)
	return document
}
