package gateway

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"strings"
	"time"
)

// restRequest is what the events of functions and of REQUEST authorizers have in common in a REST API. What is not known
// of a caller is null.
type restRequest struct {
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
	restRequest
	Body            *string `json:"body"`
	IsBase64Encoded bool    `json:"isBase64Encoded"`
}

type requestContext struct {
	ResourceID        string         `json:"resourceId"`
	Authorizer        map[string]any `json:"authorizer,omitempty"`
	ResourcePath      string         `json:"resourcePath"`
	HTTPMethod        string         `json:"httpMethod"`
	ExtendedRequestID string         `json:"extendedRequestId"`
	RequestTime       string         `json:"requestTime"`
	Path              string         `json:"path"`
	AccountID         string         `json:"accountId"`
	Protocol          string         `json:"protocol"`
	Stage             string         `json:"stage"`
	DomainPrefix      string         `json:"domainPrefix"`
	RequestTimeEpoch  int64          `json:"requestTimeEpoch"`
	RequestID         string         `json:"requestId"`
	Identity          eventIdentity  `json:"identity"`
	DomainName        string         `json:"domainName"`
	DeploymentID      string         `json:"deploymentId"`
	APIID             string         `json:"apiId"`
}

// event is the request as the function behind its method sees it. A body of a binary media type is in base64.
func (a *restAPI) event(x *exchange) proxyEvent {
	e := proxyEvent{restRequest: newRESTRequest(x)}
	if len(x.body) == 0 {
		return e
	}
	body := string(x.body)
	if e.IsBase64Encoded = a.media.has(mediaType(x.r.Header)); e.IsBase64Encoded {
		body = base64.StdEncoding.EncodeToString(x.body)
	}
	e.Body = &body
	return e
}

func newRESTRequest(x *exchange) restRequest {
	headers := x.eventHeaders()
	return restRequest{
		Resource:                        x.method.route.Path,
		Path:                            x.path,
		HTTPMethod:                      x.r.Method,
		Headers:                         lastValues(headers),
		MultiValueHeaders:               headers,
		QueryStringParameters:           lastValues(x.queries()),
		MultiValueQueryStringParameters: nilIfEmpty(x.queries()),
		PathParameters:                  nilIfEmpty(x.parameters),
		StageVariables:                  nilIfEmpty(x.mode.StageVariables),
		RequestContext:                  newRequestContext(x),
	}
}

func newRequestContext(x *exchange) requestContext {
	domain, domainPrefix := x.domain()
	c := requestContext{
		ResourceID:        x.resourceID(),
		ResourcePath:      x.method.route.Path,
		HTTPMethod:        x.r.Method,
		ExtendedRequestID: x.extendedID,
		RequestTime:       x.start.UTC().Format(requestTimeLayout),
		Path:              x.stagePath,
		AccountID:         x.config.AccountID,
		Protocol:          x.r.Proto,
		Stage:             x.mode.Name,
		DomainPrefix:      domainPrefix,
		RequestTimeEpoch:  x.start.UnixMilli(),
		RequestID:         x.requestID,
		Identity:          newEventIdentity(x),
		DomainName:        domain,
		DeploymentID:      x.deploymentID(),
		APIID:             x.apiID,
	}
	if x.identity != nil {
		c.Authorizer = restAuthorizer(x.identity)
	}
	return c
}

// restAuthorizer is what the function gets to know of an authorizer's answer: what a Lambda authorizer says, or a token's
// claims.
func restAuthorizer(i *identity) map[string]any {
	if i.claims != nil {
		return map[string]any{"claims": restClaims(i.claims)}
	}
	all := maps.Clone(i.context)
	all["principalId"] = i.principalID
	all["integrationLatency"] = i.latency.Milliseconds()
	return all
}

// restClaims are the claims in a REST API's event: lists are separated by commas, and the times of expiry and issue
// are written out.
func restClaims(claims map[string]any) map[string]string {
	all := make(map[string]string, len(claims))
	for name, value := range claims {
		switch list, isList := value.([]any); {
		case isList:
			all[name] = strings.Join(claimTexts(list), ",")
		case name == "exp" || name == "iat":
			all[name] = timeText(value)
		default:
			all[name] = claimText(value)
		}
	}
	return all
}

func timeText(value any) string {
	number, _ := value.(json.Number)
	seconds, err := number.Int64()
	if err != nil {
		return claimText(value)
	}
	return time.Unix(seconds, 0).UTC().Format("Mon Jan 02 15:04:05 MST 2006")
}
