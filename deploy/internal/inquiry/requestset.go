package inquiry

import (
	"slices"
	"strings"
)

// RequestSet is the requests whose paths have these segments; AnySegment stands for any one that no template names.
type RequestSet []string

// AnySegment is in no literal of a path template, so that as a segment of a path it is routed as one that
// no template names.
const AnySegment = "*"

// Path is one of the paths.
func (set RequestSet) Path() string { return "/" + strings.Join(set, "/") }

// Segments are those of a path; the root has none, and neither has a WebSocket API's route.
func Segments(path string) []string {
	if path == "/" || path == "" {
		return nil
	}
	return strings.Split(strings.TrimPrefix(path, "/"), "/")
}

// IsParameter tells whether a segment of a path template is a parameter.
func IsParameter(segment string) bool { return strings.HasPrefix(segment, "{") }

// IsGreedy tells whether a segment, or a path template by its last one, takes any number of segments.
func IsGreedy(segment string) bool { return strings.HasSuffix(segment, "+}") }

// ofLength gives the requests of a path template that have n segments.
func ofLength(path string, n int) (RequestSet, bool) {
	parts := Segments(path)
	if last := len(parts) - 1; last >= 0 && IsGreedy(parts[last]) {
		for len(parts) < n {
			parts = append(parts, parts[last])
		}
	}
	set := RequestSet(parts)
	for i, part := range parts {
		if IsParameter(part) {
			set[i] = AnySegment
		}
	}
	return set, len(parts) == n
}

// CommonRequests gives the requests that two path templates have in common, length by length. Whatever templates of up
// to longest segments route, requests with more than one segment beyond that are routed as those with one.
func CommonRequests(a, b string, longest int) []RequestSet {
	if areApart(a, b) {
		return nil
	}
	var all []RequestSet
	for n := range longest + 2 {
		x, fitsA := ofLength(a, n)
		y, fitsB := ofLength(b, n)
		if !fitsA || !fitsB {
			continue
		}
		if common, ok := meet(x, y); ok {
			all = append(all, common)
		}
	}
	return all
}

// areApart tells whether two path templates differ in a literal, so that they have no request in common. Of two templates of
// a large contract that is nearly always so, and told at once.
func areApart(a, b string) bool {
	a, b = strings.TrimPrefix(a, "/"), strings.TrimPrefix(b, "/")
	for moreA, moreB := true, true; moreA && moreB; {
		var x, y string
		x, a, moreA = strings.Cut(a, "/")
		y, b, moreB = strings.Cut(b, "/")
		if !IsParameter(x) && !IsParameter(y) && x != y {
			return true
		}
	}
	return false
}

func meet(x, y RequestSet) (RequestSet, bool) {
	common := slices.Clone(x)
	for i := range common {
		switch {
		case x[i] == AnySegment:
			common[i] = y[i]
		case y[i] != AnySegment && y[i] != x[i]:
			return nil, false
		}
	}
	return common, true
}

// Shown writes the requests as a path template, with the names of the parameters of the template that they are of.
func (set RequestSet) Shown(template string) string {
	named := slices.Clone(set)
	parts := Segments(template)
	for i := range named {
		if named[i] == AnySegment {
			named[i] = parts[min(i, len(parts)-1)]
		}
	}
	for i, part := range named {
		if IsGreedy(part) {
			return named[:i+1].Path() // the segments behind it are more of it
		}
	}
	return named.Path()
}

// Shape is a path template without the names of its parameters: equal for templates of the same requests.
func Shape(path string) string {
	set, _ := ofLength(path, len(Segments(path)))
	if IsGreedy(path) {
		return set.Path() + "+"
	}
	return set.Path()
}
