package rest

import (
	"net/http"
	"slices"
	"strings"

	"portcullis/deploy/gateway/internal/lambda"
	"portcullis/deploy/gateway/internal/stage"
	"portcullis/deploy/modes"
)

// methodCache keeps the answers of a GET method by the parameters that tell requests apart. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-caching.html.
type methodCache struct {
	answers    *stage.Cache[*lambda.ProxyAnswer]
	parameters []stage.Source
	anyone     bool   // may have an answer fetched anew
	strategy   string // what becomes of others' Cache-Control
}

const (
	maxKept   = 1 << 20 // the largest body that is kept, in bytes
	mostKept  = 200     // answers of a method that are kept
	failWith  = "FAIL_WITH_403"
	keepQuiet = "SUCCEED_WITHOUT_RESPONSE_HEADER"

	// invalidateAction is what it takes to have an answer fetched anew.
	invalidateAction = "execute-api:InvalidateCache"
	// originParameter is what Access-Control-Allow-Origin depends on where several origins may call.
	originParameter = "method.request.header.Origin"
	// ignoredWarning says that a Cache-Control was passed over.
	ignoredWarning = "199 Cache-control headers were ignored because the caller was unauthorized."
)

// newMethodCache gives nil where the method's answers are not kept. It refuses a key by which one caller, or one site,
// would get what was kept for another.
func newMethodCache(s *stage.Stage, m *stage.Method) (*methodCache, error) {
	if s.Mode.Cache == nil {
		return nil, nil
	}
	settings, kept := s.Mode.Cache.Methods[m.Key()]
	if !kept {
		return nil, nil
	}
	if !m.Public && !tellCaller(s.Mode, settings.KeyParameters) {
		return nil, s.Mode.Wrong("want what says who calls among them: one caller's answer would be served to others", "cache", "methods", m.Key(), "keyParameters")
	}
	if len(s.Config.AllowedOrigins) > 1 && !hasParameter(settings.KeyParameters, originParameter) {
		return nil, s.Mode.Wrong("want "+originParameter+" among them: the answer that one of several AllowedOrigins may read would be served to others",
			"cache", "methods", m.Key(), "keyParameters")
	}
	c := &methodCache{
		answers: stage.NewCache[*lambda.ProxyAnswer](settings.TTL(), mostKept, s.Config.Now),
		anyone:  s.Mode.Cache.AnyoneMayInvalidate, strategy: s.Mode.Cache.UnauthorizedCacheControlHeaderStrategy,
	}
	for _, parameter := range settings.KeyParameters {
		c.parameters = append(c.parameters, keyParameterOf(parameter))
	}
	return c, nil
}

// tellCaller tells whether key parameters differ where the caller does: of several identity sources all have to be
// among them.
func tellCaller(m *modes.Mode, parameters []string) bool {
	has := func(wanted string) bool { return hasParameter(parameters, wanted) }
	switch {
	case m.Authorization == modes.IAM:
		return has("context.identity.userArn")
	case m.Authorization == modes.None:
		return has("method.request.header.X-Api-Key")
	case m.Authorization != modes.Cognito && has("context.authorizer.principalId"): // a token of Cognito's has no principal
		return true
	}
	sources := slices.DeleteFunc(slices.Clone(m.Authorizer.IdentitySource), func(s string) bool { return !strings.HasPrefix(s, "method.request.") })
	if len(sources) == 0 && m.Authorization == modes.Cognito {
		sources = modes.Sources{defaultTokenSource}
	}
	return len(sources) > 0 && !slices.ContainsFunc(sources, func(s string) bool { return !has(s) })
}

func hasParameter(parameters []string, wanted string) bool {
	return slices.ContainsFunc(parameters, func(p string) bool { return sameParameter(p, wanted) })
}

// sameParameter compares two parameters; the names of headers have no case.
func sameParameter(a, b string) bool {
	const header = "method.request.header."
	return a == b || strings.HasPrefix(a, header) && strings.HasPrefix(b, header) && strings.EqualFold(a, b)
}

// keyParameterOf reads a path parameter, or what identity sources are read from.
func keyParameterOf(text string) stage.Source {
	if name, ok := strings.CutPrefix(text, "method.request.path."); ok {
		return stage.Source{Name: text, Value: func(x *stage.Exchange) string { return x.Parameters[name] }}
	}
	return stage.SourceOf(text)
}

func (c *methodCache) key(x *stage.Exchange) string {
	values := make([]string, len(c.parameters))
	for i, parameter := range c.parameters {
		values[i] = parameter.Value(x)
	}
	return stage.JoinKey(append(values, "")) // never the bare value: that of one is no list of several
}

// find gives the answer that is kept, nil where there is none or where the caller has it fetched anew.
func (c *methodCache) find(x *stage.Exchange, key string) (*lambda.ProxyAnswer, *refusal) {
	miss := "miss"
	if asksAnew(x.HTTP.Header) {
		if c.anyone || x.May(invalidateAction) {
			x.TraceCache("invalidated")
			return nil, nil
		}
		miss = "not permitted to invalidate"
		if c.strategy == failWith {
			x.TraceCache(miss)
			return nil, refuse(cacheDenied)
		}
		if c.strategy != keepQuiet {
			x.Header().Set("Warning", ignoredWarning)
		}
	}
	known, ok := c.answers.Get(key)
	if !ok {
		x.TraceCache(miss)
		return nil, nil
	}
	x.TraceCache("hit")
	return known, nil
}

// keep keeps a good answer.
func (c *methodCache) keep(key string, answer *lambda.ProxyAnswer) {
	if answer.Status == http.StatusOK && len(answer.Body) <= maxKept {
		c.answers.Put(key, answer)
	}
}

// asksAnew tells whether the client wants no answer that was kept.
func asksAnew(header http.Header) bool {
	return slices.ContainsFunc(header.Values("Cache-Control"), func(value string) bool {
		return slices.ContainsFunc(strings.Split(value, ","), func(directive string) bool {
			return strings.EqualFold(strings.TrimSpace(directive), "max-age=0")
		})
	})
}
