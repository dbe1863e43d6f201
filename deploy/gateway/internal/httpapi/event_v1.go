package httpapi

import (
	"portcullis/deploy/gateway/internal/stage"
)

// eventV1 is the event of a function in payload format 1.0. What is empty is null. Its paths are as sent, with the stage in front; that the
// context's is too is a choice. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html.
type eventV1 struct {
	Version                         string              `json:"version"`
	Resource                        string              `json:"resource"`
	Path                            string              `json:"path"`
	HTTPMethod                      string              `json:"httpMethod"`
	Headers                         map[string]string   `json:"headers"`
	MultiValueHeaders               map[string][]string `json:"multiValueHeaders"`
	QueryStringParameters           map[string]string   `json:"queryStringParameters"`
	MultiValueQueryStringParameters map[string][]string `json:"multiValueQueryStringParameters"`
	RequestContext                  requestContextV1    `json:"requestContext"`
	PathParameters                  map[string]string   `json:"pathParameters"`
	StageVariables                  map[string]string   `json:"stageVariables"`
	Body                            *string             `json:"body"`
	IsBase64Encoded                 bool                `json:"isBase64Encoded"`
}

type requestContextV1 struct {
	AccountID         string         `json:"accountId"`
	APIID             string         `json:"apiId"`
	Authorizer        map[string]any `json:"authorizer,omitempty"`
	DomainName        string         `json:"domainName"`
	DomainPrefix      string         `json:"domainPrefix"`
	ExtendedRequestID string         `json:"extendedRequestId"`
	HTTPMethod        string         `json:"httpMethod"`
	Identity          identity       `json:"identity"`
	Path              string         `json:"path"`
	Protocol          string         `json:"protocol"`
	RequestID         string         `json:"requestId"`
	RequestTime       string         `json:"requestTime"`
	RequestTimeEpoch  int64          `json:"requestTimeEpoch"`
	ResourceID        string         `json:"resourceId"`
	ResourcePath      string         `json:"resourcePath"`
	Stage             string         `json:"stage"`
}

// identity is a REST API's, and a member that HTTP APIs have.
type identity struct {
	stage.EventIdentity
	CognitoAMR *string `json:"cognitoAmr"`
}

func newEventV1(x *stage.Exchange) eventV1 {
	headers := x.EventHeaders()
	e := eventV1{
		Version:                         "1.0",
		Resource:                        routePath(x.Method),
		Path:                            x.StagePath,
		HTTPMethod:                      x.HTTP.Method,
		Headers:                         stage.LastValues(headers),
		MultiValueHeaders:               headers,
		QueryStringParameters:           stage.LastValues(x.Queries()),
		MultiValueQueryStringParameters: stage.MapOrNull(x.Queries()),
		RequestContext:                  newRequestContextV1(x),
		PathParameters:                  parametersInEvent(x),
		StageVariables:                  stage.MapOrNull(x.Plan.StageVariables),
	}
	e.RequestContext.Authorizer = authorizerInEventV1(x)
	var body string
	body, e.IsBase64Encoded = bodyInEvent(x)
	e.Body = stage.TextOrNull(body)
	return e
}

// newRequestContextV1 is the request's context without an authorizer.
func newRequestContextV1(x *stage.Exchange) requestContextV1 {
	domain, domainPrefix := x.Domain()
	return requestContextV1{
		AccountID:         x.Config.AccountID,
		APIID:             x.APIID,
		DomainName:        domain,
		DomainPrefix:      domainPrefix,
		ExtendedRequestID: x.ExtendedID,
		HTTPMethod:        x.HTTP.Method,
		Identity:          identity{EventIdentity: stage.NewEventIdentity(x)},
		Path:              x.StagePath,
		Protocol:          x.HTTP.Proto,
		RequestID:         x.ExtendedID,
		RequestTime:       x.RequestTime(),
		RequestTimeEpoch:  x.Start.UnixMilli(),
		ResourceID:        x.RouteKey(),
		ResourcePath:      routePath(x.Method),
		Stage:             x.Plan.Name,
	}
}

// authorizerInEventV1 is what a token or an authorizer says of the caller: the claims and scopes of the one, null for the
// other, and beside them the other's context. A signer is in identity instead.
func authorizerInEventV1(x *stage.Exchange) map[string]any {
	if x.Identity == nil {
		return nil
	}
	if x.Identity.Claims != nil {
		return map[string]any{"claims": claimsInEvent(x.Identity.Claims), "scopes": x.Identity.Scopes}
	}
	all := map[string]any{"claims": nil, "scopes": nil}
	if x.Identity.PrincipalID != "" {
		all["principalId"] = x.Identity.PrincipalID
	}
	for name, value := range x.Identity.Context {
		all[name] = value
	}
	return all
}
