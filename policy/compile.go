package policy

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// maxResource is how many characters API Gateway takes in one Resource of an authorizer's policy.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html.
const maxResource = 512

// ResourceError says that a pattern would be longer than API Gateway accepts.
type ResourceError struct {
	Resource string
}

func (e *ResourceError) Error() string {
	return fmt.Sprintf("policy: a Resource may have %d characters, and %.60q… has %d", maxResource, e.Resource, len(e.Resource))
}

// Compile writes the rules for one caller as a document that is right for every route of the API, whichever
// of them the ARN names; only the ARN's API and stage matter. The document's Allow ends when the caller's
// credential expires. A caller with no open route gets an explicit deny of everything.
//
// A '*' in an IAM pattern runs over slashes, so the pattern of an open route may reach into routes that are
// not open: those paths are denied, and where a deny also covers a path that is open, the deny stands.
//
// The same rules and caller give the same document. The errors are [*ARNError] and [*ResourceError].
func (r *Rules) Compile(caller Caller, arn ARN) (Document, error) {
	prefix := arn.stagePrefix()
	if strings.ContainsAny(prefix, "*?") {
		return Document{}, &ARNError{arn.String(), "a part before the path holds a wildcard"}
	}
	var allows, denies []string
	for method, routes := range r.router.byMethod {
		c := compilation{prefix: prefix + method + "/", routes: routes}
		for _, route := range routes {
			c.granted = append(c.granted, r.grants(route, caller))
			c.longest = max(c.longest, len(route.template))
		}
		c.compile()
		allows = append(allows, c.allows...)
		denies = append(denies, c.denies...)
	}
	doc := document(prune(allows, denies), prune(denies, nil), caller.Expires, prefix)
	return doc, doc.checkLengths()
}

// compilation writes the patterns of the routes of one method.
type compilation struct {
	prefix  string
	routes  []entry
	granted [][]template // for each route, what of it is open
	longest int          // how many segments the longest template has

	allows, denies []string
}

func (c *compilation) compile() {
	for _, granted := range c.granted {
		for _, open := range granted {
			c.allows = append(c.allows, c.prefix+open.pattern())
			for i := range c.routes {
				c.denyLeaks(open, i)
			}
		}
	}
}

// denyLeaks denies the paths that the pattern of an open template reaches of route i and that are not open.
func (c *compilation) denyLeaks(open template, i int) {
	of := c.routes[i].template
	for _, leak := range reach(open, of) {
		for _, closed := range c.uncovered(leak, i) {
			c.denies = append(c.denies, c.prefix+closed.pattern())
		}
	}
	// API Gateway routes a path with a trailing slash as without it; the ARN may have it.
	for _, leak := range reach(open, append(slices.Clone(of), trailingSlash)) {
		for _, closed := range c.uncovered(leak[:len(leak)-1], i) {
			c.denies = append(c.denies, c.prefix+append(closed, trailingSlash).pattern())
		}
	}
}

// trailingSlash is the empty segment that a path with a slash at its end has there.
var trailingSlash = segment{static, ""}

// uncovered narrows the template to what is not covered. A greedy segment is one segment or more: where the
// one is covered, only two or more are left.
func (c *compilation) uncovered(paths template, i int) []template {
	if c.covered(paths, i) {
		return nil
	}
	for k, s := range paths {
		if s.kind != greedy || len(paths) > c.longest {
			continue
		}
		one := slices.Clone(paths)
		one[k].kind = single
		if c.covered(one, i) {
			return c.uncovered(slices.Insert(one, k+1, s), i)
		}
	}
	return []template{paths}
}

// covered tells whether every path of the template is open, or is routed to a more specific route than i.
func (c *compilation) covered(paths template, i int) bool {
	for _, open := range c.granted[i] {
		if open.contains(paths) {
			return true
		}
	}
	for _, other := range c.routes[:i] {
		if other.template.contains(paths) {
			return true
		}
	}
	return false
}

