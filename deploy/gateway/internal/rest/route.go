package rest

import (
	"strings"

	"portcullis/deploy/gateway/internal/stage"
)

// findMethod routes as REST APIs do. A path with an empty segment, other than a slash at its end, is one of greedy routes
// alone, and what stands in the place of {name+} goes into the parameter as it was sent.
func findMethod(r *stage.Routes, verb, path string) (*stage.Method, map[string]string) {
	path = strings.TrimSuffix(path, "/")
	empty := strings.Index(path+"/", "//")
	if empty < 0 {
		return r.Find(verb, path+"/")
	}
	// What begins with the empty segment can be a part of a {name+} only, and no literal is like this one.
	const anything = "/\x00"
	before := path[:empty]
	if strings.Trim(path[empty:], "/") != "" {
		before += anything
	}
	m, parameters := r.FindGreedy(verb, before)
	if m != nil {
		depth := strings.Count(m.Route.Path, "/")
		parameters[m.GreedyName()] = strings.SplitN(path, "/", depth+1)[depth]
	}
	return m, parameters
}
