package gateway

import "strings"

// findREST routes as REST APIs do. A path with an empty segment, other than a slash at its end, is one of greedy routes
// alone, and what stands in the place of {name+} goes into the parameter as it was sent.
func findREST(r *routes, verb, path string) (*method, map[string]string) {
	path = strings.TrimSuffix(path, "/")
	empty := strings.Index(path+"/", "//")
	if empty < 0 {
		return r.find(verb, path+"/")
	}
	// What begins with the empty segment can be a part of a {name+} only, and no literal is like this one.
	const anything = "/\x00"
	before := path[:empty]
	if strings.Trim(path[empty:], "/") != "" {
		before += anything
	}
	m, parameters := r.findGreedy(verb, before)
	if m != nil {
		depth := strings.Count(m.route.Path, "/")
		parameters[m.greedyName()] = strings.SplitN(path, "/", depth+1)[depth]
	}
	return m, parameters
}
