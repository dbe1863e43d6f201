package gateway

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// variables are API Gateway's $context variables: for access logs, gateway responses and identity sources. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html and
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html.
var variables = map[string]func(x *exchange) string{
	"accountId":               func(x *exchange) string { return x.config.AccountID },
	"apiId":                   func(x *exchange) string { return x.apiID },
	"authorizer.error":        func(x *exchange) string { return x.authorizerError() },
	"authorizer.latency":      func(x *exchange) string { return x.authorizerLatency() },
	"authorizer.principalId":  func(x *exchange) string { return x.principalID() },
	"authorizer.status":       func(x *exchange) string { return x.authorizerStatus() },
	"awsEndpointRequestId":    func(x *exchange) string { return "" },
	"dataProcessed":           func(x *exchange) string { return strconv.Itoa(len(x.body) + x.length) },
	"deploymentId":            func(x *exchange) string { return x.deploymentID() },
	"domainName":              func(x *exchange) string { name, _ := x.domain(); return name },
	"domainPrefix":            func(x *exchange) string { _, prefix := x.domain(); return prefix },
	"error.message":           func(x *exchange) string { return x.errorMessage },
	"error.messageString":     func(x *exchange) string { return quotedPlain(x.errorMessage) },
	"error.responseType":      func(x *exchange) string { return x.responseType },
	"extendedRequestId":       func(x *exchange) string { return x.extendedID },
	"httpMethod":              func(x *exchange) string { return x.r.Method },
	"identity.accessKey":      func(x *exchange) string { return x.signed().accessKey },
	"identity.accountId":      func(x *exchange) string { return x.signed().account },
	"identity.apiKeyId":       func(x *exchange) string { return x.admitted().Key.ID },
	"identity.caller":         func(x *exchange) string { return x.signed().userID },
	"identity.sourceIp":       func(x *exchange) string { return x.sourceIP },
	"identity.user":           func(x *exchange) string { return x.signed().userID },
	"identity.userAgent":      func(x *exchange) string { return x.r.UserAgent() },
	"identity.userArn":        func(x *exchange) string { return x.signed().arn },
	"integration.error":       func(x *exchange) string { return x.integrated.err },
	"integration.latency":     func(x *exchange) string { return x.integrationLatency() },
	"integration.status":      func(x *exchange) string { return x.answeredStatus() },
	"integrationErrorMessage": func(x *exchange) string { return x.integrated.err },
	"integrationLatency":      func(x *exchange) string { return x.integrationLatency() },
	"integrationStatus":       func(x *exchange) string { return x.integrationStatus() },
	"path":                    func(x *exchange) string { return x.stagePath },
	"protocol":                func(x *exchange) string { return x.r.Proto },
	"requestId":               func(x *exchange) string { return x.ownID() },
	"requestTime":             func(x *exchange) string { return x.start.UTC().Format(requestTimeLayout) },
	"requestTimeEpoch":        func(x *exchange) string { return strconv.FormatInt(x.start.UnixMilli(), 10) },
	"resourceId":              func(x *exchange) string { return x.resourceID() },
	"resourcePath":            func(x *exchange) string { return x.resourcePath() },
	"responseLatency":         func(x *exchange) string { return millis(x.config.Now().Sub(x.start)) },
	"responseLength":          func(x *exchange) string { return strconv.Itoa(x.length) },
	"routeKey":                func(x *exchange) string { return x.routeKey() },
	"stage":                   func(x *exchange) string { return x.mode.Name },
	"status":                  func(x *exchange) string { return strconv.Itoa(x.status) },
	"xrayTraceId":             func(x *exchange) string { return x.traceID },

	// What a gateway on a desk never has is empty, as it is in AWS without them: client certificates, Cognito identities
	// and the request ids of AWS's own endpoints.
	"integration.integrationStatus": func(x *exchange) string { return x.integrationStatus() },
}

// requestTimeLayout is the Common Log Format's, in UTC.
const requestTimeLayout = "02/Jan/2006:15:04:05 +0000"

