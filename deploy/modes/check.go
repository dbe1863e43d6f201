package modes

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// wrong says which member is wrong, its parents before it, and what would be right.
type wrong struct {
	member []string
	reason string
}

// wrongs is all that is wrong with a mode, or with a part of it.
type wrongs []wrong

// at makes a complaint about a member; the last argument is the reason.
func at(member ...string) wrongs {
	last := len(member) - 1
	return wrongs{{member[:last], member[last]}}
}

// in puts a parent before the complaints' members.
func (all wrongs) in(parent ...string) wrongs {
	for i, w := range all {
		all[i].member = slices.Concat(parent, w.member)
	}
	return all
}

// every gives the complaints of several checks.
func every(checks ...func() wrongs) wrongs {
	var all wrongs
	for _, check := range checks {
		all = append(all, check()...)
	}
	return all
}

// Check says what is wrong with a mode that was made in Go, as Parse does of a file. The error is an [Errors], without lines.
func (m *Mode) Check() error {
	return (&Mode{Name: m.Name}).errors(m.check(""))
}

// errors makes the error of complaints, in the order of the file's lines; nil where there is none.
func (m *Mode) errors(all wrongs) error {
	if len(all) == 0 {
		return nil
	}
	made := make(Errors, len(all))
	for i, w := range all {
		made[i] = m.Wrong(w.reason, w.member...)
	}
	made.SortByLine()
	return made
}

// check gives all that is wrong; name is the one that the mode has to have, "" any. What a mode may have is known only where its kind is.
func (m *Mode) check(name string) wrongs {
	all := m.checkName(name)
	if kind := m.checkKind(); len(kind) > 0 {
		return append(all, kind...)
	}
	return append(all, every(m.checkAuthorizer, m.checkKeys, m.checkCallers, m.checkMembers, m.checkCache, m.checkCORS)...)
}

func (m *Mode) checkName(name string) wrongs {
	switch {
	case name != "" && m.Name != name:
		return at("name", fmt.Sprintf("want the file's name, %q, got %q", name, m.Name))
	case m.Name == "":
		return at("name", "is missing")
	case !madeOf(m.Name, "_-", 1, 128):
		return at("name", "want letters, digits, - and _ only")
	}
	return nil
}

// authorizations are those of each kind of gateway.
var authorizations = map[string][]string{
	REST:      {None, IAM, Cognito, Token, Request},
	HTTP:      {IAM, JWT, Request},
	WebSocket: {None, IAM, Request},
}

func (m *Mode) checkKind() wrongs {
	known, ok := authorizations[m.Gateway]
	switch {
	case !ok:
		return at("gateway", fmt.Sprintf("want REST, HTTP or WEBSOCKET, got %q", m.Gateway))
	case !slices.Contains(known, m.Authorization):
		return at("authorization", fmt.Sprintf("want one of %s for a gateway of kind %s, got %q", strings.Join(known, ", "), m.Gateway, m.Authorization))
	}
	return nil
}

// checkKeys checks what says who is counted, and how often they may call.
func (m *Mode) checkKeys() wrongs {
	if m.Gateway == HTTP {
		return m.refuseSet("API keys and usage plans are a REST or WebSocket API's", map[string]bool{
			"apiKeyRequired": m.APIKeyRequired, "apiKeySource": m.APIKeySource != "", "usagePlan": m.UsagePlan != nil,
		})
	}
	var all wrongs
	switch {
	case !slices.Contains([]string{"", "HEADER", "AUTHORIZER"}, m.APIKeySource):
		all = at("apiKeySource", fmt.Sprintf("want HEADER or AUTHORIZER, got %q", m.APIKeySource))
	case m.APIKeySource == "AUTHORIZER" && m.Authorization != Token && m.Authorization != Request:
		all = at("apiKeySource", "only a Lambda authorizer answers with a key")
	}
	switch {
	case m.Authorization == None && !m.APIKeyRequired:
		all = append(all, at("authorization", "NONE alone guards nothing: want apiKeyRequired: true beside it")...)
	case m.APIKeyRequired && m.UsagePlan == nil:
		all = append(all, at("usagePlan", "is missing: a key counts only in a plan")...)
	case !m.APIKeyRequired && m.UsagePlan != nil:
		all = append(all, at("usagePlan", "is never asked, since apiKeyRequired is not true")...)
	}
	if m.UsagePlan == nil {
		return all
	}
	if m.Gateway == WebSocket && len(m.UsagePlan.Methods) > 0 {
		all = append(all, at("usagePlan", "methods", "is a REST API's: a WebSocket API counts a key where it connects, and nowhere else")...)
	}
	return append(all, m.UsagePlan.check().in("usagePlan")...)
}

// refuseSet refuses the members that are set.
func (m *Mode) refuseSet(reason string, set map[string]bool) wrongs {
	var all wrongs
	for _, member := range slices.Sorted(maps.Keys(set)) {
		if set[member] {
			all = append(all, at(member, reason)...)
		}
	}
	return all
}

