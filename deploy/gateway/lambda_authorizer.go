package gateway

import (
	"encoding/json"
	"errors"
	"regexp"
	"strconv"
	"strings"
	"time"

	"portcullis/deploy/modes"
)

// lambdaAuthorizer is a Lambda authorizer of any kind, with the cache of its answers.
type lambdaAuthorizer struct {
	kind       string // TOKEN or REQUEST
	payload    string // the version of the event that an HTTP API sends; "": a REST API's
	simple     bool   // answers are verdicts and no policies
	function   Invoker
	sources    []source
	validation *regexp.Regexp // of a TOKEN authorizer; nil: anything will do
	timeout    time.Duration
	cache      *cache[identity]

	event func(x *exchange, values []string) any // what the function is asked
	parse func(output []byte) (*identity, error) // what it answers
}

// maxCached bounds how many answers of an authorizer are kept.
const maxCached = 10_000

// newLambdaAuthorizer makes the mode's authorizer, without event and parse yet. most is how long AWS lets it take.
func newLambdaAuthorizer(s *stage, most time.Duration) (*lambdaAuthorizer, error) {
	function, err := s.authorizerFunction()
	if err != nil {
		return nil, err
	}
	settings := s.mode.Authorizer
	a := &lambdaAuthorizer{
		kind: s.mode.Authorization, function: function, sources: sourcesOf(settings.IdentitySource), timeout: s.atMost(most),
		cache: newCache[identity](settings.TTL(), maxCached, s.config.Now),
	}
	a.validation, err = settings.Validation() // the mode's check has made sure that it is good
	return a, err
}

// identify gives the authorizer's answer for the values of the identity sources, from the cache or from the function. A
// request that lacks one, or that the validation expression does not match, reaches neither: none such is ever kept.
// The error is errUnauthorized for them, and the function's or one that says what is malformed.
func (a *lambdaAuthorizer) identify(x *exchange) (*identity, error) {
	x.sources = a.sources
	values, ok := a.values(x)
	key := cacheKey(values)
	if ok {
		if known, kept := a.cache.get(key); kept {
			known.latency = 0
			x.traceAuthorizer(func(t *AuthorizerTrace) { t.Cached = true })
			return &known, nil
		}
	}
	if !ok || a.validation != nil && !a.validation.MatchString(values[0]) {
		x.traceAuthorizer(func(t *AuthorizerTrace) { t.Error = "an identity source is missing or not valid: not called" })
		return nil, errUnauthorized
	}
	found, err := a.ask(x, values)
	if err != nil {
		return nil, err
	}
	a.cache.put(key, *found)
	return found, nil
}

// values are those of the identity sources; false where one is missing or empty.
func (a *lambdaAuthorizer) values(x *exchange) ([]string, bool) {
	values := make([]string, len(a.sources))
	for i, source := range a.sources {
		if values[i] = source.value(x); values[i] == "" {
			return nil, false
		}
	}
	return values, true
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

// ask calls the function.
func (a *lambdaAuthorizer) ask(x *exchange, values []string) (*identity, error) {
	event, err := json.Marshal(a.event(x, values))
	if err != nil {
		return nil, err
	}
	start := time.Now()
	output, err := call(x.r.Context(), a.function, event, a.timeout)
	latency := time.Since(start)
	if err == nil && len(output) > maxPayload {
		err = errors.New("the authorizer's answer is larger than 6 MB")
	}
	var found *identity
	if err == nil {
		found, err = a.parse(output)
	}
	x.traceAuthorizer(func(t *AuthorizerTrace) {
		t.Event, t.Answer, t.Milliseconds = event, output, milliseconds(latency)
		if err != nil {
			t.Error = err.Error()
		}
	})
	if err != nil {
		return nil, err
	}
	found.latency = latency
	return found, nil
}

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
func (x *exchange) headerValues(name string) []string {
	if strings.EqualFold(name, "Host") {
		return []string{x.r.Host}
	}
	return x.r.Header.Values(name)
}

// last is the last value: of what is sent twice it is the one that counts, as in an event's single values.
func last(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[len(values)-1]
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
