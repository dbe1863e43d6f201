package stage

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"portcullis/api/contract"
	"portcullis/deploy/gateway/internal/lambda"
	"portcullis/deploy/gateway/usage"
	"portcullis/deploy/modes"
	"portcullis/policy"
)

// Kind is what requests to one kind of API differ in from those to others.
type Kind struct {
	LogFormat string // of the access log's lines, where the mode has none of its own
	OneID     bool   // a request is known by its extended id alone

	// PassesSlashes says that empty segments in front of the stage are passed over, and that a slash at the path's end is
	// no part of an ARN.
	PassesSlashes bool
}

// Stage is what the stages of all kinds of API have in common: the methods and how requests find them.
type Stage struct {
	Kind
	Config  Config      // with its defaults
	Mode    *modes.Mode // that of Config
	APIID   string      // made up of the mode's name
	Routes  *Routes     // of all methods; set by the kind of API, which may have added some
	Methods []*Method   // the contract's operations, in its order, and what the kind of API adds
	log     *accessLog
	limits  *usage.Stage // of all callers together
}

// Method is one method of a REST API, or one route of an HTTP API.
type Method struct {
	Route     policy.Route        // its verb and path
	Operation *contract.Operation // nil: one that the gateway answers itself
	Public    bool                // nobody is asked who calls
	function  lambda.Invoker
}

// Key names the method as AWS and mode files do, as in "GET /things/{id}".
func (m *Method) Key() string { return m.Route.String() }

// DefaultRoute is the key of the route that takes what no other does.
const DefaultRoute = "$default"

// RouteKey names a method as an HTTP API's events and logs do, as in "GET /things/{id}".
func (m *Method) RouteKey() string {
	if m.Operation != nil && m.Operation.Default {
		return DefaultRoute
	}
	return m.Key()
}

const (
	defaultRegion  = "us-east-1"
	defaultAccount = "123456789012"
)

// New makes a stage whose methods are not routed yet. The errors are [*ConfigError], [*modes.Error] for a mode that is
// wrong or names methods that the contract lacks, and [*usage.Error] for limits that are none.
func New(config Config, k Kind) (*Stage, error) {
	if config.Contract == nil || config.Mode == nil {
		return nil, Misconfigured("want a contract and a mode")
	}
	if err := config.Mode.Check(); err != nil {
		return nil, err
	}
	s := &Stage{Kind: k, Config: config.withDefaults(), Mode: config.Mode, APIID: stageID(config.Mode).API}
	if err := s.addMethods(); err != nil {
		return nil, err
	}
	if err := s.checkNames(); err != nil {
		return nil, err
	}
	var err error
	if s.limits, err = s.newLimits(); err != nil {
		return nil, err
	}
	s.log = newAccessLog(s.Config.AccessLog, cmp.Or(s.Mode.AccessLogFormat, k.LogFormat))
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

// addMethods makes a method of each operation. They are not routed yet.
func (s *Stage) addMethods() error {
	for i := range s.Config.Contract.Operations {
		operation := &s.Config.Contract.Operations[i]
		function := s.Config.Functions[operation.Function]
		if function == nil {
			return Misconfigured("%s: no function is called %q", operation.Route, operation.Function)
		}
		s.Methods = append(s.Methods, &Method{
			Route: operation.Route, Operation: operation, Public: operation.Access.Public, function: function,
		})
	}
	return nil
}

// checkNames makes sure that the methods that the mode names are the contract's.
func (s *Stage) checkNames() error {
	if s.Mode.Throttle != nil {
		if err := checkNamed(s, "throttle", s.Mode.Throttle.Methods); err != nil {
			return err
		}
	}
	if s.Mode.UsagePlan != nil {
		if err := checkNamed(s, "usagePlan", s.Mode.UsagePlan.Methods); err != nil {
			return err
		}
	}
	if s.Mode.Cache != nil {
		return checkNamed(s, "cache", s.Mode.Cache.Methods)
	}
	return nil
}

// checkNamed checks the methods that a member of the mode names.
func checkNamed[V any](s *Stage, member string, named map[string]V) error {
	for _, name := range slices.Sorted(maps.Keys(named)) {
		if !slices.ContainsFunc(s.Methods, func(m *Method) bool { return m.Key() == name }) {
			return s.Mode.Wrong(fmt.Sprintf("want an operation of %s, which has none such", s.Config.Contract.Name), member, "methods", name)
		}
	}
	return nil
}

// IntegrationTimeout is how long a function behind the API may take; most is how long AWS lets it.
func (s *Stage) IntegrationTimeout(most time.Duration) time.Duration {
	timeout := most
	if millis := s.Mode.IntegrationTimeoutInMillis; millis != 0 {
		timeout = time.Duration(millis) * time.Millisecond
	}
	return s.atMost(timeout)
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
