package verifytest

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"time"
)

// serverPath follows the address of NewServer's issuers. It has the form of a Cognito pool id.
const serverPath = "/us-east-1_Fixture"

// Issuer signs tokens and serves the key set to check them with. Make one with New or NewServer.
// All its methods may be called from several goroutines at once.
type Issuer struct {
	// URL is the issuer: the claim iss of its tokens. It may not be changed.
	URL string

	path   string // URL's path, without a slash at its end
	server *httptest.Server
	end    context.CancelFunc // ends the contexts of the server's requests

	keys *keyMaker

	mu         sync.Mutex
	signing    key
	published  []published // in the order of the key set
	outage     bool
	slow       time.Duration
	cache      string                  // the header Cache-Control
	handlers   map[string]http.Handler // by KeySetPath or DiscoveryPath
	fetches    int
	advertised map[string]any       // members of the discovery document
	attackers  map[string]*attacker // by algorithm
	rivals     map[string][2]key    // by algorithm
	lured      int

	oddMu sync.Mutex
	odd   map[string]oddKeys // by the names of an OddKey and of the key that signs
}

// New returns an issuer that does not listen: mount it where requests for the path of issuerURL
// arrive. It makes and publishes a key for each of the algorithms, and signs with the first one; none
// means RS256. It panics if issuerURL is not an absolute http or https URL without query and
// fragment, or if an algorithm is not one of [Algorithms].
func New(issuerURL string, algorithms ...string) *Issuer {
	return NewWithKeys(issuerURL, Keys{Algorithms: algorithms})
}

// NewWithKeys is [New] with keys that are made as keys says. It panics as New does, or if keys.Like is neither "" nor one of
// [Likes].
func NewWithKeys(issuerURL string, keys Keys) *Issuer {
	issuer := &Issuer{URL: issuerURL, path: mustPath(issuerURL), cache: defaultCache, keys: newKeyMaker(keys)}
	if len(keys.Algorithms) == 0 {
		keys.Algorithms = []string{"RS256"}
	}
	for _, name := range keys.Algorithms {
		issuer.published = append(issuer.published, ours(issuer.keys.make(mustAlgorithm(name), signs)))
	}
	issuer.signing = *issuer.published[0].key
	return issuer
}

// NewServer returns an issuer that listens on a free port of the loopback interface, over plain
// HTTP, and has keys as New says. The caller closes it. Like httptest.NewServer it panics if it cannot
// listen.
func NewServer(algorithms ...string) *Issuer {
	for _, name := range algorithms {
		mustAlgorithm(name)
	}
	server := httptest.NewUnstartedServer(nil)
	issuer := New("http://"+server.Listener.Addr().String()+serverPath, algorithms...)
	life, end := context.WithCancel(context.Background())
	issuer.server, issuer.end = server, end
	server.Config.Handler = issuer
	server.Config.BaseContext = func(net.Listener) context.Context { return life }
	server.Start()
	return issuer
}

// Close stops the server of an issuer that NewServer made: it ends the contexts of the open requests,
// so that those that are [Issuer.Slow] end at once, and waits for them. For other issuers it does
// nothing.
func (i *Issuer) Close() {
	if i.server != nil {
		i.end()
		i.server.Close()
	}
}

// KeySetURL is the address of the key set (RFC 7517, section 5): the jwks_uri of the discovery document.
func (i *Issuer) KeySetURL() string { return i.address(KeySetPath) }

func (i *Issuer) address(path string) string { return strings.TrimSuffix(i.URL, "/") + path }

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