func (p *UsagePlan) check() wrongs {
	return every(
		func() wrongs { return p.Throttle.check().in("throttle") },
		func() wrongs { return checkNamed(p.Methods, isMethodAndPath, methodForm).in("methods") },
		func() wrongs { return p.Quota.check().in("quota") },
		p.checkLocalKeys,
	)
}

func (p *UsagePlan) checkLocalKeys() wrongs {
	var all wrongs
	seen, names := map[string]bool{}, map[string]bool{}
	for i, key := range p.LocalKeys {
		all = append(all, every(
			func() wrongs { return checkKeyName(key.Name, names) },
			func() wrongs { return checkKeyValue(key.Value, seen) },
		).in("localKeys", fmt.Sprint(i))...)
		seen[key.Value], names[key.Name] = true, true
	}
	return all
}

func checkKeyName(name string, others map[string]bool) wrongs {
	switch {
	case name == "":
		return at("name", "is missing")
	case others[name]:
		return at("name", "is another key's too")
	}
	return nil
}

func checkKeyValue(value string, others map[string]bool) wrongs {
	switch {
	case strings.ContainsFunc(value, func(r rune) bool { return r <= ' ' || r > '~' }):
		return at("value", "want printable ASCII and no spaces, as in a header")
	case len(value) < 20 || len(value) > 128:
		return at("value", fmt.Sprintf("want 20 to 128 characters, got %d", len(value)))
	case others[value]:
		return at("value", "is another key's too")
	}
	return nil
}

// check allows a nil throttle, which is none.
func (t *Throttle) check() wrongs {
	if t == nil {
		return nil
	}
	var all wrongs
	if !(t.RateLimit >= 0) || math.IsInf(t.RateLimit, 1) {
		all = at("rateLimit", fmt.Sprintf("want 0 or more requests a second, got %v", t.RateLimit))
	}
	if t.BurstLimit < 0 {
		all = append(all, at("burstLimit", fmt.Sprintf("want 0 or more requests, got %d", t.BurstLimit))...)
	}
	return all
}

// methodForm says how a mode names a method.
const methodForm = "want a method and a path, such as GET /things/{id}"

// checkNamed checks limits by the names of what they are for; form says what a name has to be.
func checkNamed(methods map[string]Throttle, isName func(string) bool, form string) wrongs {
	var all wrongs
	for _, name := range slices.Sorted(maps.Keys(methods)) {
		if !isName(name) {
			all = append(all, at(name, form)...)
		}
		throttle := methods[name]
		all = append(all, throttle.check().in(name)...)
	}
	return all
}

// check allows a nil quota, which is none.
func (q *Quota) check() wrongs {
	if q == nil {
		return nil
	}
	var all wrongs
	switch {
	case q.Limit < 1:
		all = at("limit", fmt.Sprintf("want 1 or more requests, got %d", q.Limit))
	case q.Offset < 0 || q.Offset > q.Limit:
		all = at("offset", fmt.Sprintf("want 0 to the limit, got %d", q.Offset))
	}
	if !slices.Contains([]string{"DAY", "WEEK", "MONTH"}, q.Period) {
		all = append(all, at("period", fmt.Sprintf("want DAY, WEEK or MONTH, got %q", q.Period))...)
	}
	return all
}

