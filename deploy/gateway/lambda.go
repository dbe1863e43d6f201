package gateway

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
)

// lambdaGuard is a Lambda authorizer, with the cache of its answers: the authorization CUSTOM. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html and
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html.
type lambdaGuard struct {
	lambdaForm
	kind       string // TOKEN or REQUEST
	name       string // of the function
	function   Invoker
	sources    []source
	validation *regexp.Regexp // of a TOKEN authorizer; nil: anything will do
	cache      *cache[identity]
}

// lambdaForm is how a kind of API talks with its Lambda authorizer.
type lambdaForm struct {
	payload string                                 // the version of the event that an HTTP API sends; "": a REST API's
	simple  bool                                   // answers are verdicts and no policies
	timeout time.Duration                          // how long AWS lets it take
	event   func(x *exchange, values []string) any // what the function is asked, by the values of the identity sources
	parse   func(output []byte) (*identity, error) // what it answers
}

// maxCached bounds how many answers of an authorizer are kept.
const maxCached = 10_000

// newLambdaGuard makes the mode's authorizer.
func newLambdaGuard(s *stage, form lambdaForm) (guard, error) {
	settings := s.mode.Authorizer
	function := s.config.Functions[settings.Function]
	if function == nil {
		return nil, s.mode.Wrong(fmt.Sprintf("no function is called %q", settings.Function), "authorizer", "function")
	}
	form.timeout = s.atMost(form.timeout)
	g := &lambdaGuard{
		lambdaForm: form, kind: s.mode.Authorization, name: settings.Function, function: function,
		sources: sourcesOf(settings.IdentitySource), cache: newCache[identity](settings.TTL(), maxCached, s.config.Now),
	}
	var err error
	g.validation, err = settings.Validation() // the mode's check has made sure that it is good
	return g, err
}

// decide lets the policy or the simple answer decide that the function, or the cache, has for the values of the identity
// sources. A request that lacks one, or that the validation expression does not match, reaches neither: none such is
// ever kept.
func (g *lambdaGuard) decide(x *exchange) verdict {
	v := verdict{caller: caller{sources: g.sources}, authorizer: &AuthorizerTrace{Type: g.kind, Function: g.name}}
	found, err := g.identify(x, v.authorizer)
	switch {
	case isUnauthorized(err):
		v.err = err
	case err != nil:
		v.decision, v.err = cannotTell, err
	default:
		v.caller.identity = found
		v.judge(&x.request)
	}
	return v
}

// identify gives the authorizer's answer. The error is errUnauthorized where it is not asked, and else the function's or
// one that says what is malformed.
func (g *lambdaGuard) identify(x *exchange, trace *AuthorizerTrace) (*identity, error) {
	values, ok := g.values(x)
	key := cacheKey(values)
	if ok {
		if known, kept := g.cache.get(key); kept {
			known.latency, trace.Cached = 0, true
			return &known, nil
		}
	}
	if !ok || g.validation != nil && !g.validation.MatchString(values[0]) {
		trace.Error = "an identity source is missing or not valid: not called"
		return nil, errUnauthorized
	}
	found, err := g.ask(x, values, trace)
	if err != nil {
		trace.Error = err.Error()
		return nil, err
	}
	g.cache.put(key, *found)
	return found, nil
}

// values are those of the identity sources; false where one is missing or empty.
func (g *lambdaGuard) values(x *exchange) ([]string, bool) {
	values := make([]string, len(g.sources))
	for i, source := range g.sources {
		if values[i] = source.value(x); values[i] == "" {
			return nil, false
		}
	}
	return values, true
}

// ask calls the function.
func (g *lambdaGuard) ask(x *exchange, values []string, trace *AuthorizerTrace) (*identity, error) {
	event, err := json.Marshal(g.event(x, values))
	if err != nil {
		return nil, err
	}
	start := time.Now()
	output, err := call(x.r.Context(), g.function, event, g.timeout)
	latency := time.Since(start)
	trace.Event, trace.Answer, trace.Milliseconds = event, output, milliseconds(latency)
	if err != nil {
		return nil, err
	}
	if len(output) > maxPayload {
		return nil, errors.New("the authorizer's answer is larger than 6 MB")
	}
	found, err := g.parse(output)
	if err != nil {
		return nil, err
	}
	found.latency = latency
	return found, nil
}

func (g *lambdaGuard) authorization() string     { return "CUSTOM" }
func (g *lambdaGuard) scopesOf(*method) []string { return nil }

func (g *lambdaGuard) describeAuthorizer() *AuthorizerDescription {
	d := &AuthorizerDescription{
		Type: g.kind, IdentitySources: sourceNames(g.sources), ResultTTL: g.cache.ttl,
		PayloadFormatVersion: g.payload, EnableSimpleResponses: g.simple,
	}
	if g.validation != nil {
		d.IdentityValidationExpression = strings.TrimSuffix(strings.TrimPrefix(g.validation.String(), "^(?:"), ")$") // see modes.Authorizer.Validation
	}
	return d
}
