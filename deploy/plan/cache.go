package plan

import (
	"slices"
	"strings"

	"portcullis/api/contract"
	"portcullis/deploy/modes"
)

// contextHeaders carry what of the context is part of a cache's key: a key cannot be of the context itself, and goes by a header of
// the request to the function, which only the gateway sets.
var contextHeaders = map[string]string{
	"context.authorizer.principalId": "integration.request.header.X-Cache-Principal",
	"context.identity.userArn":       "integration.request.header.X-Cache-User",
}

// addCache adds how the answers of an operation are kept, where the mode says so. It refuses a key by which one caller would get
// what was kept for another. See https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-caching.html.
func (b *builder) addCache(o *Operation, from *contract.Operation) {
	if b.mode.Cache == nil {
		return
	}
	name := keyOf(from)
	settings, kept := b.mode.Cache.Methods[name]
	if !kept {
		return
	}
	if !o.Public && !tellsCaller(b.mode, settings.KeyParameters) {
		b.refuseMode("want what says who calls among them: one caller's answer would be served to others", "cache", "methods", name, "keyParameters")
	}
	o.Cache = &Cache{TTLInSeconds: int(settings.TTL().Seconds()), CacheKeyParameters: []string{}}
	for _, parameter := range settings.KeyParameters {
		for declared := range o.RequestParameters {
			if sameParameter(declared, parameter) {
				parameter = declared // as the method writes it
			}
		}
		switch header, ofContext := contextHeaders[parameter]; {
		case ofContext:
			if o.Cache.RequestParameters == nil {
				o.Cache.RequestParameters = map[string]string{}
			}
			o.Cache.RequestParameters[header] = parameter
			parameter = header
		case strings.HasPrefix(parameter, "method.request.path.") && !o.RequestParameters[parameter]:
			b.refuseMode("the path has no parameter "+parameter, "cache", "methods", name, "keyParameters")
		case !o.RequestParameters[parameter]:
			o.RequestParameters[parameter] = false // the method has to declare it
		}
		if !slices.Contains(o.Cache.CacheKeyParameters, parameter) {
			o.Cache.CacheKeyParameters = append(o.Cache.CacheKeyParameters, parameter)
		}
	}
}

// tellsCaller tells whether key parameters differ where the caller does: of several identity sources all have to be among them.
func tellsCaller(m *modes.Mode, parameters []string) bool {
	has := func(wanted string) bool {
		return slices.ContainsFunc(parameters, func(p string) bool { return sameParameter(p, wanted) })
	}
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
		sources = modes.Sources{tokenSources[modes.Cognito]}
	}
	return len(sources) > 0 && !slices.ContainsFunc(sources, func(s string) bool { return !has(s) })
}

// sameParameter compares two parameters; the names of headers have no case.
func sameParameter(a, b string) bool {
	const header = "method.request.header."
	return a == b || strings.HasPrefix(a, header) && strings.HasPrefix(b, header) && strings.EqualFold(a, b)
}
