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
	Operations []contract.Operation // the contract's, and then those of its WebSocket API: $connect, and "message KEY" for each route
	owners     map[string]string    // the members that name the owner of messages, by the operations' methods
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
	s.addWebSocket()
	s.router, err = policy.NewRouter(routes)
	return s, err
}

// messageMethod stands before the key of a WebSocket API's route, in the place of a method that no request has.
const messageMethod = "message "

// addWebSocket adds what may be asked of the WebSocket API.
func (s *surface) addWebSocket() {
	if s.WebSocket == nil {
		return
	}
	s.owners = map[string]string{}
	s.Operations = append(s.Operations, contract.Operation{Route: policy.Route{Method: policy.RouteConnect}, Access: s.WebSocket.Connect, Function: s.WebSocket.Function})
	for _, r := range s.WebSocket.Routes {
		method := messageMethod + r.Key
		s.Operations = append(s.Operations, contract.Operation{Route: policy.Route{Method: method}, Access: r.Access, Function: r.Function, Position: r.Position})
		s.owners[method] = r.Owner
	}
}

// connect is the operation of connecting to a WebSocket API, nil where there is none.
func (s *surface) connect() *contract.Operation { return s.ofWebSocket(policy.RouteConnect) }

// ofWebSocket is the operation of the WebSocket API that has a method, nil where none has.
func (s *surface) ofWebSocket(method string) *contract.Operation {
	i := slices.IndexFunc(s.Operations, func(o contract.Operation) bool { return o.Route == policy.Route{Method: method} })
	if i < 0 {
		return nil
	}
	return &s.Operations[i]
}

// serving is the operation that serves the requests, nil where none does.
func (s *surface) serving(method string, set requestSet) *contract.Operation {
	if method == policy.RouteConnect || strings.HasPrefix(method, messageMethod) {
		return s.ofWebSocket(method)
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

// methodsOf are the methods of the requests that a route may serve; of a WebSocket API its own.
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

// routeName is the method and path, or what may be asked of a WebSocket API.
func routeName(route policy.Route) string { return strings.TrimSpace(route.String()) }

// label names an operation: method, path and, where it has one, its id.
func label(operation *contract.Operation) string {
	if operation.ID == "" {
		return routeName(operation.Route)
	}
	return fmt.Sprintf("%s (%s)", routeName(operation.Route), printable(operation.ID))
}
