package access

import (
	"fmt"
	"slices"
	"strings"

	"portcullis/api/contract"
	"portcullis/policy"
)

// surface is a contract as requests meet it.
type surface struct {
	*contract.Contract
	Operations []contract.Operation // the contract's, and then $connect, if the contract says who may connect
	rules      *policy.Rules
	router     *policy.Router // by the index among Operations
	longest    int            // how many segments the longest path template has
}

// newSurface takes what [contract.Load] gives.
func newSurface(c *contract.Contract, err error) (*surface, error) {
	if err != nil {
		return nil, err
	}
	s := &surface{Contract: c, Operations: slices.Clone(c.Operations)}
	if s.rules, err = c.Rules(); err != nil {
		return nil, err
	}
	routes := make([]policy.Route, len(c.Operations))
	for i, operation := range c.Operations {
		routes[i] = operation.Route
		s.longest = max(s.longest, len(segments(operation.Route.Path)))
	}
	if c.Connect.Public || len(c.Connect.Alternatives) > 0 {
		s.Operations = append(s.Operations, contract.Operation{Route: policy.Route{Method: policy.RouteConnect}, Access: c.Connect})
	}
	s.router, err = policy.NewRouter(routes)
	return s, err
}

// connect is the operation of connecting to a WebSocket API, nil where the contract does not say who may.
func (s *surface) connect() *contract.Operation {
	if last := len(s.Operations) - 1; last >= 0 && s.Operations[last].Route.Method == policy.RouteConnect {
		return &s.Operations[last]
	}
	return nil
}

// serving is the operation that serves the requests, nil where none does.
func (s *surface) serving(method string, set requestSet) *contract.Operation {
	if method == policy.RouteConnect {
		return s.connect()
	}
	index, _, ok := s.router.Route(method, set.path())
	if !ok {
		return nil
	}
	return &s.Operations[index]
}

// isReachable tells whether any request is routed to the operation.
func (s *surface) isReachable(operation *contract.Operation) bool {
	for _, method := range methodsOf(operation.Route) {
		for _, set := range commonRequests(operation.Route.Path, operation.Route.Path, s.longest) {
			if s.serving(method, set) == operation {
				return true
			}
		}
	}
	return false
}

// has tells whether there is a route, whatever its parameters are called.
func (s *surface) has(route policy.Route) bool {
	return slices.ContainsFunc(s.Operations, func(o contract.Operation) bool {
		return o.Route.Method == route.Method && shape(o.Route.Path) == shape(route.Path)
	})
}

// methods are those that API Gateway routes by.
var methods = []string{"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}

// methodsOf are the methods of the requests that a route may serve; of a WebSocket API its route key.
func methodsOf(route policy.Route) []string {
	if route.Method == policy.MethodAny {
		return methods
	}
	return []string{route.Method}
}

// scopes are all that the operations ask for, sorted.
func (s *surface) scopes() []string {
	var all []string
	for i := range s.Operations {
		for _, d := range s.demands(&s.Operations[i]) {
			all = append(all, d.scopes...)
		}
	}
	return sorted(all)
}

// routeName is the method and path, or a WebSocket API's route key.
func routeName(route policy.Route) string { return strings.TrimSpace(route.String()) }

// label names an operation: method, path and, where it has one, its id.
func label(operation *contract.Operation) string {
	if operation.ID == "" {
		return routeName(operation.Route)
	}
	return fmt.Sprintf("%s (%s)", routeName(operation.Route), printable(operation.ID))
}
