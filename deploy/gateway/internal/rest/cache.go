package rest

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"

	"portcullis/deploy/gateway/internal/lambda"
	"portcullis/deploy/gateway/internal/stage"
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

// newMethodCache gives nil where the method's answers are not kept. It refuses a key by which one site would get what was
// kept for another.
func newMethodCache(s *stage.Stage, m *stage.Method) (*methodCache, error) {
	kept, settings := m.Operation.Cache, s.Plan.REST.CacheSettings
	if kept == nil || settings == nil {
		return nil, nil
	}
	if len(s.Config.AllowedOrigins) > 1 && !slices.ContainsFunc(kept.CacheKeyParameters, isOrigin) {
		return nil, stage.Misconfigured("mode %s: cache.methods.%s.keyParameters: want %s among them: the answer that one of several AllowedOrigins may read would be served to others",
			s.Plan.Name, m.Key(), originParameter)
	}
	c := &methodCache{
		answers: stage.NewCache[*lambda.ProxyAnswer](time.Duration(kept.TTLInSeconds)*time.Second, mostKept, s.Config.Now),
		anyone:  !settings.RequireAuthorizationForCacheControl, strategy: settings.UnauthorizedCacheControlHeaderStrategy,
	}
	stage.Keeps(s, m, c.answers)
	for _, parameter := range kept.CacheKeyParameters {
		c.parameters = append(c.parameters, keyParameterOf(cmp.Or(kept.RequestParameters[parameter], parameter)))
	}
	return c, nil
}

// isOrigin knows the origin's parameter; the names of headers have no case.
func isOrigin(parameter string) bool { return strings.EqualFold(parameter, originParameter) }

// keyParameterOf reads a path parameter, or what identity sources are read from.
func keyParameterOf(text string) stage.Source {
	if name, ok := strings.CutPrefix(text, "method.request.path."); ok {
		return stage.Source{Value: func(x *stage.Exchange) string { return x.Parameters[name] }}
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
			x.Because("the caller's policy does not allow %s, which Cache-Control: max-age=0 asks for", invalidateAction)
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
