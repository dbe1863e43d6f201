package gateway

import (
	"net/url"
	"strings"
	"unicode/utf8"

	"portcullis/policy"
)

// defaultRoute is the key of the route that takes what no other does.
const defaultRoute = "$default"

// routeKey names a method as an HTTP API's events and logs do, as in "GET /things/{id}".
func routeKey(m *method) string {
	if m.operation != nil && m.operation.Default {
		return defaultRoute
	}
	return m.key()
}

// routePath is the path in a route's key; $default has none but its own name.
func routePath(m *method) string {
	if _, path, cut := strings.Cut(routeKey(m), " "); cut {
		return path
	}
	return routeKey(m)
}

// decodePath decodes the path, once, before anything else looks at it: an HTTP API routes by the decoded path and hands
// on the decoded path and path parameters, so that "/a%2Fb" is "/a/b". What it then names in the route's ARN is not
// known; here it is that same path, so that what is asked for is what is authorized. It tells whether there is a path:
// one that is not UTF-8 cannot be named in an event. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html.
func (x *exchange) decodePath() bool {
	decoded, err := url.PathUnescape(x.path)
	if err != nil || !utf8.ValidString(decoded) {
		return false
	}
	x.path = decoded
	return true
}

// httpPath is the path in an HTTP API's events: decoded, and with the stage in front.
func (x *exchange) httpPath() string {
	stage := "/" + x.mode.Name
	if x.stagePath == stage {
		return stage
	}
	return stage + x.path
}

// httpParameters are the path parameters in an HTTP API's events: nil where there are none, as for $default.
func (x *exchange) httpParameters() map[string]string {
	if len(x.parameters) == 0 || routeKey(x.method) == defaultRoute {
		return nil
	}
	return x.parameters
}

// httpRouter routes as HTTP APIs do. A path with a slash at its end is none of a route that ends otherwise: only greedy
// routes take it, and the slash is part of what their parameter holds. That is not documented; it is what users of HTTP
// APIs report, such as in https://github.com/storacha/w3infra/pull/166.
type httpRouter struct {
	greedy *policy.Router // of the greedy routes alone
	of     []*method      // by the index of greedy
}

func newHTTPRouter(s *stage) (*httpRouter, error) {
	r := &httpRouter{}
	var routes []policy.Route
	for _, m := range s.methods {
		if m.route.IsGreedy() {
			r.of, routes = append(r.of, m), append(routes, m.route)
		}
	}
	var err error
	r.greedy, err = policy.NewRouter(routes)
	return r, err
}

// find routes the request, and tells whether a route serves it.
func (r *httpRouter) find(x *exchange) bool {
	if !strings.HasSuffix(x.path, "/") || x.path == "/" {
		return x.find()
	}
	index, parameters, ok := r.greedy.Route(x.r.Method, x.path)
	if !ok {
		return false
	}
	x.method, x.parameters = r.of[index], parameters
	parameters[greedyName(x.method.route.Path)] += "/"
	x.traceRoute()
	return true
}

// greedyName is the name of the parameter {name+} that a path ends with.
func greedyName(path string) string {
	return strings.TrimSuffix(path[strings.LastIndexByte(path, '{')+1:], "+}")
}
