package policy

import (
	"fmt"
	"slices"
	"strings"
)

// Router chooses the route of a request as API Gateway does: by path and method, segment by segment, a
// literal before {name} before {name+}. It does not change and may be used concurrently.
// The zero Router has no route.
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
// last one, {name+} for the whole rest. Literals may not hold the wildcards of IAM's patterns. Two routes
// of one method may not stand for the same paths. The error is a [*RouteError].
func NewRouter(routes []Route) (*Router, error) {
	r := &Router{byMethod: map[string][]entry{}}
	seen := map[string]Route{}
	for i, route := range routes {
		if !methods[route.Method] {
			return nil, &RouteError{route, fmt.Sprintf("%q is no HTTP method that API Gateway routes by", route.Method)}
		}
		t, err := parseTemplate(route.Path)
		if err != nil {
			return nil, &RouteError{route, err.Error()}
		}
		key := route.Method + " " + t.shape()
		if other, twice := seen[key]; twice {
			return nil, &RouteError{route, "stands for the same requests as " + other.String()}
		}
		seen[key] = route
		r.byMethod[route.Method] = append(r.byMethod[route.Method], entry{i, t})
	}
	for _, entries := range r.byMethod {
		slices.SortStableFunc(entries, func(a, b entry) int { return compareSpecificity(a.template, b.template) })
	}
	return r, nil
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

// splitPath cuts a request's path, as sent, into its segments. One trailing slash does not count, as in
// API Gateway's routing. A path with an empty segment routes nowhere.
func splitPath(path string) (segments []string, ok bool) {
	path, ok = strings.CutPrefix(path, "/")
	if !ok {
		return nil, false
	}
	path = strings.TrimSuffix(path, "/")
	if path == "" {
		return nil, true
	}
	segments = strings.Split(path, "/")
	for _, s := range segments {
		if s == "" {
			return nil, false
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
