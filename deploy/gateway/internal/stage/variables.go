package stage

import (
	"strconv"
	"strings"
	"time"

	"portcullis/deploy/gateway/internal/lambda"
)

// variables are API Gateway's $context variables: for access logs, gateway responses and identity sources. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html,
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html and
// https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-logging.html. What a gateway on a desk
// never has is not among them, and is empty as it is in AWS without it: client certificates, Cognito identities and the
// request ids of AWS's own endpoints.
var variables = map[string]func(x *Exchange) string{
	"accountId":                   func(x *Exchange) string { return x.Config.AccountID },
	"apiId":                       func(x *Exchange) string { return x.APIID },
	"authorizer.error":            func(x *Exchange) string { return x.authorizerError() },
	"authorizer.latency":          func(x *Exchange) string { return x.authorizerLatency() },
	"authorizer.principalId":      func(x *Exchange) string { return x.principalID() },
	"authorizer.status":           func(x *Exchange) string { return x.authorizerStatus() },
	"connectedAt":                 func(x *Exchange) string { return x.connectedAt() },
	"connectionId":                func(x *Exchange) string { return x.socket().ConnectionID },
	"dataProcessed":               func(x *Exchange) string { return strconv.Itoa(len(x.Body) + x.length) },
	"deploymentId":                func(x *Exchange) string { return x.DeploymentID() },
	"domainName":                  func(x *Exchange) string { name, _ := x.Domain(); return name },
	"domainPrefix":                func(x *Exchange) string { _, prefix := x.Domain(); return prefix },
	"error.message":               func(x *Exchange) string { return x.errorMessage },
	"error.messageString":         func(x *Exchange) string { return QuotedJSON(x.errorMessage) },
	"error.responseType":          func(x *Exchange) string { return x.responseType },
	"error.validationErrorString": func(x *Exchange) string { return x.misfits },
	"eventType":                   func(x *Exchange) string { return x.socket().EventType },
	"extendedRequestId":           func(x *Exchange) string { return x.ExtendedID },
	"httpMethod":                  func(x *Exchange) string { return x.HTTP.Method },
	"identity.accessKey":          func(x *Exchange) string { return x.signed().AccessKey },
	"identity.accountId":          func(x *Exchange) string { return x.signed().Account },
	"identity.apiKeyId":           func(x *Exchange) string { return x.admitted().Key.ID },
	"identity.caller":             func(x *Exchange) string { return x.signed().UserID },
	"identity.sourceIp":           func(x *Exchange) string { return x.SourceIP },
	"identity.user":               func(x *Exchange) string { return x.signed().UserID },
	"identity.userAgent":          func(x *Exchange) string { return x.HTTP.UserAgent() },
	"identity.userArn":            func(x *Exchange) string { return x.signed().ARN },
	"integration.error":           func(x *Exchange) string { return x.withoutSecrets(x.integrated.err) },
	"integration.latency":         func(x *Exchange) string { return x.integrationLatency() },
	"integration.status":          func(x *Exchange) string { return x.answeredStatus() },
	"integrationErrorMessage":     func(x *Exchange) string { return x.withoutSecrets(x.integrated.err) },
	"integrationLatency":          func(x *Exchange) string { return x.integrationLatency() },
	"integrationStatus":           func(x *Exchange) string { return x.integrationStatus() },
	"messageId":                   func(x *Exchange) string { return x.socket().MessageID },
	"path":                        func(x *Exchange) string { return x.StagePath },
	"protocol":                    func(x *Exchange) string { return x.HTTP.Proto },
	"requestId":                   func(x *Exchange) string { return x.ownID() },
	"requestTime":                 func(x *Exchange) string { return x.RequestTime() },
	"requestTimeEpoch":            func(x *Exchange) string { return strconv.FormatInt(x.Start.UnixMilli(), 10) },
	"resourceId":                  func(x *Exchange) string { return x.ResourceID() },
	"resourcePath":                func(x *Exchange) string { return x.resourcePath() },
	"responseLatency":             func(x *Exchange) string { return millis(x.Config.Now().Sub(x.Start)) },
	"responseLength":              func(x *Exchange) string { return strconv.Itoa(x.length) },
	"routeKey":                    func(x *Exchange) string { return x.RouteKey() },
	"stage":                       func(x *Exchange) string { return x.Plan.Name },
	"status":                      func(x *Exchange) string { return strconv.Itoa(x.Status) },
	"xrayTraceId":                 func(x *Exchange) string { return x.TraceID },

	"integration.integrationStatus": func(x *Exchange) string { return x.integrationStatus() },
}

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

// answeredStatus is the status that the function answered with or, where that is not known, that of calling it: both kinds of API
// tell a proxy integration's integration.status from its integrationStatus so
// (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html).
func (o *Outcome) answeredStatus() string {
	if o.integrated.answered == 0 {
		return o.integrationStatus()
	}
	return strconv.Itoa(o.integrated.answered)
}

// ownID is the id that the API calls the request by.
func (r *Request) ownID() string {
	if r.OneID {
		return r.ExtendedID
	}
	return r.RequestID
}

// DeploymentID is the made-up id of the stage's deployment.
func (r *Request) DeploymentID() string { return r.deploymentID }

func (r *Request) resourcePath() string {
	if r.Method == nil {
		return ""
	}
	return r.Method.Route.Path
}

// ResourceID is the made-up id of the method's resource in a REST API.
func (r *Request) ResourceID() string {
	if r.Method == nil {
		return ""
	}
	return r.Method.resourceID
}

// OperationName is what the contract calls the method; "": nothing, or there is no method.
func (r *Request) OperationName() string {
	if r.Method == nil || r.Method.Operation == nil {
		return ""
	}
	return r.Method.Operation.OperationName
}

// RouteKey is the key of the method's route, as in "GET /things/{id}"; "": there is no method.
func (r *Request) RouteKey() string {
	if r.Method == nil {
		return ""
	}
	return r.Method.RouteKey()
}

func millis(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }
