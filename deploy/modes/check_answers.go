package modes

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"portcullis/policy"
)

// responseTypes are the types of gateway responses, with the two that stand for whole classes. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html.
var responseTypes = []string{
	"ACCESS_DENIED", "API_CONFIGURATION_ERROR", "AUTHORIZER_CONFIGURATION_ERROR", "AUTHORIZER_FAILURE", "BAD_REQUEST_BODY",
	"BAD_REQUEST_PARAMETERS", "DEFAULT_4XX", "DEFAULT_5XX", "EXPIRED_TOKEN", "INTEGRATION_FAILURE", "INTEGRATION_TIMEOUT",
	"INVALID_API_KEY", "INVALID_SIGNATURE", "MISSING_AUTHENTICATION_TOKEN", "QUOTA_EXCEEDED", "REQUEST_TOO_LARGE",
	"RESOURCE_NOT_FOUND", "THROTTLED", "UNAUTHORIZED", "UNSUPPORTED_MEDIA_TYPE", "WAF_FILTERED",
}

// framing are the headers that belong to a message on the wire (RFC 9112, section 6).
var framing = []string{"connection", "content-length", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"}

func (m *Mode) checkGatewayResponses() wrongs {
	var all wrongs
	for _, kind := range slices.Sorted(maps.Keys(m.GatewayResponses)) {
		response := m.GatewayResponses[kind]
		all = append(all, response.check(kind).in("gatewayResponses", kind)...)
	}
	return all
}

func (r *GatewayResponse) check(kind string) wrongs {
	var all wrongs
	if !slices.Contains(responseTypes, kind) {
		all = at("want one of " + strings.Join(responseTypes, ", "))
	}
	if s := r.StatusCode; s != 0 && (s < 200 || s > 599) {
		all = append(all, at("statusCode", fmt.Sprintf("want 200 to 599, got %d", s))...)
	}
	seen := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(r.Headers)) {
		lower := strings.ToLower(name)
		switch {
		case seen[lower]:
			all = append(all, at("headers", name, "stands there twice: the names of headers have no case")...)
		case !isHeaderName(name) || strings.ContainsFunc(r.Headers[name], isControl):
			all = append(all, at("headers", name, "want a header's name and value (RFC 9110, section 5)")...)
		case slices.Contains(framing, lower):
			all = append(all, at("headers", name, "is the gateway's own: it says where an answer ends")...)
		}
		seen[lower] = true
	}
	return all
}

// isControl tells what no header's value may hold (RFC 9110, section 5.5).
func isControl(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }

func (m *Mode) checkCache() wrongs {
	if m.Cache == nil {
		return nil
	}
	var all wrongs
	strategies := []string{"", "SUCCEED_WITH_RESPONSE_HEADER", "SUCCEED_WITHOUT_RESPONSE_HEADER", "FAIL_WITH_403"}
	if !slices.Contains(strategies, m.Cache.UnauthorizedCacheControlHeaderStrategy) {
		all = at("cache", "unauthorizedCacheControlHeaderStrategy", "want one of "+strings.Join(strategies[1:], ", "))
	}
	for _, name := range slices.Sorted(maps.Keys(m.Cache.Methods)) {
		method := m.Cache.Methods[name]
		all = append(all, method.check(name).in("cache", "methods", name)...)
	}
	return all
}

// keyParameters are the forms of what an answer may be kept by, beside two members of the context.
var keyParameters = forms{{"method.request.path.", "._$-"}, {"method.request.header.", "._$-"}, {"method.request.querystring.", "._$-"}}

func isKeyParameter(text string) bool {
	return text == "context.authorizer.principalId" || text == "context.identity.userArn" || keyParameters.match(text)
}

// check makes sure that what is kept for one path is not served for another.
func (c *CachedMethod) check(name string) wrongs {
	var all wrongs
	path, isGET := strings.CutPrefix(name, "GET ")
	if !isGET || !isMethodAndPath(name) {
		all = at("want GET and a path, such as GET /things/{id}")
	}
	if c.TTLInSeconds != nil && (*c.TTLInSeconds < 1 || *c.TTLInSeconds > maxTTL) {
		all = append(all, at("ttlInSeconds", fmt.Sprintf("want 1 to %d, got %d", maxTTL, *c.TTLInSeconds))...)
	}
	for _, parameter := range c.KeyParameters {
		if !isKeyParameter(parameter) {
			all = append(all, at("keyParameters", fmt.Sprintf("want method.request.path.NAME, method.request.header.NAME, method.request.querystring.NAME, "+
				"context.authorizer.principalId or context.identity.userArn, got %q", parameter))...)
		}
	}
	for _, parameter := range (policy.Route{Path: path}).Parameters() {
		if want := "method.request.path." + parameter; !slices.Contains(c.KeyParameters, want) {
			all = append(all, at("keyParameters", "want "+want+" among them: the answer for one path would be served for others")...)
		}
	}
	return all
}

// TTL is how long an answer is kept.
func (c *CachedMethod) TTL() time.Duration { return ttlOf(c.TTLInSeconds) }

func (m *Mode) checkCORS() wrongs {
	if m.CORS == nil {
		return nil
	}
	return m.CORS.check().in("cors")
}

func (c *CORS) check() wrongs {
	var all wrongs
	for i, origin := range c.AllowOrigins {
		if !isOrigin(origin) {
			all = append(all, at("allowOrigins", fmt.Sprint(i), fmt.Sprintf(`want "*", https://*, http://* or an origin such as https://app.example.com, got %q`, origin))...)
		}
	}
	for i, method := range c.AllowMethods {
		if method != "*" && !isMethodAndPath(method+" /") {
			all = append(all, at("allowMethods", fmt.Sprint(i), fmt.Sprintf(`want a method in upper case or "*", got %q`, method))...)
		}
	}
	all = append(all, checkHeaders("allowHeaders", c.AllowHeaders)...)
	all = append(all, checkHeaders("exposeHeaders", c.ExposeHeaders)...)
	if c.AllowCredentials && slices.Contains(c.AllowOrigins, "*") {
		all = append(all, at("allowCredentials", `want allowOrigins without "*": API Gateway does not allow both`)...)
	}
	if c.MaxAge < -1 || c.MaxAge > 86400 {
		all = append(all, at("maxAge", fmt.Sprintf("want -1 to 86400 seconds, got %d", c.MaxAge))...)
	}
	return all
}

func checkHeaders(member string, names []string) wrongs {
	var all wrongs
	for i, name := range names {
		if !isHeaderName(name) {
			all = append(all, at(member, fmt.Sprint(i), fmt.Sprintf(`want a header's name or "*", got %q`, name))...)
		}
	}
	return all
}

// isOrigin knows the origins that an HTTP API takes: one by name, all, or all of a scheme; not those below a domain. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html.
func isOrigin(text string) bool {
	if text == "*" || text == "https://*" || text == "http://*" {
		return true
	}
	u, err := url.Parse(text)
	return err == nil && u.Scheme != "" && u.Host != "" && text == u.Scheme+"://"+u.Host && !strings.Contains(u.Host, "*")
}
