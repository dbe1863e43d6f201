package access

import (
	"slices"
	"strings"

	"portcullis/api/contract"
	"portcullis/deploy/internal/inquiry"
	"portcullis/policy"
)

// compareConflicts lists the conflicts that end, which opens requests that the gateway denied although the rules allowed
// them, and those that begin, which closes such requests. Requests that nothing serves on the other side of the change
// are listed as added or removed.
func (d *difference) compareConflicts() {
	old, new := conflictsOf(d.old.Surface), conflictsOf(d.new.Surface)
	for _, conflict := range without(old, new) {
		if servesLost(d.new.Surface, conflict) {
			d.say(change{
				Title: inquiry.RouteName(conflict.Open) + ", where a conflict ends", Method: conflict.Open.Method, Path: conflict.Open.Path,
				Rules: []effect{{Opens: true, For: "callers whom the rules allowed it and the gateway denied it"}}, Before: conflict.String(),
			})
		}
	}
	for _, conflict := range without(new, old) {
		if servesLost(d.old.Surface, conflict) {
			d.say(change{
				Title: inquiry.RouteName(conflict.Open) + ", where a conflict begins", Method: conflict.Open.Method, Path: conflict.Open.Path,
				Rules: []effect{{Closes: true, For: "callers whom the rules allow it and the gateway will deny it"}}, Now: conflict.String(),
			})
		}
	}
}

// conflictsOf are those that the gateway meets: for a public operation it asks no authorizer.
func conflictsOf(s *inquiry.Surface) []policy.Conflict {
	return slices.DeleteFunc(s.Compiled.Conflicts(), func(c policy.Conflict) bool {
		return slices.ContainsFunc(s.Operations, func(o contract.Operation) bool { return o.Route == c.Open && o.Access.Public })
	})
}

// servesLost tells whether the requests that a conflict loses are served, by whatever operation.
func servesLost(s *inquiry.Surface, c policy.Conflict) bool {
	return slices.ContainsFunc(inquiry.MethodsOf(c.Open), func(method string) bool { return s.Serving(method, inquiry.Segments(c.Paths)) != nil })
}

// without are the conflicts that are not among the others, whatever parameters are called.
func without(conflicts, others []policy.Conflict) []policy.Conflict {
	return slices.DeleteFunc(slices.Clone(conflicts), func(c policy.Conflict) bool {
		return slices.ContainsFunc(others, func(o policy.Conflict) bool { return signature(o) == signature(c) })
	})
}

// signature is a text that is the same for conflicts that are the same but for the names of parameters.
func signature(c policy.Conflict) string {
	texts := []string{c.Paths, strings.Join(c.Scopes, " ")}
	for _, route := range []policy.Route{c.Closed, c.Open, c.Through} {
		texts = append(texts, route.Method, inquiry.Shape(route.Path))
	}
	return strings.Join(texts, "\n")
}
