package modes

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// members are those that an authorizer of each kind may have.
var members = map[string][]string{
	REST + Token:   {"function", "identitySource", "identityValidationExpression", "resultTtlInSeconds"},
	REST + Request: {"function", "identitySource", "resultTtlInSeconds"},
	REST + Cognito: {"identitySource", "userPools"},
	HTTP + Request: {"function", "identitySource", "resultTtlInSeconds", "payloadFormatVersion", "enableSimpleResponses"},
	HTTP + JWT:     {"identitySource", "issuer", "audience"},
}

func (m *Mode) checkAuthorizer() *wrong {
	allowed, has := members[m.Gateway+m.Authorization]
	switch {
	case !has && m.Authorizer != nil:
		return at("authorizer", "has no part in authorization "+m.Authorization)
	case !has:
		return nil
	case m.Authorizer == nil:
		return at("authorizer", "is missing")
	}
	for _, member := range m.Authorizer.set() {
		if !slices.Contains(allowed, member) {
			return at("authorizer", member, "has no part in authorization "+m.Authorization)
		}
	}
	return first(
		func() *wrong { return m.Authorizer.checkFunction(slices.Contains(allowed, "function")) },
		func() *wrong { return m.Authorizer.checkSources(m.Gateway, m.Authorization) },
		func() *wrong { return m.Authorizer.checkCaching(m.Gateway) },
		m.Authorizer.checkTokens,
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

func (a *Authorizer) checkFunction(needed bool) *wrong {
	if needed && a.Function == "" {
		return at("function", "is missing")
	}
	if _, err := a.Validation(); err != nil {
		return at("identityValidationExpression", err.Error())
	}
	return checkVersion("payloadFormatVersion", a.PayloadFormatVersion)
}

// maxTTL is how long an answer may be kept, in seconds.
const maxTTL = 3600

func (a *Authorizer) checkCaching(gateway string) *wrong {
	ttl := a.ResultTTLInSeconds
	switch {
	case ttl != nil && (*ttl < 0 || *ttl > maxTTL):
		return at("resultTtlInSeconds", fmt.Sprintf("want 0 to %d, got %d", maxTTL, *ttl))
	case a.Function != "" && len(a.IdentitySource) == 0 && a.TTL() > 0:
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
	}
	restHeader  = forms{{"method.request.header.", "-"}}
	httpPlain   = forms{{"$request.header.", "-"}, {"$request.querystring.", "._-"}}
	sourceForms = map[string]string{
		REST: "method.request.header.NAME, method.request.querystring.NAME, context.NAME or stageVariables.NAME",
		HTTP: "$request.header.NAME, $request.querystring.NAME, $context.NAME or $stageVariables.NAME",
	}
)

// checkSources checks that identity sources are of the gateway's form, and one where there can be but one.
func (a *Authorizer) checkSources(gateway, authorization string) *wrong {
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
	seen := map[string]bool{}
	for _, source := range a.IdentitySource {
		if !allowed.match(source) {
			return at("identitySource", fmt.Sprintf("want %s, got %q", form, source))
		}
		if seen[strings.ToLower(source)] {
			return at("identitySource", fmt.Sprintf("%q stands there twice", source))
		}
		seen[strings.ToLower(source)] = true
	}
	return nil
}

var userPoolARN = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^arn:aws[a-z-]*:cognito-idp:[a-z0-9-]+:\d{12}:userpool/[\w-]+_[0-9A-Za-z]+$`)
})

// checkTokens checks whose tokens the gateway's own authorizers take.
func (a *Authorizer) checkTokens() *wrong {
	for i, pool := range a.UserPools {
		if !userPoolARN().MatchString(pool) {
			return at("userPools", fmt.Sprint(i), fmt.Sprintf("want arn:aws:cognito-idp:REGION:ACCOUNT:userpool/ID, got %q", pool))
		}
	}
	switch {
	case a.Issuer != "" && (len(a.Audience) == 0 || slices.Contains(a.Audience, "")):
		return at("audience", "want at least one, and none of them empty: without, tokens for anybody would be taken")
	case a.Issuer == "" && len(a.Audience) > 0:
		return at("issuer", "is missing: the stack's own user pool has audiences of its own")
	}
	return nil
}

// TTL is how long answers are kept.
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
