package usage

import (
	"fmt"
	"strings"
)

// method is one method of an API, as the gateway routes: GET and /users/{id}.
type method struct {
	verb, resource string
}

// parseMethod reads a method as AWS writes it in a throttle's map: the resource, a slash, and the verb, such as
// /users/{id}/GET. The verb of the root is in //GET.
func parseMethod(text string) (method, bool) {
	end := strings.LastIndexByte(text, '/')
	if end < 1 || text[0] != '/' || !isVerb(text[end+1:]) {
		return method{}, false
	}
	return method{verb: text[end+1:], resource: text[:end]}, true
}

// isVerb tells whether a text is capital letters and nothing else.
func isVerb(text string) bool {
	return text != "" && !strings.ContainsFunc(text, func(r rune) bool { return r < 'A' || r > 'Z' })
}

// parseMethods reads the throttles of methods; the second value is what is wrong with them, or "".
func parseMethods(settings map[string]Throttle) (map[method]Throttle, string) {
	methods := make(map[method]Throttle, len(settings))
	for text, throttle := range settings {
		m, ok := parseMethod(text)
		if !ok {
			return nil, fmt.Sprintf("method %q: want a resource and a verb, such as /users/{id}/GET", text)
		}
		if wrong := throttle.check(); wrong != "" {
			return nil, fmt.Sprintf("method %s: %s", text, wrong)
		}
		methods[m] = throttle
	}
	return methods, ""
}
