package policy

import (
	"fmt"
	"strings"
)

// Route is an HTTP method on a path template, as in "GET /users/{id}".
type Route struct {
	Method string // GET, PUT, …, upper case, or MethodAny; of a WebSocket API the route key
	Path   string // a template, see [NewRouter]
}

// String is the method and the path, separated by a space, or the route key.
func (r Route) String() string { return strings.TrimSuffix(r.Method+" "+r.Path, " ") }

// IsGreedy tells whether the route stands for paths of any length: its path ends with {name+}.
func (r Route) IsGreedy() bool { return strings.HasSuffix(r.Path, "+}") }

// Parameters are the names of the path's parameters, in their order, {name+} among them; of a path that is no template, of what stands in
// braces.
func (r Route) Parameters() []string {
	var names []string
	for _, part := range strings.Split(r.Path, "{")[1:] {
		name, _, closed := strings.Cut(part, "}")
		if name = strings.TrimSuffix(name, "+"); closed && name != "" {
			names = append(names, name)
		}
	}
	return names
}

// RouteError says why a route, or its rule, cannot be used.
type RouteError struct {
	Route  Route  // as it was given
	Reason string // what is wrong with it, or with its rule
}

// Error names the route before the reason.
func (e *RouteError) Error() string { return fmt.Sprintf("policy: %s: %s", e.Route, e.Reason) }

// kind says which path segments a template's segment stands for. More specific kinds are smaller.
type kind uint8

const (
	static kind = iota // exactly itself
	single             // {name}: any one non-empty segment
	greedy             // {name+}: one or more segments, the rest of the path
)

// segment is one segment of a path template.
type segment struct {
	kind kind
	text string // the literal of a static one, the name of a parameter
}

// template is a path template, segment by segment; the root has none.
type template []segment

// MethodAny is the method of a route that stands for all of them.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-any-method.html.
const MethodAny = "ANY"

// methods are those that API Gateway routes by.
var methods = []string{"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}

// maxSegments bounds the length of paths: sets of segments are bits of a word.
const maxSegments = 60

// parseTemplate reads the path of a route; the grammar is in NewRouter.
func parseTemplate(path string) (template, error) {
	if !strings.HasPrefix(path, "/") {
		return nil, fmt.Errorf("the path must begin with a slash")
	}
	if path == "/" {
		return template{}, nil
	}
	parts := strings.Split(path[1:], "/")
	if len(parts) > maxSegments {
		return nil, fmt.Errorf("the path has %d segments, and %d are the most", len(parts), maxSegments)
	}
	t := make(template, 0, len(parts))
	names := map[string]bool{}
	for i, part := range parts {
		s, err := parseSegment(part)
		if err != nil {
			return nil, err
		}
		if s.kind == greedy && i != len(parts)-1 {
			return nil, fmt.Errorf("{%s+} must be the last segment", s.text)
		}
		if s.kind != static {
			if names[s.text] {
				return nil, fmt.Errorf("the parameter {%s} stands twice in the path", s.text)
			}
			names[s.text] = true
		}
		t = append(t, s)
	}
	return t, nil
}

func parseSegment(part string) (segment, error) {
	name, isParameter := strings.CutPrefix(part, "{")
	if !isParameter {
		if i := strings.IndexFunc(part, isNotLiteral); part == "" || i >= 0 {
			return segment{}, fmt.Errorf("the path segment %q is empty or holds a character that a pattern cannot stand for", part)
		}
		if part == "." || part == ".." || decodeUnreserved(part) != part {
			return segment{}, fmt.Errorf("the path segment %q means another one to those who normalize paths (RFC 3986, section 6.2.2)", part)
		}
		return segment{static, part}, nil
	}
	name, closed := strings.CutSuffix(name, "}")
	name, isGreedy := strings.CutSuffix(name, "+")
	if i := strings.IndexFunc(name, isNotName); !closed || name == "" || i >= 0 {
		return segment{}, fmt.Errorf("the path segment %q is no parameter such as {id} or {proxy+}", part)
	}
	if isGreedy {
		return segment{greedy, name}, nil
	}
	return segment{single, name}, nil
}

func isAlphanumeric(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
}

func isNotName(r rune) bool { return !isAlphanumeric(r) && !strings.ContainsRune("._-", r) }

func isNotLiteral(r rune) bool {
	return !isAlphanumeric(r) && !strings.ContainsRune("._~:@!&'()+,;=%-", r)
}

// matches tells whether the template stands for the path with these segments.
func (t template) matches(segments []string) bool {
	for i, s := range t {
		switch {
		case i >= len(segments):
			return false
		case s.kind == greedy:
			return true
		case s.kind == static && s.text != segments[i]:
			return false
		}
	}
	return len(t) == len(segments)
}

// endsGreedy tells whether the template stands for paths of any length from some on.
func (t template) endsGreedy() bool { return len(t) > 0 && t[len(t)-1].kind == greedy }

// shape identifies the set of paths that the template stands for, whatever its parameters are called.
func (t template) shape() string {
	var b strings.Builder
	for _, s := range t {
		switch s.kind {
		case static:
			b.WriteString("/" + s.text)
		case single:
			b.WriteString("/{}")
		case greedy:
			b.WriteString("/{+}")
		}
	}
	return b.String()
}

// parameters are the values of the template's parameters in a path that it matches; nil without any.
func (t template) parameters(segments []string) map[string]string {
	var values map[string]string
	for i, s := range t {
		if s.kind == static {
			continue
		}
		if values == nil {
			values = map[string]string{}
		}
		values[s.text] = segments[i]
		if s.kind == greedy {
			values[s.text] = strings.Join(segments[i:], "/")
		}
	}
	return values
}
