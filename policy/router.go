package policy

import (
	"fmt"
	"slices"
	"strings"
)

// Router chooses the route of a request as API Gateway does: by path and method, segment by segment, a
// literal before {name} before {name+}. It passes over a slash at the path's end, as REST APIs do; an HTTP API has
// only greedy routes ({name+}, $default) for such a path. It does not change and may be used concurrently.
// The zero Router has no route.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html.
type Router struct {
	byMethod map[string][]entry // the most specific templates first
}

type entry struct {
	index    int // of the route, as it was given
	template template
}

// NewRouter takes the routes of an API.
//
// A path is "/" or a sequence of segments, each a slash and then a literal, a parameter {name}, or, as the
// last one, {name+} for the whole rest. Literals may not hold the wildcards of IAM's patterns. The method
// ANY stands for every method that has no route of its own for the same paths. Two routes of one method may
// not stand for the same paths. The error is a [*RouteError].
func NewRouter(routes []Route) (*Router, error) {
	b := routerBuilder{byMethod: map[string][]entry{}, seen: map[string]Route{}}
	templates := make([]template, len(routes))
	for i, route := range routes {
		t, err := parseTemplate(route.Path)
		if err != nil {
			return nil, &RouteError{route, err.Error()}
		}
		if templates[i] = t; route.Method == MethodAny {
			continue
		}
		if err := b.add(route, route.Method, entry{i, t}); err != nil {
			return nil, err
		}
	}
	for i, route := range routes {
		if route.Method == MethodAny {
			if err := b.addAny(route, entry{i, templates[i]}); err != nil {
				return nil, err
			}
		}
	}
	for _, entries := range b.byMethod {
		slices.SortStableFunc(entries, func(a, b entry) int { return compareSpecificity(a.template, b.template) })
	}
	return &Router{b.byMethod}, nil
}

type routerBuilder struct {
	byMethod map[string][]entry
	seen     map[string]Route // by method and shape
}

func (b *routerBuilder) add(route Route, method string, e entry) error {
	if !slices.Contains(methods, method) {
		return &RouteError{route, fmt.Sprintf("%q is no HTTP method that API Gateway routes by", method)}
	}
	key := method + " " + e.template.shape()
	if other, twice := b.seen[key]; twice {
		return &RouteError{route, "stands for the same requests as " + other.String()}
	}
	b.seen[key] = route
	b.byMethod[method] = append(b.byMethod[method], e)
	return nil
}

// addAny adds a route of every method that has none of its own.
func (b *routerBuilder) addAny(route Route, e entry) error {
	for _, method := range methods {
		if other, taken := b.seen[method+" "+e.template.shape()]; taken && other.Method != MethodAny {
			continue
		}
		if err := b.add(route, method, e); err != nil {
			return err
		}
	}
	return nil
}

// Route finds the route that serves a request: its index among those given to NewRouter, and the path
// parameters. The path is as the client sent it, without the stage; parameters are not decoded either.
func (r *Router) Route(method, path string) (index int, parameters map[string]string, ok bool) {
	segments, ok := splitPath(path)
	if !ok {
		return 0, nil, false
	}
	found, ok := r.find(method, segments)
	if !ok {
		return 0, nil, false
	}
	return found.index, found.template.parameters(segments), true
}

func (r *Router) find(method string, segments []string) (entry, bool) {
	for _, e := range r.byMethod[method] {
		if e.template.matches(segments) {
			return e, true
		}
	}
	return entry{}, false
}

// findGreedy finds the greedy route that serves a path with empty segments: only in the place of its {name+} may they be.
func (r *Router) findGreedy(method string, segments []string) (entry, bool) {
	for _, e := range r.byMethod[method] {
		if t := e.template; t.endsGreedy() && t.matches(segments) && !slices.Contains(segments[:len(t)-1], "") {
			return e, true
		}
	}
	return entry{}, false
}

// splitPath cuts a request's path, as sent, into its segments. One trailing slash does not count, as in a REST API's
// routing. A path with an empty segment is not ok.
func splitPath(path string) (segments []string, ok bool) {
	path, ok = strings.CutPrefix(path, "/")
	if !ok {
		return nil, false
	}
	if path == "" {
		return nil, true
	}
	segments = strings.Split(strings.TrimSuffix(path, "/"), "/")
	for _, s := range segments {
		if s == "" {
			return segments, false
		}
	}
	return segments, true
}

// compareSpecificity orders two templates that stand for the same path: negative where a is routed to
// before b. API Gateway goes segment by segment: static before {name} before {name+}.
func compareSpecificity(a, b template) int {
	for i := range min(len(a), len(b)) {
		if a[i].kind != b[i].kind {
			return int(a[i].kind) - int(b[i].kind)
		}
	}
	return len(b) - len(a)
}
