package stage

import (
	"cmp"
	"hash/fnv"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"portcullis/deploy/gateway/internal/lambda"
	"portcullis/deploy/gateway/usage"
	"portcullis/deploy/plan"
	"portcullis/policy"
)

// Kind is what requests to one kind of API differ in from those to others.
type Kind struct {
	OneID bool // a request is known by its extended id alone

	// PassesSlashes says that empty segments in front of the stage are passed over, and that a slash at the path's end is
	// no part of an ARN.
	PassesSlashes bool

	// Withholds tells, of a header's canonical name, whether events do not have it; nil: they have all.
	Withholds func(name string) bool

	// Sockets says that it is a WebSocket API: requests invoke routes by their keys, and ids are safe in URLs.
	Sockets bool
}

// Stage is what the stages of all kinds of API have in common: the methods and how requests find them.
type Stage struct {
	Kind
	Config Config     // with its defaults
	Plan   *plan.Plan // that of Config
	APIID  string     // that of Config

	deploymentID string // made up

	Routes  *Routes   // of all methods; set by the kind of API, which may have added some
	Methods []*Method // those of the plan's operations, and what the kind of API adds
	log     *accessLog

	identities *Cache[Identity] // of the Lambda authorizer; nil: there is none
	answers    []methodAnswers  // of the methods whose answers are kept
	limits     *usage.Stage     // of all callers together

	Resource *ResourcePolicy // of a REST API; nil: it has none
}

// Method is one method of a REST API, or one route of an HTTP or WebSocket API.
type Method struct {
	Route     policy.Route    // its verb and path; of a WebSocket API its key, as the verb, and no path
	Operation *plan.Operation // nil: one that the gateway answers itself
	Public    bool            // nobody is asked who calls
	function  lambda.Invoker  // nil: there is none to call

	resourceID string // the made-up id of the method's resource in a REST API
}

// NewMethod is a method that the gateway answers itself, and that is not public.
func NewMethod(route policy.Route) *Method {
	return &Method{Route: route, resourceID: identifier(route.Path, 6)}
}

// Key names the method as AWS does, as in "GET /things/{id}".
func (m *Method) Key() string { return m.Route.String() }

// RouteKey names a method as an HTTP API's events and logs do, as in "GET /things/{id}".
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html.
func (m *Method) RouteKey() string {
	if m.Operation != nil && isDefault(m.Operation) {
		return plan.DefaultRoute
	}
	return m.Key()
}

const (
	defaultRegion  = "us-east-1"
	defaultAccount = "123456789012"
)

// New makes a stage of a plan, whose methods are not routed yet. The errors are [*ConfigError], and [*usage.Error] for limits
// that are none.
func New(config Config, k Kind) (*Stage, error) {
	s := &Stage{Kind: k, Config: config.withDefaults(), Plan: config.Plan, APIID: cmp.Or(config.APIID, stageID(config.Plan).API)}
	s.deploymentID = identifier(s.APIID, 6)
	if err := s.addMethods(); err != nil {
		return nil, err
	}
	var err error
	if s.limits, err = s.newLimits(); err != nil {
		return nil, err
	}
	s.Resource = newResourcePolicy(s)
	s.log = newAccessLog(s.Config.AccessLog, s.Plan.AccessLogFormat)
	return s, nil
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
	if c.Now == nil {
		c.Now = time.Now
	}
	return c
}

// addMethods makes the methods of each operation. They are not routed yet.
func (s *Stage) addMethods() error {
	for _, key := range slices.Sorted(maps.Keys(s.Plan.Operations)) {
		operation := s.Plan.Operations[key]
		function := s.Config.Functions[operation.Function]
		if function == nil && operation.Function != "" {
			return Misconfigured("%s: no function is called %q", key, operation.Function)
		}
		for _, path := range pathsOf(&operation) {
			m := NewMethod(policy.Route{Method: operation.Method, Path: path})
			m.Operation, m.Public, m.function = &operation, operation.Public, function
			s.Methods = append(s.Methods, m)
		}
	}
	return nil
}

// pathsOf are the paths by which requests find an operation: $default is reached by the root, and by all below it.
func pathsOf(o *plan.Operation) []string {
	if isDefault(o) {
		return []string{"/", "/{proxy+}"}
	}
	return []string{o.Path}
}

func isDefault(o *plan.Operation) bool { return o.Path == "/"+plan.DefaultRoute }

// IntegrationTimeout is how long a function behind the API may take.
func (s *Stage) IntegrationTimeout() time.Duration {
	return s.atMost(time.Duration(s.Plan.IntegrationTimeoutInMillis) * time.Millisecond)
}

// atMost is a timeout, or the configuration's where that is shorter.
func (s *Stage) atMost(timeout time.Duration) time.Duration {
	if s.Config.Timeout > 0 {
		return min(timeout, s.Config.Timeout)
	}
	return timeout
}

// identifier is a made-up identifier of API Gateway's kind that a text always gets.
func identifier(text string, length int) string {
	hash := fnv.New64a()
	hash.Write([]byte(text))
	id := strconv.FormatUint(hash.Sum64(), 36)
	return strings.Repeat("0", max(0, length-len(id))) + id[:min(length, len(id))]
}
