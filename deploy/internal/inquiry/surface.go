package inquiry

import (
	"fmt"
	"slices"
	"strings"

	"portcullis/api/contract"
	"portcullis/policy"
)

// Surface is a contract as requests meet it.
type Surface struct {
	*contract.Contract
	Operations []contract.Operation // the contract's, and then those of its WebSocket API: $connect, and "message KEY" for each route
	Owners     map[string]string    // the members that name the owner of messages, by the operations' methods
	Compiled   *policy.Rules
	Router     *policy.Router // by the index among Operations
	Longest    int            // how many segments the longest path template has
}

// NewSurface takes what [contract.Load] gives.
func NewSurface(c *contract.Contract, err error) (*Surface, error) {
	if err != nil {
		return nil, err
	}
	s := &Surface{Contract: c, Operations: slices.Clone(c.Operations)}
	if s.Compiled, err = c.Rules(); err != nil {
		return nil, err
	}
	routes := make([]policy.Route, len(c.Operations))
	for i, operation := range c.Operations {
		routes[i] = operation.Route
		s.Longest = max(s.Longest, len(Segments(operation.Route.Path)))
	}
	s.addWebSocket()
	s.Router, err = policy.NewRouter(routes)
	return s, err
}

// MessageMethod stands before the key of a WebSocket API's route, in the place of a method that no request has.
const MessageMethod = "message "

// addWebSocket adds what may be asked of the WebSocket API.
func (s *Surface) addWebSocket() {
	if s.WebSocket == nil {
		return
	}
	s.Owners = map[string]string{}
	s.Operations = append(s.Operations, contract.Operation{Route: policy.Route{Method: policy.RouteConnect}, Access: s.WebSocket.Connect, Function: s.WebSocket.Function})
	for _, r := range s.WebSocket.Routes {
		method := MessageMethod + r.Key
		s.Operations = append(s.Operations, contract.Operation{Route: policy.Route{Method: method}, Access: r.Access, Function: r.Function, Position: r.Position})
		s.Owners[method] = r.Owner
	}
}

// connect is the operation of connecting to a WebSocket API, nil where there is none.
func (s *Surface) connect() *contract.Operation { return s.ofWebSocket(policy.RouteConnect) }

// ofWebSocket is the operation of the WebSocket API that has a method, nil where none has.
func (s *Surface) ofWebSocket(method string) *contract.Operation {
	i := slices.IndexFunc(s.Operations, func(o contract.Operation) bool { return o.Route == policy.Route{Method: method} })
	if i < 0 {
		return nil
	}
	return &s.Operations[i]
}

// Serving is the operation that serves the requests, nil where none does.
func (s *Surface) Serving(method string, set RequestSet) *contract.Operation {
	if method == policy.RouteConnect || strings.HasPrefix(method, MessageMethod) {
		return s.ofWebSocket(method)
	}
	index, _, ok := s.Router.Route(method, set.Path())
	if !ok {
		return nil
	}
	return &s.Operations[index]
}

// IsReachable tells whether any request is routed to the operation.
func (s *Surface) IsReachable(operation *contract.Operation) bool {
	for _, method := range MethodsOf(operation.Route) {
		for _, set := range CommonRequests(operation.Route.Path, operation.Route.Path, s.Longest) {
			if s.Serving(method, set) == operation {
				return true
			}
		}
	}
	return false
}

// Has tells whether there is a route, whatever its parameters are called.
func (s *Surface) Has(route policy.Route) bool {
	return slices.ContainsFunc(s.Operations, func(o contract.Operation) bool {
		return o.Route.Method == route.Method && Shape(o.Route.Path) == Shape(route.Path)
	})
}

// Methods are those that API Gateway routes by.
var Methods = []string{"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}

// MethodsOf are the methods of the requests that a route may serve; of a WebSocket API its own.
func MethodsOf(route policy.Route) []string {
	if route.Method == policy.MethodAny {
		return Methods
	}
	return []string{route.Method}
}

// Scopes are all that the operations ask for, sorted.
func (s *Surface) Scopes() []string {
	var all []string
	for i := range s.Operations {
		for _, d := range s.Demands(&s.Operations[i]) {
			all = append(all, d.Scopes...)
		}
	}
	return sorted(all)
}

// RouteName is the method and path, or what may be asked of a WebSocket API.
func RouteName(route policy.Route) string { return strings.TrimSpace(route.String()) }

// Label names an operation: method, path and, where it has one, its id.
func Label(operation *contract.Operation) string {
	if operation.ID == "" {
		return RouteName(operation.Route)
	}
	return fmt.Sprintf("%s (%s)", RouteName(operation.Route), Printable(operation.ID))
}
