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

// find gives the method and the path parameters; nil where no method serves the path.
func (c choice) find(verb, path string) (*method, map[string]string) {
	index, parameters, ok := c.router.Route(verb, path)
	if !ok {
		return nil, nil
	}
	return c.methods[index], parameters
}

// findREST routes as REST APIs do. A path with an empty segment, other than a slash at its end, is one of greedy routes
// alone, and what stands in the place of {name+} goes into the parameter as it was sent.
func (r *routes) findREST(verb, path string) (*method, map[string]string) {
	path = strings.TrimSuffix(path, "/")
	empty := strings.Index(path+"/", "//")
	if empty < 0 {
		return r.all.find(verb, path+"/")
	}
	// What begins with the empty segment can be a part of a {name+} only, and no literal is like this one.
	const anything = "/\x00"
	before := path[:empty]
	if strings.Trim(path[empty:], "/") != "" {
		before += anything
	}
	m, parameters := r.greedy.find(verb, before)
	if m != nil {
		depth := strings.Count(m.route.Path, "/")
		parameters[greedyName(m.route.Path)] = strings.SplitN(path, "/", depth+1)[depth]
	}
	return m, parameters
}

// findHTTP routes as HTTP APIs do. A path with a slash at its end is none of a route that ends otherwise: only greedy
// routes take it, and the slash is part of what their parameter holds. That is not documented; it is what users of HTTP
// APIs report, such as in https://github.com/storacha/w3infra/pull/166. No route takes a path with an empty segment: what AWS does with
// one is not known.
func (r *routes) findHTTP(verb, path string) (*method, map[string]string) {
	if !strings.HasSuffix(path, "/") || path == "/" {
		return r.all.find(verb, path)
	}
	m, parameters := r.greedy.find(verb, path)
	if m != nil {
		parameters[greedyName(m.route.Path)] += "/"
	}
	return m, parameters
}

// greedyName is the name of the parameter {name+} that a path ends with.
func greedyName(path string) string {
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
