package modes

import (
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// wrong says which member is wrong, its parents before it, and what would be right.
type wrong struct {
	member []string
	reason string
}

func (w *wrong) Error() string { return strings.Join(w.member, ".") + ": " + w.reason }

// at makes a complaint about a member; the last argument is the reason.
func at(member ...string) *wrong {
	last := len(member) - 1
	return &wrong{member[:last], member[last]}
}

// in puts a parent before the complaint's member; nil stays nil.
func (w *wrong) in(parent ...string) *wrong {
	if w != nil {
		w.member = append(slices.Clone(parent), w.member...)
	}
	return w
}

// first gives the first complaint of several checks.
func first(checks ...func() *wrong) *wrong {
	for _, check := range checks {
		if w := check(); w != nil {
			return w
		}
	}
	return nil
}

// Check says what is wrong with a mode that was made in Go, as Parse does of a file. The error has no line.
func (m *Mode) Check() error {
	if w := m.check(m.Name); w != nil {
		return (&Mode{Name: m.Name}).Wrong(w.reason, w.member...)
	}
	return nil
}

// check gives the first member that is wrong.
func (m *Mode) check(name string) *wrong {
	if m.Name != name {
		return at("name", fmt.Sprintf("want the file's name, %q, got %q", name, m.Name))
	}
	return first(m.checkName, m.checkKind, m.checkAuthorizer, m.checkKeys, m.checkCallers, m.checkMembers, m.checkCache, m.checkCORS)
}

func (m *Mode) checkName() *wrong {
	if !madeOf(m.Name, "_-", 1, 128) {
		return at("name", "want letters, digits, - and _ only")
	}
	return nil
}

// authorizations are those of each kind of gateway.
var authorizations = map[string][]string{
	REST: {None, IAM, Cognito, Token, Request},
	HTTP: {IAM, JWT, Request},
}

func (m *Mode) checkKind() *wrong {
	known, ok := authorizations[m.Gateway]
	switch {
	case !ok:
		return at("gateway", fmt.Sprintf("want REST or HTTP, got %q", m.Gateway))
	case !slices.Contains(known, m.Authorization):
		return at("authorization", fmt.Sprintf("want one of %s for a gateway of kind %s, got %q", strings.Join(known, ", "), m.Gateway, m.Authorization))
	case m.Authorization == None && !m.APIKeyRequired:
		return at("authorization", "NONE alone guards nothing: want apiKeyRequired: true beside it")
	}
	return nil
}

// checkKeys checks what says who is counted, and how often they may call.
func (m *Mode) checkKeys() *wrong {
	switch {
	case m.Gateway != REST && (m.APIKeyRequired || m.APIKeySource != "" || m.UsagePlan != nil):
		return at("usagePlan", "API keys and usage plans are a REST API's")
	case !slices.Contains([]string{"", "HEADER", "AUTHORIZER"}, m.APIKeySource):
		return at("apiKeySource", fmt.Sprintf("want HEADER or AUTHORIZER, got %q", m.APIKeySource))
	case m.APIKeySource == "AUTHORIZER" && m.Authorization != Token && m.Authorization != Request:
		return at("apiKeySource", "only a Lambda authorizer answers with a key")
	case m.APIKeyRequired && m.UsagePlan == nil:
		return at("usagePlan", "is missing: a key counts only in a plan")
	case !m.APIKeyRequired && m.UsagePlan != nil:
		return at("usagePlan", "is never asked, since apiKeyRequired is not true")
	case m.UsagePlan == nil:
		return nil
	}
	return m.UsagePlan.check().in("usagePlan")
}

func (p *UsagePlan) check() *wrong {
	return first(
		func() *wrong { return p.Throttle.check().in("throttle") },
		func() *wrong { return checkMethods(p.Methods).in("methods") },
		func() *wrong { return p.Quota.check().in("quota") },
		p.checkLocalKeys,
	)
}

func (p *UsagePlan) checkLocalKeys() *wrong {
	seen, names := map[string]bool{}, map[string]bool{}
	for i, key := range p.LocalKeys {
		switch {
		case key.Name == "":
			return at("localKeys", fmt.Sprint(i), "name", "is missing")
		case names[key.Name]:
			return at("localKeys", fmt.Sprint(i), "name", "is another key's too")
		case strings.ContainsFunc(key.Value, func(r rune) bool { return r <= ' ' || r > '~' }):
			return at("localKeys", fmt.Sprint(i), "value", "want printable ASCII and no spaces, as in a header")
		case len(key.Value) < 20 || len(key.Value) > 128:
			return at("localKeys", fmt.Sprint(i), "value", fmt.Sprintf("want 20 to 128 characters, got %d", len(key.Value)))
		case seen[key.Value]:
			return at("localKeys", fmt.Sprint(i), "value", "is another key's too")
		}
		seen[key.Value], names[key.Name] = true, true
	}
	return nil
}

// check allows a nil throttle, which is none.
func (t *Throttle) check() *wrong {
	switch {
	case t == nil:
		return nil
	case !(t.RateLimit >= 0) || math.IsInf(t.RateLimit, 1):
		return at("rateLimit", fmt.Sprintf("want 0 or more requests a second, got %v", t.RateLimit))
	case t.BurstLimit < 0:
		return at("burstLimit", fmt.Sprintf("want 0 or more requests, got %d", t.BurstLimit))
	}
	return nil
}

func checkMethods(methods map[string]Throttle) *wrong {
	for _, name := range slices.Sorted(maps.Keys(methods)) {
		if !isMethodAndPath(name) {
			return at(name, "want a method and a path, such as GET /things/{id}")
		}
		throttle := methods[name]
		if w := throttle.check(); w != nil {
			return w.in(name)
		}
	}
	return nil
}

// check allows a nil quota, which is none.
func (q *Quota) check() *wrong {
	switch {
	case q == nil:
		return nil
	case q.Limit < 1:
		return at("limit", fmt.Sprintf("want 1 or more requests, got %d", q.Limit))
	case q.Offset < 0 || q.Offset > q.Limit:
		return at("offset", fmt.Sprintf("want 0 to the limit, got %d", q.Offset))
	case !slices.Contains([]string{"DAY", "WEEK", "MONTH"}, q.Period):
		return at("period", fmt.Sprintf("want DAY, WEEK or MONTH, got %q", q.Period))
	}
	return nil
}

var callerARN = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^arn:aws[a-z-]*:(iam::\d{12}:user/\S+|sts::\d{12}:assumed-role/[^/\s]+/[^/\s]+)$`)
})

// checkCallers checks who may sign on a desk. In AWS it is IAM that knows them.
func (m *Mode) checkCallers() *wrong {
	if m.Authorization != IAM && len(m.LocalCallers) > 0 {
		return at("localCallers", "only AWS_IAM knows callers that sign")
	}
	seen := map[string]bool{}
	for i, caller := range m.LocalCallers {
		w := caller.check()
		if w == nil && seen[caller.AccessKeyID] {
			w = at("accessKeyId", "is another caller's too")
		}
		if w != nil {
			return w.in("localCallers", fmt.Sprint(i))
		}
		seen[caller.AccessKeyID] = true
	}
	return nil
}

func (c *Caller) check() *wrong {
	switch {
	case !madeOf(c.AccessKeyID, "_", 16, 128):
		return at("accessKeyId", "want 16 to 128 letters, digits and _")
	case len(c.SecretAccessKey) < 16:
		return at("secretAccessKey", "want 16 characters or more")
	case !callerARN().MatchString(c.ARN):
		return at("arn", fmt.Sprintf("want arn:aws:iam::ACCOUNT:user/NAME or arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION, got %q", c.ARN))
	}
	return nil
}

// checkMembers checks what is left: what only one kind of gateway has, and plain values.
func (m *Mode) checkMembers() *wrong {
	rest := map[string]bool{
		"requestValidation": m.RequestValidation != RequestValidation{}, "cache": m.Cache != nil,
		"binaryMediaTypes": len(m.BinaryMediaTypes) > 0, "gatewayResponses": len(m.GatewayResponses) > 0,
	}
	for _, member := range slices.Sorted(maps.Keys(rest)) {
		if rest[member] && m.Gateway != REST {
			return at(member, "is a REST API's")
		}
	}
	if (m.CORS != nil || m.PayloadFormatVersion != "") && m.Gateway != HTTP {
		return at(map[bool]string{true: "cors", false: "payloadFormatVersion"}[m.CORS != nil], "is an HTTP API's")
	}
	return first(m.checkThrottle, m.checkVariables, m.checkMediaTypes, m.checkTimes, m.checkFormat, m.checkGatewayResponses)
}

func (m *Mode) checkThrottle() *wrong {
	if m.Throttle == nil {
		return nil
	}
	return first(
		func() *wrong { return m.Throttle.Throttle.check().in("throttle") },
		func() *wrong { return checkMethods(m.Throttle.Methods).in("throttle", "methods") },
	)
}

func (m *Mode) checkVariables() *wrong {
	for _, name := range slices.Sorted(maps.Keys(m.StageVariables)) {
		if !madeOf(name, "_", 1, 64) || !madeOf(m.StageVariables[name], "._~:/?#&=,-", 1, 512) {
			return at("stageVariables", name, "want a name of letters, digits and _, and a value of letters, digits and -._~:/?#&=,")
		}
	}
	return nil
}

func (m *Mode) checkMediaTypes() *wrong {
	for i, name := range m.BinaryMediaTypes {
		if !isMediaType(name) {
			return at("binaryMediaTypes", fmt.Sprint(i), fmt.Sprintf("want a media type such as image/png or */*, got %q", name))
		}
	}
	return nil
}

// mostMillis is how long a function may take, by the kind of gateway. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html.
var mostMillis = map[string]int{REST: 29_000, HTTP: 30_000}

func (m *Mode) checkTimes() *wrong {
	most := mostMillis[m.Gateway]
	if t := m.IntegrationTimeoutInMillis; t != 0 && (t < 50 || t > most) {
		return at("integrationTimeoutInMillis", fmt.Sprintf("want 50 to %d, got %d", most, t))
	}
	return checkVersion("payloadFormatVersion", m.PayloadFormatVersion)
}

// checkVersion checks the version of a payload format; "" is the default.
func checkVersion(member, version string) *wrong {
	if version != "" && version != "1.0" && version != "2.0" {
		return at(member, fmt.Sprintf(`want "1.0" or "2.0", got %q`, version))
	}
	return nil
}

func (m *Mode) checkFormat() *wrong {
	if strings.ContainsAny(m.AccessLogFormat, "\r\n") {
		return at("accessLogFormat", "want one line")
	}
	if m.AccessLogFormat != "" && !strings.Contains(m.AccessLogFormat, "$context.requestId") && !strings.Contains(m.AccessLogFormat, "$context.extendedRequestId") {
		return at("accessLogFormat", "want $context.requestId or $context.extendedRequestId in it, as API Gateway does")
	}
	return nil
}
