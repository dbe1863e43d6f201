package gateway

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
	"portcullis/deploy/gateway/usage"
	"portcullis/deploy/modes"
	"portcullis/policy"
)

// kind is what requests to APIs of one kind differ in from those to others.
type kind struct {
	logFormat string // of the access log's lines, where the mode has none of its own
	oneID     bool   // a request is known by its extended id alone

	// passesSlashes: empty segments in front of the stage are passed over, and a slash at the path's end is no part of an
	// ARN.
	passesSlashes bool
}

// stage is what the stages of REST and HTTP APIs have in common: the methods and how requests find them.
type stage struct {
	kind
	config  Config
	mode    *modes.Mode
	apiID   string
	routes  *routes // of all methods
	methods []*method
	log     *accessLog
	limits  *usage.Stage // of all callers together
}

// method is one method of a REST API, or one route of an HTTP API.
type method struct {
	route     policy.Route
	operation *contract.Operation // nil: one that the gateway answers itself
	public    bool                // nobody is asked who calls
	function  Invoker
}

// key names the method as AWS and mode files do, as in "GET /things/{id}".
func (m *method) key() string { return m.route.String() }

// defaultRoute is the key of the route that takes what no other does.
const defaultRoute = "$default"

// routeKey names a method as an HTTP API's events and logs do, as in "GET /things/{id}".
func (m *method) routeKey() string {
	if m.operation != nil && m.operation.Default {
		return defaultRoute
	}
	return m.key()
}

const (
	defaultRegion  = "us-east-1"
	defaultAccount = "123456789012"
)

func newStage(config Config, k kind) (*stage, error) {
	if config.Contract == nil || config.Mode == nil {
		return nil, configError("want a contract and a mode")
	}
	if err := config.Mode.Check(); err != nil {
		return nil, err
	}
	s := &stage{kind: k, config: config.withDefaults(), mode: config.Mode, apiID: identifier(config.Mode.Name, 10)}
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
	s.log = newAccessLog(s.config.AccessLog, cmp.Or(s.mode.AccessLogFormat, k.logFormat))
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
func (s *stage) addMethods() error {
	for i := range s.config.Contract.Operations {
		operation := &s.config.Contract.Operations[i]
		function := s.config.Functions[operation.Function]
		if function == nil {
			return configError("%s: no function is called %q", operation.Route, operation.Function)
		}
		s.methods = append(s.methods, &method{
			route: operation.Route, operation: operation, public: operation.Access.Public, function: function,
		})
	}
	return nil
}

// checkNames makes sure that the methods that the mode names are the contract's.
func (s *stage) checkNames() error {
	if s.mode.Throttle != nil {
		if err := checkNamed(s, "throttle", s.mode.Throttle.Methods); err != nil {
			return err
		}
	}
	if s.mode.UsagePlan != nil {
		if err := checkNamed(s, "usagePlan", s.mode.UsagePlan.Methods); err != nil {
			return err
		}
	}
	if s.mode.Cache != nil {
		return checkNamed(s, "cache", s.mode.Cache.Methods)
	}
	return nil
}

// checkNamed checks the methods that a member of the mode names.
func checkNamed[V any](s *stage, member string, named map[string]V) error {
	for _, name := range slices.Sorted(maps.Keys(named)) {
		if !slices.ContainsFunc(s.methods, func(m *method) bool { return m.key() == name }) {
			return s.mode.Wrong(fmt.Sprintf("want an operation of %s, which has none such", s.config.Contract.Name), member, "methods", name)
		}
	}
	return nil
}

// integrationTimeout is how long a function behind the API may take; most is how long AWS lets it.
func (s *stage) integrationTimeout(most time.Duration) time.Duration {
	timeout := most
	if millis := s.mode.IntegrationTimeoutInMillis; millis != 0 {
		timeout = time.Duration(millis) * time.Millisecond
	}
	return s.atMost(timeout)
}

// atMost is a timeout, or the configuration's where that is shorter.
func (s *stage) atMost(timeout time.Duration) time.Duration {
	if s.config.Timeout > 0 {
		return min(timeout, s.config.Timeout)
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
