package modes

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"portcullis/api/contract"
)

// members are those that an authorizer of each kind may have.
var members = map[string][]string{
	REST + Token:   {"function", "identitySource", "identityValidationExpression", "resultTtlInSeconds"},
	REST + Request: {"function", "identitySource", "resultTtlInSeconds"},
	REST + Cognito: {"identitySource", "userPools"},
	HTTP + Request: {"function", "identitySource", "resultTtlInSeconds", "payloadFormatVersion", "enableSimpleResponses"},
	HTTP + JWT:     {"identitySource", "issuer", "audience"},

	WebSocket + Request: {"function", "identitySource"},
}

func (m *Mode) checkAuthorizer() wrongs {
	allowed, has := members[m.Gateway+m.Authorization]
	switch {
	case !has && m.Authorizer != nil:
		return at("authorizer", "has no part in authorization "+m.Authorization)
	case !has:
		return nil
	case m.Authorizer == nil:
		return at("authorizer", "is missing")
	}
	var foreign wrongs
	for _, member := range m.Authorizer.set() {
		switch {
		case slices.Contains(allowed, member):
		case m.Gateway == WebSocket && member == "resultTtlInSeconds":
			foreign = append(foreign, at("authorizer", member, "a WebSocket API keeps no answers, and its authorizer has none such")...)
		default:
			foreign = append(foreign, at("authorizer", member, "has no part in authorization "+m.Authorization)...)
		}
	}
	if len(foreign) > 0 {
		return foreign // by which the others would be misread
	}
	return every(
		func() wrongs { return m.Authorizer.checkFunction(slices.Contains(allowed, "function")) },
		func() wrongs { return m.Authorizer.checkSources(m.Gateway, m.Authorization) },
		func() wrongs { return m.Authorizer.checkCaching(m.Gateway, m.Authorization) },
		m.Authorizer.checkPools, m.Authorizer.checkIssuer,
	).in("authorizer")
}

// set lists the members that have a value.
func (a *Authorizer) set() []string {
	var names []string
	for _, member := range []struct {
		name string
		set  bool
	}{
		{"function", a.Function != ""}, {"identitySource", len(a.IdentitySource) > 0},
		{"identityValidationExpression", a.IdentityValidationExpression != ""}, {"resultTtlInSeconds", a.ResultTTLInSeconds != nil},
		{"payloadFormatVersion", a.PayloadFormatVersion != ""}, {"enableSimpleResponses", a.EnableSimpleResponses},
		{"userPools", len(a.UserPools) > 0}, {"issuer", a.Issuer != ""}, {"audience", len(a.Audience) > 0},
	} {
		if member.set {
			names = append(names, member.name)
		}
	}
	return names
}

func (a *Authorizer) checkFunction(needed bool) wrongs {
	var all wrongs
	switch {
	case needed && a.Function == "":
		all = at("function", "is missing")
	case a.Function != "" && !contract.IsFunctionName(a.Function):
		all = at("function", fmt.Sprintf("want the name of a function, %s, got %q", contract.FunctionNames, a.Function))
	}
	if _, err := a.Validation(); err != nil {
		all = append(all, at("identityValidationExpression", err.Error())...)
	}
	return append(all, checkVersion("payloadFormatVersion", a.PayloadFormatVersion)...)
}

// maxTTL is how long an answer may be kept, in seconds.
const maxTTL = 3600

func (a *Authorizer) checkCaching(gateway, authorization string) wrongs {
	ttl := a.ResultTTLInSeconds
	switch {
	case ttl != nil && (*ttl < 0 || *ttl > maxTTL):
		return at("resultTtlInSeconds", fmt.Sprintf("want 0 to %d, got %d", maxTTL, *ttl))
	case gateway != WebSocket && authorization == Request && len(a.IdentitySource) == 0 && a.TTL() > 0:
		return at("resultTtlInSeconds", "want 0, or identity sources that answers are kept by")
	case a.EnableSimpleResponses && a.PayloadFormatVersion == "1.0":
		return at("enableSimpleResponses", "want payload format 2.0")
	case a.EnableSimpleResponses && a.TTL() > 0 && !slices.Contains(a.IdentitySource, "$context.routeKey"):
		return at("identitySource", "want $context.routeKey among them: a simple answer that is kept counts for every route otherwise")
	}
	return nil
}

