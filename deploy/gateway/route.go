package gateway

import (
	"strings"

	"portcullis/policy"
)

// routes choose the method that serves a path.
type routes struct {
	all    choice
	greedy choice // of the methods alone whose path ends with {name+}
}

// choice is a router, and the methods that it chooses among.
type choice struct {
	router  *policy.Router
	methods []*method // by the router's index
}

func newRoutes(methods []*method) (*routes, error) {
	var greedy []*method
	for _, m := range methods {
		if m.route.IsGreedy() {
			greedy = append(greedy, m)
		}
	}
	r := &routes{}
	var err error
	if r.all, err = newChoice(methods); err != nil {
		return nil, err
	}
	r.greedy, err = newChoice(greedy)
	return r, err
}

func newChoice(methods []*method) (choice, error) {
	all := make([]policy.Route, len(methods))
	for i, m := range methods {
		all[i] = m.route
	}
	router, err := policy.NewRouter(all)
	return choice{router, methods}, err
}

func (c choice) find(verb, path string) (*method, map[string]string) {
	index, parameters, ok := c.router.Route(verb, path)
	if !ok {
		return nil, nil
	}
	return c.methods[index], parameters
}

// find gives the method that serves a path, and the path parameters; nil where none does.
func (r *routes) find(verb, path string) (*method, map[string]string) { return r.all.find(verb, path) }

// findGreedy is find among the methods alone whose path ends with {name+}.
func (r *routes) findGreedy(verb, path string) (*method, map[string]string) {
	return r.greedy.find(verb, path)
}

// greedyName is the name of the parameter {name+} that the method's path ends with.
func (m *method) greedyName() string {
	path := m.route.Path
	return strings.TrimSuffix(path[strings.LastIndexByte(path, '{')+1:], "+}")
}

// routedTo notes the method that serves the request, and tells whether there is one.
func (x *exchange) routedTo(m *method, parameters map[string]string) bool {
	if m == nil {
		return false
	}
	x.method, x.parameters = m, parameters
	x.traceRoute()
	return true
}
