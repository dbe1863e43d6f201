package rest

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"strings"
	"time"

	"portcullis/deploy/gateway/internal/stage"
)

// request is what the events of functions and of REQUEST authorizers have in common in a REST API. What is not known
// of a caller is null.
type request struct {
	Resource                        string              `json:"resource"`
	Path                            string              `json:"path"`
	HTTPMethod                      string              `json:"httpMethod"`
	Headers                         map[string]string   `json:"headers"`
	MultiValueHeaders               map[string][]string `json:"multiValueHeaders"`
	QueryStringParameters           map[string]string   `json:"queryStringParameters"`
	MultiValueQueryStringParameters map[string][]string `json:"multiValueQueryStringParameters"`
	PathParameters                  map[string]string   `json:"pathParameters"`
	StageVariables                  map[string]string   `json:"stageVariables"`
	RequestContext                  requestContext      `json:"requestContext"`
}

// proxyEvent is the event of a Lambda proxy integration of a REST API. Its maps are null where they are empty.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html.
type proxyEvent struct {
	request
	Body            *string `json:"body"`
	IsBase64Encoded bool    `json:"isBase64Encoded"`
}

type requestContext struct {
	ResourceID        string              `json:"resourceId"`
	Authorizer        map[string]any      `json:"authorizer,omitempty"`
	ResourcePath      string              `json:"resourcePath"`
	OperationName     string              `json:"operationName,omitempty"` // absent where the method has none
	HTTPMethod        string              `json:"httpMethod"`
	ExtendedRequestID string              `json:"extendedRequestId"`
	RequestTime       string              `json:"requestTime"`
	Path              string              `json:"path"`
	AccountID         string              `json:"accountId"`
	Protocol          string              `json:"protocol"`
	Stage             string              `json:"stage"`
	DomainPrefix      string              `json:"domainPrefix"`
	RequestTimeEpoch  int64               `json:"requestTimeEpoch"`
	RequestID         string              `json:"requestId"`
	Identity          stage.EventIdentity `json:"identity"`
	DomainName        string              `json:"domainName"`
	DeploymentID      string              `json:"deploymentId"`
	APIID             string              `json:"apiId"`
}

// event is the request as the function behind its method sees it. A body of a binary media type is in base64.
func (a *API) event(x *stage.Exchange) proxyEvent {
	e := proxyEvent{request: newRequest(x)}
	if len(x.Body) == 0 {
		return e
	}
	body := string(x.Body)
	if e.IsBase64Encoded = a.media.has(stage.MediaType(x.HTTP.Header)); e.IsBase64Encoded {
		body = base64.StdEncoding.EncodeToString(x.Body)
	}
	e.Body = &body
	return e
}

// withheld tells, of a header's canonical name, whether the events of REST APIs do not have it. Of functions' events that was recorded; that
// authorizers' are the same is a choice.
func withheld(name string) bool {
	switch name {
	case "Connection", "Content-Length", "Content-Md5", "Expect", "Max-Forwards", "Proxy-Authenticate", "Server", "Te", "Trailer",
		"Transfer-Encoding", "Upgrade", "Www-Authenticate":
		return true
	}
	return false
}

func newRequest(x *stage.Exchange) request {
	headers := x.EventHeaders()
	return request{
		Resource:                        x.Method.Route.Path,
		Path:                            x.Path,
		HTTPMethod:                      x.HTTP.Method,
		Headers:                         stage.LastValues(headers),
		MultiValueHeaders:               headers,
		QueryStringParameters:           stage.LastValues(x.Queries()),
		MultiValueQueryStringParameters: stage.MapOrNull(x.Queries()),
		PathParameters:                  stage.MapOrNull(x.Parameters),
		StageVariables:                  stage.MapOrNull(x.Plan.StageVariables),
		RequestContext:                  newRequestContext(x),
	}
}

func newRequestContext(x *stage.Exchange) requestContext {
	domain, domainPrefix := x.Domain()
	c := requestContext{
		ResourceID:        x.ResourceID(),
		ResourcePath:      x.Method.Route.Path,
		OperationName:     x.OperationName(),
		HTTPMethod:        x.HTTP.Method,
		ExtendedRequestID: x.ExtendedID,
		RequestTime:       x.RequestTime(),
		Path:              x.StagePath,
		AccountID:         x.Config.AccountID,
		Protocol:          x.HTTP.Proto,
		Stage:             x.Plan.Name,
		DomainPrefix:      domainPrefix,
		RequestTimeEpoch:  x.Start.UnixMilli(),
		RequestID:         x.RequestID,
		Identity:          stage.NewEventIdentity(x),
		DomainName:        domain,
		DeploymentID:      x.DeploymentID(),
		APIID:             x.APIID,
	}
	if x.Identity != nil {
		c.Authorizer = authorizerInEvent(x.Identity)
	}
	return c
}

// authorizerInEvent is what the function gets to know of an authorizer's answer: what a Lambda authorizer says, or a token's
// claims.
func authorizerInEvent(i *stage.Identity) map[string]any {
	if i.Claims != nil {
		return map[string]any{"claims": claimsInEvent(i.Claims)}
	}
	all := maps.Clone(i.Context)
	all["principalId"] = i.PrincipalID
	all["integrationLatency"] = i.Latency.Milliseconds()
	return all
}

// claimsInEvent are the claims in a REST API's event: lists are separated by commas, and the times of expiry and issue
// are written out.
func claimsInEvent(claims map[string]any) map[string]string {
	all := make(map[string]string, len(claims))
	for name, value := range claims {
		switch list, isList := value.([]any); {
		case isList:
			all[name] = strings.Join(stage.ClaimTexts(list), ",")
		case name == "exp" || name == "iat":
			all[name] = timeText(value)
		default:
			all[name] = stage.ClaimText(value)
		}
	}
	return all
}

func timeText(value any) string {
	number, _ := value.(json.Number)
	seconds, err := number.Int64()
	if err != nil {
		return stage.ClaimText(value)
	}
	return time.Unix(seconds, 0).UTC().Format("Mon Jan 02 15:04:05 MST 2006")
}
