package httpapi

import (
	"strings"

	"portcullis/deploy/gateway/internal/stage"
)

// authorizerEvent is the event of a Lambda authorizer in payload format 2.0. Without identity sources there is no
// identitySource: null. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html.
type authorizerEvent struct {
	Version        string   `json:"version"`
	Type           string   `json:"type"`
	RouteARN       string   `json:"routeArn"`
	IdentitySource []string `json:"identitySource"`
	request
}

// newAuthorizerEvent asks by the values of the identity sources.
func newAuthorizerEvent(x *stage.Exchange, values []string) any {
	e := authorizerEvent{Version: "2.0", Type: "REQUEST", RouteARN: x.ARN(), request: newRequest(x)}
	if len(values) > 0 {
		e.IdentitySource = values
	}
	return e
}

// authorizerEventV1 is the event of a Lambda authorizer in payload format 1.0.
type authorizerEventV1 struct {
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
	RequestContext        requestContextV1  `json:"requestContext"` // AWS documents fewer members: those of a function's event are a choice
}

// newAuthorizerEventV1 asks by the values of the identity sources, joined by commas.
func newAuthorizerEventV1(x *stage.Exchange, values []string) any {
	source := stage.TextOrNull(strings.Join(values, ","))
	return authorizerEventV1{
		Version: "1.0", Type: "REQUEST", MethodARN: x.ARN(), IdentitySource: source, AuthorizationToken: source,
		Resource: routePath(x.Method), Path: x.StagePath, HTTPMethod: x.HTTP.Method,
		Headers: stage.LastValues(x.EventHeaders()), QueryStringParameters: stage.MapOrEmpty(stage.LastValues(x.Queries())),
		PathParameters: stage.MapOrEmpty(parametersInEvent(x)), StageVariables: stage.MapOrEmpty(x.Plan.StageVariables), RequestContext: newRequestContextV1(x),
	}
}
