package httpapi

import (
	"net/url"
	"strings"
	"unicode/utf8"

	"portcullis/deploy/gateway/internal/stage"
	"portcullis/deploy/plan"
)

// routePath is the path in a route's key; $default has none but its own name.
func routePath(m *stage.Method) string {
	if _, path, cut := strings.Cut(m.RouteKey(), " "); cut {
		return path
	}
	return m.RouteKey()
}

// decodePath decodes the path, once, before anything else looks at it: an HTTP API routes by the decoded path and hands
// on the decoded path and path parameters, so that "/a%2Fb" is "/a/b". What it then names in the route's ARN is not
// known; here it is that same path, so that what is asked for is what is authorized. It tells whether there is a path:
// one that is not UTF-8 cannot be named in an event. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html.
func decodePath(x *stage.Exchange) bool {
	decoded, err := url.PathUnescape(x.Path)
	if err != nil || !utf8.ValidString(decoded) {
		return false
	}
	x.UsePath(decoded)
	return true
}

// pathInEvent is the path in an HTTP API's events of payload format 2.0: decoded, and with the stage in front.
func pathInEvent(x *stage.Exchange) string {
	root := "/" + x.Plan.Name
	if x.StagePath == root {
		return root
	}
	return root + x.Path
}

// parametersInEvent are the path parameters in an HTTP API's events: nil where there are none, as for $default.
func parametersInEvent(x *stage.Exchange) map[string]string {
	if len(x.Parameters) == 0 || x.Method.RouteKey() == plan.DefaultRoute {
		return nil
	}
	return x.Parameters
}

// findMethod routes as HTTP APIs do. A path with a slash at its end is none of a route that ends otherwise: only greedy
// routes take it, and the slash is part of what their parameter holds. That is not documented; it is what users of HTTP
// APIs report, such as in https://github.com/storacha/w3infra/pull/166. No route takes a path with an empty segment: what AWS does with
// one is not known.
func findMethod(r *stage.Routes, verb, path string) (*stage.Method, map[string]string) {
	if !strings.HasSuffix(path, "/") || path == "/" {
		return r.Find(verb, path)
	}
	m, parameters := r.FindGreedy(verb, path)
	if m != nil {
		parameters[m.GreedyName()] += "/"
	}
	return m, parameters
}
