// Package services has what a desk has beside the API itself, and what others have in its place where the environment says so:
// the tables of DynamoDB, the user pool, the issuers whose tokens are accepted, API Gateway's API keys and usage plans, and
// secrets. They stay while projects come and go.
package services

import (
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"portcullis/authorizers/verify"
	"portcullis/deploy/desk/internal/project"
	"portcullis/deploy/emulators/cognito"
	"portcullis/deploy/emulators/dynamodb"
	"portcullis/deploy/emulators/eventsource"
	"portcullis/deploy/gateway/jwtauth"
	"portcullis/deploy/gateway/usage"
)

// Below these paths of a desk are services.
const (
	CognitoPath = "/_cognito" // the built-in issuer
	AWSPath     = "/_aws"     // the AWS services that there are, for AWS_ENDPOINT_URL
)

// Config is what services are made by.
type Config struct {
	Base     string                   // where the desk is served: http://HOST:PORT, or https://
	Getenv   func(name string) string // gives a variable of the environment, "" where it is not set
	Gateways http.Handler             // what the desk serves beside services, for functions where it speaks https
	Log      *slog.Logger             // gets the codes that the built-in issuer sends to people; required
}

// Services is everything that stays. Its methods may be called by many goroutines at once, except for Update, Feed and
// Close.
type Services struct {
	base    string
	inner   string // the same for functions, which finish their work when nobody else is let in any more
	env     environment
	pool    *cognito.Pool
	own     userPool
	issuers []verify.Issuer // whose tokens are accepted
	tables  Tables
	records *dynamodb.Handler             // the DynamoDB that is here
	found   map[string]eventsource.Source // the streams of tables elsewhere, by these
	usage   *usage.Registry
	tokens  *jwtauth.Tokens
	aws     http.Handler // serves paths below AWSPath
	server  *http.Server
	project *project.Project // that Update was called with last; nil: none yet
}

// New makes services, and serves those of AWS to functions at an address of their own on this machine. What is wrong with a
// variable of the environment is an [*environ.Error].
func New(c Config) (*Services, error) {
	env := environment{c.Getenv}
	if err := env.checkRegion(); err != nil {
		return nil, err
	}
	tables, err := env.chooseTables(c.Base)
	if err != nil {
		return nil, err
	}
	pool, err := newPool(c.Base, env.issuerOrigins(c.Base, tables), c.Log)
	if err != nil {
		return nil, err
	}
	issuers, own, err := env.chooseIssuers(c.Base, pool)
	if err != nil {
		return nil, err
	}
	registry, err := usage.New(usage.Config{})
	if err != nil {
		return nil, err
	}
	records, err := tables.emulated(env.region())
	if err != nil {
		return nil, err
	}
	aws, err := newAWS(env, records, pool, registry)
	if err != nil {
		return nil, err
	}
	s := &Services{
		base: c.Base, env: env, pool: pool, own: own, issuers: issuers, tables: tables, records: records, found: map[string]eventsource.Source{}, usage: registry, aws: aws,
	}
	if s.server, s.inner, err = serveInner(s.forFunctions(c.Gateways)); err != nil {
		return nil, err
	}
	if s.tokens, err = jwtauth.New(jwtauth.Config{UserPool: s.ownForGateway()}); err != nil {
		s.server.Close()
		return nil, err
	}
	return s, nil
}

// serveInner serves functions, at a base that it gives.
func serveInner(inner http.Handler) (server *http.Server, base string, err error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, "", err
	}
	server = &http.Server{ReadHeaderTimeout: 10 * time.Second, Handler: calledBy(listener.Addr().String(), inner)}
	go server.Serve(listener)
	return server, "http://" + listener.Addr().String(), nil
}

// calledBy refuses requests for another host, as a page has it whose name is made this machine's.
func calledBy(host string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Host != host {
			http.Error(w, "this is for functions of the desk", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// forFunctions is what functions find at an address of their own: the AWS services, and where clients speak https, which functions have
// no reason to trust, the built-in issuer and the gateways too.
func (s *Services) forFunctions(gateways http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch first, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/"); {
		case "/"+first == AWSPath:
			s.aws.ServeHTTP(w, r)
		case s.secure() && "/"+first == CognitoPath:
			s.pool.ServeHTTP(w, r)
		case s.secure() && gateways != nil:
			gateways.ServeHTTP(w, r)
		default:
			http.NotFound(w, r)
		}
	})
}

// secure tells whether the desk speaks https.
func (s *Services) secure() bool { return strings.HasPrefix(s.base, "https:") }

// Close ends what serves functions.
func (s *Services) Close() {
	s.tokens.Close()
	s.server.Close()
}

// Handler serves the requests whose path begins with a segment, such as "/_aws"; nil: that is none of the services'.
func (s *Services) Handler(segment string) http.Handler {
	switch segment {
	case CognitoPath:
		return s.pool
	case AWSPath:
		return s.aws
	}
	return nil
}

// Update lets the services have what a project says of them: its modes' usage plans and API keys, and its scopes. Where that
// cannot be, everything stays as it was. It is called again for each project in the place of another one.
func (s *Services) Update(p *project.Project) error {
	if err := s.pool.SetScopes(p.Scopes()); err != nil {
		return err
	}
	if err := updatePlans(s.usage, plansOf(s.project), plansOf(p)); err != nil {
		if s.project != nil {
			s.pool.SetScopes(s.project.Scopes())
		}
		return err
	}
	s.project = p
	return nil
}

// Usage are the API keys and usage plans.
func (s *Services) Usage() *usage.Registry { return s.usage }

// Tokens are for the gateway's own authorizers.
func (s *Services) Tokens() *jwtauth.Tokens { return s.tokens }

// Region is where the gateway and its functions are told that they run.
func (s *Services) Region() string { return s.env.region() }

// Tables are where users, API keys, revocations and connections are kept.
func (s *Services) Tables() Tables { return s.tables }

// Pool is the built-in issuer, whether or not the API's user pool is it.
func (s *Services) Pool() *cognito.Pool { return s.pool }

// DynamoDB is the one that is here.
func (s *Services) DynamoDB() *dynamodb.Handler { return s.records }
