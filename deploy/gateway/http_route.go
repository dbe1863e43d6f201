package gateway

import (
	"net/url"
	"strings"
	"unicode/utf8"
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
	x.path, x.policyPath = decoded, decoded
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
