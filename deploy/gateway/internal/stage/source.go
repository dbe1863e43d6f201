package stage

import (
	"strconv"
	"strings"
)

// Source is one identity source.
// See https://docs.aws.amazon.com/apigateway/latest/api/API_Authorizer.html.
type Source struct {
	Value func(x *Exchange) string   // "" where the request has none
	sent  func(x *Exchange) []string // what the client sent for it; nil: nothing is the client's
}

// SourceOf reads an identity source, with the dollar that HTTP APIs put in front or without it.
func SourceOf(written string) Source {
	text := strings.TrimPrefix(written, "$")
	if name, ok := strings.CutPrefix(text, "route."); ok {
		text = "method." + name // as WebSocket APIs write what REST APIs do
	}
	if name, ok := strings.CutPrefix(text, "stageVariables."); ok {
		return Source{Value: func(x *Exchange) string { return x.Plan.StageVariables[name] }}
	}
	if name, ok := strings.CutPrefix(text, "context."); ok {
		return Source{Value: func(x *Exchange) string { return x.variable(name) }}
	}
	place, name, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(text, "method."), "request."), ".")
	sent := func(x *Exchange) []string { return x.Queries()[name] }
	if place == "header" || place == "multivalueheader" {
		sent = func(x *Exchange) []string { return x.headerValues(name) }
	}
	switch isHTTP := !strings.HasPrefix(text, "method."); {
	case isHTTP:
		return Source{Value: func(x *Exchange) string {
			return joinedOrNone(sent(x), func(all []string) string { return strings.Join(all, ",") })
		}, sent: sent}
	case strings.HasPrefix(place, "multivalue"):
		return Source{Value: func(x *Exchange) string { return joinedOrNone(sent(x), JoinKey) }, sent: sent}
	}
	return Source{Value: func(x *Exchange) string { return last(sent(x)) }, sent: sent}
}

// joinedOrNone joins values, unless all are empty.
func joinedOrNone(values []string, join func([]string) string) string {
	if strings.Join(values, "") == "" {
		return ""
	}
	return join(values)
}

// headerValues are the values of a header; net/http keeps Host apart.
func (r *Request) headerValues(name string) []string {
	if strings.EqualFold(name, "Host") {
		return []string{r.HTTP.Host}
	}
	return r.HTTP.Header.Values(name)
}

// last is the last value: of what is sent twice it is the one that counts, as in an event's single values.
func last(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[len(values)-1]
}

// JoinKey joins values so that no others give the same.
func JoinKey(values []string) string {
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
