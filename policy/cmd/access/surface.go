package main

import (
	"fmt"
	"slices"
	"strings"

	"portcullis/api"
	"portcullis/policy"
)

// surface is a contract as requests meet it.
type surface struct {
	*api.Contract
	rules   *policy.Rules
	router  *policy.Router
	longest int // how many segments the longest path template has
}

// newSurface takes what [api.Load] gives.
func newSurface(contract *api.Contract, err error) (*surface, error) {
	if err != nil {
		return nil, err
	}
	s := &surface{Contract: contract}
	if s.rules, err = contract.Rules(); err != nil {
		return nil, err
	}
	routes := make([]policy.Route, len(contract.Operations))
	for i, operation := range contract.Operations {
		routes[i] = operation.Route
		s.longest = max(s.longest, len(segments(operation.Route.Path)))
	}
	s.router, err = policy.NewRouter(routes)
	return s, err
}

// serving is the operation that serves the requests of a class, nil where none does.
func (s *surface) serving(method string, c class) *api.Operation {
	index, _, ok := s.router.Route(method, c.path())
	if !ok {
		return nil
	}
	return &s.Operations[index]
}

// isReachable tells whether any request is routed to the operation.
func (s *surface) isReachable(operation *api.Operation) bool {
	for _, method := range methodsOf(operation) {
		for _, c := range classes(operation.Route.Path, operation.Route.Path, s.longest) {
			if s.serving(method, c) == operation {
				return true
			}
		}
	}
	return false
}

// methods are those that API Gateway routes by.
var methods = []string{"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}

// methodsOf are the methods of the requests that may be routed to the operation.
func methodsOf(operation *api.Operation) []string {
	if operation.Route.Method == policy.MethodAny {
		return methods
	}
	return []string{operation.Route.Method}
}

// scopes are all that the operations ask for, sorted.
func (s *surface) scopes() []string {
	var all []string
	for i := range s.Operations {
		for _, way := range s.ways(&s.Operations[i]) {
			all = append(all, way.scopes...)
		}
	}
	return sorted(all)
}

// class is a set of requests, by the segments of their path; anySegment stands for any one.
type class []string

// anySegment is in no literal of a path template, so that as a segment of a path it is routed as one that
// no template names.
const anySegment = "*"

func (c class) path() string { return "/" + strings.Join(c, "/") }

func segments(path string) []string {
	if path == "/" {
		return nil
	}
	return strings.Split(strings.TrimPrefix(path, "/"), "/")
}

func isParameter(segment string) bool { return strings.HasPrefix(segment, "{") }

func isGreedy(segment string) bool { return strings.HasSuffix(segment, "+}") }

// ofLength gives the requests of a path template that have n segments.
func ofLength(path string, n int) (class, bool) {
	parts := segments(path)
	if last := len(parts) - 1; last >= 0 && isGreedy(parts[last]) {
		for len(parts) < n {
			parts = append(parts, parts[last])
		}
	}
	c := class(parts)
	for i, part := range parts {
		if isParameter(part) {
			c[i] = anySegment
		}
	}
	return c, len(parts) == n
}

// classes gives the requests that two path templates have in common, length by length. Whatever templates of up to
// longest segments route, requests with more than one segment beyond that are routed as those with one.
func classes(a, b string, longest int) []class {
	var all []class
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

func meet(x, y class) (class, bool) {
	common := slices.Clone(x)
	for i := range common {
		switch {
		case x[i] == anySegment:
			common[i] = y[i]
		case y[i] != anySegment && y[i] != x[i]:
			return nil, false
		}
	}
	return common, true
}

// shown is the class as a path template, with the names of the parameters of the template that it is of.
func (c class) shown(template string) string {
	named := slices.Clone(c)
	parts := segments(template)
	for i := range named {
		if named[i] == anySegment {
			named[i] = parts[min(i, len(parts)-1)]
		}
	}
	for i, part := range named {
		if isGreedy(part) {
			return named[:i+1].path() // the segments behind it are more of it
		}
	}
	return named.path()
}

// label names an operation: method, path and, where it has one, its id.
func label(operation *api.Operation) string {
	if operation.ID == "" {
		return operation.Route.String()
	}
	return fmt.Sprintf("%s (%s)", operation.Route, printable(operation.ID))
}
