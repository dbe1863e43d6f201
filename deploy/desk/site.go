package desk

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"portcullis/authorizers/verify"
	"portcullis/deploy/emulators/apigateway"
	"portcullis/deploy/emulators/cognito"
	"portcullis/deploy/emulators/dynamodb"
)

const (
	cognitoPath = "/_cognito" // the built-in issuer
	awsPath     = "/_aws"     // the AWS services that there are, for AWS_ENDPOINT_URL
)

// site is everything that one address serves: the AWS services, which stay, and a deployment, which may be replaced.
type site struct {
	base        string // http://HOST:PORT
	inner       string // the same for functions, which finish their work when nobody else is let in any more
	pool        *cognito.Pool
	userPool    userPool
	issuers     []verify.Issuer // whose tokens authorizer functions accept
	users, keys table
	revocations table // zero: the authorizers read no table, or none of this program
	tables      *dynamodb.Handler
	control     *apigateway.Handler

	mu      sync.RWMutex
	current *deployment
}

// newSite makes a site for the address that is listened at, without a deployment and a control plane yet.
func newSite(addr net.Addr, o options) (*site, error) {
	_, port, err := net.SplitHostPort(addr.String())
	if err != nil {
		return nil, err
	}
	if err := checkRegion(); err != nil {
		return nil, err
	}
	s := &site{base: "http://" + net.JoinHostPort(o.publicHost(), port)}
	s.inner = s.base
	if s.pool, err = newPool(s.base); err != nil {
		return nil, err
	}
	if err := s.chooseIssuers(); err != nil {
		return nil, err
	}
	if s.users, s.keys = s.chooseTables(o); s.users.name == s.keys.name {
		return nil, fmt.Errorf("%s and %s: both name the table %s", s.users.variable, s.keys.variable, s.keys.name)
	}
	if s.revocations, err = s.chooseRevocations(); err != nil {
		return nil, err
	}
	for _, other := range []table{s.users, s.keys} {
		if other.name == s.revocations.name {
			return nil, fmt.Errorf("%s and %s: both name the table %s", other.variable, s.revocations.variable, other.name)
		}
	}
	s.tables, err = makeTables(s.users, s.keys, s.revocations)
	return s, err
}

// servicesOf is the environment by which a function finds its tables and its user pool. Functions of others find theirs on
// their own.
func (s *site) servicesOf(name string) map[string]string {
	var environment map[string]string
	switch name {
	case "users":
		environment = s.users.environment(s.inner + awsPath)
	case "request":
		environment = s.withRevocations(s.keys.environment(s.inner + awsPath))
	case "token", "jwt":
		environment = s.withRevocations(map[string]string{})
	case "tokens":
		environment = s.tokensEnvironment(s.inner + awsPath)
	default:
		return nil
	}
	environment["AWS_REGION"] = region()
	return environment
}

// serveInner serves the AWS services to functions, at an address of their own on this machine. The server is the
// caller's to close.
func (s *site) serveInner() (*http.Server, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s.inner = "http://" + listener.Addr().String()
	server := &http.Server{ReadHeaderTimeout: 10 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.serveAWS(w, withPath(r, strings.TrimPrefix(r.URL.Path, awsPath)))
	})}
	go server.Serve(listener)
	return server, nil
}

// ServeHTTP hands a request on by the first segment of its path, which is not cleaned: that is the gateway's.
func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	first, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	switch "/" + first {
	case cognitoPath:
		s.pool.ServeHTTP(w, r)
	case awsPath:
		s.serveAWS(w, withPath(r, strings.TrimPrefix(r.URL.Path, awsPath)))
	default:
		d := s.enter()
		defer d.inFlight.Done()
		d.ServeHTTP(w, r)
	}
}

// serveAWS hands on a request of an AWS client by what tells the services' protocols apart.
func (s *site) serveAWS(w http.ResponseWriter, r *http.Request) {
	switch target := r.Header.Get("X-Amz-Target"); {
	case dynamodb.IsRequest(r):
		s.tables.ServeHTTP(w, r)
	case strings.HasPrefix(target, "AWSCognitoIdentityProviderService."):
		s.pool.ServeHTTP(w, withPath(r, cognitoPath))
	case target == getSecretValue:
		serveSecret(w, r)
	case apigateway.IsRequest(r) && r.Header.Get("Origin") != "":
		http.Error(w, "pages are not let in: they could make API keys in the name of who opened them", http.StatusForbidden)
	case apigateway.IsRequest(r):
		s.control.ServeHTTP(w, r)
	default:
		http.Error(w, "DynamoDB, Cognito, an app client's secret, and API Gateway's API keys and usage plans are here, and nothing else of AWS", http.StatusNotFound)
	}
}

// withPath is the request with another path.
func withPath(r *http.Request, path string) *http.Request {
	moved := new(http.Request)
	*moved = *r
	moved.URL = new(url.URL)
	*moved.URL = *r.URL
	moved.URL.Path, moved.URL.RawPath = path, ""
	return moved
}

// enter is the deployment for one request, which is in flight until it says that it is done.
func (s *site) enter() *deployment {
	s.mu.RLock()
	defer s.mu.RUnlock()
	s.current.inFlight.Add(1)
	return s.current
}

// swap lets requests from now on have another deployment, and gives the one before.
func (s *site) swap(next *deployment) (before *deployment) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before, s.current = s.current, next
	return before
}