var callerARN = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^arn:aws[a-z-]*:(iam::\d{12}:user/\S+|sts::\d{12}:assumed-role/[^/\s]+/[^/\s]+)$`)
})

// checkCallers checks who may sign on a desk. In AWS it is IAM that knows them.
func (m *Mode) checkCallers() wrongs {
	if m.Authorization != IAM && m.Gateway != WebSocket && len(m.LocalCallers) > 0 {
		return at("localCallers", "only AWS_IAM, and a WebSocket API for @connections, know callers that sign")
	}
	var all wrongs
	seen := map[string]bool{}
	for i, caller := range m.LocalCallers {
		found := caller.check()
		if seen[caller.AccessKeyID] {
			found = append(found, at("accessKeyId", "is another caller's too")...)
		}
		all = append(all, found.in("localCallers", fmt.Sprint(i))...)
		seen[caller.AccessKeyID] = true
	}
	return all
}

func (c *Caller) check() wrongs {
	var all wrongs
	if !madeOf(c.AccessKeyID, "_", 16, 128) {
		all = at("accessKeyId", "want 16 to 128 letters, digits and _")
	}
	if len(c.SecretAccessKey) < 16 {
		all = append(all, at("secretAccessKey", "want 16 characters or more")...)
	}
	if !callerARN().MatchString(c.ARN) {
		all = append(all, at("arn", fmt.Sprintf("want arn:aws:iam::ACCOUNT:user/NAME or arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION, got %q", c.ARN))...)
	}
	return all
}

// checkMembers checks what is left: what only one kind of gateway has, and plain values.
func (m *Mode) checkMembers() wrongs {
	var all wrongs
	if m.Gateway != HTTP {
		all = m.refuseSet("is an HTTP API's", map[string]bool{"cors": m.CORS != nil, "payloadFormatVersion": m.PayloadFormatVersion != ""})
	}
	if m.Gateway != REST {
		all = append(all, m.refuseSet("is a REST API's", map[string]bool{
			"requestValidation": m.RequestValidation != RequestValidation{}, "cache": m.Cache != nil,
			"binaryMediaTypes": len(m.BinaryMediaTypes) > 0, "gatewayResponses": len(m.GatewayResponses) > 0,
		})...)
	}
	return append(all, every(m.checkThrottle, m.checkVariables, m.checkMediaTypes, m.checkTimes, m.checkFormat, m.checkGatewayResponses)...)
}

func (m *Mode) checkThrottle() wrongs {
	if m.Throttle == nil {
		return nil
	}
	isName, form := isMethodAndPath, methodForm
	if m.Gateway == WebSocket {
		isName, form = isRouteKey, "want a route key, such as $default"
	}
	all := append(m.Throttle.Throttle.check(), m.Throttle.Public.check().in("public")...)
	return append(all, checkNamed(m.Throttle.Methods, isName, form).in("methods")...).in("throttle")
}

func (m *Mode) checkVariables() wrongs {
	var all wrongs
	for _, name := range slices.Sorted(maps.Keys(m.StageVariables)) {
		if !madeOf(name, "_", 1, 64) || !madeOf(m.StageVariables[name], "._~:/?#&=,-", 1, 512) {
			all = append(all, at("stageVariables", name, "want a name of letters, digits and _, and a value of letters, digits and -._~:/?#&=,")...)
		}
	}
	return all
}

func (m *Mode) checkMediaTypes() wrongs {
	var all wrongs
	for i, name := range m.BinaryMediaTypes {
		if !isMediaType(name) {
			all = append(all, at("binaryMediaTypes", fmt.Sprint(i), fmt.Sprintf("want a media type such as image/png or */*, got %q", name))...)
		}
	}
	return all
}

// mostMillis is how long a function may take, by the kind of gateway. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html,
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html and
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html.
var mostMillis = map[string]int{REST: 29_000, HTTP: 30_000, WebSocket: 29_000}

// IntegrationTimeout is how long a function behind the API may take: where the mode does not say, as long as AWS lets it.
func (m *Mode) IntegrationTimeout() time.Duration {
	return time.Duration(cmp.Or(m.IntegrationTimeoutInMillis, mostMillis[m.Gateway])) * time.Millisecond
}

func (m *Mode) checkTimes() wrongs {
	var all wrongs
	most := mostMillis[m.Gateway]
	if t := m.IntegrationTimeoutInMillis; t != 0 && (t < 50 || t > most) {
		all = at("integrationTimeoutInMillis", fmt.Sprintf("want 50 to %d, got %d", most, t))
	}
	return append(all, checkVersion("payloadFormatVersion", m.PayloadFormatVersion)...)
}

// checkVersion checks the version of a payload format; "" is the default.
func checkVersion(member, version string) wrongs {
	if version != "" && version != "1.0" && version != "2.0" {
		return at(member, fmt.Sprintf(`want "1.0" or "2.0", got %q`, version))
	}
	return nil
}

// leaking are the variables of a REST or WebSocket API's access log that are a credential or can quote one. The message of a REST API
// whose callers do not sign can quote one who signs a path that nobody serves: only a format that asks for it has it.
func (m *Mode) leaking() []string {
	const key = "identity.apiKey"
	switch {
	case m.Gateway == HTTP:
		return nil
	case m.Authorization == IAM: // of a wrong signature AWS quotes the query and the headers that were signed, such as X-Amz-Security-Token
		return []string{key, "error.message", "error.messageString"}
	}
	return []string{key}
}

func (m *Mode) checkFormat() wrongs {
	var all wrongs
	if strings.ContainsAny(strings.TrimSpace(m.AccessLogFormat), "\r\n") {
		all = at("accessLogFormat", "want one line")
	}
	variables := contextVariables(m.AccessLogFormat)
	if m.AccessLogFormat != "" && !slices.Contains(variables, "requestId") && !slices.Contains(variables, "extendedRequestId") {
		all = append(all, at("accessLogFormat", "want $context.requestId or $context.extendedRequestId in it, as API Gateway does")...)
	}
	for _, name := range m.leaking() {
		begins := func(variable string) bool { return beginsWith(variable, name) }
		if slices.ContainsFunc(variables, begins) {
			all = append(all, at("accessLogFormat", "want no $context."+name+" in it: it is a credential, or can quote one, and would be logged")...)
		}
	}
	return all
}
