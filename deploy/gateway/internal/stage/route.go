package stage

import "portcullis/policy"

// Routes choose the method that serves a path.
type Routes struct {
	all    choice
	greedy choice // of the methods alone whose path ends with {name+}
}

// choice is a router, and the methods that it chooses among.
type choice struct {
	router  *policy.Router
	methods []*Method // by the router's index
}

// NewRoutes makes a router of the methods. The error is that of [policy.NewRouter].
func NewRoutes(methods []*Method) (*Routes, error) {
	var greedy []*Method
	for _, m := range methods {
		if m.Route.IsGreedy() {
			greedy = append(greedy, m)
		}
	}
	r := &Routes{}
	var err error
	if r.all, err = newChoice(methods); err != nil {
		return nil, err
	}
	r.greedy, err = newChoice(greedy)
	return r, err
}

func newChoice(methods []*Method) (choice, error) {
	all := make([]policy.Route, len(methods))
	for i, m := range methods {
		all[i] = m.Route
	}
	router, err := policy.NewRouter(all)
	return choice{router, methods}, err
}

func (c choice) find(verb, path string) (*Method, map[string]string) {
	index, parameters, ok := c.router.Route(verb, path)
	if !ok {
		return nil, nil
	}
	return c.methods[index], parameters
}

// Find gives the method that serves a path, and the path parameters; nil where none does.
func (r *Routes) Find(verb, path string) (*Method, map[string]string) { return r.all.find(verb, path) }

// FindGreedy is find among the methods alone whose path ends with {name+}.
func (r *Routes) FindGreedy(verb, path string) (*Method, map[string]string) {
	return r.greedy.find(verb, path)
}

// GreedyName is the name of the parameter {name+} that the method's path ends with.
func (m *Method) GreedyName() string {
	names := m.Route.Parameters()
	return names[len(names)-1]
}

// RoutedTo notes the method that serves the request, and tells whether there is one.
func (x *Exchange) RoutedTo(m *Method, parameters map[string]string) bool {
	if m == nil {
		return false
	}
	x.Method, x.Parameters = m, parameters
	x.traceRoute()
	return true
}