// pattern is the template as an IAM pattern of the path; every parameter becomes a '*'.
func (t template) pattern() string {
	parts := make([]string, len(t))
	for i, s := range t {
		parts[i] = s.text
		if s.kind != static {
			parts[i] = "*"
		}
	}
	return strings.Join(parts, "/")
}

// contains tells whether the template stands for all paths of the other one. It may say no where it does:
// the caller then denies a path twice.
func (t template) contains(other template) bool {
	for i, s := range t {
		switch {
		case i >= len(other):
			return false
		case s.kind == greedy:
			return true
		case s.kind == single && other[i].kind == greedy:
			return false
		case s.kind == static && other[i] != s:
			return false
		}
	}
	return len(t) == len(other)
}

// reach lists what the IAM pattern of one template reaches of another: the other one narrowed, in every way
// in which each '*' can stand for one or more of its segments. In the result a greedy segment may stand
// anywhere.
func reach(pattern, of template) []template {
	return reachWith(map[[2]int][]template{}, pattern, of)
}

// reachWith remembers what was found for the tails of both templates, by their lengths.
func reachWith(known map[[2]int][]template, pattern, of template) []template {
	if len(pattern) == 0 || len(of) == 0 {
		if len(pattern) == 0 && len(of) == 0 {
			return []template{{}}
		}
		return nil
	}
	key := [2]int{len(pattern), len(of)}
	if found, ok := known[key]; ok {
		return found
	}
	found := reachHead(known, pattern, of)
	known[key] = found
	return found
}

func reachHead(known map[[2]int][]template, pattern, of template) []template {
	p, head, rest := pattern[0], of[0], pattern[1:]
	if p.kind == static && head.kind == static && p.text != head.text {
		return nil
	}
	tails := slices.Clone(reachWith(known, rest, of[1:]))
	if head.kind == greedy {
		tails = append(tails, reachWith(known, rest, of)...)
	}
	if p.kind == static {
		return prepend(p, tails)
	}
	return prepend(head, append(tails, reachWith(known, pattern, of[1:])...))
}

// prepend puts a segment before each of the templates, and drops what is there twice.
func prepend(head segment, tails []template) []template {
	var all []template
	for _, tail := range tails {
		longer := append(template{head}, tail...)
		if !slices.ContainsFunc(all, func(t template) bool { return slices.Equal(t, longer) }) {
			all = append(all, longer)
		}
	}
	return all
}

// prune sorts the patterns and drops those that another of them, or one of the winners, covers.
func prune(patterns, winners []string) []string {
	slices.Sort(patterns)
	patterns = slices.Compact(patterns)
	return slices.DeleteFunc(slices.Clone(patterns), func(pattern string) bool {
		covers := func(other string) bool { return other != pattern && Match(other, pattern) }
		return slices.Contains(winners, pattern) || slices.ContainsFunc(winners, covers) || slices.ContainsFunc(patterns, covers)
	})
}

func document(allows, denies []string, expires time.Time, prefix string) Document {
	if len(allows) == 0 {
		denies = []string{prefix + "*"}
	}
	doc := Document{Version: Version}
	if len(allows) > 0 {
		statement := Statement{Effect: EffectAllow, Action: Strings{InvokeAction}, Resource: allows}
		if !expires.IsZero() {
			end := Strings{expires.UTC().Format(time.RFC3339)}
			statement.Condition = map[string]map[string]Strings{"DateLessThanIfExists": {"aws:CurrentTime": end}}
		}
		doc.Statement = append(doc.Statement, statement)
	}
	if len(denies) > 0 {
		doc.Statement = append(doc.Statement, Statement{Effect: EffectDeny, Action: Strings{InvokeAction}, Resource: denies})
	}
	return doc
}

func (d Document) checkLengths() error {
	for _, statement := range d.Statement {
		for _, resource := range statement.Resource {
			if len(resource) > maxResource {
				return &ResourceError{resource}
			}
		}
	}
	return nil
}