var (
	sources = map[string]forms{
		REST: {
			{"method.request.header.", "._$-"}, {"method.request.querystring.", "._$-"},
			{"method.request.multivalueheader.", "._$-"}, {"method.request.multivaluequerystring.", "._$-"},
			{"context.", "._"}, {"stageVariables.", "_"},
		},
		HTTP: {{"$request.header.", "._$-"}, {"$request.querystring.", "._$-"}, {"$context.", "._"}, {"$stageVariables.", "_"}},

		WebSocket: {{"route.request.header.", "._-"}, {"route.request.querystring.", "._-"}, {"context.", "._"}, {"stageVariables.", "_"}},
	}
	restHeader  = forms{{"method.request.header.", "-"}}
	httpPlain   = forms{{"$request.header.", "-"}, {"$request.querystring.", "._-"}}
	sourceForms = map[string]string{
		REST: "method.request.header.NAME, method.request.querystring.NAME, context.NAME or stageVariables.NAME",
		HTTP: "$request.header.NAME, $request.querystring.NAME, $context.NAME or $stageVariables.NAME",

		WebSocket: "route.request.header.NAME, route.request.querystring.NAME, context.NAME or stageVariables.NAME",
	}
)

// checkSources checks that identity sources are of the gateway's form, and one where there can be but one.
func (a *Authorizer) checkSources(gateway, authorization string) wrongs {
	allowed, form := sources[gateway], sourceForms[gateway]
	switch authorization {
	case Token, Cognito:
		allowed, form = restHeader, "method.request.header.NAME"
	case JWT:
		allowed, form = httpPlain, "$request.header.NAME or $request.querystring.NAME"
	}
	if authorization != Request && len(a.IdentitySource) > 1 || authorization == Token && len(a.IdentitySource) == 0 {
		return at("identitySource", fmt.Sprintf("want one, %s, got %d", form, len(a.IdentitySource)))
	}
	var all wrongs
	seen := map[string]bool{}
	for _, source := range a.IdentitySource {
		switch {
		case !allowed.match(source):
			all = append(all, at("identitySource", fmt.Sprintf("want %s, got %q", form, source))...)
		case seen[strings.ToLower(source)]:
			all = append(all, at("identitySource", fmt.Sprintf("%q stands there twice", source))...)
		}
		seen[strings.ToLower(source)] = true
	}
	return all
}

var userPoolARN = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^arn:aws[a-z-]*:cognito-idp:[a-z0-9-]+:\d{12}:userpool/[\w-]+_[0-9A-Za-z]+$`)
})

// checkPools and checkIssuer check whose tokens the gateway's own authorizers take.
func (a *Authorizer) checkPools() wrongs {
	var all wrongs
	for i, pool := range a.UserPools {
		if !userPoolARN().MatchString(pool) {
			all = append(all, at("userPools", fmt.Sprint(i), fmt.Sprintf("want arn:aws:cognito-idp:REGION:ACCOUNT:userpool/ID, got %q", pool))...)
		}
	}
	return all
}

// mostAudiences is how many a JWT authorizer can have. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html.
const mostAudiences = 50

func (a *Authorizer) checkIssuer() wrongs {
	if a.Issuer == "" {
		if len(a.Audience) > 0 {
			return at("issuer", "is missing: the stack's own user pool has audiences of its own")
		}
		return nil
	}
	var all wrongs
	if !isIssuer(a.Issuer) {
		all = at("issuer", fmt.Sprintf("want https:// and a host, with a path if need be, got %q", a.Issuer))
	}
	isEmpty := func(audience string) bool { return strings.TrimSpace(audience) == "" }
	switch {
	case len(a.Audience) == 0 || slices.ContainsFunc(a.Audience, isEmpty):
		all = append(all, at("audience", "want at least one, and none of them empty: without, tokens for anybody would be taken")...)
	case len(a.Audience) > mostAudiences:
		all = append(all, at("audience", fmt.Sprintf("want at most %d, got %d", mostAudiences, len(a.Audience)))...)
	}
	return all
}

// isIssuer knows the addresses at which a JWT authorizer looks for an issuer's keys: https, without user, query and fragment
// (OpenID Connect Discovery 1.0, section 3).
func isIssuer(text string) bool {
	u, err := url.Parse(text)
	return err == nil && strings.HasPrefix(text, "https://") && u.Hostname() != "" && u.User == nil && !strings.ContainsAny(text, "?# \t\n\f\r\v")
}

// TTL is how long answers are kept, where the kind of gateway keeps any.
func (a *Authorizer) TTL() time.Duration { return ttlOf(a.ResultTTLInSeconds) }

// ttlOf is how long an answer is kept, as AWS has it where a mode does not say.
func ttlOf(seconds *int) time.Duration {
	if seconds == nil {
		return 300 * time.Second
	}
	return time.Duration(*seconds) * time.Second
}

// Validation is IdentityValidationExpression, for the whole value; nil: anything will do.
func (a *Authorizer) Validation() (*regexp.Regexp, error) {
	if a.IdentityValidationExpression == "" {
		return nil, nil
	}
	if _, err := regexp.Compile(a.IdentityValidationExpression); err != nil {
		return nil, err // "a)|(?:b" is none, and would be one below
	}
	return regexp.Compile(`^(?:` + a.IdentityValidationExpression + `)$`)
}