// variable is the value of a $context variable, "" where it has none: one of those above, or what an authorizer or a
// token says of the caller.
func (x *exchange) variable(name string) string {
	if value, known := variables[name]; known {
		return value(x)
	}
	property, ok := strings.CutPrefix(name, "authorizer.")
	if !ok || x.identity == nil {
		return ""
	}
	if claim, ok := strings.CutPrefix(property, "claims."); ok {
		return claimText(x.identity.claims[claim])
	}
	text, _ := scalarText(x.identity.context[property])
	return text
}

func (c *caller) authorizerLatency() string {
	if c.identity == nil {
		return ""
	}
	return millis(c.identity.latency)
}

func (c *caller) authorizerStatus() string {
	if c.identity == nil {
		return ""
	}
	return "200"
}

// authorizerError is what the answer says where an authorizer kept the request from going on.
func (o *outcome) authorizerError() string {
	if o.authorizerReason != "" {
		return o.authorizerReason
	}
	switch o.responseType {
	case "UNAUTHORIZED", "AUTHORIZER_FAILURE", "AUTHORIZER_CONFIGURATION_ERROR":
		return o.errorMessage
	}
	return ""
}

func (o *outcome) integrationLatency() string {
	if !o.integrated.called {
		return ""
	}
	return millis(o.integrated.latency)
}

func (o *outcome) integrationStatus() string {
	if o.integrated.status == 0 {
		return ""
	}
	return strconv.Itoa(o.integrated.status)
}

// answeredStatus is the status that the function answered with or, where that is not known, that of calling it.
func (o *outcome) answeredStatus() string {
	if o.integrated.answered == 0 {
		return o.integrationStatus()
	}
	return strconv.Itoa(o.integrated.answered)
}

// ownID is the id that the API calls the request by.
func (q *request) ownID() string {
	if q.oneID {
		return q.extendedID
	}
	return q.requestID
}

func (q *request) deploymentID() string { return identifier(q.apiID, 6) }

func (q *request) resourcePath() string {
	if q.method == nil {
		return ""
	}
	return q.method.route.Path
}

func (q *request) resourceID() string {
	if q.method == nil {
		return ""
	}
	return identifier(q.method.route.Path, 6)
}

func (q *request) routeKey() string {
	if q.method == nil {
		return ""
	}
	return q.method.routeKey()
}

func millis(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }

// template is a text with $context variables.
type template []part

// part is a literal, or the variable after it.
type part struct {
	literal, variable string
}

// parseTemplate reads a text in which $context.NAME stands for a variable's value.
func parseTemplate(text string) template {
	var t template
	for {
		before, after, found := strings.Cut(text, "$context.")
		if !found {
			return append(t, part{literal: text})
		}
		length := strings.IndexFunc(after+" ", isNotVariable)
		name := strings.TrimRight(after[:length], ".")
		t = append(t, part{before, name})
		text = after[len(name):]
	}
}

func isNotVariable(r rune) bool {
	return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("._:-", r))
}

// expand puts the variables' values in; a variable without one becomes none. Values are escaped as in a JSON text, so
// that what a client sent neither ends a member nor a line.
func (t template) expand(x *exchange, none string) []byte {
	var out []byte
	for _, p := range t {
		out = append(out, p.literal...)
		if p.variable == "" {
			continue
		}
		switch value := x.variable(p.variable); {
		case value == "":
			out = append(out, none...)
		case p.variable == "error.messageString":
			out = append(out, value...)
		default:
			out = appendEscaped(out, value)
		}
	}
	return out
}

// appendEscaped appends a text as it stands within a JSON text.
func appendEscaped(out []byte, text string) []byte {
	if !strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' || r == '"' || r == '\\' }) {
		return append(out, text...)
	}
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			out = append(out, '\\', byte(r))
		case r < ' ' || r > '~' && r < 0x10000:
			out = fmt.Appendf(out, `\u%04x`, r)
		default:
			out = append(out, string(r)...)
		}
	}
	return out
}
