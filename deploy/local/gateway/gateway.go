package gateway

import (
	"context"
	"fmt"
	"hash/fnv"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"portcullis/api"
	"portcullis/policy"
)

// Invoker is a Lambda function. An error whose text is exactly "Unauthorized" is an authorizer's way to say
// 401. aws-lambda-go's lambda.Handler is an Invoker.
type Invoker interface {
	Invoke(ctx context.Context, event []byte) ([]byte, error)
}

// Config is an API and how it is guarded.
type Config struct {
	Contract  *api.Contract      // required
	Mode      *Mode              // required
	Functions map[string]Invoker // by the names that contract and mode use; required

	AllowedOrigins []string     // CORS origins; empty: "*"
	Region         string       // empty: us-east-1
	AccountID      string       // empty: 123456789012
	AccessLog      *slog.Logger // gets a line for each request; nil: none

	Timeout time.Duration    // how long a function may take; zero: 29 seconds, a REST API's most
	Now     func() time.Time // nil: time.Now
}

// ConfigError says what a gateway cannot work with.
type ConfigError struct {
	Reason string
}

func (e *ConfigError) Error() string { return "gateway: " + e.Reason }

// Gateway is a REST API with one stage, named as its mode is: it serves /{mode}/….
type Gateway struct {
	config     Config
	apiID      string
	cors       cors
	router     *policy.Router
	methods    []*method // by the router's index
	authorizer *authorizer
}

// method is one method of the API.
type method struct {
	route      policy.Route
	operation  *api.Operation // nil: a preflight that the gateway answers itself
	preflight  http.Header
	validator  *validator
	integrates Invoker
}

const (
	defaultRegion  = "us-east-1"
	defaultAccount = "123456789012"
	defaultTimeout = 29 * time.Second
)

// New makes a gateway. The errors are [*ConfigError], and [*api.Error] where a schema cannot be used.
func New(config Config) (*Gateway, error) {
	if config.Contract == nil || config.Mode == nil {
		return nil, &ConfigError{"want a contract and a mode"}
	}
	if member, reason := config.Mode.check(config.Mode.Name); reason != "" {
		return nil, &ConfigError{fmt.Sprintf("mode %s: %s: %s", config.Mode.Name, member, reason)}
	}
	g := &Gateway{config: config.withDefaults(), apiID: identifier(config.Mode.Name, 10)}
	if err := checkSiblings(config.Contract); err != nil {
		return nil, err
	}
	g.cors = cors{origins: g.config.AllowedOrigins, methods: allMethods(config.Contract)}
	if err := g.addMethods(); err != nil {
		return nil, err
	}
	function, known := config.Functions[config.Mode.Authorizer.Function]
	if !known {
		return nil, &ConfigError{fmt.Sprintf("mode %s: no function is called %q", config.Mode.Name, config.Mode.Authorizer.Function)}
	}
	var err error
	if g.authorizer, err = newAuthorizer(config.Mode.Authorizer, function, g.config); err != nil {
		return nil, err
	}
	return g, nil
}

func (c Config) withDefaults() Config {
	if len(c.AllowedOrigins) == 0 {
		c.AllowedOrigins = []string{"*"}
	}
	if c.Region == "" {
		c.Region = defaultRegion
	}
	if c.AccountID == "" {
		c.AccountID = defaultAccount
	}
	if c.AccessLog == nil {
		c.AccessLog = slog.New(slog.DiscardHandler)
	}
	if c.Timeout == 0 {
		c.Timeout = defaultTimeout
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return c
}

// addMethods makes a method of each operation, and a preflight of each path that has no OPTIONS of its own.
func (g *Gateway) addMethods() error {
	schemas := newSchemas(g.config.Contract)
	for i := range g.config.Contract.Operations {
		operation := &g.config.Contract.Operations[i]
		m := &method{route: operation.Route, operation: operation}
		var known bool
		if m.integrates, known = g.config.Functions[operation.Function]; !known {
			return &ConfigError{fmt.Sprintf("%s: no function is called %q", operation.Route, operation.Function)}
		}
		var err error
		if m.validator, err = newValidator(operation, g.config.Mode.RequestValidation, schemas); err != nil {
			return err
		}
		g.methods = append(g.methods, m)
	}
	g.methods = append(g.methods, g.cors.preflights(g.config.Contract)...)
	routes := make([]policy.Route, len(g.methods))
	for i, m := range g.methods {
		routes[i] = m.route
	}
	var err error
	g.router, err = policy.NewRouter(routes)
	return err
}

// checkSiblings refuses two parameters of different names or kinds at one place: a REST API's resource has one
// variable child.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-settings-method-request.html.
func checkSiblings(contract *api.Contract) error {
	variable := map[string]string{} // parent -> child
	for _, operation := range contract.Operations {
		parent := ""
		for _, child := range strings.Split(strings.Trim(operation.Route.Path, "/"), "/") {
			if strings.HasPrefix(child, "{") {
				if other := variable[parent]; other != "" && other != child {
					return &ConfigError{fmt.Sprintf("%s: a REST API has one parameter at a place; %s/%s is there already", operation.Route, parent, other)}
				}
				variable[parent] = child
			}
			parent += "/" + child
		}
	}
	return nil
}

// identifier is a made-up identifier of API Gateway's kind that a text always gets.
func identifier(text string, length int) string {
	hash := fnv.New64a()
	hash.Write([]byte(text))
	id := strconv.FormatUint(hash.Sum64(), 36)
	return strings.Repeat("0", max(0, length-len(id))) + id[:min(length, len(id))]
}

// ServeHTTP answers one request. Requests for another stage than the gateway's are Forbidden.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := g.newExchange(w, r)
	defer x.log()
	if !x.ours {
		x.fail(unknownStage, "")
		return
	}
	index, parameters, ok := g.router.Route(r.Method, x.path)
	if !ok {
		x.failUnrouted()
		return
	}
	x.method, x.parameters = g.methods[index], parameters
	if x.method.operation == nil {
		x.answerPreflight()
		return
	}
	if x.authorize() && x.readBody() && x.validate() {
		x.integrate()
	}
}
