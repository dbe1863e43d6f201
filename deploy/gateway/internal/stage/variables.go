package stage

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"portcullis/deploy/gateway/internal/lambda"
)

// variables are API Gateway's $context variables: for access logs, gateway responses and identity sources. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html and
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html.
var variables = map[string]func(x *Exchange) string{
	"accountId":               func(x *Exchange) string { return x.Config.AccountID },
	"apiId":                   func(x *Exchange) string { return x.APIID },
	"authorizer.error":        func(x *Exchange) string { return x.authorizerError() },
	"authorizer.latency":      func(x *Exchange) string { return x.authorizerLatency() },
	"authorizer.principalId":  func(x *Exchange) string { return x.principalID() },
	"authorizer.status":       func(x *Exchange) string { return x.authorizerStatus() },
	"awsEndpointRequestId":    func(x *Exchange) string { return "" },
	"dataProcessed":           func(x *Exchange) string { return strconv.Itoa(len(x.Body) + x.length) },
	"deploymentId":            func(x *Exchange) string { return x.DeploymentID() },
	"domainName":              func(x *Exchange) string { name, _ := x.Domain(); return name },
	"domainPrefix":            func(x *Exchange) string { _, prefix := x.Domain(); return prefix },
	"error.message":           func(x *Exchange) string { return x.errorMessage },
	"error.messageString":     func(x *Exchange) string { return QuotedJSON(x.errorMessage) },
	"error.responseType":      func(x *Exchange) string { return x.responseType },
	"extendedRequestId":       func(x *Exchange) string { return x.ExtendedID },
	"httpMethod":              func(x *Exchange) string { return x.HTTP.Method },
	"identity.accessKey":      func(x *Exchange) string { return x.signed().AccessKey },
	"identity.accountId":      func(x *Exchange) string { return x.signed().Account },
	"identity.apiKeyId":       func(x *Exchange) string { return x.admitted().Key.ID },
	"identity.caller":         func(x *Exchange) string { return x.signed().UserID },
	"identity.sourceIp":       func(x *Exchange) string { return x.SourceIP },
	"identity.user":           func(x *Exchange) string { return x.signed().UserID },
	"identity.userAgent":      func(x *Exchange) string { return x.HTTP.UserAgent() },
	"identity.userArn":        func(x *Exchange) string { return x.signed().ARN },
	"integration.error":       func(x *Exchange) string { return x.integrated.err },
	"integration.latency":     func(x *Exchange) string { return x.integrationLatency() },
	"integration.status":      func(x *Exchange) string { return x.answeredStatus() },
	"integrationErrorMessage": func(x *Exchange) string { return x.integrated.err },
	"integrationLatency":      func(x *Exchange) string { return x.integrationLatency() },
	"integrationStatus":       func(x *Exchange) string { return x.integrationStatus() },
	"path":                    func(x *Exchange) string { return x.StagePath },
	"protocol":                func(x *Exchange) string { return x.HTTP.Proto },
	"requestId":               func(x *Exchange) string { return x.ownID() },
	"requestTime":             func(x *Exchange) string { return x.Start.UTC().Format(RequestTimeLayout) },
	"requestTimeEpoch":        func(x *Exchange) string { return strconv.FormatInt(x.Start.UnixMilli(), 10) },
	"resourceId":              func(x *Exchange) string { return x.ResourceID() },
	"resourcePath":            func(x *Exchange) string { return x.resourcePath() },
	"responseLatency":         func(x *Exchange) string { return millis(x.Config.Now().Sub(x.Start)) },
	"responseLength":          func(x *Exchange) string { return strconv.Itoa(x.length) },
	"routeKey":                func(x *Exchange) string { return x.RouteKey() },
	"stage":                   func(x *Exchange) string { return x.Mode.Name },
	"status":                  func(x *Exchange) string { return strconv.Itoa(x.Status) },
	"xrayTraceId":             func(x *Exchange) string { return x.TraceID },

	// What a gateway on a desk never has is empty, as it is in AWS without them: client certificates, Cognito identities
	// and the request ids of AWS's own endpoints.
	"integration.integrationStatus": func(x *Exchange) string { return x.integrationStatus() },
}

// RequestTimeLayout is the Common Log Format's, in UTC.
const RequestTimeLayout = "02/Jan/2006:15:04:05 +0000"

// variable is the value of a $context variable, "" where it has none: one of those above, or what an authorizer or a
// token says of the caller.
func (x *Exchange) variable(name string) string {
	if value, known := variables[name]; known {
		return value(x)
	}
	property, ok := strings.CutPrefix(name, "authorizer.")
	if !ok || x.Identity == nil {
		return ""
	}
	if claim, ok := strings.CutPrefix(property, "claims."); ok {
		return ClaimText(x.Identity.Claims[claim])
	}
	text, _ := lambda.ScalarText(x.Identity.Context[property])
	return text
}

func (c *Caller) authorizerLatency() string {
	if c.Identity == nil {
		return ""
	}
	return millis(c.Identity.Latency)
}

func (c *Caller) authorizerStatus() string {
	if c.Identity == nil {
		return ""
	}
	return "200"
}

// authorizerError is what the answer says where an authorizer kept the request from going on.
func (o *Outcome) authorizerError() string {
	if o.authorizerReason != "" {
		return o.authorizerReason
	}
	switch o.responseType {
	case "UNAUTHORIZED", "AUTHORIZER_FAILURE", "AUTHORIZER_CONFIGURATION_ERROR":
		return o.errorMessage
	}
	return ""
}

func (o *Outcome) integrationLatency() string {
	if !o.integrated.called {
		return ""
	}
	return millis(o.integrated.latency)
}

func (o *Outcome) integrationStatus() string {
	if o.integrated.status == 0 {
		return ""
	}
	return strconv.Itoa(o.integrated.status)
}

// answeredStatus is the status that the function answered with or, where that is not known, that of calling it.
func (o *Outcome) answeredStatus() string {
	if o.integrated.answered == 0 {
		return o.integrationStatus()
	}
	return strconv.Itoa(o.integrated.answered)
}

// ownID is the id that the API calls the request by.
func (q *Request) ownID() string {
	if q.OneID {
		return q.ExtendedID
	}
	return q.RequestID
}

func (q *Request) DeploymentID() string { return identifier(q.APIID, 6) }

func (q *Request) resourcePath() string {
	if q.Method == nil {
		return ""
	}
	return q.Method.Route.Path
}

func (q *Request) ResourceID() string {
	if q.Method == nil {
		return ""
	}
	return identifier(q.Method.Route.Path, 6)
}

func (q *Request) RouteKey() string {
	if q.Method == nil {
		return ""
	}
	return q.Method.RouteKey()
}

func millis(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }

// Template is a text with $context variables.
type Template []part

// part is a literal, or the variable after it.
type part struct {
	literal, variable string
}

// ParseTemplate reads a text in which $context.NAME stands for a variable's value.
func ParseTemplate(text string) Template {
	var t Template
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

// Expand puts the variables' values in; a variable without one becomes none. Values are escaped as in a JSON text, so
// that what a client sent neither ends a member nor a line.
func (t Template) Expand(x *Exchange, none string) []byte {
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
