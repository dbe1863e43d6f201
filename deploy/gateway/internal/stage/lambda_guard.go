package stage

import (
	"errors"
	"regexp"
	"strings"
	"time"

	"portcullis/deploy/gateway/internal/lambda"
	"portcullis/policy"
)

// lambdaGuard is a Lambda authorizer, with the cache of its answers: the authorization CUSTOM. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html and
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html.
type lambdaGuard struct {
	LambdaForm
	kind       string // TOKEN or REQUEST
	name       string // of the function
	function   lambda.Invoker
	sources    []Source
	written    []string       // the sources as the plan has them
	validation *regexp.Regexp // of a TOKEN authorizer; nil: anything will do
	cache      *Cache[Identity]
}

// LambdaForm is how a kind of API talks with its Lambda authorizer.
type LambdaForm struct {
	Timeout time.Duration                                      // how long AWS lets it take
	Event   func(x *Exchange, values []string) ([]byte, error) // what the function is asked, by the values of the identity sources, as JSON
	Parse   func(output []byte) (*Identity, error)             // what it answers
}

// maxCached bounds how many answers of an authorizer are kept.
const maxCached = 10_000

// NewLambdaGuard makes the plan's authorizer.
func NewLambdaGuard(s *Stage, form LambdaForm) (Guard, error) {
	settings := s.Plan.Authorizer
	function := s.Config.Functions[settings.Function]
	if function == nil {
		return nil, Misconfigured("authorizer: no function is called %q", settings.Function)
	}
	form.Timeout = s.atMost(form.Timeout)
	g := &lambdaGuard{
		LambdaForm: form, kind: settings.Type, name: settings.Function, function: function,
		cache: NewCache[Identity](time.Duration(settings.ResultTTLInSeconds)*time.Second, maxCached, s.Config.Now),
	}
	s.identities = g.cache
	for _, source := range settings.IdentitySources {
		g.sources, g.written = append(g.sources, SourceOf(source)), append(g.written, source)
	}
	var err error
	g.validation, err = settings.Validation()
	return g, err
}

// decide lets the policy or the simple answer decide that the function, or the cache, has for the values of the identity
// sources. A request that lacks one, or that the validation expression does not match, reaches neither: none such is
// ever kept.
func (g *lambdaGuard) decide(x *Exchange) Verdict {
	v := Verdict{Caller: Caller{sources: g.sources}, authorizer: AuthorizerTrace{Type: g.kind, Function: g.name}}
	found, err := g.identify(x, &v.authorizer)
	switch {
	case isUnauthorized(err):
		v.Err = err
	case err != nil:
		v.Decision, v.Err = CannotTell, err
	default:
		v.Caller.Identity = found
		v.judge(&x.Request, policy.InvokeAction)
	}
	return v
}

// identify gives the authorizer's answer. The error is errUnauthorized where it is not asked, and else the function's or
// one that says what is malformed.
func (g *lambdaGuard) identify(x *Exchange, trace *AuthorizerTrace) (*Identity, error) {
	values, ok := g.values(x)
	key := JoinKey(values)
	if ok {
		if known, kept := g.cache.Get(key); kept {
			known.Latency, trace.Cached = 0, true
			trace.explain(known.explained)
			return &known, nil
		}
	}
	if !ok {
		trace.Error = "not called: the request has no " + g.written[len(values)]
		return nil, errUnauthorized
	}
	if g.validation != nil && !g.validation.MatchString(values[0]) {
		trace.Error = "not called: " + g.written[0] + " does not match the identityValidationExpression"
		return nil, errUnauthorized
	}
	found, err := g.ask(x, values, trace)
	if err != nil {
		trace.Error = err.Error()
		return nil, err
	}
	g.cache.Put(key, *found)
	return found, nil
}

// values are those of the identity sources; false, and those before it, where one is missing or empty.
func (g *lambdaGuard) values(x *Exchange) ([]string, bool) {
	values := make([]string, len(g.sources))
	for i, source := range g.sources {
		if values[i] = source.Value(x); values[i] == "" {
			return values[:i], false
		}
	}
	return values, true
}

// ask calls the function.
func (g *lambdaGuard) ask(x *Exchange, values []string, trace *AuthorizerTrace) (*Identity, error) {
	event, err := g.Event(x, values)
	if err != nil {
		return nil, err
	}
	start := time.Now()
	output, explained, err := lambda.CallExplained(x.HTTP.Context(), g.function, event, g.Timeout)
	latency := time.Since(start)
	trace.Event, trace.Answer, trace.Milliseconds = event, output, milliseconds(latency)
	trace.explain(explained)
	if err != nil {
		return nil, err
	}
	if len(output) > lambda.MaxPayload {
		return nil, errors.New("the authorizer's answer is larger than 6 MB")
	}
	found, err := g.Parse(output)
	if err != nil {
		return nil, err
	}
	found.Latency, found.values, found.explained = latency, values, explained
	g.warnOfNulls(x, found.nulls)
	return found, nil
}

// warnOfNulls tells the log which values of a context are null, where all others become texts: functions get null here, and what they get
// on AWS is not known.
func (g *lambdaGuard) warnOfNulls(x *Exchange, keys []string) {
	if len(keys) == 0 || x.Config.Log == nil {
		return
	}
	x.Config.Log.Warn("the authorizer's context has null, which is passed on: what AWS makes of it is not known; leave the key out",
		"requestId", x.ownID(), "function", g.name, "keys", cutSecrets(strings.Join(keys, ","), x.secrets()))
}
