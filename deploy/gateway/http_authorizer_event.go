package gateway

import "strings"

// httpAuthorizerEvent is the event of a Lambda authorizer in payload format 2.0. Without identity sources there is no
// identitySource: null. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html.
type httpAuthorizerEvent struct {
	Version        string   `json:"version"`
	Type           string   `json:"type"`
	RouteARN       string   `json:"routeArn"`
	IdentitySource []string `json:"identitySource"`
	httpRequest
}

// authorizerEvent asks by the values of the identity sources.
func authorizerEvent(x *exchange, values []string) any {
	e := httpAuthorizerEvent{Version: "2.0", Type: "REQUEST", RouteARN: x.arn(), httpRequest: newHTTPRequest(x)}
	if len(values) > 0 {
		e.IdentitySource = values
	}
	return e
}

// httpAuthorizerEventV1 is the event of a Lambda authorizer in payload format 1.0.
type httpAuthorizerEventV1 struct {
	Version               string            `json:"version"`
	Type                  string            `json:"type"`
	MethodARN             string            `json:"methodArn"`
	IdentitySource        *string           `json:"identitySource"`
	AuthorizationToken    *string           `json:"authorizationToken"`
	Resource              string            `json:"resource"`
	Path                  string            `json:"path"`
	HTTPMethod            string            `json:"httpMethod"`
	Headers               map[string]string `json:"headers"`
	QueryStringParameters map[string]string `json:"queryStringParameters"`
	PathParameters        map[string]string `json:"pathParameters"`
	StageVariables        map[string]string `json:"stageVariables"`
	RequestContext        httpContextV1     `json:"requestContext"` // AWS documents fewer members: those of a function's event are a choice
}

// authorizerEventV1 asks by the values of the identity sources, joined by commas.
func authorizerEventV1(x *exchange, values []string) any {
	source := present(strings.Join(values, ","))
	return httpAuthorizerEventV1{
		Version: "1.0", Type: "REQUEST", MethodARN: x.arn(), IdentitySource: source, AuthorizationToken: source,
		Resource: routePath(x.method), Path: httpPath(x), HTTPMethod: x.r.Method,
		Headers: lastValues(x.eventHeaders()), QueryStringParameters: notNilMap(lastValues(x.queries())),
		PathParameters: notNilMap(httpParameters(x)), StageVariables: notNilMap(x.mode.StageVariables), RequestContext: newHTTPContextV1(x),
	}
}
