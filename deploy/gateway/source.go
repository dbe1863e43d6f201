package gateway

import (
	"strconv"
	"strings"

	"portcullis/deploy/modes"
)

// source is one identity source.
type source struct {
	name  string                     // as mode files write it
	value func(x *exchange) string   // "" where the request has none
	sent  func(x *exchange) []string // what the client sent for it; nil: nothing is the client's
}

// sourcesOf reads identity sources in the forms of REST and of HTTP APIs; the mode's check has made sure of them.
func sourcesOf(list modes.Sources) []source {
	var sources []source
	for _, text := range list {
		sources = append(sources, sourceOf(text))
	}
	return sources
}

// sourceOf reads one, with the dollar that HTTP APIs put in front or without it.
func sourceOf(written string) source {
	s := readerOf(strings.TrimPrefix(written, "$"))
	s.name = written
	return s
}

// readerOf is a source without its name.
func readerOf(text string) source {
	if name, ok := strings.CutPrefix(text, "stageVariables."); ok {
		return source{value: func(x *exchange) string { return x.mode.StageVariables[name] }}
	}
	if name, ok := strings.CutPrefix(text, "context."); ok {
		return source{value: func(x *exchange) string { return x.variable(name) }}
	}
	place, name, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(text, "method."), "request."), ".")
	sent := func(x *exchange) []string { return x.queries()[name] }
	if place == "header" || place == "multivalueheader" {
		sent = func(x *exchange) []string { return x.headerValues(name) }
	}
	switch isHTTP := !strings.HasPrefix(text, "method."); {
	case isHTTP:
		return source{value: func(x *exchange) string {
			return joinedOrNone(sent(x), func(all []string) string { return strings.Join(all, ",") })
		}, sent: sent}
	case strings.HasPrefix(place, "multivalue"):
		return source{value: func(x *exchange) string { return joinedOrNone(sent(x), cacheKey) }, sent: sent}
	}
	return source{value: func(x *exchange) string { return last(sent(x)) }, sent: sent}
}

// joinedOrNone joins values, unless all are empty.
func joinedOrNone(values []string, join func([]string) string) string {
	if strings.Join(values, "") == "" {
		return ""
	}
	return join(values)
}

// headerValues are the values of a header; net/http keeps Host apart.
func (q *request) headerValues(name string) []string {
	if strings.EqualFold(name, "Host") {
		return []string{q.r.Host}
	}
	return q.r.Header.Values(name)
}

// last is the last value: of what is sent twice it is the one that counts, as in an event's single values.
func last(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[len(values)-1]
}

// cacheKey joins values so that no others give the same.
func cacheKey(values []string) string {
	if len(values) == 1 {
		return values[0]
	}
	var b strings.Builder
	for _, value := range values {
		b.WriteString(strconv.Itoa(len(value)))
		b.WriteByte(':')
		b.WriteString(value)
	}
	return b.String()
}

// sourceNames are the names of identity sources or of a cache's key parameters; nil where there are none.
func sourceNames(sources []source) []string {
	var names []string
	for _, s := range sources {
		names = append(names, s.name)
	}
	return names
}
